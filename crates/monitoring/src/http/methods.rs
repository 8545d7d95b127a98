//! Methods as labels: those that everybody knows, and one name for all others.

use axum::http::Method;
use miorai_model::performance::OTHER_METHOD;

/// The name of a method.
pub(super) fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => OTHER_METHOD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_clients_make_up_share_a_name() {
        for (method, expected) in [("GET", "GET"), ("PATCH", "PATCH"), ("get", OTHER_METHOD), ("BREW", OTHER_METHOD)] {
            assert_eq!(name(&method.parse().unwrap()), expected, "{method}");
        }
    }
}
