//! The configuration: defaults, then the file, then the command line; checked once, then fixed. What never enters:
//! the catalogue.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use chrono::TimeDelta;
use guichet_sampler::planner;
use serde::Deserialize;
use url::Url;

use crate::cli::Common;

/// The file as written. Every key has a default and is explained in `deploy/guichet.example.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    data: Option<PathBuf>,
    db: Option<PathBuf>,
    contact: Option<String>,
    public_page: Option<String>,
    listen: Option<SocketAddr>,
    publish: Publish,
    sampler: Sampling,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Publish {
    delay: String,
}

impl Default for Publish {
    fn default() -> Self {
        Self { delay: "2h".to_owned() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Sampling {
    seed: Option<u64>,
    concurrency: usize,
    keep_pages: String,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { seed: None, concurrency: 8, keep_pages: "90d".to_owned() }
    }
}

/// What holds in this run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Folder of the catalogue.
    pub(crate) data: PathBuf,
    /// The database.
    pub(crate) db: PathBuf,
    /// Whether the database was named by the user.
    pub(crate) db_named: bool,
    /// Who answers for the requests.
    pub(crate) contact: Option<String>,
    /// A page about us, told with every request.
    pub(crate) public_page: Option<Url>,
    /// Where the pages are served.
    pub(crate) listen: SocketAddr,
    /// How old a figure must be before it is published.
    pub(crate) publish_delay: TimeDelta,
    /// Seed of the sampling plan.
    pub(crate) seed: u64,
    /// How many hosts are asked at once, at most.
    pub(crate) concurrency: usize,
    /// How long page bodies are kept.
    pub(crate) keep_pages: TimeDelta,
}

impl Settings {
    /// Resolves file and command line.
    pub(crate) fn resolve(common: &Common) -> anyhow::Result<Self> {
        let file = common.config.as_deref().map(read).transpose()?.unwrap_or_default();
        let named_db = common.db.clone().or(file.db);
        let concurrency = file.sampler.concurrency;
        if !(1..=64).contains(&concurrency) {
            bail!("sampler.concurrency is {concurrency}; write a number from 1 to 64");
        }
        // An empty line in an environment file is no address, and no mistake either.
        let contact = common.contact.clone().or(file.contact).filter(|contact| !contact.trim().is_empty());
        Ok(Self {
            data: common.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("data")),
            db_named: named_db.is_some(),
            db: named_db.unwrap_or_else(|| PathBuf::from("guichet.db")),
            public_page: file.public_page.as_deref().map(page).transpose()?,
            listen: common
                .listen
                .or(file.listen)
                .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            publish_delay: span("publish.delay", &file.publish.delay)?,
            seed: file
                .sampler
                .seed
                .unwrap_or_else(|| planner::seed_of(contact.as_deref().unwrap_or_default())),
            concurrency,
            contact,
            keep_pages: span("sampler.keep_pages", &file.sampler.keep_pages)?,
        })
    }
}

fn read(path: &Path) -> anyhow::Result<File> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration {}", path.display()))?;
    toml::from_str(&text).map_err(|error| anyhow!("{}: {error}", path.display()))
}

fn page(text: &str) -> anyhow::Result<Url> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| anyhow!("public_page is `{text}`; write an address that begins with https://"))
}

/// The longest span that makes sense in a configuration.
const LONGEST: TimeDelta = TimeDelta::days(3650);

fn span(key: &str, text: &str) -> anyhow::Result<TimeDelta> {
    guichet_catalog::parse_span(text)
        .and_then(|span| TimeDelta::from_std(span).ok())
        .filter(|span| *span <= LONGEST)
        .ok_or_else(|| {
            anyhow!("{key} is `{text}`; write a number with s, m, h or d, as in \"2h\", at most 3650d")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example file, every commented key switched on.
    fn example() -> String {
        let text = include_str!("../../../deploy/guichet.example.toml");
        text.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_example_file_names_every_key_and_holds_the_defaults() {
        let file: File = toml::from_str(&example()).unwrap();
        let (publish, sampling) = (Publish::default(), Sampling::default());
        assert_eq!(file.publish.delay, publish.delay);
        assert_eq!(
            (file.sampler.concurrency, file.sampler.keep_pages),
            (sampling.concurrency, sampling.keep_pages)
        );
        let defaults = Settings::resolve(&Common::default()).unwrap();
        assert_eq!(
            (file.data, file.db, file.listen),
            (Some(defaults.data), Some(defaults.db), Some(defaults.listen))
        );
        assert!(file.contact.is_some() && file.public_page.is_some() && file.sampler.seed.is_some());
    }

    #[test]
    fn spans_that_no_calendar_holds_are_refused_and_operators_have_plans_of_their_own() {
        assert!(span("publish.delay", "100000000d").is_err());
        assert_eq!(span("publish.delay", "0s").unwrap(), TimeDelta::zero());
        let seed = |contact: &str| {
            let common = Common { contact: Some(contact.to_owned()), ..Common::default() };
            Settings::resolve(&common).unwrap().seed
        };
        assert_ne!(seed("a@example.org"), seed("b@example.org"));
        assert_eq!(seed("a@example.org"), seed("A@example.org "));
        assert_eq!(
            Settings::resolve(&Common { contact: Some(" ".to_owned()), ..Common::default() })
                .unwrap()
                .contact,
            None
        );
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("guichet.toml");
        fs::write(&path, "contact = \"you@example.org\"\n[publish]\ndelai = \"2h\"\n").unwrap();
        let common = Common { config: Some(path), ..Common::default() };
        let message = format!("{:#}", Settings::resolve(&common).unwrap_err());
        assert!(
            message.contains("guichet.toml") && message.contains("line 3") && message.contains("delai"),
            "{message}"
        );
    }
}
