//! Any bytes as the answer of a booking site: nothing panics, nothing is concluded that the answer has no words for,
//! nothing forbidden is asked.
//!
//! An input is a head of [`HEAD`] bytes (whose circumstances: target, trail; whose address; which status; which
//! parameters and round) and the body. Circumstances, addresses and words come from the platforms' folders of pages.

#[allow(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../../crates/guichet-platforms/tests/reading/sample.rs"]
mod sample;
#[path = "../../crates/guichet-platforms/tests/reading/signs.rs"]
mod signs;

use std::{fs, path::PathBuf, sync::OnceLock};

use guichet_model::{Cause, Target};
use guichet_platforms::{Ask, MOST_STEPS, Markers, Page, Platform, Step, Trail, generic as every_platform};

use crate::{sample::Sample, signs::Signs};

/// How many bytes choose the circumstances.
pub const HEAD: usize = 5;
/// Statuses that answers come with; 200 twice, since most do.
const STATUSES: [u16; 16] = [200, 200, 201, 204, 302, 400, 401, 403, 404, 410, 429, 500, 502, 503, 504, 999];

/// The pages and words of one platform's folder.
struct Folder {
    pages: Vec<Sample>,
    /// None for pages that are judged before any platform.
    signs: Option<Signs>,
}

impl Folder {
    fn of(name: &str) -> Self {
        let folder: PathBuf =
            [env!("CARGO_MANIFEST_DIR"), "../crates/guichet-platforms/fixtures", name].iter().collect();
        let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "html"))
            .collect();
        paths.sort();
        let page = |path: PathBuf| Sample::of(name, &fs::read_to_string(path).unwrap());
        let signs = fs::read_to_string(folder.join("signs.txt")).ok();
        Self { pages: paths.into_iter().map(page).collect(), signs: signs.map(|text| Signs::of(name, &text)) }
    }

    fn page(&self, chosen: u8) -> &Sample {
        &self.pages[usize::from(chosen) % self.pages.len()]
    }
}

/// Writes the first inputs of the target for the folder `name`: each page in its own circumstances. libFuzzer reads
/// them after this.
pub fn sow(name: &str) {
    let corpus: PathBuf = [env!("CARGO_MANIFEST_DIR"), "corpus", &name.replace('-', "_")].iter().collect();
    fs::create_dir_all(&corpus).unwrap_or_else(|error| panic!("{}: {error}", corpus.display()));
    let status = |of: u16| STATUSES.iter().position(|status| *status == of).unwrap_or_default();
    for (at, page) in Folder::of(name).pages.iter().enumerate() {
        let round = usize::try_from(page.round).unwrap_or(0);
        let head = [at, at, status(page.status), at, round].map(|choice| u8::try_from(choice).unwrap_or(0));
        let seed = [&head[..], page.body.as_bytes()].concat();
        let file = corpus.join(format!("page-{at:03}"));
        fs::write(&file, seed).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

/// An answer to a question of the platform `name`.
pub fn platform(name: &str, data: &[u8]) {
    static FOLDER: OnceLock<(&'static dyn Platform, Folder)> = OnceLock::new();
    let (platform, folder) = FOLDER.get_or_init(|| {
        let platform =
            guichet_platforms::platform(name).unwrap_or_else(|| panic!("there is no platform `{name}`"));
        (platform, Folder::of(name))
    });
    let Some((&[like, from, status, params, round], body)) = data.split_first_chunk::<HEAD>() else {
        return;
    };
    let body = String::from_utf8_lossy(body);
    let like = folder.page(like);
    let target = Target { params: folder.page(params).target.params.clone(), ..like.target.clone() };
    let status = STATUSES[usize::from(status) % STATUSES.len()];
    // Whatever the generic verdict: what it stops is no reason for an adapter to guess.
    let page = Page { url: &folder.page(from).url, status, body: &body };
    let trail = Trail { round: round.into(), asked: &like.asked, noted: &[], listed: &like.listed };
    let mut markers = Markers::default();
    match platform.read(&target, &page, &trail, &mut markers) {
        Ok(Step::Read(reading)) => {
            assert_ne!(reading.outcome.cause(), Some(Cause::Withheld));
            let signs = folder.signs.as_ref().expect("the folder has a signs.txt");
            assert!(
                signs.allow(&reading, &body),
                "{reading:?} without a word for it; looked for: {markers:?}"
            );
            let found = markers.all().iter().any(|marker| marker.found);
            assert!(found || !reading.is_recognised(), "{reading:?} without a marker");
        }
        Ok(Step::Ask { next, listed, noted }) => {
            assert!(like.asked.len() < MOST_STEPS, "a question too many: {next:?}");
            assert!(noted.is_none_or(|said| said.desk.len() <= 200));
            assert!(
                listed
                    .iter()
                    .all(|desk| desk.label.as_ref().is_none_or(|label| label.chars().count() <= 120))
            );
            check_ask(*platform, folder, &target, &next);
        }
        Err(_) => {}
    }
    check_ask(*platform, folder, &target, &platform.begin(&target));
}

/// A question stays on the target's host and holds nothing forbidden.
fn check_ask(platform: &dyn Platform, folder: &Folder, target: &Target, ask: &Ask) {
    let (to, own) = (ask.url(), &target.url);
    assert_eq!((to.scheme(), to.host(), to.port()), (own.scheme(), own.host(), own.port()), "{ask:?}");
    assert_eq!(folder.signs.as_ref().and_then(|signs| signs.forbids(ask)), None, "{ask:?}");
    if let Ask::Get(url) = ask {
        assert!(platform.may_follow(target, url), "{url} is asked for, but no redirect to it is followed");
    }
}

/// An answer to a question of any platform.
pub fn generic(data: &[u8]) {
    static FOLDER: OnceLock<Folder> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| Folder::of("generic"));
    let Some((&[_, from, status, ..], body)) = data.split_first_chunk::<HEAD>() else {
        return;
    };
    let status = STATUSES[usize::from(status) % STATUSES.len()];
    let body = String::from_utf8_lossy(body);
    let page = Page { url: &folder.page(from).url, status, body: &body };
    let mut markers = Markers::default();
    let verdict = every_platform::verdict(&page, &mut markers);
    match verdict {
        Some(verdict) => {
            assert_ne!(verdict.cause, Cause::Withheld);
            let by_status = !(200..300).contains(&page.status);
            let by_marker = markers.all().iter().any(|marker| marker.found);
            assert!(by_status || by_marker, "{verdict:?} of a page that nothing was found on");
        }
        None => assert!((200..300).contains(&page.status), "no verdict on status {}", page.status),
    }
}
