//! `codex app-server`, the client without a terminal: here a person can be asked, and the test is that person.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::calls::Call;
use crate::hooks::Hook;
use crate::model::{ScriptedModel, Told};
use crate::process::Leash;
use crate::session::{Registration, Session};

/// How long one conversation may take before the test fails.
const LIMIT: Duration = Duration::from_secs(90);

/// What the person answers to every question.
#[derive(Clone, Copy)]
pub(crate) enum Person {
    Accepts,
    Declines,
    /// There is nobody: the client does not promise to show a person the questions that only a person may answer.
    Absent,
}

/// What came of one turn.
pub(crate) struct Conversation {
    pub(crate) told: Told,
    /// The methods and parameters of the questions that the person was asked.
    pub(crate) questions: Vec<(String, Value)>,
}

/// Lets a model play `turns` in a session in which a person is asked on request.
pub(crate) fn converse(
    session: &Session,
    registration: Registration,
    hooks: &[Hook],
    turns: Vec<Vec<Call>>,
    person: Person,
) -> Conversation {
    let model = ScriptedModel::start(turns);
    session.configure(&model, registration, hooks);
    let mut command = session.client();
    command.arg("app-server").stdin(Stdio::piped()).stdout(Stdio::piped());
    let complaints = session.file("app-server.err");
    command.stderr(std::fs::File::create(&complaints).expect("a log file"));
    let mut leash = Leash(command.spawn().expect("the client starts"));
    let input = leash.0.stdin.take().expect("a piped stdin");
    let lines = lines_of(BufReader::new(leash.0.stdout.take().expect("a piped stdout")));
    let mut wire = Wire { input, lines, deadline: Instant::now() + LIMIT, person, complaints, questions: Vec::new() };

    let shows_questions = !matches!(person, Person::Absent);
    let capabilities = json!({"experimentalApi": true, "requiredHumanApproval": shows_questions});
    let client = json!({"clientInfo": {"name": "test", "version": "1"}, "capabilities": capabilities});
    wire.request(1, "initialize", &client);
    wire.send(&json!({"method": "initialized"}));
    let policy = json!({"cwd": session.work(), "approvalPolicy": "on-request", "sandbox": session.sandbox});
    let thread = wire.request(2, "thread/start", &policy)["thread"]["id"].clone();
    wire.request(3, "turn/start", &json!({"threadId": thread, "input": [{"type": "text", "text": "go"}]}));
    wire.until(|message| message["method"] == "turn/completed");
    let Wire { input, questions, .. } = wire;
    drop(input);
    // The end of its input ends the client; one that stays is killed with the leash.
    leash.wait(Duration::from_secs(5));
    Conversation { told: model.told(), questions }
}

/// The lines of a stream, read by a thread of their own so that waiting for one can be bounded.
fn lines_of(reader: impl BufRead + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in reader.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// JSON-RPC, one message per line.
struct Wire {
    input: ChildStdin,
    lines: Receiver<String>,
    deadline: Instant,
    person: Person,
    /// The file that has the client's stderr.
    complaints: PathBuf,
    questions: Vec<(String, Value)>,
}

impl Wire {
    fn fail(&self, how: &str) -> ! {
        let complaints = std::fs::read_to_string(&self.complaints).unwrap_or_default();
        panic!("the client {how}\n{complaints}")
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}")
            .and_then(|()| self.input.flush())
            .unwrap_or_else(|_| self.fail("does not read"));
    }

    /// Sends a request and gives back its result.
    fn request(&mut self, id: u64, method: &str, params: &Value) -> Value {
        self.send(&json!({"id": id, "method": method, "params": params}));
        let answer = self.until(|message| message["id"] == id && message["method"].is_null());
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Reads until the message that is `wanted`, and answers the questions on the way.
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            let line = match self.lines.recv_timeout(left) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => self.fail("does not answer"),
                Err(RecvTimeoutError::Disconnected) => self.fail("ended before its turn did"),
            };
            let message: Value = serde_json::from_str(&line).expect("one JSON object per line");
            if wanted(&message) {
                return message;
            }
            if message["id"].is_null() || message["method"].is_null() {
                continue;
            }
            let method = message["method"].as_str().unwrap_or_default().to_owned();
            let decision = answer(self.person, &method);
            self.send(&json!({"id": message["id"], "result": decision}));
            self.questions.push((method, message["params"].clone()));
        }
    }
}

/// The person's answer, in the shape that the question wants.
fn answer(person: Person, method: &str) -> Value {
    match (method, person) {
        ("mcpServer/elicitation/request", Person::Accepts) => json!({"action": "accept", "content": {}}),
        ("mcpServer/elicitation/request", Person::Declines) => json!({"action": "decline"}),
        (_, Person::Accepts) => json!({"decision": "accept"}),
        (_, Person::Declines) => json!({"decision": "decline"}),
        (_, Person::Absent) => panic!("{method}: a question for nobody"),
    }
}
