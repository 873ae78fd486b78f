//! A model that follows a script: `POST /v1/responses` on loopback, answered with server-sent events.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tiny_http::{Header, Method, Request, Response, Server};

use crate::calls::{self, Call};

/// The server. It plays one turn of its script per request and then says that it is done, as often as it is asked.
pub(crate) struct ScriptedModel {
    server: Arc<Server>,
    worker: Option<JoinHandle<()>>,
    requests: Arc<Mutex<Vec<Value>>>,
}

/// What the model was told about each call, by the call's id.
pub(crate) type Told = BTreeMap<String, String>;

impl ScriptedModel {
    /// Starts on a free port of 127.0.0.1. Each turn is the calls that one response makes.
    pub(crate) fn start(turns: Vec<Vec<Call>>) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a free loopback port"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (listener, seen) = (Arc::clone(&server), Arc::clone(&requests));
        let worker = std::thread::spawn(move || {
            let mut turns = turns.into_iter();
            for request in listener.incoming_requests() {
                serve(request, &mut turns, &seen);
            }
        });
        Self { server, worker: Some(worker), requests }
    }

    /// The `base_url` for Codex's configuration.
    pub(crate) fn base_url(&self) -> String {
        let address = self.server.server_addr().to_ip().expect("the model listens on TCP");
        format!("http://{address}/v1")
    }

    /// The bodies of all requests so far.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.requests.lock().expect("no writer panicked").clone()
    }

    /// What the model was told about each call so far.
    pub(crate) fn told(&self) -> Told {
        let mut told = Told::new();
        for request in self.requests() {
            for item in request["input"].as_array().into_iter().flatten() {
                if matches!(item["type"].as_str(), Some("function_call_output" | "custom_tool_call_output")) {
                    told.insert(item["call_id"].as_str().unwrap_or_default().to_owned(), text(&item["output"]));
                }
            }
        }
        told
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has shown its message already.
            let _ = worker.join();
        }
    }
}

fn serve(mut request: Request, turns: &mut impl Iterator<Item = Vec<Call>>, seen: &Mutex<Vec<Value>>) {
    if (request.method(), request.url()) != (&Method::Post, "/v1/responses") {
        // The client may be gone already; then there is nobody to answer.
        let _ = request.respond(Response::empty(404));
        return;
    }
    let mut body = String::new();
    request.as_reader().read_to_string(&mut body).expect("a request body in UTF-8");
    let turn = {
        let mut seen = seen.lock().expect("no writer panicked");
        seen.push(serde_json::from_str(&body).expect("a request body in JSON"));
        seen.len()
    };
    let items: Vec<Value> =
        turns.next().map_or_else(|| vec![last_word()], |calls| calls.into_iter().map(|c| c.item).collect());
    let items = items.into_iter().map(|item| in_last_terminal(item, &body)).collect::<Vec<_>>();
    let header = Header::from_bytes("content-type", "text/event-stream").expect("a valid header");
    let _ = request.respond(Response::from_string(events(turn, &items)).with_header(header));
}

/// The number of the terminal that was started last, in the place of what stands for it.
fn in_last_terminal(mut item: Value, body: &str) -> Value {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    let started = body.rsplit("session ID ").map(digits).find(|digits| !digits.is_empty());
    if let (Some(arguments), Some(number)) = (item["arguments"].as_str(), started) {
        item["arguments"] = arguments.replace(&calls::LAST_TERMINAL.to_string(), &number).into();
    }
    item
}

/// The message that ends a session.
fn last_word() -> Value {
    json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]})
}

/// The event stream of one response.
fn events(turn: usize, items: &[Value]) -> String {
    let id = format!("response-{turn}");
    let usage = json!({"input_tokens": 0, "input_tokens_details": null, "output_tokens": 0, "output_tokens_details": null, "total_tokens": 0});
    let mut all = vec![json!({"type": "response.created", "response": {"id": id}})];
    all.extend(items.iter().map(|item| json!({"type": "response.output_item.done", "item": item})));
    all.push(json!({"type": "response.completed", "response": {"id": id, "usage": usage}}));
    all.iter().fold(String::new(), |stream, event| {
        stream + "event: " + event["type"].as_str().unwrap_or_default() + "\ndata: " + &event.to_string() + "\n\n"
    })
}

/// A tool's output is text or a list of parts; an image becomes `[image]`.
fn text(output: &Value) -> String {
    match output {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let part = |part: &Value| part["text"].as_str().unwrap_or("[image]").to_owned();
            parts.iter().map(part).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}
