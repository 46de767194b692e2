//! Why a request gets no answer. What never enters: how that is told, in a page or as a problem.

use axum::http::StatusCode;

use crate::{WebError, query::Wrong};

/// Why a request gets no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such address.
    NoSuchPage,
    /// There is no such booking page; the text is the visitor's.
    NoSuchTarget(String),
    /// The address is understood and means nothing here.
    NotHere(Wrong),
    /// The query is not understood.
    Query(Wrong),
    /// The method is not GET or HEAD.
    Method,
    /// The data cannot be read.
    Unavailable(WebError),
}

impl From<WebError> for Failure {
    fn from(error: WebError) -> Self {
        Self::Unavailable(error)
    }
}

impl Failure {
    /// The status that it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchPage | Self::NoSuchTarget(_) | Self::NotHere(_) => StatusCode::NOT_FOUND,
            Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Tells whoever runs the service, where it is the service that is at fault.
    pub(crate) fn log(&self, path: &str) {
        if let Self::Unavailable(error) = self {
            let path: String = path.chars().take(200).collect();
            tracing::error!(?path, %error, "no answer");
        }
    }
}
