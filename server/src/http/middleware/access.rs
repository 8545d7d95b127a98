//! Who asks, and who may: the place where roles are checked.
//!
//! [`identify`] finds out who sends a request; every route says with [`Require`] which role it needs. There are no
//! accounts yet: whoever asks from this machine is an administrator, whoever asks from another one, which is possible
//! only when the server was told to let them, may look and nothing more. Behind a proxy everybody comes from this
//! machine, so that nobody is an administrator there.

use crate::http::ApiError;
use axum::{
    extract::{ConnectInfo, Request},
    response::{IntoResponse, Response},
};
use futures_util::future::Either;
use http::Uri;
use std::{
    convert::Infallible,
    fmt,
    future::{Ready, ready},
    net::{IpAddr, SocketAddr},
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// What somebody may do. Each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Anybody.
    Public,
    /// May look.
    Viewer,
    /// May control: clear a cache, reset metrics.
    Operator,
    /// May change accounts and settings.
    Admin,
}

impl Role {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

/// Who sent a request. In the extensions of every request that a handler sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What they may do.
    pub role: Role,
    /// Where the connection comes from, when it is known.
    pub address: Option<IpAddr>,
}

/// As the journal names who did something: `admin at 127.0.0.1`.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role.name())?;
        self.address.map_or(Ok(()), |address| write!(f, " at {address}"))
    }
}

/// The headers by which a proxy tells for whom it asks.
const OF_PROXIES: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// Finds out who sends a request. A server with a public address stands behind a proxy.
pub fn identify(request: &Request, public_url: Option<&Uri>) -> Caller {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    let proxied = public_url.is_some() || OF_PROXIES.iter().any(|name| request.headers().contains_key(*name));
    let role = match address {
        Some(address) if address.is_loopback() && !proxied => Role::Admin,
        Some(_) => Role::Viewer,
        None => Role::Public,
    };
    Caller { role, address }
}

/// A layer that lets only those through who have this role or a higher one.
#[derive(Clone, Copy, Debug)]
pub struct Require(pub Role);

impl Require {
    fn check(self, request: &Request) -> Result<(), ApiError> {
        let Self(needed) = self;
        let nobody = Caller { role: Role::Public, address: None };
        let caller = request.extensions().get::<Caller>().copied().unwrap_or(nobody);
        if caller.role >= needed {
            return Ok(());
        }
        let (has, path) = (caller.role.name(), request.uri().path());
        tracing::warn!(needed = needed.name(), has, address = ?caller.address, path, "a request was denied");
        Err(match caller.role {
            Role::Public => ApiError::Unauthorized,
            _ => ApiError::Forbidden(format!("this needs the role {}, you have the role {has}", needed.name())),
        })
    }
}

impl<S> Layer<S> for Require {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded { inner, require: *self }
    }
}

/// A service behind [`Require`].
#[derive(Clone, Copy, Debug)]
pub struct Guarded<S> {
    inner: S,
    require: Require,
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match self.require.check(&request) {
            Ok(()) => Either::Left(self.inner.call(request)),
            Err(denied) => Either::Right(ready(Ok(denied.into_response()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn from(address: &str) -> Request {
        let mut request = Request::new(Body::empty());
        let address: IpAddr = address.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 1)));
        let caller = identify(&request, None);
        request.extensions_mut().insert(caller);
        request
    }

    #[test]
    fn this_machine_may_do_everything_and_others_may_look() {
        for (address, role) in [
            ("127.0.0.1", Role::Admin),
            ("::1", Role::Admin),
            ("::ffff:127.0.0.1", Role::Admin),
            ("192.168.1.5", Role::Viewer),
            ("2001:db8::1", Role::Viewer),
        ] {
            assert_eq!(identify(&from(address), None).role, role, "{address}");
        }
    }

    #[test]
    fn nobody_is_an_administrator_because_a_proxy_is_on_this_machine() {
        assert_eq!(
            identify(&from("127.0.0.1"), Some(&Uri::from_static("https://stats.example.org"))).role,
            Role::Viewer,
            "server.public_url is set"
        );
        for name in OF_PROXIES {
            let mut request = from("127.0.0.1");
            request.headers_mut().insert(name, http::HeaderValue::from_static("203.0.113.9"));
            assert_eq!(identify(&request, None).role, Role::Viewer, "{name}");
        }
    }

    #[test]
    fn each_role_may_do_what_those_before_it_may() {
        let remote = from("192.168.1.5");
        for (needed, allowed) in
            [(Role::Public, true), (Role::Viewer, true), (Role::Operator, false), (Role::Admin, false)]
        {
            assert_eq!(Require(needed).check(&remote).is_ok(), allowed, "{needed:?}");
        }
        assert!(matches!(Require(Role::Admin).check(&remote), Err(ApiError::Forbidden(_))));
    }

    #[test]
    fn who_is_not_known_is_asked_to_sign_in() {
        let unknown = Request::new(Body::empty());
        assert_eq!(Require(Role::Viewer).check(&unknown), Err(ApiError::Unauthorized));
        assert_eq!(Require(Role::Public).check(&unknown), Ok(()));
    }
}
