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

/// What holds for all of France, in folders with channels.
pub(crate) const NATIONAL: &str = r#"
[[channel]]
procedure = "etudiant"
channel = "anef"
source = "The ministry"
stated = 2024-02-01
url = "https://anef.example.org/etudiant"

[[channel]]
procedure = "changement-adresse"
channel = "anef"
source = "The ministry"
stated = 2023
"#;

/// The file of a department of which nobody has told anything, but for students.
pub(crate) fn untold(department: &str) -> String {
    let unknown = ["premiere-demande", "renouvellement", "remise-titre", "naturalisation-decret"]
        .map(|procedure| format!("\n[[channel]]\nprocedure = \"{procedure}\"\nchannel = \"unknown\"\n"))
        .concat();
    format!(
        "department = \"{department}\"\n{unknown}\n[[channel]]\nprocedure = \"etudiant\"\nchannel = \"anef\"\nnational = true\n"
    )
}

/// The files that no data folder can do without.
pub(crate) const LISTS: [&str; 5] = [
    "metadata.toml",
    "departments.toml",
    "procedures.toml",
    "geo/departements.geojson",
    "calendars/public-holidays.toml",
];

/// A folder that goes away with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// The real lists, no site.
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir(folder.path("sites")).unwrap();
        fs::create_dir(folder.path("geo")).unwrap();
        fs::create_dir(folder.path("calendars")).unwrap();
        for name in LISTS {
            fs::copy(real().join(name), folder.path(name)).unwrap();
        }
        folder
    }

    /// The same with a folder of channels in which nobody has told anything.
    pub(crate) fn with_channels() -> Self {
        let folder = Self::new();
        fs::create_dir(folder.path("channels")).unwrap();
        folder.put("channels/national.toml", NATIONAL);
        for department in folder.departments() {
            folder.put(&format!("channels/{department}.toml"), untold(&department));
        }
        folder
    }

    /// The codes of departments.toml.
    fn departments(&self) -> Vec<String> {
        let list = fs::read_to_string(self.path("departments.toml")).unwrap();
        list.lines()
            .filter_map(|line| line.strip_prefix("code = \"")?.strip_suffix('"'))
            .map(str::to_owned)
            .collect()
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
