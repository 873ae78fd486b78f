//! The page of `prexec audit report`: read by a strict parser, its numbers held against a naive count, and no text of a record
//! that is more than text.

use crate::generate;
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use prexec::trail::{Kind, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn page(records: &[Record], arguments: &[&str]) -> String {
    let place = tempfile::tempdir().unwrap();
    generate::append(place.path(), records);
    let file = place.path().join("report.html");
    let out = Command::new(env!("CARGO_BIN_EXE_prexec"))
        .args(["audit", "report", "--audit"])
        .arg(place.path())
        .arg("-o")
        .arg(&file)
        .args(arguments)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    std::fs::read_to_string(file).unwrap()
}

fn parsed(page: &str) -> Handle {
    let dom = html5ever::parse_document(
        RcDom::default(),
        html5ever::ParseOpts {
            tokenizer: html5ever::tokenizer::TokenizerOpts { exact_errors: true, ..Default::default() },
            ..Default::default()
        },
    )
    .one(page);
    assert!(dom.errors.borrow().is_empty(), "{:?}", dom.errors.borrow());
    dom.document
}

/// Hears of an element: its name, its attributes, itself.
type Each<'e> = &'e mut dyn FnMut(&str, &BTreeMap<String, String>, &Handle);

/// Every element, with its attributes.
fn walk(node: &Handle, each: Each<'_>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
        each(&name.local, &attributes, node);
    }
    node.children.borrow().iter().for_each(|child| walk(child, each));
}

fn text(node: &Handle) -> String {
    let own = if let NodeData::Text { contents } = &node.data { contents.borrow().to_string() } else { String::new() };
    node.children.borrow().iter().fold(own, |all, child| all + &text(child))
}

fn numbers(document: &Handle) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    walk(document, &mut |name, attributes, node| {
        if name == "data" {
            let value: u64 = attributes["value"].parse().unwrap();
            assert_eq!(text(node).replace(',', ""), value.to_string());
            assert!(found.insert(attributes["id"].clone(), value).is_none());
        }
    });
    found
}

/// The cells of the rows of a table.
fn rows(document: &Handle, id: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    walk(document, &mut |name, attributes, table| {
        if name == "table" && attributes.get("id").is_some_and(|i| i == id) {
            walk(table, &mut |name, _, row| {
                let mut cells = Vec::new();
                if name == "tr" {
                    walk(row, &mut |name, _, cell| {
                        if name == "td" {
                            cells.push(text(cell));
                        }
                    });
                }
                if !cells.is_empty() {
                    found.push(cells);
                }
            });
        }
    });
    found
}

fn blocked(records: &[Record]) -> impl Iterator<Item = &Record> {
    records.iter().filter(|r| r.decision.as_deref() == Some("deny") && !r.observed && r.lifted.is_none())
}

#[test]
fn its_numbers_are_those_of_a_naive_count() {
    let records = generate::fleet(11, 300);
    // What an installation and an examination asked is nobody's call.
    let denied = records.iter().find(|r| r.kind == Kind::Decision && r.decision.as_deref() == Some("deny")).unwrap();
    let canary = Record { session: Some("canary".into()), lost: 0, ..denied.clone() };
    let with_canaries: Vec<Record> = records.iter().cloned().chain([canary.clone(), canary]).collect();
    let document = parsed(&page(&with_canaries, &[]));
    let found = numbers(&document);
    let decisions: Vec<&Record> = records.iter().filter(|r| r.kind == Kind::Decision).collect();
    let decided = |what: &str| decisions.iter().filter(|r| r.decision.as_deref() == Some(what)).count() as u64;
    let mut expected = BTreeMap::from([
        ("calls", decisions.len() as u64),
        ("allowed", decided("allow")),
        ("asked", decided("prompt")),
        ("denied", decided("deny")),
        ("canaries", 2),
        ("lost", records.iter().map(|r| u64::from(r.lost)).sum()),
        ("observed", decisions.iter().filter(|r| r.observed).count() as u64),
        ("lifted", decisions.iter().filter(|r| r.lifted.is_some()).count() as u64),
        ("with-unknown", decisions.iter().filter(|r| r.effects.iter().any(|e| e.kind == "unknown")).count() as u64),
    ]);
    let stricter = |r: &&&Record| r.observed && r.decision.as_deref() != Some("allow");
    expected.insert("observed-stricter", decisions.iter().filter(stricter).count() as u64);
    let read = |r: &&Record| r.effects[r.reasons[0].effect.unwrap()].kind == "read";
    expected.insert("denied-reads", blocked(&records).filter(read).count() as u64);
    let prompts: Vec<&&Record> =
        decisions.iter().filter(|r| r.decision.as_deref() == Some("prompt") && !r.observed).collect();
    expected.insert("prompts", prompts.len() as u64);
    let later: BTreeSet<&String> = records
        .iter()
        .filter(|r| matches!(r.kind, Kind::Gate | Kind::Outcome))
        .filter_map(|r| r.call.as_ref())
        .collect();
    expected.insert("prompts-ran", prompts.iter().filter(|r| later.contains(r.call.as_ref().unwrap())).count() as u64);
    expected
        .insert("prompts-silent", prompts.iter().filter(|r| !later.contains(r.call.as_ref().unwrap())).count() as u64);
    let mut sessions: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for record in blocked(&records) {
        *sessions.entry((record.session.as_deref().unwrap(), &record.reasons[0].rule)).or_default() += 1;
    }
    let mut again: BTreeMap<&str, u64> = BTreeMap::new();
    for ((session, _), count) in &sessions {
        *again.entry(session).or_default() += count - 1;
    }
    expected.insert("stubborn", again.values().filter(|count| **count >= 2).count() as u64);
    for (name, value) in expected {
        assert_eq!(found.get(name), Some(&value), "{name}");
    }

    let mut rules: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for record in &decisions {
        match record.decision.as_deref() {
            Some("deny") => rules.entry(&record.reasons[0].rule).or_default()[0] += 1,
            Some("prompt") => rules.entry(&record.reasons[0].rule).or_default()[1] += 1,
            _ => {}
        }
    }
    let shown = rows(&document, "rules");
    assert_eq!(shown.len(), rules.len());
    for row in shown {
        let (rule, count) = rules.iter().find(|(rule, _)| row[0].starts_with(**rule)).unwrap();
        assert_eq!([&row[1], &row[2]].map(|cell| cell.replace(',', "").parse::<u64>().unwrap()), *count, "{rule}");
    }
    let mut files: BTreeMap<&str, u64> = BTreeMap::new();
    for record in blocked(&records).filter(read) {
        *files.entry(record.effects[record.reasons[0].effect.unwrap()].path.as_deref().unwrap()).or_default() += 1;
    }
    for row in rows(&document, "reads") {
        assert_eq!(files[row[0].as_str()].to_string(), row[1]);
    }
    let hosts: BTreeSet<&str> = decisions.iter().map(|r| r.host.as_str()).collect();
    assert_eq!(rows(&document, "coverage-machine").len(), hosts.len());
}

#[test]
fn what_stands_in_records_is_text_and_nothing_comes_from_elsewhere() {
    const ELEMENTS: &str = " html head meta title style body main h1 h2 p strong span div section ul li data svg line text rect g title table thead tbody tr th td code footer ";
    let records = generate::hostile(12, 200);
    let page = page(&records, &[]);
    let document = parsed(&page);
    walk(&document, &mut |name, attributes, node| {
        assert!(ELEMENTS.contains(&format!(" {name} ")), "{name}");
        for (key, value) in attributes {
            assert!(
                !key.starts_with("on") && !["src", "href", "style", "srcset", "action"].contains(&key.as_str()),
                "{key}"
            );
            assert!(!value.contains("script:") && !value.contains("://"), "{value}");
        }
        if name == "style" {
            assert_eq!(text(node), include_str!("../../src/trail/report/page.css"));
        }
    });
    for raw in generate::HOSTILE {
        if raw.contains(['<', '"']) {
            assert!(!page.contains(raw), "{raw}");
        }
    }
    assert!(!page.chars().any(|c| c != '\n' && prexec::text::is_hidden(c)), "a character that does not show");
    assert!(page.contains("default-src 'none'") && !page.contains("url(") && !page.contains("@import"));
    // They are there all the same, as what they are.
    assert!(text(&document).contains("</script><script>alert(1)</script>"));
    assert!(text(&document).contains("a\\u{202e}gnp.exe"));
}

#[test]
fn a_page_about_nothing_says_so() {
    let page = page(&[], &["--last", "7d"]);
    parsed(&page);
    assert!(page.contains("No call was decided in this time."));
}

#[test]
fn a_span_is_kept_to() {
    let records = generate::fleet(13, 60);
    let document = parsed(&page(&records, &["--since", "2026-11-01", "--until", "2026-11-08"]));
    let within =
        |r: &&Record| r.kind == Kind::Decision && r.time.as_str() >= "2026-11-01" && r.time.as_str() < "2026-11-08";
    assert_eq!(numbers(&document)["calls"], records.iter().filter(within).count() as u64);
}

/// A browser draws it, where there is one: wide and narrow, not empty, and not wider than the window.
#[test]
fn a_browser_draws_it() {
    let Some(chromium) = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| Path::new(path).exists())
    else {
        println!("no Chromium here");
        return;
    };
    let place = tempfile::tempdir().unwrap();
    // A copy of the page that says by its title how wide it is drawn; the page itself allows no scripts.
    let page = page(&generate::hostile(14, 60), &[])
        .replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'");
    let probe = "<script>document.title=document.documentElement.scrollWidth+' '+innerWidth+' '+document.images.length</script></body>";
    std::fs::write(place.path().join("page.html"), page.replace("</body>", probe)).unwrap();
    for width in [1200, 500] {
        let out = Command::new(chromium)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--dump-dom",
                "--virtual-time-budget=2000",
            ])
            .arg(format!("--window-size={width},2000"))
            .arg(format!("--user-data-dir={}", place.path().join("profile").display()))
            .arg(format!("file://{}", place.path().join("page.html").display()))
            .output()
            .unwrap();
        let dom = String::from_utf8_lossy(&out.stdout).into_owned();
        let title =
            dom.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map_or("", |(title, _)| title);
        let numbers: Vec<u32> = title.split(' ').filter_map(|word| word.parse().ok()).collect();
        assert_eq!(numbers.len(), 3, "{title}: {}", String::from_utf8_lossy(&out.stderr));
        assert!(numbers[0] <= numbers[1] && numbers[2] == 0, "at {width}: {title}");
    }
}
