//! `guichet run`: the service. Samples and serves until it is stopped.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use anyhow::{Context as _, bail};
use guichet_catalog::Catalog;
use guichet_fetch::{Client, clock::Clock};
use guichet_sampler::{Sampler, jobs};
use guichet_store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{audit, cli::Common, config::Settings, exit::Exit, opening, signals};

pub(super) async fn run(settings: &Settings, common: &Common, no_sample: bool) -> anyhow::Result<Exit> {
    let catalog = Arc::new(opening::catalog(settings, common)?);
    let clock = opening::clock(common.accelerate);
    let client = if no_sample || settings.contact.is_none() {
        None
    } else {
        Some(opening::client(settings, opening::reach(common), Arc::clone(&clock))?)
    };
    let _only_sampler = client.as_ref().map(|_| opening::sampling_lock(&settings.db)).transpose()?;
    // Made and migrated before the pages read it.
    let store = Arc::new(Mutex::new(opening::store(&settings.db)?));
    let listener = listen(settings.listen).await?;
    let stop = signals::stop_token()?;
    let pages = serve(settings, &catalog, &clock, listener, false, stop.clone())?;

    match client {
        Some(client) => sample(settings, Arc::clone(&catalog), client, store, clock, &stop).await?,
        None if no_sample => tracing::info!("only serving, as asked with --no-sample"),
        None => tracing::info!(
            "only serving: nothing is sampled without a contact address; add --contact you@example.org, an address that you read"
        ),
    }
    pages.await.context("a task of the pages broke")?.context("the pages stopped")?;
    Ok(Exit::Fine)
}

/// Samples until `stop`; when sampling cannot go on, the pages stop too, so that a service manager sees it.
async fn sample(
    settings: &Settings,
    catalog: Arc<Catalog>,
    client: Client,
    store: Arc<Mutex<Store>>,
    clock: Arc<dyn Clock>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let watched = opening::watched(&catalog);
    tracing::info!(targets = watched.len(), "sampling");
    let sampler = Sampler::new(
        watched,
        client,
        Arc::clone(&store),
        Arc::clone(&clock),
        settings.seed,
        settings.concurrency,
    )?;
    let audit = audit::daily(settings, Arc::clone(&catalog), Arc::clone(&store), Arc::clone(&clock));
    let mut jobs =
        jobs::start(store, clock, settings.keep_pages, audit).await.context("cannot start the daily jobs")?;
    let sampled = sampler.run(stop.clone()).await;
    stop.cancel();
    jobs.shutdown().await.context("cannot stop the daily jobs")?;
    tracing::info!(observations = sampled?.total(), "sampling ended");
    Ok(())
}

/// Binds the address, and says in one line what is wrong when it cannot.
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!(
                "cannot listen on {address}: another program uses that port; stop it, or choose another with --listen"
            )
        }
        Err(error) => {
            Err(error).with_context(|| format!("cannot listen on {address}; choose another with --listen"))
        }
    }
}

/// The task that serves the pages until `stop`.
pub(super) fn serve(
    settings: &Settings,
    catalog: &Arc<Catalog>,
    clock: &Arc<dyn Clock>,
    listener: TcpListener,
    simulation: bool,
    stop: CancellationToken,
) -> anyhow::Result<tokio::task::JoinHandle<std::io::Result<()>>> {
    let clock = Arc::clone(clock);
    let pages = guichet_web::Settings {
        publish_delay: settings.publish_delay,
        simulation,
        contact: settings.contact.clone(),
        now: Arc::new(move || clock.now()),
    };
    let app = guichet_web::app(Arc::clone(catalog), settings.db.clone(), pages)?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    Ok(tokio::spawn(guichet_web::serve(listener, app, async move {
        stop.cancelled().await;
    })))
}
