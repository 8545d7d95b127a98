//! The hosts and origins that requests may name.
//!
//! A page of another site can make a browser on this machine send requests here. Two things give it away: the name it
//! calls this server by, when it has bent a name of its own to a loopback address (DNS rebinding), and the header
//! `Origin`, which browsers send with everything that could change something and with websockets.

use crate::http::ApiError;
use http::{HeaderMap, Method, Uri, header, uri::Authority};
use std::net::IpAddr;

/// The hosts and origins that are let in.
#[derive(Clone, Debug)]
pub struct Doors {
    /// Whether names other than this machine's own are refused.
    loopback: bool,
    /// The address under which people reach the server, when a proxy stands before it.
    public: Option<Authority>,
}

impl Doors {
    /// The doors of a server bound to `bound` that people reach under `public_url`.
    pub fn new(bound: IpAddr, public_url: Option<&Uri>) -> Self {
        Self { loopback: bound.is_loopback(), public: public_url.and_then(|url| url.authority().cloned()) }
    }

    /// Refuses requests that name a foreign host or come from a foreign page.
    pub fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
        let host = match uri.authority() {
            Some(authority) => Some(authority.clone()),
            None => host_of(headers)?,
        };
        if let Some(host) = &host
            && !self.answers_for(host.host())
        {
            return Err(ApiError::Misdirected(host.host().to_owned()));
        }
        let harmless = *method == Method::GET || *method == Method::HEAD || *method == Method::OPTIONS;
        if harmless && !headers.contains_key(header::UPGRADE) {
            return Ok(());
        }
        self.check_origin(host.as_ref(), headers)
    }

    fn answers_for(&self, host: &str) -> bool {
        !self.loopback || is_loopback(host) || self.is_public(host)
    }

    fn is_public(&self, host: &str) -> bool {
        self.public.as_ref().is_some_and(|public| public.host().eq_ignore_ascii_case(host))
    }

    fn check_origin(&self, host: Option<&Authority>, headers: &HeaderMap) -> Result<(), ApiError> {
        let foreign = |origin: &str| {
            ApiError::Forbidden(format!("requests of pages of '{origin}' are refused: they are of another site"))
        };
        match headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
            Some(origin) => {
                let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
                let same = |door: &Authority| door.as_str().eq_ignore_ascii_case(authority);
                let known = host.is_some_and(same) || self.public.as_ref().is_some_and(same);
                if known { Ok(()) } else { Err(foreign(origin)) }
            }
            // Programs send no origin. Browsers that leave it out still tell whether the page is of another site.
            None => match headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes) {
                Some(b"cross-site" | b"same-site") => Err(foreign("unknown")),
                _ => Ok(()),
            },
        }
    }
}

/// The host that the header names. Old programs send none; browsers always do.
fn host_of(headers: &HeaderMap) -> Result<Option<Authority>, ApiError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let unreadable = || ApiError::Unreadable("the header Host cannot be read".to_owned());
    match (hosts.next(), hosts.next()) {
        (None, _) => Ok(None),
        (Some(host), None) => Authority::try_from(host.as_bytes()).map(Some).map_err(|_| unreadable()),
        (Some(_), Some(_)) => Err(unreadable()),
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn check(doors: &Doors, method: &Method, headers: &[(&'static str, &'static str)]) -> Option<u16> {
        let headers =
            headers.iter().map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)));
        doors.check(method, &Uri::from_static("/"), &headers.collect()).err().map(|error| error.status().as_u16())
    }

    fn doors(bound: &str) -> Doors {
        Doors::new(bound.parse().unwrap(), Some(&Uri::from_static("https://stats.example.org")))
    }

    #[test]
    fn a_server_on_loopback_answers_only_to_its_own_names() {
        for (host, expected) in [
            ("localhost", None),
            ("LOCALHOST:7070", None),
            ("127.0.0.1:7070", None),
            ("[::1]:7070", None),
            ("stats.example.org", None),
            ("evil.example", Some(421)),
            ("localhost.evil.example", Some(421)),
            ("127.0.0.1.evil.example:7070", Some(421)),
            ("192.168.1.5", Some(421)),
            ("a b", Some(400)),
            ("", Some(400)),
        ] {
            assert_eq!(check(&doors("127.0.0.1"), &Method::GET, &[("host", host)]), expected, "{host}");
        }
        assert_eq!(check(&doors("127.0.0.1"), &Method::GET, &[]), None);
    }

    #[test]
    fn a_server_that_is_open_to_others_answers_to_any_name() {
        assert_eq!(check(&doors("0.0.0.0"), &Method::GET, &[("host", "box.lan")]), None);
    }

    #[test]
    fn foreign_pages_may_neither_change_nor_listen() {
        const HOST: (&str, &str) = ("host", "localhost:7070");
        for (origin, expected) in [
            ("http://localhost:7070", None),
            ("https://stats.example.org", None),
            ("http://localhost:3000", Some(403)),
            ("https://evil.example", Some(403)),
            ("null", Some(403)),
            ("", Some(403)),
        ] {
            let sent = [HOST, ("origin", origin)];
            assert_eq!(check(&doors("127.0.0.1"), &Method::POST, &sent), expected, "{origin}");
            let upgrade = [HOST, ("origin", origin), ("upgrade", "websocket")];
            assert_eq!(check(&doors("127.0.0.1"), &Method::GET, &upgrade), expected, "{origin}");
            assert_eq!(check(&doors("127.0.0.1"), &Method::GET, &sent), None, "{origin}");
        }
        assert_eq!(check(&doors("127.0.0.1"), &Method::POST, &[HOST]), None);
        assert_eq!(check(&doors("127.0.0.1"), &Method::POST, &[HOST, ("sec-fetch-site", "cross-site")]), Some(403));
        assert_eq!(check(&doors("127.0.0.1"), &Method::POST, &[HOST, ("sec-fetch-site", "same-origin")]), None);
    }
}
