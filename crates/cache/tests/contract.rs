//! One contract for every backend: whatever holds the entries, spaces do the same.

#![allow(clippy::unwrap_used, reason = "all of this is for tests")]

mod support;

mod embedded {
    use crate::support::contract::{World, contract};
    use miorai_cache::CacheManagerBuilder;

    struct Embedded;

    impl World for Embedded {
        async fn start() -> Self {
            Self
        }

        fn attach(&self, builder: CacheManagerBuilder) -> CacheManagerBuilder {
            builder
        }
    }

    contract!(Embedded);
}

mod on_redis {
    use crate::support::{
        contract::{World, contract},
        redis::RedisServer,
    };
    use miorai_cache::{CacheManagerBuilder, RedisOptions};

    struct Redis(RedisServer);

    impl World for Redis {
        async fn start() -> Self {
            Self(RedisServer::start())
        }

        fn attach(&self, builder: CacheManagerBuilder) -> CacheManagerBuilder {
            builder.redis(RedisOptions::from_url(&self.0.url()).unwrap())
        }
    }

    contract!(Redis);
}

mod on_redis_with_a_near_cache {
    use crate::support::{
        contract::{World, contract},
        near::run_until_near,
        redis::RedisServer,
    };
    use miorai_cache::{CacheManager, CacheManagerBuilder, RedisOptions, SpaceOptions};
    use std::time::Duration;
    use tokio_util::sync::{CancellationToken, DropGuard};

    struct Near {
        server: RedisServer,
        stop: CancellationToken,
        _ends: DropGuard,
    }

    impl World for Near {
        async fn start() -> Self {
            let stop = CancellationToken::new();
            Self { server: RedisServer::start(), _ends: stop.clone().drop_guard(), stop }
        }

        fn attach(&self, builder: CacheManagerBuilder) -> CacheManagerBuilder {
            builder.redis(RedisOptions::from_url(&self.server.url()).unwrap())
        }

        fn cache(&self, set_up: impl FnOnce(&mut SpaceOptions)) -> CacheManager {
            let mut options = SpaceOptions::new("test", "prefix", Duration::from_mins(5));
            options.near_bytes = Some(1 << 20);
            set_up(&mut options);
            let cache = self.attach(CacheManager::builder().space(options)).build().unwrap();
            run_until_near(&cache, "test", &self.stop);
            cache
        }
    }

    contract!(Near);
}

mod on_a_cluster {
    use crate::support::{
        contract::{World, contract},
        redis::RedisCluster,
    };
    use miorai_cache::{CacheManager, CacheManagerBuilder, RedisOptions, SpaceOptions};
    use std::{
        sync::{Arc, Mutex, Weak},
        time::Duration,
    };

    /// One cluster for all tests that run at a time; each has a prefix of its own.
    struct Cluster {
        nodes: Arc<RedisCluster>,
        prefix: String,
    }

    static RUNNING: Mutex<Weak<RedisCluster>> = Mutex::new(Weak::new());

    impl World for Cluster {
        async fn start() -> Self {
            let mut running = RUNNING.lock().unwrap();
            let nodes = running.upgrade().unwrap_or_else(|| Arc::new(RedisCluster::start()));
            *running = Arc::downgrade(&nodes);
            Self { nodes, prefix: format!("prefix{:x}", fastrand::u64(..)) }
        }

        fn attach(&self, builder: CacheManagerBuilder) -> CacheManagerBuilder {
            builder.redis(RedisOptions::cluster(&self.nodes.urls()).unwrap())
        }

        fn cache(&self, set_up: impl FnOnce(&mut SpaceOptions)) -> CacheManager {
            let mut options = SpaceOptions::new("test", self.prefix.clone(), Duration::from_mins(5));
            set_up(&mut options);
            self.attach(CacheManager::builder().space(options)).build().unwrap()
        }
    }

    contract!(Cluster);
}
