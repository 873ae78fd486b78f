//! What goes over HTTP: the JSON of OTLP by its specification, signatures, answers of all sorts.

use crate::{export, generate, output, text};
use prexec::trail::{Moment, Record};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Status, headers and body.
pub(crate) type Answer = (u16, Vec<(&'static str, &'static str)>, String);

/// Answers the requests that come, by number.
pub(crate) struct Receiver {
    pub(crate) url: String,
    pub(crate) got: Arc<Mutex<Vec<Got>>>,
    server: Arc<tiny_http::Server>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// `answer` says status, headers and body for the request of that number; none says nothing that is HTTP.
    pub(crate) fn start(answer: impl Fn(usize, &Got) -> Option<Answer> + Send + 'static) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").unwrap());
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let (shared, all) = (Arc::clone(&server), Arc::clone(&got));
        let thread = std::thread::spawn(move || {
            for mut request in shared.incoming_requests() {
                let mut body = Vec::new();
                // A sender that was killed leaves half a request.
                let whole = request
                    .as_reader()
                    .read_to_end(&mut body)
                    .is_ok_and(|length| request.body_length() == Some(length));
                if !whole {
                    drop(request.into_writer());
                    continue;
                }
                let headers = request.headers().iter().map(|h| (h.field.to_string(), h.value.to_string())).collect();
                let one = Got { path: request.url().to_string(), headers, body };
                let number = {
                    let mut all = all.lock().unwrap();
                    all.push(one.clone());
                    all.len() - 1
                };
                match answer(number, &one) {
                    None => {
                        use std::io::Write;
                        let mut writer = request.into_writer();
                        let _ = writer.write_all(b"no answer\r\n\r\n").and_then(|()| writer.flush());
                    }
                    Some((status, headers, body)) => {
                        let mut response = tiny_http::Response::from_string(body).with_status_code(status);
                        for (name, value) in headers {
                            response.add_header(tiny_http::Header::from_bytes(name, value).unwrap());
                        }
                        let _ = request.respond(response);
                    }
                }
            }
        });
        let url = format!("http://{}", server.server_addr().to_ip().unwrap());
        Self { url, got, server, thread: Some(thread) }
    }

    fn well() -> Self {
        Self::start(|_, _| Some((200, Vec::new(), "{}".into())))
    }

    fn all(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn trail(records: &[Record]) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    generate::append(place.path(), records);
    place
}

fn only(object: &Json, keys: &[&str]) {
    for key in object.as_object().unwrap().keys() {
        assert!(keys.contains(&key.as_str()), "{key} is no field here");
    }
}

fn attribute<'j>(attributes: &'j Json, key: &str) -> Option<&'j Json> {
    attributes.as_array().unwrap().iter().find(|pair| pair["key"] == key).map(|pair| &pair["value"])
}

fn values(attributes: &Json) {
    let mut keys = BTreeSet::new();
    for pair in attributes.as_array().unwrap() {
        only(pair, &["key", "value"]);
        assert!(keys.insert(pair["key"].as_str().unwrap()), "{} twice", pair["key"]);
        value(&pair["value"]);
    }
}

fn value(any: &Json) {
    let (kind, inner) = any.as_object().unwrap().iter().next().unwrap();
    assert_eq!(any.as_object().unwrap().len(), 1);
    match kind.as_str() {
        "stringValue" => assert!(inner.is_string()),
        "boolValue" => assert!(inner.is_boolean()),
        // 64 bits are text.
        "intValue" => assert!(inner.as_str().unwrap().parse::<i64>().is_ok()),
        "arrayValue" => inner["values"].as_array().unwrap().iter().for_each(value),
        other => panic!("{other}"),
    }
}

/// Checks a request by the rules of an `ExportLogsServiceRequest` in JSON, and gives the `log.record.uid` of each record.
pub(crate) fn checked(body: &[u8]) -> Vec<String> {
    let request: Json = serde_json::from_slice(body).unwrap();
    only(&request, &["resourceLogs"]);
    let mut ids = Vec::new();
    for resource in request["resourceLogs"].as_array().unwrap() {
        only(resource, &["resource", "scopeLogs"]);
        only(&resource["resource"], &["attributes"]);
        values(&resource["resource"]["attributes"]);
        assert!(attribute(&resource["resource"]["attributes"], "service.name").is_some());
        for scope in resource["scopeLogs"].as_array().unwrap() {
            only(scope, &["scope", "logRecords"]);
            only(&scope["scope"], &["name", "version", "attributes"]);
            values(&scope["scope"]["attributes"]);
            for log in scope["logRecords"].as_array().unwrap() {
                only(
                    log,
                    &[
                        "timeUnixNano",
                        "observedTimeUnixNano",
                        "severityNumber",
                        "severityText",
                        "body",
                        "attributes",
                        "eventName",
                    ],
                );
                let time: u64 = log["timeUnixNano"].as_str().unwrap().parse().unwrap();
                assert!(time > 1_700_000_000_000_000_000);
                assert!((1..=24).contains(&log["severityNumber"].as_u64().unwrap()));
                value(&log["body"]);
                values(&log["attributes"]);
                ids.push(
                    attribute(&log["attributes"], "log.record.uid").unwrap()["stringValue"].as_str().unwrap().into(),
                );
            }
        }
    }
    ids
}

fn ids(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| record.id.clone()).collect()
}

#[test]
fn a_collector_gets_what_its_specification_says() {
    for records in [generate::fleet(1, 30), generate::hostile(1, 5)] {
        let place = trail(&records);
        let receiver = Receiver::well();
        text(place.path(), &["--to", &format!("otlp={}", receiver.url)]);
        let (chain, digest) = end_of_chain(place.path());
        let got = receiver.all();
        let mut found = Vec::new();
        for one in &got {
            assert_eq!(one.path, "/v1/logs");
            assert_eq!(one.header("content-type"), Some("application/json"));
            found.extend(checked(&one.body));
            let body: Json = serde_json::from_slice(&one.body).unwrap();
            let scope = &body["resourceLogs"][0]["scopeLogs"][0]["scope"]["attributes"];
            assert_eq!(attribute(scope, "prexec.chain.digest").unwrap()["stringValue"], digest);
            let link = format!("blake3:{}", blake3::hash(chain.as_bytes()).to_hex());
            assert_eq!(attribute(scope, "prexec.chain.head").unwrap()["stringValue"], link.as_str());
            assert_eq!(
                attribute(scope, "prexec.batch.id").unwrap()["stringValue"],
                one.header("prexec-batch").unwrap()
            );
        }
        assert_eq!(found, ids(&records));
        let first: Json = serde_json::from_slice(&got[0].body).unwrap();
        let nanoseconds = format!("{}000", Moment::read(&records[0].time).unwrap().0);
        assert_eq!(first["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["timeUnixNano"], nanoseconds.as_str());
        // Nothing is left, so nothing is sent.
        text(place.path(), &["--to", &format!("otlp={}", receiver.url)]);
        assert_eq!(receiver.all().len(), got.len());
    }
}

#[test]
fn what_fails_for_now_is_tried_again_and_what_is_refused_is_not() {
    let records = generate::fleet(2, 4);
    let receiver = Receiver::start(|number, _| match number {
        0 => Some((429, vec![("retry-after", "1")], "slow down".into())),
        1 => Some((503, Vec::new(), "\u{1b}[31mnot now".into())),
        2 => None,
        _ => Some((200, Vec::new(), String::new())),
    });
    let place = trail(&records);
    let started = std::time::Instant::now();
    let out = output(place.path(), &["--to", &format!("otlp={}", receiver.url), "--pause", "1"]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{said}");
    assert!(started.elapsed().as_millis() >= 1000, "it waits as long as it was asked to");
    assert!(said.contains("answered 429 slow down") && said.contains("\\u{1b}[31mnot now"), "{said}");
    let got = receiver.all();
    assert!(
        got[..4]
            .iter()
            .all(|one| one.header("prexec-batch") == got[0].header("prexec-batch") && one.body == got[0].body)
    );
    drop(receiver);

    let receiver = Receiver::start(|_, _| Some((400, Vec::new(), "bad".into())));
    let place = trail(&records);
    let out = output(place.path(), &["--to", &format!("otlp={}", receiver.url), "--pause", "1"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("refused the batch: 400 bad"));
    assert_eq!(receiver.all().len(), 1);
}

#[test]
fn a_redirection_is_not_followed() {
    let elsewhere = Receiver::well();
    let to = Box::leak(elsewhere.url.clone().into_boxed_str());
    let receiver = Receiver::start(|_, _| Some((307, vec![("location", to)], String::new())));
    let place = trail(&generate::fleet(3, 2));
    let out = output(place.path(), &["--to", &format!("otlp={}", receiver.url), "--pause", "1"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(elsewhere.all().is_empty());
}

#[test]
fn records_that_are_not_taken_are_counted_and_not_sent_again() {
    let receiver = Receiver::start(|_, _| {
        Some((200, Vec::new(), r#"{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}"#.into()))
    });
    let place = trail(&generate::fleet(4, 2));
    let out = output(place.path(), &["--to", &format!("otlp={}", receiver.url)]);
    assert!(out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("did not take 2 records"));
    let cursor: Json = serde_json::from_slice(&std::fs::read(place.path().join("cursor-otlp.json")).unwrap()).unwrap();
    assert_eq!(cursor["rejected"].as_u64().unwrap(), 2 * receiver.all().len() as u64);
    assert!(cursor.get("in_flight").is_none());
}

#[test]
fn a_compressed_request_is_the_same_request() {
    let records = generate::fleet(5, 10);
    let place = trail(&records);
    let receiver = Receiver::well();
    text(place.path(), &["--to", &format!("otlp={}", receiver.url), "--gzip"]);
    let mut found = Vec::new();
    for one in receiver.all() {
        assert_eq!(one.header("content-encoding"), Some("gzip"));
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(one.body.as_slice()).read_to_end(&mut body).unwrap();
        assert!(one.body.len() * 4 < body.len());
        found.extend(checked(&body));
    }
    assert_eq!(found, ids(&records));
}

fn private(directory: &Path, name: &str, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_string()
}

/// The last line of the chain, and the digest in it: what is over was closed in passing.
fn end_of_chain(directory: &std::path::Path) -> (String, String) {
    let chain = std::fs::read_to_string(directory.join("chain.jsonl")).unwrap();
    let line = chain.lines().last().unwrap();
    let said: Json = serde_json::from_str(line).unwrap();
    (line.to_owned(), said["digest"].as_str().unwrap().to_owned())
}

#[test]
fn a_webhook_is_signed_and_ends_with_the_head_of_the_chain() {
    use sha2::{Digest, Sha256};
    let records = generate::fleet(6, 10);
    let place = trail(&records);
    let secret = private(place.path(), "secret", "correct horse battery staple\n");
    let receiver = Receiver::well();
    let to = format!("webhook={}/in", receiver.url);
    text(place.path(), &["--to", &to, "--secret", &secret]);
    let (chain, _) = end_of_chain(place.path());
    let mut found = Vec::new();
    for one in receiver.all() {
        assert_eq!(one.path, "/in");
        let (id, time) = (one.header("webhook-id").unwrap(), one.header("webhook-timestamp").unwrap());
        // The definition of HMAC, written out.
        let mut key = [0_u8; 64];
        key[..28].copy_from_slice(b"correct horse battery staple");
        let inner = Sha256::new_with_prefix(key.map(|b| b ^ 0x36))
            .chain_update(format!("{id}.{time}."))
            .chain_update(&one.body);
        let outer = Sha256::new_with_prefix(key.map(|b| b ^ 0x5c)).chain_update(inner.finalize()).finalize();
        assert_eq!(one.header("webhook-signature").unwrap(), format!("v1,{}", prexec::install::base64::encode(&outer)));
        let elements: Vec<Json> = serde_json::from_slice(&one.body).unwrap();
        let (head, sent) = elements.split_last().unwrap();
        assert_eq!(head["schema"], "prexec/chain-head/1");
        assert_eq!(head["line"], chain);
        assert_eq!(head["head"], format!("blake3:{}", blake3::hash(chain.as_bytes()).to_hex()));
        for element in sent {
            found.push(prexec::trail::read_line(element.to_string().as_bytes()).unwrap());
        }
    }
    assert_eq!(found, records);
}

#[test]
fn secrets_go_neither_on_the_command_line_nor_in_the_clear() {
    use std::os::unix::fs::PermissionsExt;
    let place = trail(&generate::fleet(7, 2));
    let secret = private(place.path(), "secret", "correct horse battery staple\n");
    let headers = private(place.path(), "headers", "Authorization: Bearer of-tidings\n");
    let refused = |arguments: &[&str], expected: &str| {
        let out = output(place.path(), arguments);
        assert_eq!(out.status.code(), Some(1));
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(said.contains(expected) && !said.contains("of-tidings"), "{said}");
    };
    refused(&["--to", "webhook=https://h/x"], "name the file of its secret");
    refused(&["--to", "webhook=http://example.com/x", "--secret", &secret], "in the clear");
    refused(&["--to", "otlp=http://example.com:4318", "--headers", &headers], "in the clear");
    refused(&["--to", "otlp=http://me:word@127.0.0.1:4318"], "use --headers FILE");
    refused(&["--to", "carrier-pigeon=coop"], "is no receiver");
    refused(&["--to", "syslog=tcp://h"], "no address of a syslog");
    let short = private(place.path(), "short", "hunter2\n");
    refused(&["--to", "webhook=https://h/x", "--secret", &short], "shorter than 16 bytes");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    refused(&["--to", "webhook=https://h/x", "--secret", &secret], "others may read");
    let receiver = Receiver::well();
    text(place.path(), &["--to", &format!("otlp={}", receiver.url), "--headers", &headers]);
    assert_eq!(receiver.all()[0].header("authorization"), Some("Bearer of-tidings"));
}

#[test]
fn a_cursor_is_used_by_one_exporter_at_a_time() {
    let receiver = Receiver::well();
    let place = trail(&generate::fleet(8, 2));
    let to = format!("otlp={}", receiver.url);
    let mut first = export(place.path(), &["--to", &to, "--follow", "--pause", "10"]).spawn().unwrap();
    while receiver.all().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let out = output(place.path(), &["--to", &to]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("in use by another exporter"));
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(first.id().cast_signed()), nix::sys::signal::Signal::SIGTERM)
        .unwrap();
    assert!(first.wait().unwrap().success(), "a request to stop is no error");
}
