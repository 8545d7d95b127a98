#![allow(unused_variables)]

use miorai_cache::{CacheManager, invalidates};

#[invalidates("tournament:{id}", tags = ["player:{player}"])]
async fn withdraw(cache: &CacheManager, id: i64, players: i64) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {}
