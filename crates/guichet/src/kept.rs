//! A probe that was saved: a folder with `probe.json` and the pages `1.html`, `2.html`, … What never enters: cookies,
//! what the pages mean.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read as _, Write as _},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use chrono::NaiveDate;
use guichet_model::{Cause, DeskReading, Instant, Offer, Outcome, Service, SlotCount, Target, TargetId};
use guichet_platforms::{Ask, MOST_STEPS};
use guichet_sampler::Probed;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use url::Url;

use crate::{account::method, reread::Kept, show};

#[cfg(test)]
mod tests;

/// The file that makes a folder a saved probe; written last.
pub(crate) const PROBE_FILE: &str = "probe.json";
/// The shape of that file.
const FORMAT: &str = "guichet-probe/1";
/// The largest `probe.json`, in bytes.
const LARGEST_PROBE_FILE: u64 = 1024 * 1024;
/// The largest page, in bytes: 2 MiB as it came, up to three times as much once it is UTF-8.
const LARGEST_PAGE: u64 = 8 * 1024 * 1024;
/// Put before each page: any browser then knows that it is UTF-8, whatever the page says of itself.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// `probe.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SavedProbe {
    format: String,
    /// The target's id.
    pub(crate) target: String,
    /// Its booking page.
    url: String,
    pub(crate) platform: String,
    pub(crate) revision: u16,
    observed_at: String,
    /// How many probes of the target came before.
    pub(crate) round: u64,
    #[serde(flatten)]
    said: Said,
    /// What the service was seen to be.
    service: Option<String>,
    desks: Vec<SavedDesk>,
    pub(crate) why: String,
    requests: Vec<SavedRequest>,
}

/// An outcome in words.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    outcome: String,
    cause: Option<String>,
    offer: Option<SavedOffer>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedOffer {
    slots: SavedSlots,
    earliest: Option<String>,
    horizon: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedSlots {
    kind: String,
    n: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedDesk {
    desk: String,
    label: Option<String>,
    #[serde(flatten)]
    said: Said,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedRequest {
    method: String,
    url: String,
    /// What was sent with it, as we wrote it.
    sent: Option<Sent>,
    final_url: String,
    status: u16,
    /// The page, a file in the same folder.
    body: String,
    /// Of the answer as it came, before it was decoded.
    body_sha256: String,
    /// What came of the page, in our words.
    decision: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sent {
    /// Names and values of the form's fields.
    Form(Vec<(String, String)>),
    Json(String),
    Text(String),
}

impl Said {
    fn of(outcome: &Outcome) -> Self {
        let offer = outcome.offer().map(|offer| {
            let (kind, n) = offer.slots.parts();
            let slots = SavedSlots { kind: kind.to_owned(), n };
            SavedOffer {
                slots,
                earliest: offer.earliest.map(show::instant),
                horizon: offer.horizon.map(|date| date.to_string()),
            }
        });
        let cause = outcome.cause().map(|cause| cause.as_str().to_owned());
        Self { outcome: outcome.as_str().to_owned(), cause, offer }
    }

    fn outcome(&self) -> anyhow::Result<Outcome> {
        Ok(match (self.outcome.as_str(), &self.cause, &self.offer) {
            ("full", None, None) => Outcome::Full,
            ("shut", None, None) => Outcome::Shut,
            ("unknown", Some(cause), None) => Outcome::Unknown(cause.parse::<Cause>()?),
            ("open", None, Some(offer)) => Outcome::Open(Offer {
                slots: offer.slots.count()?,
                earliest: offer.earliest.as_deref().map(instant).transpose()?,
                horizon: offer.horizon.as_deref().map(date).transpose()?,
            }),
            (word, ..) => bail!("`outcome` is `{word}`, which does not go with its `cause` and `offer`"),
        })
    }
}

impl SavedSlots {
    fn count(&self) -> anyhow::Result<SlotCount> {
        match (self.kind.as_str(), self.n) {
            ("exact", Some(n)) => Ok(SlotCount::Exact(n)),
            ("at_least", Some(n)) => Ok(SlotCount::AtLeast(n)),
            ("not_told", None) => Ok(SlotCount::NotTold),
            (kind, _) => bail!("`slots` has the kind `{kind}`, which does not go with its `n`"),
        }
    }
}

impl SavedRequest {
    fn ask(&self) -> anyhow::Result<Ask> {
        let url = address(&self.url)?;
        Ok(match (self.method.as_str(), &self.sent) {
            ("GET", None) => Ask::Get(url),
            ("POST", Some(Sent::Form(fields))) => Ask::PostForm(url, fields.clone()),
            ("POST", Some(Sent::Json(text))) => Ask::PostJson(url, text.clone()),
            ("POST", Some(Sent::Text(text))) => Ask::PostText(url, text.clone()),
            (method, _) => bail!("a request with the method `{method}` does not go with its `sent`"),
        })
    }
}

/// Makes `dir` where it is missing and sees whether anything can be written there: no host is to be asked for a probe
/// that cannot be saved.
pub(crate) fn make_room(dir: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let tried = tempfile::tempdir_in(dir).and_then(TempDir::close);
    tried.with_context(|| format!("cannot write in {}", dir.display()))
}

/// Saves all of `probed` under `dir`, in a folder of its own, and gives that folder. `round` is what it was made with.
pub(crate) fn save(dir: &Path, target: &Target, round: u64, probed: &Probed) -> anyhow::Result<PathBuf> {
    let name = target.id.as_str().replace('/', "-");
    let folder = dir.join(format!("{}-{name}", probed.ended_at.format("%Y%m%dT%H%M%S%3fZ")));
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    fs::create_dir(&folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => anyhow!("{} is there already; choose another folder", folder.display()),
        _ => anyhow::Error::new(error).context(format!("cannot make {}", folder.display())),
    })?;
    let mut requests = Vec::new();
    for (place, (look, exchange)) in probed.looks.iter().zip(&probed.facts.exchanges).enumerate() {
        let body = format!("{}.html", place + 1);
        write(&folder.join(&body), &[BYTE_ORDER_MARK, &look.body])?;
        let sent = match &look.ask {
            Ask::Get(_) => None,
            Ask::PostForm(_, fields) => Some(Sent::Form(fields.clone())),
            Ask::PostJson(_, text) => Some(Sent::Json(text.clone())),
            Ask::PostText(_, text) => Some(Sent::Text(text.clone())),
        };
        requests.push(SavedRequest {
            method: method(&look.ask).to_owned(),
            url: look.ask.url().to_string(),
            sent,
            final_url: exchange.final_url.to_string(),
            status: exchange.status,
            body,
            body_sha256: exchange.body_sha256.to_string(),
            decision: look.decision.clone(),
        });
    }
    let desks = probed.desks.iter().map(|desk| SavedDesk {
        desk: desk.desk.clone(),
        label: desk.label.clone(),
        said: Said::of(&desk.outcome),
    });
    let saved = SavedProbe {
        format: FORMAT.to_owned(),
        target: target.id.as_str().to_owned(),
        url: target.url.to_string(),
        platform: probed.facts.platform.clone(),
        revision: probed.facts.revision,
        observed_at: show::instant(probed.ended_at),
        round,
        said: Said::of(&probed.outcome),
        service: probed.facts.service.map(|service| service.as_str().to_owned()),
        desks: desks.collect(),
        why: probed.why.clone(),
        requests,
    };
    // Last, and under its name only once it is whole: a folder without it is no saved probe.
    let half = folder.join(format!("{PROBE_FILE}.part"));
    write(&half, &[&show::json_text(&saved)?])?;
    let path = folder.join(PROBE_FILE);
    fs::rename(&half, &path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(folder)
}

fn write(path: &Path, parts: &[&str]) -> anyhow::Result<()> {
    let written = File::create_new(path).and_then(|mut file| {
        for part in parts {
            file.write_all(part.as_bytes())?;
        }
        file.sync_all()
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}

impl SavedProbe {
    /// Reads a `probe.json`.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = read_up_to(path, LARGEST_PROBE_FILE)?;
        let saved: Self = serde_json::from_slice(&bytes).context("it is not a saved probe")?;
        if saved.format != FORMAT {
            bail!("its format is `{}`; this version reads {FORMAT}", show::plain(&saved.format));
        }
        if saved.requests.len() > MOST_STEPS {
            bail!("it has {} requests; a probe has at most {MOST_STEPS}", saved.requests.len());
        }
        Ok(saved)
    }

    /// The target's id.
    pub(crate) fn id(&self) -> anyhow::Result<TargetId> {
        Ok(self.target.parse()?)
    }

    /// The target's booking page.
    pub(crate) fn url(&self) -> anyhow::Result<Url> {
        address(&self.url)
    }

    /// When it was made.
    pub(crate) fn observed_at(&self) -> anyhow::Result<Instant> {
        instant(&self.observed_at)
    }

    /// What the probe established.
    pub(crate) fn outcome(&self) -> anyhow::Result<Outcome> {
        self.said.outcome()
    }

    /// What the service was seen to be.
    pub(crate) fn service(&self) -> anyhow::Result<Option<Service>> {
        self.service.as_deref().map(str::parse).transpose().context("its `service`")
    }

    /// What each desk said.
    pub(crate) fn desks(&self) -> anyhow::Result<Vec<DeskReading>> {
        let desk = |saved: &SavedDesk| {
            let outcome = saved.said.outcome()?;
            Ok(DeskReading { desk: saved.desk.clone(), label: saved.label.clone(), outcome })
        };
        self.desks.iter().map(desk).collect()
    }

    /// Whether the last page that came ended the probe; else a further request brought no page.
    pub(crate) fn last_page_decided(&self) -> bool {
        self.requests.last().is_some_and(|last| last.decision == self.why)
    }

    /// The questions with their pages, read from `folder`.
    pub(crate) fn pages(&self, folder: &Path) -> anyhow::Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for request in &self.requests {
            let path = folder.join(plain_name(&request.body)?);
            let bytes =
                read_up_to(&path, LARGEST_PAGE).with_context(|| format!("its page {}", request.body))?;
            kept.push(Kept {
                ask: request.ask()?,
                final_url: address(&request.final_url)?,
                status: request.status,
                body: guichet_fetch::decode(None, &bytes),
            });
        }
        Ok(kept)
    }
}

fn instant(text: &str) -> anyhow::Result<Instant> {
    text.parse().map_err(|_not_one| anyhow!("`{}` is not an instant", show::plain(text)))
}

fn date(text: &str) -> anyhow::Result<NaiveDate> {
    text.parse().map_err(|_not_one| anyhow!("`{}` is not a date", show::plain(text)))
}

fn address(text: &str) -> anyhow::Result<Url> {
    Url::parse(text).map_err(|_not_one| anyhow!("`{}` is not an address", show::plain(text)))
}

/// A name without a path: a file that came from elsewhere must not lead out of its folder.
fn plain_name(name: &str) -> anyhow::Result<&str> {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(only)), None) if only == name => Ok(name),
        _ => bail!("its page `{}` is not a file beside it", show::plain(name)),
    }
}

/// The bytes of a file, at most `most`.
pub(crate) fn read_up_to(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let missing_or_worse = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => anyhow!("{} is missing", path.display()),
        _ => anyhow::Error::new(error).context(format!("cannot read {}", path.display())),
    };
    // Asked before it is opened: opening a pipe would wait for somebody to write.
    let metadata = fs::metadata(path).map_err(missing_or_worse)?;
    if metadata.is_dir() {
        bail!("{} is a folder; name a file", path.display());
    }
    if !metadata.is_file() {
        bail!("{} is not a file", path.display());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(missing_or_worse)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(missing_or_worse)?;
    if bytes.len() as u64 > most {
        bail!("{} is larger than {} MiB, the most that is read", path.display(), most / 1024 / 1024);
    }
    Ok(bytes)
}
