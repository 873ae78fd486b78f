//! One POST request to a collector or a webhook, and what its answer means.

use super::target::Failure;
use std::format;
use std::string::{String, ToString};
use std::sync::Arc;
use std::time::Duration;
use std::vec::Vec;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// No answer after so long counts as none.
const PATIENCE: Duration = Duration::from_secs(30);
/// More of an answer is not read.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// How to reach receivers.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Lines `Name: value`, which may hold a secret.
    pub headers: Vec<(String, String)>,
    /// Certificates in PEM that count instead of those that the machine trusts.
    pub authorities: Option<Vec<u8>>,
    /// Compress what is sent.
    pub gzip: bool,
}

/// Sends requests.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    settings: Settings,
}

/// An answer of success.
#[derive(Debug)]
pub struct Answer {
    /// Its body, as far as it was read.
    pub body: String,
}

/// Whether a URL leads to this machine.
pub fn is_local(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(authority, |(h, _)| h);
    let loopback = host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    loopback || host == "[::1]" || host == "localhost"
}

/// Checks a URL of http or https without a name and password in it.
///
/// # Errors
/// It is not of that form.
pub fn checked(url: &str) -> Result<(), String> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let rest = rest.ok_or_else(|| format!("`{url}` is no URL of http or https"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!("`{url}` is no URL of http or https"));
    }
    if authority.contains('@') {
        return Err(
            "a URL with a password in it is visible to everyone on this machine; use --headers FILE".to_string()
        );
    }
    Ok(())
}

impl Client {
    /// One with these settings.
    ///
    /// # Errors
    /// The certificates cannot be read.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let roots = match &settings.authorities {
            None => RootCerts::PlatformVerifier,
            Some(pem) => {
                let items = parse_pem(pem).filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                });
                let found: Vec<Certificate<'static>> = items.collect();
                if found.is_empty() {
                    return Err("the file of --ca holds no certificate in PEM form".to_string());
                }
                RootCerts::Specific(Arc::new(found))
            }
        };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // Records go to whom they are for, not to where that one points.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("prexec/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.new_agent(), settings })
    }

    /// Posts JSON.
    ///
    /// # Errors
    /// The receiver did not say that it has it.
    pub fn post(&self, url: &str, body: &[u8], headers: &[(&str, String)]) -> Result<Answer, Failure> {
        let mut request = self.agent.post(url).header("content-type", "application/json");
        for (name, value) in &self.settings.headers {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let result = if self.settings.gzip {
            let packed =
                pack(body).map_err(|e| Failure::Never { why: format!("a batch cannot be compressed: {e}") })?;
            request.header("content-encoding", "gzip").send(packed.as_slice())
        } else {
            request.send(body)
        };
        let mut response = result.map_err(|e| Failure::later(format!("{url} did not answer: {e}")))?;
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).and_then(seconds);
        let body = response.body_mut().with_config().limit(LONGEST_ANSWER).lossy_utf8(true).read_to_string();
        let said = body.as_deref().unwrap_or_default();
        let said = crate::text::visible_up_to(said.trim(), 300);
        match status {
            200..=299 => Ok(Answer { body: body.unwrap_or_default() }),
            // The four of the OTLP specification, and a request that took the receiver too long.
            408 | 429 | 502 | 503 | 504 => {
                Err(Failure::Later { after, why: format!("{url} answered {status} {said}") })
            }
            // An error of the receiver's own says nothing about what it was sent.
            500..=599 => Err(Failure::Later { after, why: format!("{url} answered {status} {said}") }),
            _ => Err(Failure::Never { why: format!("{url} refused the batch: {status} {said}") }),
        }
    }
}

/// The seconds of a `Retry-After`; one with a date counts as none, so that the usual wait is taken.
fn seconds(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

fn pack(body: &[u8]) -> std::io::Result<Vec<u8>> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}

/// Lines `Name: value`; empty ones and those that begin with `#` do not count.
///
/// # Errors
/// A line is not of that form.
pub fn headers(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let token =
            |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let (name, value) = line
            .split_once(':')
            .filter(|(name, _)| token(name))
            .ok_or_else(|| format!("line {} is no header; write `Name: value`", number + 1))?;
        found.push((name.to_string(), value.trim().to_string()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for url in ["http://127.0.0.1:1/x", "http://localhost", "https://[::1]:4318/v1/logs"] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "http://10.0.0.1",
            "http://127.0.0.1.example.com",
            "http://localhost.example",
            "http://x/127.0.0.1",
            "http://a?localhost",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }

    #[test]
    fn urls_hold_no_secret() {
        assert_eq!(checked("https://collector:4318"), Ok(()));
        for url in ["ftp://x", "http://", "http://a b", "https://u:p@h/", "collector:4318"] {
            assert!(checked(url).is_err(), "{url}");
        }
    }

    #[test]
    fn headers_are_lines() {
        let text = "# for the collector\nAuthorization: Bearer a:b\n\nX-Scope: one\n";
        let found = headers(text).expect("headers");
        assert_eq!(found, [("Authorization".into(), "Bearer a:b".into()), ("X-Scope".into(), "one".into())]);
        assert!(headers("no header").is_err());
    }
}
