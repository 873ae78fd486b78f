//! Syslog and the journal: what a receiver reads is what was recorded, whatever the texts are.

use crate::{generate, output, text};
use prexec::trail::read_line;
use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

fn receive(mut next: impl FnMut(&mut [u8]) -> std::io::Result<usize>, count: usize) -> Vec<Vec<u8>> {
    let mut buffer = vec![0; 1 << 18];
    (0..count).map(|_| next(&mut buffer).map(|length| buffer[..length].to_vec()).unwrap()).collect()
}

/// Parses a message by the grammar of RFC 5424: priority, the six fields, the parameters of one element, the text.
fn message(bytes: &[u8]) -> (u8, Vec<String>, BTreeMap<String, String>, String) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(!text.chars().any(char::is_control), "{text}");
    let (priority, rest) = text.strip_prefix('<').unwrap().split_once('>').unwrap();
    let mut fields: Vec<String> = rest.splitn(7, ' ').map(str::to_string).collect();
    let rest = fields.pop().unwrap();
    let mut rest = rest.strip_prefix("[prexec@32473").unwrap();
    let mut parameters = BTreeMap::new();
    while let Some(after) = rest.strip_prefix(' ') {
        let (name, after) = after.split_once("=\"").unwrap();
        let (mut value, mut chars) = (String::new(), after.char_indices());
        let end = loop {
            match chars.next().unwrap() {
                (_, '\\') => value.push(chars.next().map(|(_, c)| c).filter(|c| "\"\\]".contains(*c)).unwrap()),
                (at, '"') => break at,
                (_, ']') => panic!("a bracket in {text}"),
                (_, c) => value.push(c),
            }
        };
        parameters.insert(name.to_string(), value);
        rest = &after[end + 1..];
    }
    (priority.parse().unwrap(), fields, parameters, rest.strip_prefix("] ").unwrap().to_string())
}

#[test]
fn syslog_by_udp() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    for records in [generate::fleet(1, 6), generate::hostile(1, 2)] {
        let place = tempfile::tempdir().unwrap();
        generate::append(place.path(), &records);
        let to = format!("syslog=udp://{}", socket.local_addr().unwrap());
        let (directory, count) = (place.path().to_path_buf(), records.len());
        let sender = std::thread::spawn(move || text(&directory, &["--to", &to, "--datagram", "60000"]));
        let got = receive(|buffer| socket.recv(buffer), count);
        sender.join().unwrap();
        for (bytes, record) in got.iter().zip(&records) {
            let (priority, fields, parameters, json) = message(bytes);
            assert_eq!(fields[0], "1");
            assert_eq!(fields[1], record.time);
            assert_eq!(fields[3], "prexec");
            assert_eq!(parameters["id"], record.id);
            let denied = record.answer.as_deref() == Some("deny");
            assert_eq!(
                priority == 84,
                denied
                    || record.decision.is_some()
                        && (record.observed || record.lifted.is_some())
                        && record.decision.as_deref() != Some("allow"),
                "{json}"
            );
            assert_eq!(read_line(json.as_bytes()).unwrap(), *record);
        }
    }
}

#[test]
fn a_datagram_is_no_longer_than_it_may_be() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let place = tempfile::tempdir().unwrap();
    let records = generate::hostile(2, 3);
    generate::append(place.path(), &records);
    let to = format!("syslog=udp://{}", socket.local_addr().unwrap());
    let (directory, count) = (place.path().to_path_buf(), records.len());
    let sender = std::thread::spawn(move || text(&directory, &["--to", &to, "--datagram", "1200"]));
    let got = receive(|buffer| socket.recv(buffer), count);
    sender.join().unwrap();
    assert!(got.iter().all(|bytes| bytes.len() <= 1200));
    assert!(got.iter().zip(&records).all(|(bytes, record)| message(bytes).2["id"] == record.id));
}

/// Reads an entry by the journal's protocol.
fn entry(mut bytes: &[u8]) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    while !bytes.is_empty() {
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
        let (name, value, rest) = if let Some(at) = line.iter().position(|byte| *byte == b'=') {
            (&line[..at], &line[at + 1..], rest)
        } else {
            let length = usize::try_from(u64::from_le_bytes(rest[..8].try_into().unwrap())).unwrap();
            assert_eq!(rest[8 + length], b'\n');
            (line, &rest[8..8 + length], &rest[9 + length..])
        };
        let name = String::from_utf8(name.to_vec()).unwrap();
        assert!(name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') && !name.starts_with('_'), "{name}");
        assert!(fields.insert(name, String::from_utf8(value.to_vec()).unwrap()).is_none());
        bytes = rest;
    }
    fields
}

#[test]
fn the_journal() {
    for records in [generate::fleet(3, 6), generate::hostile(3, 6)] {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("socket");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let trail = place.path().join("trail");
        std::fs::create_dir(&trail).unwrap();
        generate::append(&trail, &records);
        crate::write_chain(&trail, "2026-01-01.jsonl", 1);
        let to = format!("journald={}", path.display());
        let sender = std::thread::spawn(move || text(&trail, &["--to", &to]));
        let got = receive(|buffer| socket.recv(buffer), records.len());
        sender.join().unwrap();
        for (bytes, record) in got.iter().zip(&records) {
            let fields = entry(bytes);
            assert_eq!(fields["PREXEC_ID"], record.id);
            assert_eq!(fields["SYSLOG_IDENTIFIER"], "prexec");
            assert!(["4", "5", "6"].contains(&fields["PRIORITY"].as_str()));
            assert!(!fields["MESSAGE"].chars().any(char::is_control));
            assert_eq!(fields.get("PREXEC_CWD"), record.cwd.as_ref());
            assert!(fields["PREXEC_CHAIN"].starts_with("blake3:"));
            assert_eq!(read_line(fields["PREXEC_RECORD"].as_bytes()).unwrap(), *record);
        }
    }
}

#[test]
fn a_receiver_that_is_not_there_gets_the_records_later() {
    let place = tempfile::tempdir().unwrap();
    let records = generate::fleet(4, 3);
    generate::append(place.path(), &records);
    let path = place.path().join("socket");
    let to = format!("syslog=unix:{}", path.display());
    let arguments = ["--to", &to, "--pause", "1"];
    let out = output(place.path(), &arguments);
    assert_eq!(out.status.code(), Some(1));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.contains("cannot be reached") && said.contains("wait for the next run"), "{said}");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let directory = place.path().to_path_buf();
    let sender = std::thread::spawn(move || text(&directory, &["--to", &to, "--pause", "1"]));
    let got = receive(|buffer| socket.recv(buffer), records.len());
    sender.join().unwrap();
    let ids: Vec<String> = got.iter().map(|bytes| message(bytes).2["id"].clone()).collect();
    assert_eq!(ids, records.iter().map(|record| record.id.clone()).collect::<Vec<_>>());
}
