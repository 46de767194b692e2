//! Opens what commands work on: catalogue, database, clock, client. What never enters: what is done with them.

use std::{path::Path, sync::Arc};

use anyhow::bail;
use chrono_tz::Tz;
use guichet_catalog::{Catalog, Options};
use guichet_fetch::{
    Client, Identity, Limits, Reach,
    clock::{AcceleratedClock, Clock, SystemClock},
};
use guichet_model::TargetId;
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

/// The targets to sample: every active one of the catalogue.
pub(crate) fn watched(catalog: &Catalog) -> Vec<Watched> {
    catalog
        .targets()
        .filter(|(_, target)| target.status == guichet_model::TargetStatus::Active)
        .filter_map(|(entry, target)| {
            let platform = guichet_platforms::platform(&target.platform)?;
            Some(Watched { target: target.clone(), zone: catalog.zone(&entry.site.department), platform })
        })
        .collect()
}

/// The civil time of a target, in the catalogue or not.
pub(crate) fn zone(catalog: &Catalog, target: &TargetId) -> Tz {
    catalog.zone(target.department())
}

/// How the catalogue is to be checked.
pub(crate) fn catalog_options(common: &Common) -> Options {
    Options { allow_loopback: common.allow_loopback }
}
