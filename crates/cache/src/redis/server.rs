//! A Redis as all spaces of a program share it: how to reach it, and how it does.

use crate::{
    error::CacheError,
    redis::{breaker::Breaker, options::RedisOptions},
};
use redis::RedisError;
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject};
use std::{
    fmt, io,
    sync::{Arc, OnceLock, atomic::AtomicBool},
};
use tokio_rustls::TlsConnector;

/// A Redis, shared by the stores of all spaces. Nothing is connected before something is asked.
pub(crate) struct RedisServer {
    pub(crate) options: RedisOptions,
    /// The address, without secrets.
    pub(crate) label: String,
    pub(crate) breaker: Breaker,
    /// Learnt at the first login: the server is older than RESP3, or something between does not let it through.
    pub(crate) speaks_resp2: AtomicBool,
    tls: OnceLock<TlsConnector>,
}

impl RedisServer {
    pub(crate) fn new(options: RedisOptions) -> Arc<Self> {
        Arc::new(Self {
            label: options.to_string(),
            breaker: Breaker::new(
                options.first_pause,
                options.longest_pause,
                options.connect_timeout + options.response_timeout,
            ),
            speaks_resp2: AtomicBool::new(false),
            tls: OnceLock::new(),
            options,
        })
    }

    /// How TLS is done: by the certificates given, or by those of the system. They are read once.
    pub(crate) fn tls(&self) -> Result<&TlsConnector, RedisError> {
        if let Some(connector) = self.tls.get() {
            return Ok(connector);
        }
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots(self.options.certificates.as_deref())?)
            .with_no_client_auth();
        Ok(self.tls.get_or_init(|| TlsConnector::from(Arc::new(config))))
    }

    /// There is no room on any connection.
    pub(crate) fn busy(&self) -> CacheError {
        CacheError::Busy {
            server: self.label.clone(),
            waited: self.options.wait,
            connections: self.options.connections,
        }
    }
}

impl fmt::Debug for RedisServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisServer").field(&self.label).finish()
    }
}

fn roots(pem: Option<&[u8]>) -> Result<RootCertStore, RedisError> {
    let mut roots = RootCertStore::empty();
    match pem {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate.map_err(|error| io::Error::other(format!("not a certificate: {error}")))?)?;
            }
        }
        // Single certificates of the system that cannot be read are left out; the others may do.
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    Ok(roots)
}
