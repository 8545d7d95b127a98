//! Builds the service, starts it, and stops it.

use crate::{
    http,
    prediction::Model,
    seed,
    service::Service,
    settings::{Caching, Serve},
    store::Store,
};
use anyhow::Context as _;
use axum::serve::ListenerExt as _;
use miorai_cache::{CacheManager, RedisOptions};
use miorai_monitoring::{QueryMonitor, QuerySettings, SystemClock, chain, http::HttpMonitor, push::Pusher};
use std::{net::SocketAddr, sync::Arc, time::Instant};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// A service that answers.
#[derive(Debug)]
pub struct Running {
    /// Where.
    pub addr: SocketAddr,
    /// What watches its statements.
    pub queries: QueryMonitor,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    store: Store,
}

/// Starts a service, and fills its database first when that is empty.
pub async fn start(settings: &Serve) -> anyhow::Result<Running> {
    let queries = QueryMonitor::new(QuerySettings::default(), Arc::new(SystemClock::default()));
    let store = Store::open(&settings.data, &queries)
        .await
        .with_context(|| format!("cannot open the database {}", settings.data.display()))?;
    if store.is_empty().await? {
        fill(&store, settings).await?;
    }
    let begun = Instant::now();
    let history = store.history().await?;
    let model = tokio::task::spawn_blocking(move || Model::fit(&history)).await??;
    tracing::info!(seconds = begun.elapsed().as_secs_f64(), status = ?model.status(), "a model is fitted");

    let cache = cache(settings)?;
    let service = Service::new(store.clone(), cache.clone(), model)?;
    let listener =
        TcpListener::bind(settings.addr).await.with_context(|| format!("cannot listen on {}", settings.addr))?;
    let addr = listener.local_addr()?;
    // Answers are small: they do not wait for more to send.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let stop = CancellationToken::new();
    let monitor = HttpMonitor::new();
    let router = http::router(service, &monitor);
    let answering = {
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            let server = axum::serve(listener, router).with_graceful_shutdown(stopped);
            if let Err(error) = server.await {
                tracing::error!(%error, "the server has ended");
            }
        })
    };
    let mut tasks = vec![answering, tokio::spawn(cache.run(stop.clone()))];
    if let Some(server) = &settings.miorai {
        let told = queries.clone();
        let pusher = Pusher::new(server, "tournament", monitor)?.statements(move || told.report().statements);
        tasks.push(tokio::spawn(pusher.run(stop.clone())));
    }
    Ok(Running { addr, queries, stop, tasks, store })
}

impl Running {
    /// Stops it, when all requests are answered.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            // One that has failed has said so.
            let _ = task.await;
        }
        self.store.close().await;
    }
}

async fn fill(store: &Store, settings: &Serve) -> anyhow::Result<()> {
    anyhow::ensure!(settings.players > 1, "matches need at least two players");
    let begun = Instant::now();
    let (players, matches, seed) = (settings.players, settings.matches, settings.seed);
    let data = tokio::task::spawn_blocking(move || seed::generate(players, matches, seed)).await?;
    let generated = begun.elapsed();
    store.fill(&data).await.context("the database cannot be filled")?;
    let written = begun.elapsed().saturating_sub(generated);
    tracing::info!(
        players,
        matches,
        generated_seconds = generated.as_secs_f64(),
        written_seconds = written.as_secs_f64(),
        "the database is filled"
    );
    Ok(())
}

/// The whole set-up of the cache. Without a Redis it is kept in the process.
fn cache(settings: &Serve) -> anyhow::Result<CacheManager> {
    let mut cache = CacheManager::builder().application("tournament").observer(|lookup| {
        chain::record_cache(lookup.space(), &lookup.template(), lookup.outcome(), lookup.took());
    });
    if let Some(url) = &settings.redis {
        cache = cache.redis(RedisOptions::from_url(url)?);
    }
    if settings.cache == Caching::Off {
        cache = cache.off();
    }
    Ok(cache.build()?)
}
