#![allow(unused_variables)]

use miorai_cache::{CacheManager, cached};

#[cached(key = "record:{id}")]
async fn record<T: Default>(cache: &CacheManager, id: i64) -> Result<T, std::fmt::Error> {
    Ok(T::default())
}

fn main() {}
