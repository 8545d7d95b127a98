#![allow(unused_variables)]

use miorai_cache::{CacheManager, cached};

#[derive(Clone)]
struct Filter;

#[cached(key = "list:{filter}")]
async fn list(cache: &CacheManager, filter: Filter) -> Result<u32, std::fmt::Error> {
    Ok(0)
}

fn main() {}
