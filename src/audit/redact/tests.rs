use super::{GROWTH, MARGIN, redact, redact_name, redact_words};
use proptest::prelude::*;
use serde_json::Value;
use std::{format, string::String, string::ToString, vec::Vec};

fn rows(text: &'static str) -> impl Iterator<Item = Value> {
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).expect(line))
}

/// A row that says nothing of what comes out stays as it is.
fn compare(file: &str, text: &'static str) {
    let mut wrong = Vec::new();
    for row in rows(text) {
        let (before, expected, found) = if let Some(words) = row["words"].as_array() {
            let words: Vec<_> = words.iter().map(Value::as_str).collect();
            let expected: Vec<_> = row
                .get("redacted")
                .map_or_else(|| words.clone(), |e| e.as_array().expect("words").iter().map(Value::as_str).collect());
            let found: Vec<_> = redact_words(&words).0;
            let again: Vec<_> = found.iter().map(Option::as_deref).collect();
            assert_eq!(redact_words(&again).0, found, "{words:?}");
            (format!("{words:?}"), format!("{expected:?}"), format!("{found:?}"))
        } else {
            let text = row["text"].as_str().expect("a text");
            let expected = row.get("redacted").map_or(text, |e| e.as_str().expect("a text"));
            let found = redact(text).0.into_owned();
            assert_eq!(redact(&found).0, found, "{text}");
            (text.to_string(), expected.to_string(), found)
        };
        if expected != found {
            wrong.push(format!("{before}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{file}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn secrets_are_taken_out() {
    compare("secrets.jsonl", include_str!("../../../tests/redact/secrets.jsonl"));
}

#[test]
fn look_alikes_stay() {
    compare("look-alikes.jsonl", include_str!("../../../tests/redact/look-alikes.jsonl"));
}

/// Whole secrets, none of which a test may find again.
fn planted() -> impl Strategy<Value = String> {
    prop_oneof![
        "ghp_[A-Za-z0-9]{36}",
        "AKIA[A-Z0-9]{16}",
        "glpat-[A-Za-z0-9_-]{20}",
        "sk-ant-api03-[A-Za-z0-9_-]{80}",
        "xoxb-[0-9]{12}-[0-9]{13}-[A-Za-z0-9]{24}",
        "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}",
        "npm_[A-Za-z0-9]{36}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(std::env::var("PREXEC_CASES").map_or(1_000, |n| n.parse().expect("a number"))))]

    /// What is not gone through at all holds nothing that would be found.
    #[test]
    fn nothing_is_missed_in_plain_words(text in "[a-zA-Z0-9._/-]{0,20}|-{0,2}(password|token|AKIA|xoxb-|-pS3|p%3D)[a-zA-Z0-9._/-]{0,9}") {
        if super::scan::is_plain(text.as_bytes()) {
            prop_assert_eq!(super::scan::Scan::new(&text).text().1, 0, "{}", text);
        }
    }

    #[test]
    fn twice_is_once_and_never_much_longer(text in "(token|password|-p|--password|curl -u|mysql|Authorization: Bearer|://|a:b@|[=:\"' ,;&|\\\\n$\\[\\](){}<>/@-]|[a-zA-Z0-9]{1,30}|redacted|\\[redacted:x\\]|eyJ|\\PC){0,40}") {
        let (once, count) = redact(&text);
        let (twice, _) = redact(&once);
        prop_assert_eq!(&twice, &once, "{}", text);
        prop_assert!(once.len() <= GROWTH * text.len() + MARGIN, "{}", text);
        prop_assert_eq!(count == 0, once == text);
        prop_assert!(!once.contains(super::REST), "{}", text);
        let (names, _) = redact_name(&text);
        prop_assert!(names.len() <= GROWTH * text.len() + MARGIN);
        prop_assert_eq!(&redact_name(&names).0, &names, "{}", text);
        let words: Vec<_> = text.split(' ').map(Some).collect();
        let once: Vec<_> = redact_words(&words).0.into_iter().map(|word| word.map(String::from)).collect();
        let again: Vec<_> = once.iter().map(Option::as_deref).collect();
        let twice: Vec<_> = redact_words(&again).0.into_iter().map(|word| word.map(String::from)).collect();
        prop_assert_eq!(twice, once, "{}", text);
    }

    #[test]
    fn a_planted_secret_is_never_found(secret in planted(), before in "[^A-Za-z0-9]{0,3}", after in "[ \"'\\\\,;)}&]{0,3}", around in 0..8) {
        let text = match around {
            0 => format!("echo {before}{secret}{after} x"),
            1 => format!("{{\"a\":\"{before}{secret}\\n\"}}"),
            2 => format!("https://h.example/p?x={secret}&y=1"),
            3 => format!("https://u:{secret}@h.example/p"),
            4 => format!("if true; then\n  export A='{secret}'\nfi"),
            5 => format!("{{\"a\":\"{{\\\"b\\\":\\\"{secret}\\\"}}\"}}"),
            6 => format!("curl -H \"X-A: {secret}\" https://h"),
            _ => format!("PASSWORD={secret}{after}"),
        };
        let (redacted, count) = redact(&text);
        prop_assert!(count > 0 && !redacted.contains(&secret), "{} {}", text, redacted);
        prop_assert!(!redact_name(&text).0.contains(&secret));
        let words: Vec<_> = text.split(' ').map(Some).collect();
        prop_assert!(redact_words(&words).0.iter().flatten().all(|word| !word.contains(&secret)), "{}", text);
    }
}

/// What a hostile text can be made of; each was quadratic in some reading that one may think of.
#[test]
fn time_is_linear() {
    let pieces = [
        "eyJ",
        "eyJ-",
        "token='",
        "token=\"$(",
        "-----BEGIN X",
        "token: x ",
        "cookie: $A ",
        "://",
        "://a:b/",
        "[[",
        ",,",
        "bearer \"",
        "token=$(",
        "token=${",
        "token=http://",
        "password: ",
        "-",
        "\\",
        "sk-",
        "xoxb-",
        ".atlasv1.",
        "Q~",
        ":AA",
        "a_",
        "A1b",
        "\\\"",
    ];
    for piece in pieces {
        let once = |text: &str| {
            let begun = std::time::Instant::now();
            let _ = redact(text);
            begun.elapsed()
        };
        let took = |count: usize| (0..3).map(|_| once(&piece.repeat(count))).min().expect("a time");
        let (small, large) = (took(2_000), took(40_000));
        // Twenty times the text; a machine that is busy with others may take a few times as long.
        let most = small * 160 + std::time::Duration::from_millis(60);
        assert!(large < most, "{piece:?}: {small:?}, then {large:?}");
    }
}

/// How much of what is random is found where nothing but that tells, and how much of what is not.
#[test]
fn random_words_and_identifiers() {
    use super::random::is_random;
    let mut state = 1_u64;
    let mut random = |alphabet: &[u8], length: usize| -> Vec<u8> {
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                alphabet[usize::try_from(state >> 33).expect("a number") % alphabet.len()]
            })
            .collect()
    };
    let base62 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (length, least) in [(20, 93), (24, 95), (32, 98), (40, 99)] {
        let found = (0..10_000).filter(|_| is_random(&random(base62, length))).count();
        println!("{length}: {found} of 10000");
        assert!(found >= least * 100, "{length}: {found}");
    }
}
