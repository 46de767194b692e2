//! The folders of the registered platforms: their pages, each with its circumstances, and what must stand in them.

use std::{fs, path::PathBuf, sync::LazyLock};

use guichet_model::Target;
use guichet_platforms::{Markers, PLATFORMS, Page, Platform, Step, Trail, Unrecognised};

use crate::{sample::Sample, signs::Signs};

/// All that is known of a platform from its folder.
pub(crate) struct Folder {
    pub(crate) platform: &'static dyn Platform,
    pub(crate) pages: Vec<Sample>,
    pub(crate) signs: Signs,
}

/// The folders of all registered platforms.
pub(crate) static FOLDERS: LazyLock<Vec<Folder>> =
    LazyLock::new(|| PLATFORMS.iter().map(|platform| Folder::of(*platform)).collect());

impl Folder {
    fn of(platform: &'static dyn Platform) -> Self {
        let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "fixtures", platform.name()].iter().collect();
        let mut paths: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "html"));
        paths.sort();
        let page = |path: PathBuf| Sample::of(platform.name(), &fs::read_to_string(path).unwrap());
        let signs = fs::read_to_string(folder.join("signs.txt"));
        let signs = signs.unwrap_or_else(|_| panic!("{}: no signs.txt", platform.name()));
        Self {
            platform,
            pages: paths.into_iter().map(page).collect(),
            signs: Signs::of(platform.name(), &signs),
        }
    }

    /// Reads `body` as if it had come instead of the page `like`; desks said nothing before.
    pub(crate) fn read(
        &self,
        like: &Sample,
        body: &str,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised> {
        let page = Page { url: &like.url, status: 200, body };
        let trail = Trail { round: like.round, asked: &like.asked, noted: &[], listed: &like.listed };
        self.platform.read(&like.target, &page, &trail, markers)
    }

    /// The targets of its pages, each once.
    pub(crate) fn targets(&self) -> Vec<&Target> {
        let mut targets: Vec<&Target> = Vec::new();
        for page in &self.pages {
            if !targets.contains(&&page.target) {
                targets.push(&page.target);
            }
        }
        targets
    }
}

/// The pages of a platform's folder, without the comments at their top.
pub(crate) fn bodies(platform: &str) -> Vec<String> {
    let folder = FOLDERS.iter().find(|folder| folder.platform.name() == platform).unwrap();
    folder.pages.iter().map(|page| page.body.clone()).collect()
}
