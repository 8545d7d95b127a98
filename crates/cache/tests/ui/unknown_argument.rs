#![allow(unused_variables)]

use miorai_cache::{CacheManager, cached};

#[cached(tll = "5m")]
async fn standings(cache: &CacheManager, id: i64) -> Result<u32, std::fmt::Error> {
    Ok(0)
}

fn main() {}
