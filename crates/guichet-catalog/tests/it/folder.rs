//! A data folder of its own for a test: the real lists and outlines, and the sites that the test puts there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use guichet_catalog::{Catalog, Options, Problems, load};
use tempfile::TempDir;

/// The project's own data.
pub(crate) fn real() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data")
}

/// A folder that goes away with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// The real lists, no site.
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir(folder.path("sites")).unwrap();
        fs::create_dir(folder.path("geo")).unwrap();
        for name in ["metadata.toml", "departments.toml", "procedures.toml", "geo/departements.geojson"] {
            fs::copy(real().join(name), folder.path(name)).unwrap();
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Replaces `from`, which must be there, in a file.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        self.put(name, text.replacen(from, to, 1));
    }

    pub(crate) fn load(&self) -> Result<Catalog, Problems> {
        load(self.0.path(), &Options::default())
    }

    pub(crate) fn load_with_loopback(&self) -> Result<Catalog, Problems> {
        load(self.0.path(), &Options { allow_loopback: true })
    }

    /// All problems as they are printed, with `data/` for the folder.
    pub(crate) fn problems(&self) -> String {
        let problems = self.load().unwrap_err().to_string();
        problems.replace(&format!("{}", self.0.path().display()), "data")
    }
}
