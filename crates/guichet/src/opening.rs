//! Opens what commands work on: catalogue, database, clock, client. What never enters: what is done with them.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow, bail};
use guichet_catalog::{Catalog, Options};
use guichet_fetch::{
    Client, Identity, Limits, Reach,
    clock::{AcceleratedClock, Clock, SystemClock},
};
use guichet_model::{Target, TargetStatus};
use guichet_platforms::Platform;
use guichet_sampler::Watched;
use guichet_store::{Reader, Store};

use crate::{
    cli::{Acceleration, Common},
    config::Settings,
};

/// The catalogue, or all that is wrong with it.
pub(crate) fn catalog(settings: &Settings, common: &Common) -> anyhow::Result<Catalog> {
    Ok(guichet_catalog::load(&settings.data, &catalog_options(common))?)
}

/// The database, to write.
pub(crate) fn store(path: &Path) -> anyhow::Result<Store> {
    Ok(Store::open(path)?)
}

/// The database, to read; it must exist.
pub(crate) fn reader(path: &Path) -> anyhow::Result<Reader> {
    Ok(Reader::open(path)?)
}

/// Real time, or the faster clock of a development run.
pub(crate) fn clock(acceleration: Option<Acceleration>) -> Arc<dyn Clock> {
    match acceleration {
        None => Arc::new(SystemClock),
        Some(Acceleration { start, speed }) => {
            Arc::new(AcceleratedClock { real_start: start, sim_start: start, speed })
        }
    }
}

/// What may be asked: the public network, and this machine where that is allowed. A fast clock must not touch a real
/// server.
pub(crate) fn reach(common: &Common) -> Reach {
    match (common.allow_loopback, common.accelerate) {
        (false, _) => Reach::PublicOnly,
        (true, None) => Reach::PublicAndLoopback,
        (true, Some(_)) => Reach::LoopbackOnly,
    }
}

/// The client that all requests leave through; it needs a contact address.
pub(crate) fn client(settings: &Settings, reach: Reach, clock: Arc<dyn Clock>) -> anyhow::Result<Client> {
    let Some(contact) = settings.contact.clone() else {
        bail!(
            "nothing is asked without a contact address; add --contact you@example.org, an address that you read"
        );
    };
    let page = settings.public_page.as_ref().map(ToString::to_string);
    let identity = Identity { version: env!("CARGO_PKG_VERSION").to_owned(), page, contact };
    Ok(Client::new(identity, reach, Limits::default(), clock)?)
}

/// The targets to sample: every active one of the catalogue whose platform lets it be asked.
pub(crate) fn watched(catalog: &Catalog) -> Vec<Watched> {
    catalog
        .targets()
        .filter(|(_, target)| target.status == TargetStatus::Active && not_asked(target).is_none())
        .filter_map(|(entry, target)| {
            let platform = guichet_platforms::platform(&target.platform)?;
            Some(Watched { target: target.clone(), zone: catalog.zone(&entry.site.department), platform })
        })
        .collect()
}

/// Why `target` is never asked, in its platform's words.
pub(crate) fn not_asked(target: &Target) -> Option<&'static str> {
    match guichet_catalog::reach(target) {
        guichet_catalog::Reach::NotAsked(why) => Some(why),
        guichet_catalog::Reach::Slots | guichet_catalog::Reach::Wall => None,
    }
}

/// The platform that reads a target.
pub(crate) fn platform(target: &Target) -> anyhow::Result<&'static dyn Platform> {
    guichet_platforms::platform(&target.platform).ok_or_else(|| {
        anyhow!("`{}` names the platform `{}`, which this version does not read", target.id, target.platform)
    })
}

/// Makes sure that one sampler only works on a database: two would press the hosts twice. The lock goes with the
/// process, however it ends.
pub(crate) fn sampling_lock(db: &Path) -> anyhow::Result<File> {
    let mut name = db.as_os_str().to_owned();
    name.push(".sampling");
    let path = PathBuf::from(name);
    let file = File::create(&path)
        .with_context(|| format!("cannot write {}; choose another place with --db", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!(
                "another guichet already samples into {}; stop it first (`guichet run --no-sample` may go on)",
                db.display()
            )
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// How the catalogue is to be checked.
pub(crate) fn catalog_options(common: &Common) -> Options {
    Options { allow_loopback: common.allow_loopback }
}
