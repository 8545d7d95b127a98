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

/// Hash slots of a cluster.
const SLOTS: usize = 16_384;

/// Masters have ranges of slots, so a part of this size seldom belongs to more than one or two.
const SLOT_PARTS: usize = 64;

/// A Redis, shared by the stores of all spaces. Nothing is connected before something is asked.
pub(crate) struct RedisServer {
    pub(crate) options: RedisOptions,
    /// The address, without secrets.
    pub(crate) label: String,
    /// One for a single server; one for each part of the slots of a cluster, whose masters fail one by one.
    breakers: Box<[Breaker]>,
    /// Learnt at the first login: the server is older than RESP3, or something between does not let it through.
    pub(crate) speaks_resp2: AtomicBool,
    tls: OnceLock<TlsConnector>,
}

impl RedisServer {
    pub(crate) fn new(options: RedisOptions) -> Arc<Self> {
        let breakers = if options.is_cluster() { SLOT_PARTS } else { 1 };
        let try_time = options.connect_timeout + options.response_timeout;
        let breaker = || Breaker::new(options.first_pause, options.longest_pause, try_time);
        Arc::new(Self {
            label: options.to_string(),
            breakers: (0..breakers).map(|_| breaker()).collect(),
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

    /// The breaker for the server that has this key.
    pub(crate) fn breaker(&self, key: &[u8]) -> &Breaker {
        match &*self.breakers {
            [only] => only,
            several => &several[usize::from(slot(key)) * several.len() / SLOTS],
        }
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

/// The slot of a key, by the part in braces when it has one: "Key distribution model" and "Hash tags" in the
/// [specification](https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
fn slot(key: &[u8]) -> u16 {
    let tagged = || {
        let begin = key.iter().position(|&byte| byte == b'{')? + 1;
        let length = key[begin..].iter().position(|&byte| byte == b'}')?;
        (length > 0).then(|| &key[begin..begin + length])
    };
    crc16::State::<crc16::XMODEM>::calculate(tagged().unwrap_or(key)) % SLOTS as u16
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_specification() {
        assert_eq!(slot(b"123456789"), 0x31C3);
        assert_eq!(slot(b"foo"), 12_182);
        assert_eq!(slot(b"{foo}.following"), slot(b"foo"));
        assert_ne!(
            slot(b"{}{foo}"),
            slot(b"foo"),
            "only the first braces count, and not when there is nothing in them"
        );
    }
}
