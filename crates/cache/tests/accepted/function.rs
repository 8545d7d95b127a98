//! A function with its cache as a parameter, an owned and a borrowed argument, and what is made beside it.
use miorai_cache::{CacheError, CacheManager, cached};
use std::convert::Infallible;

#[cached(ttl = "5m", tags = ["tournament:{id}"])]
async fn standings(cache: &CacheManager, id: i64, order: &str) -> Result<Vec<String>, Infallible> {
    Ok(vec![format!("{id} by {order}")])
}

#[cached]
async fn plain(cache: &CacheManager, mut left: u32, right: Option<String>) -> u32 {
    left += 1;
    left + right.map_or(0, |text| text.len() as u32)
}

async fn all(cache: &CacheManager) -> Result<(), CacheError> {
    let _: Result<Vec<String>, Infallible> = standings(cache, 1, "points").await;
    let _: Result<Vec<String>, Infallible> = standings_refresh(cache, 1, "points").await;
    let _: Result<Vec<String>, Infallible> = standings_uncached(cache, 1, "points").await;
    let _: bool = standings_invalidate(cache, 1, "points").await?;
    let _: u32 = plain(cache, 1, None).await;
    Ok(())
}

pub(crate) fn is_accepted() {
    fn is_send(_: impl Send) {}
    is_send(all(&CacheManager::builder().build().unwrap()));
}
