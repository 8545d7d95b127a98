//! Methods: the cache is where `self` says, or where the attribute says.
use miorai_cache::{CacheManager, HasCache, cached, invalidates};
use std::sync::Arc;

#[derive(Clone)]
struct Service(Arc<CacheManager>);

impl HasCache for Service {
    fn cache(&self) -> &CacheManager {
        &self.0
    }
}

/// An identifier with the number inside.
#[derive(Clone, Copy)]
struct Id(i64);

impl Service {
    #[cached(space(name = "players", ttl = "1m", hit_ratio_objective = 0.9), key = "player:{id.0}", negative = "30s")]
    pub async fn player(&self, id: Id) -> Result<Option<String>, String> {
        Ok(Some(id.0.to_string()))
    }

    #[cached(key = "shared:{page}", skip(trace), cache = self.0)]
    async fn shared(self: Arc<Self>, page: u8, trace: &str) -> Result<u8, String> {
        let _ = trace;
        Ok(page)
    }

    #[invalidates("player:{id.0}", "players:*", space = "players", tags = ["all"])]
    #[invalidates("shared:*")]
    async fn rename(&mut self, id: Id, name: &str) -> Result<usize, String> {
        Ok(name.len())
    }
}

async fn all(service: &mut Service) {
    let _ = service.player(Id(1)).await;
    let _ = service.player_invalidate(Id(1)).await;
    let _ = service.player_refresh(Id(1)).await;
    let _ = Arc::new(service.clone()).shared(1, "trace").await;
    let _ = Arc::new(service.clone()).shared_invalidate(1).await;
    let _ = service.rename(Id(1), "Anna").await;
}

pub(crate) fn is_accepted() {
    fn is_send(_: impl Send) {}
    is_send(all(&mut Service(Arc::new(CacheManager::builder().build().unwrap()))));
}
