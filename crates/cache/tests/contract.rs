//! One contract for every backend: whatever holds the entries, spaces do the same.

mod support;

mod embedded {
    use crate::support::contract::{World, contract};
    use miorai_cache::CacheManagerBuilder;

    struct Embedded;

    impl World for Embedded {
        async fn start() -> Self {
            Self
        }

        fn attach(&self, builder: CacheManagerBuilder) -> CacheManagerBuilder {
            builder
        }
    }

    contract!(Embedded);
}
