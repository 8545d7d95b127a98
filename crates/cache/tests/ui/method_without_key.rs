#![allow(unused_variables)]

use miorai_cache::cached;

struct Players;

impl Players {
    #[cached(ttl = "5m")]
    async fn player(&self, id: i64) -> Result<u32, std::fmt::Error> {
        Ok(0)
    }
}

fn main() {}
