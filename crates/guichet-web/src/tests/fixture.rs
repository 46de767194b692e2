//! A catalogue with a few invented sites over the real departments, and a database with invented observations.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use chrono::Duration;
use guichet_catalog::{Catalog, Options};
use guichet_model::{
    Cause, Instant, Observation, Offer, Outcome, Purpose, Source, TargetId, civil::LocalHour, civil::PARIS,
};
use guichet_store::{Store, TargetState};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::{Settings, app};

pub(super) const NOW: &str = "2026-11-17T13:47:00Z";
/// A name and a label as bad as they come.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"'&";

pub(super) struct Site {
    pub(super) router: Router,
    pub(super) dir: TempDir,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Site {
    pub(super) async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }

    /// A page that must be there.
    pub(super) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }
}

pub(super) fn now() -> Instant {
    NOW.parse().unwrap()
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data")
}

/// The real departments, procedures and outlines with the sites given here.
pub(super) fn catalog(dir: &Path) -> Catalog {
    for name in [
        "metadata.toml",
        "departments.toml",
        "procedures.toml",
        "geo/departements.geojson",
        "calendars/public-holidays.toml",
    ] {
        fs::create_dir_all(dir.join(name).parent().unwrap()).unwrap();
        fs::copy(data().join(name), dir.join(name)).unwrap();
    }
    fs::copy(data().join("competence.toml"), dir.join("competence.toml")).unwrap();
    channels(dir);
    fs::create_dir_all(dir.join("sites")).unwrap();
    for (name, text) in SITES {
        fs::write(dir.join("sites").join(name), text).unwrap();
    }
    let mut catalog = guichet_catalog::load(dir, &Options::default()).unwrap();
    for entry in &mut catalog.entries {
        if entry.site.id.as_str() == "974-saint-denis" {
            // The catalogue's own checks are not what is tested here.
            HOSTILE.clone_into(&mut entry.site.name);
            entry.targets[0].label = Some(HOSTILE.to_owned());
        }
    }
    catalog
}

/// What is said of each department: nothing, but for what its sites show, the national statement and one of its own.
fn channels(dir: &Path) {
    fs::create_dir_all(dir.join("channels")).unwrap();
    fs::write(dir.join("channels/national.toml"), NATIONAL).unwrap();
    let text = fs::read_to_string(data().join("departments.toml")).unwrap();
    let codes = text.lines().filter_map(|line| line.strip_prefix("code = \"")?.strip_suffix('"'));
    for code in codes {
        let mut file = format!("department = \"{code}\"\n");
        for procedure in guichet_catalog::MAIN_PROCEDURES {
            let said = match (procedure, code) {
                ("naturalisation-decret", _) => "channel = \"anef\"\nnational = true",
                ("renouvellement", "92" | "93" | "94" | "974") => {
                    "channel = \"booking_page\"\nsource = \"an invented source\"\nstated = 2026"
                }
                ("premiere-demande", "69") => {
                    "channel = \"email\"\nsource = \"an invented note, https://www.example.org/note\"\nstated = 2025"
                }
                _ => "channel = \"unknown\"",
            };
            writeln!(file, "[[channel]]\nprocedure = \"{procedure}\"\n{said}").unwrap();
        }
        fs::write(dir.join(format!("channels/{code}.toml")), file).unwrap();
    }
}

const NATIONAL: &str = r#"
[[channel]]
procedure = "naturalisation-decret"
channel = "anef"
source = "an invented decree"
stated = 2023-02-06
url = "https://www.example.org/anef"
"#;

const SITES: [(&str, &str); 4] = [
    (
        "92-nanterre.toml",
        r#"
id = "92-nanterre"
name = "Préfecture des Hauts-de-Seine"
kind = "prefecture"
department = "92"
position = { lon = 2.20675, lat = 48.89198 }
source = "https://www.example.org/nanterre"
checked = 2026-11-02

[[target]]
procedure = "renouvellement"
key = "vpf"
label = "Renouvellement, vie privée et familiale"
platform = "ez-booking"
url = "https://www.hauts-de-seine.gouv.fr/booking/create/12069"
status = "active"
cadence = "30m"

[[target]]
procedure = "renouvellement"
key = "etudiant"
platform = "ez-booking"
url = "https://www.hauts-de-seine.gouv.fr/booking/create/4129"
status = "active"
cadence = "30m"
"#,
    ),
    (
        "93-bobigny.toml",
        r#"
id = "93-bobigny"
name = "Préfecture de la Seine-Saint-Denis"
kind = "prefecture"
department = "93"
source = "an invented source"

[[target]]
procedure = "renouvellement"
platform = "ez-booking"
url = "https://www.seine-saint-denis.gouv.fr/booking/create/1"
status = "active"
cadence = "30m"
"#,
    ),
    (
        "94-creteil.toml",
        r#"
id = "94-creteil"
name = "Préfecture du Val-de-Marne"
kind = "prefecture"
department = "94"
source = "an invented source"

[[target]]
procedure = "renouvellement"
platform = "ez-booking"
url = "https://www.val-de-marne.gouv.fr/booking/create/1"
status = "active"
cadence = "30m"

[[target]]
procedure = "asile"
platform = "ez-booking"
url = "https://www.val-de-marne.gouv.fr/booking/create/2"
status = "retired"
cadence = "30m"
"#,
    ),
    (
        "974-saint-denis.toml",
        r#"
id = "974-saint-denis"
name = "Préfecture de La Réunion"
kind = "prefecture"
department = "974"
source = "an invented source"

[[target]]
procedure = "renouvellement"
label = "Renouvellement"
platform = "ez-booking"
url = "https://www.reunion.gouv.fr/booking/create/1"
status = "active"
cadence = "30m"
"#,
    ),
];

/// An observation each hour of the `days` before now, as `outcome` says of the hour in Paris.
pub(super) fn hourly(target: &str, days: i64, outcome: impl Fn(LocalHour) -> Outcome) -> Vec<Observation> {
    (0..days * 24)
        .map(|hour| {
            let at = now() - Duration::minutes(20) - Duration::hours(hour);
            observation(target, at, outcome(LocalHour::of(at, PARIS)), "sampler")
        })
        .collect()
}

pub(super) fn observation(target: &str, at: Instant, outcome: Outcome, source: &str) -> Observation {
    Observation {
        target: target.parse().unwrap(),
        observed_at: at,
        outcome,
        purpose: Purpose::Base,
        intensity_per_h: Some(1.0),
        source: source.parse::<Source>().unwrap(),
        desks: Vec::new(),
        probe: None,
    }
}

fn observations() -> Vec<Observation> {
    let open = Outcome::Open(Offer::UNTOLD);
    let mut all =
        hourly("92-nanterre/renouvellement/vpf", 60, |at| if at.hour == 9 { open } else { Outcome::Full });
    all.extend(hourly("92-nanterre/renouvellement/etudiant", 3, |at| match at.hour {
        0..8 => Outcome::Shut,
        8 => Outcome::Unknown(Cause::Overloaded),
        _ => open,
    }));
    all.extend(hourly("93-bobigny/renouvellement", 20, |_| Outcome::Full));
    all.extend(hourly("94-creteil/renouvellement", 20, |_| Outcome::Unknown(Cause::Challenged)));
    let start: Instant = "2022-06-06T00:30:00Z".parse().unwrap();
    all.extend((0..72).map(|hour| {
        let at = start + Duration::hours(hour);
        let outcome = if hour % 12 == 7 { open } else { Outcome::Full };
        observation("76-rouen/file-du-matin", at, outcome, "rouen-2022")
    }));
    all
}

/// Changes where the sampling of a target stands; before the first request, as the figures are kept.
pub(super) fn save_state(site: &Site, target: &str, state_of_target: &TargetState) {
    state(target, state_of_target, &mut Store::open(&site.dir.path().join("guichet.db")).unwrap());
}

fn state(target: &str, state: &TargetState, store: &mut Store) {
    store.save_target_state(&target.parse::<TargetId>().unwrap(), state).unwrap();
}

/// With the usual settings.
pub(super) fn site() -> Site {
    site_with(observations(), |_| {})
}

/// With other observations and settings.
pub(super) fn site_with(observations: Vec<Observation>, change: impl FnOnce(&mut Settings)) -> Site {
    let dir = TempDir::new().unwrap();
    let catalog = catalog(&dir.path().join("data"));
    let database = dir.path().join("guichet.db");
    let mut store = Store::open(&database).unwrap();
    let targets: Vec<_> = catalog
        .targets()
        .map(|(_, target)| (target.id.clone(), catalog.zone(target.id.department())))
        .collect();
    store.ensure_targets(&targets).unwrap();
    store.import(&mut observations.into_iter(), &|code| catalog.zone(code)).unwrap();
    let alive = TargetState { alive_since: Some(now() - Duration::days(60)), ..TargetState::default() };
    state("92-nanterre/renouvellement/vpf", &alive, &mut store);
    state("93-bobigny/renouvellement", &alive, &mut store);
    let challenged = TargetState { last_cause: Some(Cause::Challenged), ..alive };
    state("94-creteil/renouvellement", &challenged, &mut store);
    let gone = TargetState {
        probation_tries: 3,
        last_probe_at: Some(now() - Duration::days(1)),
        last_cause: Some(Cause::Gone),
        ..TargetState::default()
    };
    state("974-saint-denis/renouvellement", &gone, &mut store);
    let mut settings = Settings::new(now);
    change(&mut settings);
    Site { router: app(Arc::new(catalog), database, settings).unwrap(), dir }
}
