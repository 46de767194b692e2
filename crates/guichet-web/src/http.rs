//! Routes, headers, conditional requests, errors as answers. What never enters: figures, words.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{OriginalUri, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use serde_json::Value;
use tokio::task;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
};

use crate::{WebError, api, app::App, assets::fingerprint, failure::Failure, lang::Lang};

/// How long one answer may take, the first computation of all figures included.
const PATIENCE: Duration = Duration::from_mins(1);
/// No answer is nearly as large.
const LARGEST: usize = 64 * 1024 * 1024;

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";
pub(crate) const FRESH: &str = "public, max-age=60";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
pub(crate) const NOT_KEPT: &str = "no-store";

const CONTENT_SECURITY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                                base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn router(app: Arc<App>) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let api = Router::new()
        .route("/sites.geojson", get(sites))
        .route("/departments.geojson", get(departments))
        .route("/target/{site}/{procedure}", get(report))
        .route("/target/{site}/{procedure}/{key}", get(report_with_key))
        .route("/france", get(france))
        .route("/audit", get(audit))
        .route("/openapi.json", get(openapi))
        .route("/health", get(health))
        .layer(header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    Router::new()
        .route("/", get(|| async { Redirect::to("/fr/") }))
        .route("/{lang}", get(with_slash))
        .route("/{lang}/", get(home))
        .route("/{lang}/departement/{code}", get(department))
        .route("/{lang}/guichet/{site}/{procedure}", get(target))
        .route("/{lang}/guichet/{site}/{procedure}/{key}", get(target_with_key))
        .route("/{lang}/methode", get(method))
        .route("/{lang}/etat", get(status))
        .route("/{lang}/previsions", get(forecasts))
        .route("/assets/{file}", get(asset))
        .route("/healthz", get(health))
        .nest("/api/v1", api)
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(conditional))
        .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CACHE_CONTROL, NOT_KEPT))
}

/// Gives what may be kept a strong `ETag`, the hash of what is sent, and answers 304 where the visitor has it already.
/// HEAD is answered as GET is, without the body.
async fn conditional(mut request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        *request.method_mut() = Method::GET;
    }
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect::<Vec<_>>();
    let (mut parts, body) = next.run(request).await.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    if parts.status == StatusCode::OK
        && parts.headers.get(header::CACHE_CONTROL).is_some_and(|v| v != NOT_KEPT)
    {
        let tag = format!("\"{}\"", fingerprint(&bytes));
        let is_known = known
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|one| matches!(one.trim().trim_start_matches("W/"), one if one == "*" || one == tag));
        if let Ok(value) = HeaderValue::from_str(&tag) {
            parts.headers.insert(header::ETAG, value);
        }
        if is_known {
            parts.status = StatusCode::NOT_MODIFIED;
            for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
                parts.headers.remove(name);
            }
            return Response::from_parts(parts, Body::empty());
        }
    }
    Response::from_parts(parts, if is_head { Body::empty() } else { Body::from(bytes) })
}

/// An answer that is complete.
pub(crate) fn reply(
    status: StatusCode,
    kind: &'static str,
    keep: &'static str,
    body: impl Into<Bytes>,
) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    (status, headers, body.into()).into_response()
}

/// Runs `work` on a thread that may block: it reads the database and computes.
async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let app = Arc::clone(app);
    task::spawn_blocking(move || work(&app)).await.unwrap_or(Err(Failure::Unavailable(WebError::Interrupted)))
}

/// A page, or the page that says why there is none.
async fn page(
    app: Arc<App>,
    uri: Uri,
    work: impl FnOnce(&App, Lang) -> Result<String, Failure> + Send + 'static,
) -> Response {
    let code = uri.path().split('/').nth(1).unwrap_or_default();
    let made = match Lang::of(code) {
        Some(lang) => blocking(&app, move |app| work(app, lang)).await,
        None => Err(Failure::NoSuchPage),
    };
    match made {
        Ok(html) => reply(StatusCode::OK, HTML, FRESH, html),
        Err(failure) => refuse(&app, &uri, &failure),
    }
}

fn no_page(app: &App, uri: &Uri, failure: &Failure) -> Response {
    failure.log(uri.path());
    match app.error_page(Lang::of_path(uri.path()), failure) {
        Ok(html) => reply(failure.status(), HTML, NOT_KEPT, html),
        Err(error) => {
            tracing::error!(%error, "no page for an error");
            failure.status().into_response()
        }
    }
}

async fn with_slash(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    match Lang::of(uri.path().trim_start_matches('/')) {
        Some(lang) => Redirect::permanent(&format!("/{}/", lang.code())).into_response(),
        None => refuse(&app, &uri, &Failure::NoSuchPage),
    }
}

async fn home(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    let query = uri.query().map(str::to_owned);
    page(app, uri, move |app, lang| app.home_page(lang, query.as_deref())).await
}

async fn department(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    Path((_, code)): Path<(String, String)>,
) -> Response {
    page(app, uri, move |app, lang| app.department_page(lang, &code)).await
}

async fn target(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    Path((_, site, procedure)): Path<(String, String, String)>,
) -> Response {
    page(app, uri, move |app, lang| app.target_page(lang, &format!("{site}/{procedure}"))).await
}

async fn target_with_key(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    Path((_, site, procedure, key)): Path<(String, String, String, String)>,
) -> Response {
    page(app, uri, move |app, lang| app.target_page(lang, &format!("{site}/{procedure}/{key}"))).await
}

async fn method(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    page(app, uri, App::method_page).await
}

async fn status(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    page(app, uri, App::status_page).await
}

async fn forecasts(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    page(app, uri, App::audit_page).await
}

async fn asset(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    if uri.path() == app.style.path {
        reply(StatusCode::OK, "text/css; charset=utf-8", IMMUTABLE, app.style.bytes.clone())
    } else {
        no_page(&app, &uri, &Failure::NoSuchPage)
    }
}

async fn sites(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    answer(app, uri, GEOJSON, api::geojson::sites).await
}

async fn departments(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    answer(app, uri, GEOJSON, api::geojson::departments).await
}

async fn report(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    Path((site, procedure)): Path<(String, String)>,
) -> Response {
    report_about(app, uri, format!("{site}/{procedure}")).await
}

async fn report_with_key(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    Path((site, procedure, key)): Path<(String, String, String)>,
) -> Response {
    report_about(app, uri, format!("{site}/{procedure}/{key}")).await
}

async fn report_about(app: Arc<App>, uri: Uri, id: String) -> Response {
    answer(app, uri, JSON, move |app, query| json(&api::target::target(app, &id, query)?)).await
}

async fn france(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    answer(app, uri, JSON, |app, query| json(&api::france::france(app, query)?)).await
}

async fn audit(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    answer(app, uri, JSON, |app, query| json(&api::audit::audit(app, query)?)).await
}

fn json(value: &Value) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::Unavailable(WebError::Json(error)))
}

/// An answer for programs, or the problem that there is none.
async fn answer(
    app: Arc<App>,
    uri: Uri,
    kind: &'static str,
    work: impl FnOnce(&App, Option<&str>) -> Result<Vec<u8>, Failure> + Send + 'static,
) -> Response {
    let query = uri.query().map(str::to_owned);
    match blocking(&app, move |app| work(app, query.as_deref())).await {
        Ok(json) => reply(StatusCode::OK, kind, FRESH, json),
        Err(failure) => no_answer(&uri, &failure),
    }
}

fn no_answer(uri: &Uri, failure: &Failure) -> Response {
    failure.log(uri.path());
    let body = api::problem(failure).to_string();
    reply(failure.status(), "application/problem+json", NOT_KEPT, body)
}

async fn openapi(OriginalUri(uri): OriginalUri) -> Response {
    match (api::no_parameters(uri.query()), api::openapi()) {
        (Err(failure), _) | (_, Err(failure)) => no_answer(&uri, &failure),
        (Ok(()), Ok(text)) => reply(StatusCode::OK, JSON, FRESH, text),
    }
}

async fn health(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    if let Err(failure) = api::no_parameters(uri.query()) {
        return no_answer(&uri, &failure);
    }
    let (status, body) = blocking(&app, |app| Ok(api::health(app)))
        .await
        .unwrap_or_else(|failure| (failure.status(), api::problem(&failure)));
    reply(status, JSON, NOT_KEPT, body.to_string())
}

async fn nowhere(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    refuse(&app, &uri, &Failure::NoSuchPage)
}

async fn wrong_method(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri) -> Response {
    refuse(&app, &uri, &Failure::Method)
}

fn refuse(app: &App, uri: &Uri, failure: &Failure) -> Response {
    if matches!(uri.path(), "/healthz" | "/api") || uri.path().starts_with("/api/") {
        no_answer(uri, failure)
    } else {
        no_page(app, uri, failure)
    }
}
