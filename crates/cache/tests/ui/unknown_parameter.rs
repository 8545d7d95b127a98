#![allow(unused_variables)]

use miorai_cache::{CacheManager, cached};

#[cached(key = "tournament:{tournamnet}")]
async fn standings(cache: &CacheManager, tournament: i64) -> Result<u32, std::fmt::Error> {
    Ok(0)
}

fn main() {}
