//! Generic functions, and a cache that is part of an argument.
use miorai_cache::{CacheManager, cached, invalidates, key::KeyPart};

struct Request<'a> {
    cache: &'a CacheManager,
    user: u64,
}

#[cached(key = "name:{id}")]
async fn name<Id: KeyPart + Send + 'static>(cache: &CacheManager, id: Id) -> Result<String, String> {
    let _ = id;
    Ok("name".to_owned())
}

#[cached(key = "bytes:{bytes}", skip(N))]
async fn sum<const N: usize>(cache: &CacheManager, bytes: &str) -> Result<usize, String> {
    Ok(bytes.len() + N)
}

#[invalidates("profile:{request.user}", cache = request.cache, always)]
async fn sign_out(request: &Request<'_>) -> Result<(), String> {
    Err(request.user.to_string())
}

pub(crate) fn is_accepted() {
    let cache = CacheManager::builder().build().unwrap();
    let request = Request { cache: &cache, user: 1 };
    drop((name(&cache, 7_u32), sum::<3>(&cache, "abc"), sign_out(&request)));
}
