//! Sites and departments as `GeoJSON` (RFC 7946), with the figures as properties. What never enters: words for people.

use std::{collections::BTreeSet, sync::Arc};

use geojson::{Feature, FeatureCollection, Geometry, JsonObject, feature::Id};
use guichet_catalog::Outline;
use guichet_model::{Cause, Channel, Competence, Position, ProcedureId, SiteId, TargetId, civil::LocalHour};
use guichet_stats::class::ClassSet;
use serde_json::{Value, json};

use super::{
    add, instant, meta,
    recipes::{self, r1},
    rounded,
};
use crate::{
    WebError,
    app::App,
    failure::Failure,
    figures::{Figures, Pool, Snapshot, TargetFacts, instant_of},
    query::{Wanted, Wrong},
    state::{State, Watch},
};

/// All sites of the catalogue and the store, or those with a target for the procedure that the query names.
pub(crate) fn sites(app: &App, query: Option<&str>) -> Result<Vec<u8>, Failure> {
    let (snapshot, procedure) = asked(app, query)?;
    let procedure = procedure.as_ref();
    let stored = snapshot.targets.keys().map(TargetId::site);
    let listed = app.catalog.entries.iter().map(|entry| &entry.site.id);
    let ids: BTreeSet<&SiteId> = stored.chain(listed).collect();
    let features = ids
        .into_iter()
        .filter(|id| procedure.is_none() || snapshot.site(id, procedure).is_some())
        .map(|id| site(app, &snapshot, id, procedure))
        .collect();
    collection(app, &snapshot, procedure, features)
}

/// All departments with their outlines; figures for the procedure that the query names, or of all pages together.
pub(crate) fn departments(app: &App, query: Option<&str>) -> Result<Vec<u8>, Failure> {
    let (snapshot, procedure) = asked(app, query)?;
    let procedure = procedure.as_ref();
    let features = app.catalog.outlines.iter().map(|outline| department(app, &snapshot, outline, procedure));
    let features = features.collect();
    collection(app, &snapshot, procedure, features)
}

fn asked(app: &App, query: Option<&str>) -> Result<(Arc<Snapshot>, Option<ProcedureId>), Failure> {
    let procedure = Wanted::of_api(query).map_err(Failure::Query)?;
    let snapshot = app.snapshot()?;
    if let Some(id) = &procedure
        && snapshot.procedure(id).is_none()
    {
        return Err(Failure::Query(Wrong::procedure(id.as_str())));
    }
    Ok((snapshot, procedure))
}

fn collection(
    app: &App,
    snapshot: &Snapshot,
    procedure: Option<&ProcedureId>,
    features: Vec<Feature>,
) -> Result<Vec<u8>, Failure> {
    let meta = meta(app, snapshot, procedure);
    let collection = FeatureCollection {
        bbox: None,
        features,
        foreign_members: Some(JsonObject::from_iter([("meta".to_owned(), meta)])),
    };
    serde_json::to_vec(&collection).map_err(|error| Failure::Unavailable(WebError::Json(error)))
}

fn feature(id: &str, geometry: Option<Geometry>, properties: Value) -> Feature {
    Feature {
        bbox: None,
        geometry,
        id: Some(Id::String(id.to_owned())),
        properties: match properties {
            Value::Object(properties) => Some(properties),
            _ => Some(JsonObject::new()),
        },
        foreign_members: None,
    }
}

fn site(app: &App, snapshot: &Snapshot, id: &SiteId, procedure: Option<&ProcedureId>) -> Feature {
    let site = app.catalog.site(id).map(|entry| &entry.site);
    let pool = snapshot.site(id, procedure);
    let targets: Vec<Value> = snapshot
        .targets
        .values()
        .filter(|target| {
            target.id.site() == id && procedure.is_none_or(|wanted| target.id.procedure() == wanted)
        })
        .map(|facts| target(app, facts))
        .collect();
    let mut properties = json!({
        "name": site.map_or(id.as_str(), |site| site.name.as_str()),
        "kind": site.map(|site| site.kind.as_str()),
        "department": id.department().as_str(),
        "in_catalogue": site.is_some(),
        "position_source": site.and_then(|site| site.position_source.as_deref()),
        "competence": site.and_then(|site| site.competence.as_ref()).map(competence),
        "channel": channel(pool).as_str(),
        "watched": pool.is_some_and(is_watched),
        "targets": targets,
    });
    add(&mut properties, pooled(pool));
    let geometry =
        site.and_then(|site| site.position).map(|Position { lon, lat }| Geometry::new_point([lon, lat]));
    feature(id.as_str(), geometry, properties)
}

fn department(app: &App, snapshot: &Snapshot, outline: &Outline, procedure: Option<&ProcedureId>) -> Feature {
    let pool = snapshot.department(&outline.code, procedure);
    let of_all = pool.and_then(|pool| pool.pooled.as_ref());
    let cell = procedure.and_then(|procedure| snapshot.cell(&outline.code, procedure));
    let statement = procedure.and_then(|procedure| app.catalog.statement(&outline.code, procedure));
    let name = app.catalog.department(&outline.code).map_or(&outline.name, |department| &department.name);
    let mut properties = json!({
        "code": outline.code.as_str(),
        "name": name,
        "desks": pool.map_or(0, |pool| pool.targets),
        "desks_with_data": pool.map_or(0, |pool| pool.with_data),
        "channel": cell.map(|cell| cell.channel.as_str()).or_else(|| known_channel(procedure, pool)),
        "coverage": cell.map(|cell| cell.standing.as_str()),
        "channel_source": statement.and_then(|said| said.source.as_deref()),
        "channel_stated": statement.and_then(|said| said.stated).map(|day| day.to_string()),
        "watched": pool.is_some_and(is_watched),
        "watch": pool.and_then(|pool| pool.watch).map(Watch::as_str),
        "chance_14": of_all.map(|all| recipes::short_chance(&all.chance, ClassSet::DAYS)),
        "class": of_all.and_then(|all| all.class.as_ref().ok()).map(recipes::class),
    });
    add(&mut properties, pooled(pool));
    let geometry = match outline.polygons.as_slice() {
        [] => None,
        [polygon] => Some(Geometry::new_polygon(polygon.iter().map(|ring| ring.iter().copied()))),
        polygons => Some(Geometry::new_multi_polygon(
            polygons.iter().map(|polygon| polygon.iter().map(|ring| ring.iter().copied())),
        )),
    };
    feature(outline.code.as_str(), geometry, properties)
}

fn competence(told: &Competence) -> Value {
    json!({ "scope": told.scope.as_str(), "areas": told.areas, "source": told.source })
}

fn target(app: &App, facts: &TargetFacts) -> Value {
    let listed = app.catalog.target(&facts.id).map(|(_, target)| target);
    let cause = match facts.watch {
        Watch::NotFoundAlive { cause } => cause,
        Watch::Wall { .. } => Some(Cause::Challenged),
        _ => None,
    };
    let since = match facts.watch {
        Watch::Watched { since } => Some(instant(since)),
        _ => None,
    };
    let wall_since = match facts.watch {
        Watch::Wall { since } => Some(instant(since)),
        _ => None,
    };
    let mut target = json!({
        "id": facts.id.as_str(),
        "procedure": facts.id.procedure().as_str(),
        "label": listed.and_then(|target| target.label.as_deref()),
        "platform": listed.map(|target| target.platform.as_str()),
        "seen": listed.and_then(|target| target.seen),
        "source": listed.and_then(|target| target.source.as_deref()),
        "conflict": listed.and_then(|target| target.conflict.as_deref()),
        "url": listed.map(|target| target.url.as_str()),
        "status": listed.map_or("historical", |target| target.status.as_str()),
        "watched": facts.watch.is_watched(),
        "watch": facts.watch.as_str(),
        "watched_since": since,
        "wall_since": wall_since,
        "cause": cause.map(Cause::as_str),
        "channel": if listed.is_some() { Channel::BookingPage } else { Channel::Unknown }.as_str(),
        "timezone": facts.figures.zone.name(),
        "sources": facts.sources,
        "availability": facts.figures.availability.as_ref().map(r1),
    });
    add(&mut target, counts(&facts.figures));
    target
}

fn is_watched(pool: &Pool) -> bool {
    pool.watch.is_some_and(Watch::is_watched)
}

/// Of all procedures together only that there is a booking page can be said.
fn known_channel(procedure: Option<&ProcedureId>, pool: Option<&Pool>) -> Option<&'static str> {
    let channel = channel(pool);
    (procedure.is_some() || channel != Channel::Unknown).then_some(channel.as_str())
}

/// A booking page where a target exists that is more than history; nobody has told us otherwise.
fn channel(pool: Option<&Pool>) -> Channel {
    if pool.is_some_and(|pool| pool.has_page) { Channel::BookingPage } else { Channel::Unknown }
}

/// What a place says of all its targets together.
fn pooled(pool: Option<&Pool>) -> Value {
    let figures = pool.map(|pool| &pool.figures);
    let availability = figures.and_then(|figures| figures.availability.as_ref());
    let mut object = json!({
        "p": availability.and_then(|figures| figures.p).map(rounded),
        "lo95": availability.map(|figures| rounded(figures.interval.lo)),
        "hi95": availability.map(|figures| rounded(figures.interval.hi)),
        "capture": availability.map(|figures| rounded(figures.capture)),
        "missing_share": availability.map(|figures| rounded(figures.missing_share)),
        "tier": availability.map(|figures| figures.tier.as_str()),
    });
    match figures {
        Some(figures) => add(&mut object, counts(figures)),
        None => add(
            &mut object,
            json!({
                "state": State::Never.as_str(), "n": 0, "open": 0, "full": 0, "shut": 0, "unknown": 0,
                "from": null, "to": null, "first_observation": null, "last_observation": null, "last_open": null,
            }),
        ),
    }
    object
}

/// How often what was seen, and when; `n` is open and full, the denominator of the share.
fn counts(figures: &Figures) -> Value {
    let counts = figures.availability.as_ref().map(|figures| figures.counts).unwrap_or_default();
    let hour = |hour: Option<LocalHour>| hour.and_then(|hour| instant_of(hour, figures.zone)).map(instant);
    json!({
        "state": figures.state.as_str(),
        "n": counts.told(),
        "open": counts.open,
        "full": counts.full,
        "shut": counts.shut,
        "unknown": counts.unknown,
        "from": figures.availability.as_ref().map(|figures| figures.from.to_string()),
        "to": figures.availability.as_ref().map(|figures| figures.to.to_string()),
        "first_observation": hour(figures.first),
        "last_observation": hour(figures.last),
        "last_open": hour(figures.last_open),
    })
}
