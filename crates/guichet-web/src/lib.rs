//! The web side: pages for people, `GeoJSON` and a JSON API for programs. It only reads.
//!
//! Everything shown is at least the publishing delay old and rounded to the hour. Pages need no script, no cookie and
//! no other site. What never enters: writing to the store, outgoing requests, the clock (`now` is injected), anything
//! about a visitor.

mod api;
mod app;
mod assets;
mod coverage;
mod failure;
mod figures;
mod format;
mod hours;
mod http;
mod kept_audit;
mod lang;
mod map;
mod pages;
mod query;
mod reports;
mod state;
mod telling;
mod words;

use std::{fmt, future::Future, io, path::Path, sync::Arc};

use axum::Router;
use guichet_catalog::Catalog;
use guichet_model::Instant;
use guichet_store::StoreError;
use thiserror::Error;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    time::{Duration, sleep},
};

/// How the web side behaves.
#[derive(Clone)]
pub struct Settings {
    /// How old an hour must be before it is published; two hours unless there is a reason.
    pub publish_delay: chrono::Duration,
    /// The data are made up: every page and every answer says so.
    pub simulation: bool,
    /// An address for people to write to.
    pub contact: Option<String>,
    /// The clock.
    pub now: Arc<dyn Fn() -> Instant + Send + Sync>,
}

impl Settings {
    /// The usual delay of two hours, no simulation, no contact address.
    pub fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self {
            publish_delay: chrono::Duration::hours(2),
            simulation: false,
            contact: None,
            now: Arc::new(now),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("publish_delay", &self.publish_delay)
            .field("simulation", &self.simulation)
            .field("contact", &self.contact)
            .finish_non_exhaustive()
    }
}

/// Why the web side cannot start, or cannot answer.
#[derive(Debug, Error)]
pub enum WebError {
    /// The database cannot be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An embedded file is broken.
    #[error("the embedded file `{name}` is broken: {reason}")]
    Asset {
        /// Its path under `web/`.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A page could not be made from its template.
    #[error("a page could not be made: {0}")]
    Template(#[from] minijinja::Error),
    /// An answer could not be written as JSON.
    #[error("an answer could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A computation was cut off.
    #[error("a computation was cut off")]
    Interrupted,
}

pub use api::recipes::{pooled_json, r1, report_json};
pub use coverage::{Cell, Standing, coverage};
pub use hours::cut;
pub use kept_audit::{audit_json, calibrations_of};
pub use reports::{Wanted, host, pooled_of, report_of, reports};
pub use telling::{amount, tell, tell_pooled};

/// Every endpoint with what it gives, for the documentation.
pub const ROUTES: &[(&str, &str)] = &[
    ("/", "leads to /fr/"),
    ("/{lang}/", "the main page: the answer for a department and a procedure, the map, the table"),
    ("/{lang}/departement/{code}", "all booking pages known in a department"),
    ("/{lang}/guichet/{site}/{procedure}", "one booking page: figures and the week hour by hour"),
    (
        "/{lang}/guichet/{site}/{procedure}/{key}",
        "the same, where a site has several booking pages for one procedure",
    ),
    ("/{lang}/methode", "how the figures are calculated, in plain words"),
    ("/{lang}/etat", "the state of the service: pages no longer understood, how much is watched and covered"),
    ("/{lang}/previsions", "how our past forecasts fared"),
    ("/assets/{file}", "the style sheet"),
    ("/healthz", "whether the service can answer, and the age of its data"),
    ("/api/v1/health", "the same as /healthz"),
    ("/api/v1/openapi.json", "the description of the API"),
    ("/api/v1/sites.geojson", "all sites with their booking pages and figures"),
    ("/api/v1/departments.geojson", "all departments with outlines and pooled figures"),
    ("/api/v1/target/{site}/{procedure}", "every recipe over one booking page"),
    (
        "/api/v1/target/{site}/{procedure}/{key}",
        "the same, where a site has several booking pages for one procedure",
    ),
    ("/api/v1/france", "pooled figures of all France for each procedure"),
    ("/api/v1/audit", "how our past forecasts fared"),
];

/// The whole web side as a router.
///
/// # Errors
/// When the database cannot be opened, or an embedded file is broken.
pub fn app(
    catalog: Arc<Catalog>,
    database: impl AsRef<Path>,
    settings: Settings,
) -> Result<Router, WebError> {
    let app = app::App::open(catalog, database.as_ref(), settings)?;
    Ok(http::router(Arc::new(app)))
}

/// How long requests that are being answered may take once the service is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until `shutdown` ends; then takes no new request and gives those under way five seconds.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        shutdown.await;
        // Nobody listens any more only when the server has already ended.
        let _ = stopping.send(());
    });
    tokio::select! {
        ended = server.into_future() => ended,
        () = async { let _ = stopped.await; sleep(GRACE).await } => Ok(()),
    }
}

#[cfg(test)]
mod tests;
