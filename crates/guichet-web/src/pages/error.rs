//! What is said when there is no page. What never enters: anything that may fail again, such as the database.

use minijinja::{context, value::Serde};

use crate::{WebError, app::App, failure::Failure, lang::Lang, query::Wrong};

impl App {
    pub(crate) fn error_page(&self, lang: Lang, failure: &Failure) -> Result<String, WebError> {
        let (message, value) = match failure {
            Failure::NotHere(wrong) | Failure::Query(wrong) => match wrong {
                Wrong::Department(text) => ("error-department", Some(text)),
                Wrong::Procedure(text) => ("error-procedure", Some(text)),
                Wrong::Parameter(_) | Wrong::Twice(_) => ("error-not-found", None),
            },
            Failure::NoSuchTarget(id) => ("error-target", Some(id)),
            Failure::NoSuchPage => ("error-not-found", None),
            Failure::Method => ("error-method", None),
            Failure::Unavailable(_) => ("error-unavailable", None),
        };
        let context = context! { frame => Serde(self.frame(lang, "", None)), message, value };
        self.pages.render(lang, "error.html", context)
    }
}
