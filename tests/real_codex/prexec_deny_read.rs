//! What must not be read stays unread in the real client, whichever tool is asked for it; what may be read is.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::calls::{Call, mcp, patch, read_mcp_resource, shell, view_image};
use crate::hooks::Event;
use crate::prexec;
use crate::session::{Outcome, Registration, Session};

const RULES: &str = r#"
deny_read(["./.env", "./secrets", "**/*.key"], unless = ["**/.env.example"], justification = "the secrets stay unread")
"#;

/// What stands in every protected file, and nowhere else.
const SECRET: &str = "hunter2-is-secret";
/// What stands in every file that may be read.
const OPEN: &str = "nothing-to-hide";

/// A picture of one dot.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\
\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

fn update(file: &str, from: &str) -> String {
    format!("*** Begin Patch\n*** Update File: {file}\n@@\n-{from}\n+changed\n*** End Patch")
}

fn here_document(text: &str) -> String {
    format!("apply_patch <<'EOF'\n{text}\nEOF\n")
}

/// Calls that would show or move what is protected.
fn forbidden(work: &str) -> Vec<Call> {
    let moved = format!(
        "*** Begin Patch\n*** Update File: .env\n*** Move to: open.txt\n@@\n-{SECRET}\n+changed\n*** End Patch"
    );
    let argument = |name: &str, value: serde_json::Value| json!({"text": "hello", name: value});
    let echo = |id: &str, arguments: &serde_json::Value| mcp(id, "tiny", "echo", arguments);
    vec![
        shell("cat", "cat .env"),
        shell("glob", "cat .e*"),
        shell("tree", "grep -r hunter ."),
        shell("inside", "cd secrets && head -n1 deep/note"),
        shell("link-made", "ln -s .env l && cat l"),
        shell("link", "cat vault/deep/note"),
        shell("archive", "tar cf - . | tar xOf -"),
        shell("variable", "f=.en; cat \"${f}v\""),
        shell("copied", "cp secrets/deep/note copy && cat copy"),
        shell("tracked", "git diff --no-index /dev/null .env"),
        patch("patch", &update(".env", SECRET)),
        patch("patch-wrong", &update(".env", "not there")),
        patch("patch-move", &moved),
        shell("patch-shell", &here_document(&update("secrets/deep/note", SECRET))),
        shell("patch-shell-move", &here_document(&moved)),
        view_image("image", "secrets/shot.png"),
        view_image("image-dots", "vault/../secrets/./shot.png"),
        view_image("image-link", "picture.png"),
        view_image("image-absolute", &format!("{work}/secrets/shot.png")),
        echo("mcp-path", &argument("path", json!(".env"))),
        echo("mcp-link", &argument("path", json!("vault/deep/note"))),
        echo("mcp-url", &argument("path", json!(format!("file://{work}/.env")))),
        echo("mcp-nested", &argument("options", json!({"files": [{"from": "secrets/deep/note"}]}))),
        echo("mcp-command", &argument("command", json!("cat .env"))),
        read_mcp_resource("resource", "tiny", &format!("file://{work}/.env")),
    ]
}

/// Calls beside them, and what the model must be told.
fn permitted() -> Vec<(Call, &'static str)> {
    vec![
        (shell("cat-open", "cat .env.example"), OPEN),
        (shell("tree-open", "grep -rn nothing docs"), OPEN),
        (shell("link-open", "ln -s docs/open.md m && cat m"), OPEN),
        (patch("patch-open", &update("docs/plain.md", OPEN)), "docs/plain.md"),
        (view_image("image-open", "dot.png"), "[image]"),
        (mcp("mcp-open", "tiny", "echo", &json!({"text": OPEN, "path": "docs/open.md"})), OPEN),
    ]
}

fn told<'o>(outcome: &'o Outcome, call: &Call) -> &'o str {
    outcome.told.get(&call.id).map_or("", String::as_str)
}

#[test]
fn what_must_not_be_read_stays_unread() {
    let session = Session::new();
    let work = session.work();
    for directory in ["secrets/deep", "docs"] {
        fs::create_dir_all(work.join(directory)).expect("a directory of the workspace");
    }
    for (file, content) in [
        (".env", SECRET),
        ("secrets/deep/note", SECRET),
        (".env.example", OPEN),
        ("docs/open.md", OPEN),
        ("docs/plain.md", OPEN),
    ] {
        fs::write(work.join(file), format!("{content}\n")).expect("a file of the workspace");
    }
    for picture in ["secrets/shot.png", "dot.png"] {
        fs::write(work.join(picture), PNG).expect("a picture");
    }
    symlink("secrets", work.join("vault")).expect("a link");
    symlink("secrets/shot.png", work.join("picture.png")).expect("a link");
    let (no, yes) = (forbidden(&work.to_string_lossy()), permitted());
    let turns = no.iter().chain(yes.iter().map(|(call, _)| call)).map(|call| vec![call.clone()]).collect();
    let hook = prexec::hook(Event::PreToolUse, &session, RULES);
    let outcome = session.exec(Registration::User, &[hook], turns);
    let mut wrong: Vec<String> = Vec::new();
    for call in &no {
        let told = told(&outcome, call);
        let blocked = told.contains("blocked by PreToolUse hook: ") && told.contains("the secrets stay unread");
        // A blocked command is repeated to the model, so only what stands in the files counts.
        let repeated = call.item.to_string().contains(SECRET);
        if !blocked || told.contains("[image]") || (!repeated && told.contains(SECRET)) {
            wrong.push(format!("{}: the model was told {told:?}", call.id));
        }
    }
    for (call, wanted) in &yes {
        let told = told(&outcome, call);
        if told.contains("blocked by PreToolUse hook") || !told.contains(wanted) {
            wrong.push(format!("{}: the model was told {told:?}", call.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for file in [".env", "secrets/deep/note"] {
        assert_eq!(fs::read_to_string(work.join(file)).unwrap_or_default(), format!("{SECRET}\n"), "{file}");
    }
    assert!(!work.join("open.txt").exists() && !work.join("copy").exists());
    assert!(!session.mcp_log().contains(".env") && !session.mcp_log().contains("secrets"), "{}", session.mcp_log());
}
