#![allow(unused_variables)]

use miorai_cache::{CacheManager, invalidates};

#[invalidates(space = "default")]
async fn withdraw(cache: &CacheManager, id: i64) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {}
