//! A generic webhook: a JSON array, signed in the way of the Standard Webhooks specification.
//!
//! `webhook-signature: v1,BASE64` is the HMAC-SHA256 of `ID.TIMESTAMP.BODY` with the bytes of the secret; `webhook-id` is the batch,
//! the same for every attempt. The last element of the array is the head of the chain, where there is one; `schema` tells it from
//! records.

use super::Form;
use super::http::Client;
use super::target::{Batch, Failure, Taken, Target};
use crate::install::base64;
use crate::trail::Moment;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// A receiver of a webhook.
#[derive(Debug)]
pub struct Webhook {
    client: Client,
    url: String,
    secret: Vec<u8>,
    form: Form,
}

impl Webhook {
    /// The receiver at that URL, who knows the secret.
    pub fn new(client: Client, url: &str, secret: Vec<u8>, form: Form) -> Self {
        Self { client, url: url.to_string(), secret, form }
    }
}

impl Target for Webhook {
    fn send(&mut self, batch: &Batch<'_>, _: &mut dyn FnMut(u64) -> Result<(), String>) -> Result<Taken, Failure> {
        let mut elements: Vec<Json> = batch.records.iter().map(|record| super::json(self.form, record)).collect();
        elements.extend(
            batch.head.map(|head| json!({ "schema": "prexec/chain-head/1", "head": head.link, "line": head.line })),
        );
        let body = Json::Array(elements).to_string();
        let now = (Moment::now().0 / 1_000_000).to_string();
        let signed = [batch.id.as_bytes(), b".", now.as_bytes(), b".", body.as_bytes()];
        let signature = format!("v1,{}", base64::encode(&hmac(&self.secret, &signed)));
        let headers =
            [("webhook-id", batch.id.to_string()), ("webhook-timestamp", now), ("webhook-signature", signature)];
        self.client.post(&self.url, body.as_bytes(), &headers)?;
        Ok(Taken::default())
    }
}

/// HMAC-SHA256 (RFC 2104) of the parts one after the other.
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    let digest;
    let key = if key.len() > BLOCK {
        digest = Sha256::digest(key);
        &digest[..]
    } else {
        key
    };
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let mut inner = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    Sha256::new_with_prefix(block.map(|byte| byte ^ 0x5c)).chain_update(inner.finalize()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_4231() {
        let hex = |bytes: [u8; 32]| bytes.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex(hmac(&[0x0b; 20], &[b"Hi ", b"There"])),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            hex(hmac(b"Jefe", &[b"what do ya want for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac(&[0xaa; 131], &[b"Test Using Larger Than Block-Size Key - Hash Key First"])),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
