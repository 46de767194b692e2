//! From the HTTP client's error to our word for it. What never enters: a server's own words (a certificate's names,
//! a header's text).

use std::{error::Error, io};

use rustls::{CertificateError, Error as TlsError};

use crate::{failure::Failure, resolver::OutOfReach};

/// What `error`, met while asking `host`, means.
pub(crate) fn classify(host: &str, error: &reqwest::Error) -> Failure {
    let host = host.to_owned();
    if error.is_builder() {
        Failure::InvalidUrl { host }
    } else if find::<OutOfReach>(error).is_some() {
        Failure::ForbiddenAddress { host }
    } else if error.is_dns() {
        Failure::Dns { host }
    } else if let Some(tls) = find::<TlsError>(error) {
        Failure::Tls { host, reason: tls_words(tls) }
    } else if error.is_connect() && find::<io::Error>(error).is_some_and(wraps_io) {
        // The connector wraps what ended a handshake, and nothing else, in an error of its own.
        let reason = "the connection ended during the handshake";
        Failure::Tls { host, reason }
    } else if error.is_connect() {
        Failure::Connect { host, reason: io_words(error) }
    } else if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        Failure::NotHttp { host }
    } else if error.is_decode() && find::<hyper::Error>(error).is_none() {
        let reason = "it could not be decompressed".to_owned();
        Failure::Interrupted { host, reason }
    } else {
        Failure::Interrupted { host, reason: io_words(error) }
    }
}

/// The first `E` among the causes of `error`, also inside an `io::Error`, whose `source` skips what it wraps.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    if let Some(inside) = inside {
        return find(inside);
    }
    error.source().and_then(find)
}

fn wraps_io(error: &io::Error) -> bool {
    match error.get_ref() {
        Some(inside) => inside.is::<io::Error>(),
        None => false,
    }
}

fn io_words(error: &reqwest::Error) -> String {
    find::<io::Error>(error).map_or_else(|| "the connection ended".to_owned(), |io| io.kind().to_string())
}

fn tls_words(error: &TlsError) -> &'static str {
    use CertificateError as Certificate;
    match error {
        TlsError::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            "its certificate has expired"
        }
        TlsError::InvalidCertificate(Certificate::NotValidYet | Certificate::NotValidYetContext { .. }) => {
            "its certificate is not valid yet"
        }
        TlsError::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => "its certificate is for another name",
        TlsError::InvalidCertificate(Certificate::UnknownIssuer) => {
            "its certificate's issuer is not known here"
        }
        TlsError::InvalidCertificate(Certificate::Revoked) => "its certificate is revoked",
        TlsError::InvalidCertificate(_) => "its certificate is not accepted",
        TlsError::InvalidMessage(_) => "what came is not TLS",
        TlsError::PeerIncompatible(_) => "no common protocol version or cipher",
        TlsError::AlertReceived(_) => "it refused the handshake",
        _ => "the handshake failed",
    }
}
