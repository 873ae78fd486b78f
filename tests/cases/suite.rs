//! The cases as data, and how one of them is judged: the wire's reading, the policy's loading and the gate, on a machine in
//! memory.

use prexec::call::Call;
use prexec::codex::{self, Fault};
use prexec::decision::Decision;
use prexec::gate;
use prexec::policy::{Policy, Trust};
use prexec::report::{Derivation, Explained, Judged, explain_json, verdict_json};
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Keys of a case.
const KEYS: &[&str] =
    &["call", "cwd", "effect", "event", "expect", "mode", "name", "note", "policy", "rule", "whole", "world"];
/// Keys of a case's `world`.
const WORLD_KEYS: &[&str] = &[
    "caseless",
    "directories",
    "environment",
    "files",
    "fixed",
    "links",
    "programs",
    "remotes",
    "session",
    "texts",
    "tracked",
];

/// Where the session is, and every call that names no other directory.
pub(crate) const HERE: &str = "/w/p";

/// What a call asks for.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// A shell script.
    Script(String),
    /// Another tool and its arguments.
    Tool(String, Value),
    /// A whole payload.
    Raw(String),
}

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// `FILE:LINE`
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) ask: Ask,
    /// The verdicts that are right, or `load-error` alone.
    pub(crate) expect: Vec<String>,
    /// Beginnings of the first reason's rule, one of which is right.
    pub(crate) rules: Vec<String>,
    /// What the effect of the first reason must have.
    pub(crate) effect: Map<String, Value>,
    /// Whether the script is a complete program.
    pub(crate) whole: bool,
    cwd: String,
    mode: String,
    event: String,
    policy: Value,
    world: Map<String, Value>,
}

/// All cases, by file and line.
///
/// # Panics
/// A file that is not as `tests/cases/README.md` says: no test result means anything then.
pub(crate) fn all() -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let entries = std::fs::read_dir(&directory).expect("tests/cases is there");
    let mut files: Vec<_> = entries.map(|e| e.expect("an entry").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    assert!(!files.is_empty(), "no file of cases in {}", directory.display());
    let (mut cases, mut names, mut faults) = (Vec::new(), BTreeSet::new(), Vec::new());
    for file in files {
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let text = std::fs::read_to_string(&file).expect("a file of cases is UTF-8");
        let before = cases.len();
        for (index, line) in text.lines().enumerate() {
            let place = format!("tests/cases/{name}:{}", index + 1);
            match read(&place, line) {
                Ok(case) if !names.insert(case.name.clone()) => faults.push(format!("{place}: `{}` again", case.name)),
                Ok(case) => cases.push(case),
                Err(why) => faults.push(format!("{place}: {why}")),
            }
        }
        if cases.len() == before {
            faults.push(format!("tests/cases/{name}: no case in it"));
        }
    }
    assert!(faults.is_empty(), "{} faults in the cases:\n{}", faults.len(), faults.join("\n"));
    cases
}

fn read(place: &str, line: &str) -> Result<Case, String> {
    let value: Map<String, Value> = serde_json::from_str(line).map_err(|e| e.to_string())?;
    only(&value, KEYS)?;
    let text = |key: &str, default: &str| match value.get(key) {
        None => Ok(default.to_owned()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(format!("`{key}` is {other}, not a text")),
    };
    let object = |key: &str| match value.get(key) {
        None => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(other) => Err(format!("`{key}` is {other}, not an object")),
    };
    let case = Case {
        place: place.into(),
        name: text("name", "")?,
        ask: ask(&object("call")?)?,
        expect: texts(value.get("expect")).ok_or("`expect` is a text or a list of texts")?,
        rules: texts(value.get("rule")).ok_or("`rule` is a text or a list of texts")?,
        effect: object("effect")?,
        whole: value.get("whole").is_none_or(|w| *w != json!(false)),
        cwd: text("cwd", HERE)?,
        mode: text("mode", "default")?,
        event: text("event", "PreToolUse")?,
        policy: value.get("policy").cloned().unwrap_or_default(),
        world: object("world")?,
    };
    text("note", "")?;
    only(&case.world, WORLD_KEYS)?;
    if case.name.is_empty() || case.rules.iter().any(String::is_empty) {
        return Err("a blank name or rule".into());
    }
    match case.expect.iter().find(|e| !matches!(e.as_str(), "allow" | "prompt" | "deny" | "load-error")) {
        Some(word) => Err(format!("`{word}` is no verdict")),
        None if case.expects_load_error() && case.expect.len() > 1 => Err("`load-error` stands alone".into()),
        None => Ok(case),
    }
}

/// A script, a tool's call or a payload.
fn ask(call: &Map<String, Value>) -> Result<Ask, String> {
    only(call, &["command", "input", "parts", "raw", "tool"])?;
    let keys: Vec<&str> = call.keys().map(String::as_str).collect();
    match (keys.as_slice(), call.get("tool")) {
        (["command"], _) => texts(call.get("command")).map(|t| Ask::Script(t.concat())),
        (["raw"], _) => texts(call.get("raw")).map(|t| Ask::Raw(t.concat())),
        (["parts"], _) => call.get("parts").and_then(|p| repeated(p.as_array()?)).map(Ask::Script),
        (["input", "tool"], Some(Value::String(tool))) => {
            Some(Ask::Tool(tool.clone(), call.get("input").cloned().unwrap_or_default()))
        }
        _ => None,
    }
    .ok_or_else(|| "`call` has `command`, `parts`, `raw`, or `tool` and `input`".into())
}

fn repeated(parts: &[Value]) -> Option<String> {
    let part = |p: &Value| Some(p.get(0)?.as_str()?.repeat(usize::try_from(p.get(1)?.as_u64()?).ok()?));
    parts.iter().map(part).collect()
}

fn only(object: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match object.keys().find(|k| !known.contains(&k.as_str())) {
        Some(key) => Err(format!("the key `{key}` is not known")),
        None => Ok(()),
    }
}

/// A text, or a list of at least one.
fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(all) if !all.is_empty() => all.iter().map(|t| t.as_str().map(String::from)).collect(),
        _ => None,
    }
}

impl Case {
    /// Whether the policy must not load.
    pub(crate) fn expects_load_error(&self) -> bool {
        self.expect.iter().any(|e| e == "load-error")
    }

    /// Whether the call happens in the usual place and under the usual policy.
    pub(crate) fn is_usual(&self) -> bool {
        self.policy.is_null() && self.world.is_empty() && self.cwd == HERE && self.event == "PreToolUse"
    }

    /// The same case with another script.
    pub(crate) fn with_script(&self, script: String) -> Self {
        Self { ask: Ask::Script(script), ..self.clone() }
    }

    /// The JSON on standard input.
    pub(crate) fn payload(&self) -> String {
        let (tool, input) = match &self.ask {
            Ask::Raw(text) => return text.clone(),
            Ask::Script(script) => ("Bash", json!({ "command": script })),
            Ask::Tool(name, input) => (name.as_str(), input.clone()),
        };
        json!({
            "hook_event_name": self.event, "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": self.cwd,
            "model": "m", "permission_mode": self.mode, "tool_name": tool, "tool_input": input, "tool_use_id": "u",
        })
        .to_string()
    }

    /// What another policy than its own makes of it, as JSON.
    pub(crate) fn verdict(&self, policy: &Policy) -> String {
        let judged = gate::judge(&codex::read(self.payload().as_bytes()), policy, &self.machine());
        verdict_json(&judged, &policy.digest)
    }

    /// Its policy as it is written, to tell whether two cases have the same.
    pub(crate) fn policy_text(&self) -> String {
        self.policy.to_string()
    }

    fn machine(&self) -> MemoryWorld {
        let listed = |key: &str| texts(self.world.get(key)).unwrap_or_default();
        let session = listed("session").pop().unwrap_or_else(|| HERE.into());
        let mut world = MemoryWorld::new().session(session).home("/home/u").account("u", "/home/u").directory("/tmp");
        let mut remotes = BTreeMap::from([(HERE.to_owned(), Vec::new())]);
        for (root, urls) in self.world.get("remotes").and_then(Value::as_object).into_iter().flatten() {
            remotes.insert(root.clone(), texts(Some(urls)).unwrap_or_default());
        }
        for (root, urls) in &remotes {
            world = world.repository(root, &urls.iter().map(String::as_str).collect::<Vec<_>>());
        }
        for name in ["src", "sub", "docs"] {
            world = world.directory(format!("{HERE}/{name}"));
        }
        world = world.file(format!("{HERE}/README.md")).own_executable("/opt/prexec/prexec");
        world = listed("directories").iter().fold(world, MemoryWorld::directory);
        world = listed("files").iter().fold(world, MemoryWorld::file);
        world = listed("fixed").iter().fold(world, MemoryWorld::fixed);
        world = listed("caseless").iter().fold(world, MemoryWorld::caseless);
        world = listed("programs").iter().fold(world, MemoryWorld::program);
        let texts = |key: &str| self.world.get(key).and_then(Value::as_object).into_iter().flatten();
        for (path, content) in texts("texts") {
            world = world.text(path, content.as_str().unwrap_or_default());
        }
        let tracked = listed("tracked");
        if !tracked.is_empty() {
            world = world.tracked(HERE, &tracked.iter().map(String::as_str).collect::<Vec<_>>());
        }
        for (name, value) in texts("environment") {
            world = world.environment(name, value.as_str().unwrap_or_default());
        }
        for (path, target) in self.world.get("links").and_then(Value::as_object).into_iter().flatten() {
            world = world.link(path, target.as_str().unwrap_or_default());
        }
        world
    }
}

/// What came out of a case.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The verdict and its JSON form.
    Judged(Decision, Value),
    /// The findings of a policy that does not load, one a line.
    LoadError(String),
}

/// Judges cases; every policy is loaded once.
#[derive(Default)]
pub(crate) struct Bench {
    policies: BTreeMap<String, Result<Policy, String>>,
}

impl Bench {
    /// What the call of `case` gets.
    pub(crate) fn judge(&mut self, case: &Case) -> Outcome {
        let policy = self.policies.entry(case.policy.to_string()).or_insert_with(|| load(&case.policy));
        let policy = match policy {
            Ok(policy) => policy,
            Err(findings) => return Outcome::LoadError(findings.clone()),
        };
        let judged = gate::judge(&codex::read(case.payload().as_bytes()), policy, &case.machine());
        let json = verdict_json(&judged, &policy.digest);
        let json = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{}: {e} in {json}", case.place));
        Outcome::Judged(judged.verdict.decision(), json)
    }
}

impl Bench {
    /// The policy of `case`; `None` where it does not load.
    pub(crate) fn policy(&mut self, case: &Case) -> Option<&Policy> {
        self.policies.entry(case.policy.to_string()).or_insert_with(|| load(&case.policy)).as_ref().ok()
    }

    /// What the call of `case` is read as, and how it is judged; `None` where its policy does not load.
    pub(crate) fn judged(&mut self, case: &Case) -> Option<(Result<Call, Fault>, Judged)> {
        let policy =
            self.policies.entry(case.policy.to_string()).or_insert_with(|| load(&case.policy)).as_ref().ok()?;
        let call = codex::read(case.payload().as_bytes());
        let judged = gate::judge(&call, policy, &case.machine());
        Some((call, judged))
    }

    /// The explanation and the verdict of `case` as they are printed; `None` where its policy does not load.
    pub(crate) fn explain(&mut self, case: &Case) -> Option<(String, String)> {
        let policy =
            self.policies.entry(case.policy.to_string()).or_insert_with(|| load(&case.policy)).as_ref().ok()?;
        let (call, machine) = (codex::read(case.payload().as_bytes()), case.machine());
        let mut derivation = Derivation::new(true);
        let judged = gate::judge_traced(&call, policy, &machine, &mut derivation);
        let explained = Explained {
            call: call.as_ref().ok(),
            judged: &judged,
            derivation: &derivation,
            digest: &policy.digest,
            source: &|place| Some(place.to_owned()),
        };
        let untraced = gate::judge(&call, policy, &machine);
        Some((explain_json(&explained), verdict_json(&untraced, &policy.digest)))
    }
}

fn load(policy: &Value) -> Result<Policy, String> {
    let loader = Loader::new();
    let text = |name: &str, text: &str| loader.load_text(name, text).map_err(|d| d.to_string());
    match policy {
        Value::Null => loader.embedded("controlled.rules").map(|l| l.policy).map_err(|d| d.to_string()),
        Value::String(managed) => Ok(text("policy.rules", managed)?.policy),
        layered => {
            let layer = |key: &str| layered.get(key).and_then(Value::as_str).ok_or(format!("no `{key}` policy"));
            let mut policy = text("policy.rules", layer("managed")?)?.policy;
            let others = [("user", Trust::User), ("repository", Trust::Repository)];
            for (key, trust) in others.into_iter().filter(|(key, _)| layered.get(key).is_some()) {
                for mut other in text(&format!("{key}.rules"), layer(key)?)?.policy.layers {
                    other.trust = trust;
                    policy.layers.push(other);
                }
            }
            Ok(policy)
        }
    }
}
