#![allow(unused_variables)]

use miorai_cache::{CacheManager, cached};

#[cached(skip(seen))]
async fn standings(cache: &CacheManager, id: i64, seen: &mut u32) -> Result<u32, std::fmt::Error> {
    *seen += 1;
    Ok(0)
}

fn main() {}
