#![allow(unused_variables)]

use miorai_cache::{CacheManager, cached};

#[cached(key = "tournament:{id}", skip(pages))]
async fn standings(cache: &CacheManager, id: i64, page: u32) -> Result<u32, std::fmt::Error> {
    Ok(page)
}

fn main() {}
