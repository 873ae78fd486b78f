//! Replays the truth table on the real client.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::calls::shell;
use crate::client;
use crate::hooks::Hook;
use crate::session::{Outcome, Registration, Session, exists};
use crate::table::{Fate, Row};
use crate::witness::{payloads, witness};

/// Clients at a time for rows that need their own: most of them wait for a timeout most of the time.
const AT_ONCE: usize = 4;

/// Looks the row up by the command and becomes its hook.
const DISPATCHER: &str = r#"#!/bin/bash
input=$(cat)
[[ $input =~ touch\ row-([a-z0-9-]+) ]] || exit 0
exec "${0%/*}/${BASH_REMATCH[1]}" <<<"$input"
"#;

/// How Codex introduces a hook's reason.
const BLOCKED: &str = "blocked by PreToolUse hook: ";

/// What happened to the row's call, or why that cannot be told.
fn fate(row: &Row, session: &Session, outcome: &Outcome) -> Result<Fate, String> {
    let marker = row.marker();
    let told = outcome.told.get(&row.name).ok_or("the model was told nothing")?;
    if !payloads(session).contains(&marker) {
        return Err("no hook was started".to_owned());
    }
    let ran = exists(&session.work(), &marker);
    let reason = if row.told.is_empty() { BLOCKED } else { &row.told };
    match (ran, told.contains(BLOCKED) || told.contains(reason)) {
        (true, false) => Ok(Fate::Runs),
        (false, true) if told.contains(reason) => Ok(Fate::Blocks),
        _ => Err(format!("ran: {ran}, and the model was told {told:?}")),
    }
}

/// The row's complaint, where Codex did something else than it says.
fn difference(row: &Row, session: &Session, outcome: &Outcome) -> Option<String> {
    match fate(row, session, outcome) {
        Ok(fate) if fate == row.expected => None,
        Ok(fate) => Some(format!("{}: expected {:?}, but Codex {fate:?}", row.name, row.expected)),
        Err(why) => Some(format!("{}: expected {:?}, but {why}", row.name, row.expected)),
    }
}

fn assert_none(differences: &[String]) {
    let version = client::version();
    assert!(differences.is_empty(), "Codex {version} differs from the table:\n{}", differences.join("\n"));
}

#[test]
fn what_a_hook_answers_decides_as_the_table_says() {
    let rows: Vec<Row> = Row::all().into_iter().filter(|row| !row.needs_own_client()).collect();
    assert!(rows.len() >= 45, "only {} rows share a client", rows.len());
    let session = Session::new();
    for row in &rows {
        row.write_hook(&session);
    }
    let dispatcher = session.write_program("dispatcher", DISPATCHER).to_string_lossy().into_owned();
    let turns = rows.iter().map(|row| vec![shell(&row.name, &format!("touch {}", row.marker()))]).collect();
    let outcome = session.exec(Registration::User, &[Hook::new(dispatcher), witness(&session)], turns);
    let differences: Vec<String> = rows.iter().filter_map(|row| difference(row, &session, &outcome)).collect();
    assert_none(&differences);
}

#[test]
fn how_a_hook_is_registered_and_launched_decides_as_the_table_says() {
    let queue: VecDeque<Row> = Row::all().into_iter().filter(Row::needs_own_client).collect();
    assert!(queue.len() >= 20, "only {} rows have a client of their own", queue.len());
    let (queue, differences) = (Mutex::new(queue), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(row) = next(&queue) {
                    let found = replay(&row);
                    differences.lock().expect("no writer panicked").extend(found);
                }
            });
        }
    });
    assert_none(&differences.into_inner().expect("no writer panicked"));
}

fn next(queue: &Mutex<VecDeque<Row>>) -> Option<Row> {
    queue.lock().expect("no reader panicked").pop_front()
}

fn replay(row: &Row) -> Option<String> {
    let mut session = Session::new();
    session.write("not-executable", "#!/bin/sh\nexit 2\n");
    session.write_program("bad-interpreter", "#!/no/such/interpreter\nexit 2\n");
    // bash runs a file that the kernel does not know as a script; one without a byte is a script that succeeds.
    session.write_program("empty", "");
    session.write_program("truncated", "\x7fELF\x02\x01\x01\0");
    // A file for BASH_ENV: where the launching shell sources it, the hook is never started.
    let log = session.file("payloads").to_string_lossy().into_owned();
    let skip =
        format!("case $BASH_EXECUTION_STRING in touch*) ;; *) echo {} >> '{log}'; exit 0;; esac\n", row.marker());
    session.write("skip-hooks.bash", skip);
    row.set_environment(&mut session);
    if !row.dotenv.is_empty() {
        session.write_dotenv(&row.dotenv.replace("{files}", &session.file("").to_string_lossy()));
    }
    let mut hook = Hook::new(row.write_hook(&session));
    hook.timeout = row.timeout.unwrap_or(hook.timeout);
    let turns = vec![vec![shell(&row.name, &format!("touch {}", row.marker()))]];
    let outcome = session.exec(Registration::User, &[hook, witness(&session)], turns);
    difference(row, &session, &outcome)
}
