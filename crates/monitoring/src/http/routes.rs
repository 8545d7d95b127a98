//! The table of routes, bounded.

use super::route::Route;
use foldhash::fast::RandomState;
use miorai_model::performance::{OTHER, OTHER_METHOD, RouteInterval};
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Every route that was asked. Names are those of the program's own routes, so that finding one may be quick rather than
/// safe against chosen names.
#[derive(Debug)]
pub(super) struct Routes {
    limit: usize,
    known: RwLock<Known>,
    /// What is beyond the limit.
    other: Arc<Route>,
    overflow: AtomicU64,
}

#[derive(Debug, Default)]
struct Known {
    /// The few methods of each path.
    by_path: HashMap<Box<str>, Vec<Arc<Route>>, RandomState>,
    every: Vec<Arc<Route>>,
}

impl Known {
    fn find(&self, method: &str, path: &str) -> Option<Arc<Route>> {
        self.by_path.get(path)?.iter().find(|route| route.method == method).cloned()
    }
}

impl Routes {
    pub(super) fn new(limit: usize) -> Self {
        let other = Arc::new(Route::new(OTHER_METHOD, OTHER));
        Self { limit, known: RwLock::default(), other, overflow: AtomicU64::new(0) }
    }

    /// The route of a method and a path, added when it is new and there is room.
    pub(super) fn find(&self, method: &'static str, path: &str) -> Arc<Route> {
        // The same route with and without its last slash.
        let path = match path.strip_suffix('/') {
            Some(shorter) if !shorter.is_empty() => shorter,
            _ => path,
        };
        if let Some(route) = self.known.read().unwrap_or_else(PoisonError::into_inner).find(method, path) {
            return route;
        }
        self.add(method, path).unwrap_or_else(|| {
            self.overflow.fetch_add(1, Ordering::Relaxed);
            Arc::clone(&self.other)
        })
    }

    fn add(&self, method: &'static str, path: &str) -> Option<Arc<Route>> {
        if self.known.read().unwrap_or_else(PoisonError::into_inner).every.len() >= self.limit {
            return None;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = known.find(method, path) {
            return Some(route);
        }
        if known.every.len() >= self.limit {
            return None;
        }
        let route = Arc::new(Route::new(method, path));
        known.every.push(Arc::clone(&route));
        known.by_path.entry(path.into()).or_default().push(Arc::clone(&route));
        Some(route)
    }

    /// How many routes are told apart at most.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Requests beyond the limit so far.
    pub(super) fn overflow(&self) -> u64 {
        self.overflow.load(Ordering::Relaxed)
    }

    /// What was counted since this was last asked.
    pub(super) fn drain(&self) -> Vec<RouteInterval> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.every.iter().chain([&self.other]).filter_map(|route| route.drain()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_told_apart_by_method_and_path_up_to_the_limit() {
        let routes = Routes::new(3);
        for (method, path, expected) in [
            ("GET", "/a", "/a"),
            ("POST", "/a", "/a"),
            ("GET", "/a/", "/a"),
            ("GET", "/", "/"),
            ("GET", "/b", OTHER),
            ("PUT", "/a", OTHER),
            ("POST", "/a", "/a"),
        ] {
            let found = routes.find(method, path);
            assert_eq!(&*found.path, expected, "{method} {path}");
            assert!(&*found.path == OTHER || found.method == method);
        }
        assert_eq!(routes.overflow(), 2);
    }

    #[test]
    fn many_who_ask_for_a_new_route_at_once_find_the_same() {
        let routes = Routes::new(10);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|_| routes.find("GET", "/a").begin()));
            }
        });
        let told = routes.drain();
        assert_eq!(told.iter().map(|route| route.in_flight).collect::<Vec<_>>(), [400]);
    }
}
