//! Makes records as a fleet of machines would: sessions of several accounts with calls that are allowed, asked about and denied, and
//! what became of them. The same seed gives the same records.

#![allow(dead_code, reason = "not every test uses all of it")]
#![allow(
    clippy::too_many_lines,
    clippy::single_match_else,
    reason = "a table of what happens, in the order in which it does"
)]

use prexec::trail::{Agent, Effect, Kind, Moment, Reason, Record, SCHEMA};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// A small generator of numbers that look random.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[usize::try_from(self.roll(from.len() as u64)).unwrap()]
    }
}

/// What a fleet looks like.
#[derive(Clone, Debug)]
pub(crate) struct Fleet {
    pub(crate) seed: u64,
    /// The first moment.
    pub(crate) from: Moment,
    /// Days that it goes on.
    pub(crate) days: i64,
    pub(crate) sessions: u64,
    /// Every text as an attacker would like it.
    pub(crate) hostile: bool,
}

struct Kindly {
    tool: &'static str,
    programs: &'static [&'static str],
    effects: &'static [(&'static str, &'static str)],
    decision: &'static str,
    rule: &'static str,
    why: &'static str,
    weight: u64,
}

const CALLS: &[Kindly] = &[
    Kindly {
        tool: "Bash",
        programs: &["cargo"],
        effects: &[("run", "test")],
        decision: "allow",
        rule: "default:commands",
        why: "",
        weight: 300,
    },
    Kindly {
        tool: "Bash",
        programs: &["git"],
        effects: &[("run", "status")],
        decision: "allow",
        rule: "packs/git.rules:8:1",
        why: "looking changes nothing",
        weight: 200,
    },
    Kindly {
        tool: "Bash",
        programs: &["rg", "sed"],
        effects: &[("read", "src/main.rs")],
        decision: "allow",
        rule: "default:reads",
        why: "",
        weight: 250,
    },
    Kindly {
        tool: "apply_patch",
        programs: &[],
        effects: &[("write", "src/lib.rs")],
        decision: "allow",
        rule: "default:writes",
        why: "",
        weight: 120,
    },
    Kindly {
        tool: "mcp__github__get_issue",
        programs: &[],
        effects: &[("tool", "mcp__github__get_issue")],
        decision: "allow",
        rule: "packs/mcp.rules:3:1",
        why: "reading issues is fine",
        weight: 30,
    },
    Kindly {
        tool: "Bash",
        programs: &["npm"],
        effects: &[("connect", "registry.npmjs.org"), ("write", "node_modules")],
        decision: "prompt",
        rule: "packs/packages.rules:21:1",
        why: "installing runs code of others",
        weight: 30,
    },
    Kindly {
        tool: "Bash",
        programs: &["git"],
        effects: &[("connect", "github.com")],
        decision: "prompt",
        rule: "packs/git.rules:31:1",
        why: "a push is seen by others",
        weight: 25,
    },
    Kindly {
        tool: "Bash",
        programs: &["make"],
        effects: &[("unknown", "dynamic-program")],
        decision: "prompt",
        rule: "default:unknown",
        why: "",
        weight: 15,
    },
    Kindly {
        tool: "Bash",
        programs: &["python3"],
        effects: &[("unknown", "opaque-script")],
        decision: "prompt",
        rule: "default:unknown",
        why: "",
        weight: 12,
    },
    Kindly {
        tool: "Bash",
        programs: &["cat"],
        effects: &[("read", ".env")],
        decision: "deny",
        rule: "packs/secrets.rules:12:1",
        why: "environment files hold credentials",
        weight: 9,
    },
    Kindly {
        tool: "Bash",
        programs: &["cat"],
        effects: &[("read", "/home/USER/.ssh/id_ed25519")],
        decision: "deny",
        rule: "packs/secrets.rules:20:1",
        why: "private keys are for people",
        weight: 5,
    },
    Kindly {
        tool: "Bash",
        programs: &["aws", "cp"],
        effects: &[("read", "/home/USER/.aws/credentials")],
        decision: "deny",
        rule: "packs/secrets.rules:24:1",
        why: "cloud keys are for people",
        weight: 4,
    },
    Kindly {
        tool: "Bash",
        programs: &["curl", "bash"],
        effects: &[("connect", "get.example.net"), ("flow", "network interpreter")],
        decision: "deny",
        rule: "packs/network.rules:40:1",
        why: "what comes from the network is not run unread",
        weight: 4,
    },
    Kindly {
        tool: "Bash",
        programs: &["git"],
        effects: &[("run", "push")],
        decision: "deny",
        rule: "packs/git.rules:44:1",
        why: "a forced push destroys the work of others",
        weight: 3,
    },
    Kindly {
        tool: "Bash",
        programs: &["rm"],
        effects: &[("write", "/")],
        decision: "deny",
        rule: "packs/destroy.rules:5:1",
        why: "this removes more than the workspace",
        weight: 1,
    },
];

const USERS: &[(u32, &str)] = &[(1000, "ann"), (1001, "bela"), (1002, "chioma"), (1003, "dmitri"), (1004, "eun-ji")];
const HOSTS: &[&str] = &["build-07", "laptop-ann", "laptop-bela", "ws-114", "ci-runner-3"];
const REPOSITORIES: &[&str] =
    &["/srv/work/shop", "/srv/work/billing", "/home/ann/notes", "/srv/work/platform-infrastructure"];

/// Texts that would leave their place if it were not for escapes.
pub(crate) const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)>",
    "'; DROP TABLE records; --",
    "</style></title></body><h1>owned</h1>",
    "a\u{202e}gnp.exe",
    "line\nbreak\r\n\tand\u{7}bell\u{1b}[31m",
    "=HYPERLINK(\"http://x\",\"y\")",
    "&amp;&#60;b&gt;<b>",
    "javascript:alert(3)",
    "] [fake@1 a=\"b\"] \\\"",
    "PRIORITY=0\nMESSAGE=forged",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "\u{feff}\u{200b}\u{ad}",
];

impl Fleet {
    /// Its records, in the order of time.
    pub(crate) fn records(&self) -> Vec<Record> {
        let mut dice = Dice::new(self.seed);
        let mut all = Vec::new();
        for session in 0..self.sessions {
            self.session(session, &mut dice, &mut all);
        }
        all.sort_by(|one, other| one.id.cmp(&other.id));
        all
    }

    fn session(&self, number: u64, dice: &mut Dice, all: &mut Vec<Record>) {
        const DAY: i64 = 86_400_000_000;
        let (uid, user) = *dice.pick(USERS);
        let day = i64::try_from(dice.roll(self.days.unsigned_abs())).unwrap();
        // People work by day.
        let start = i64::try_from(dice.roll(36_000_000_000)).unwrap() + 28_800_000_000;
        let mut now = self.from.0 + day * DAY + start;
        let agent = if dice.roll(5) == 0 { "claude" } else { "codex" };
        let host = *dice.pick(HOSTS);
        let repository = *dice.pick(REPOSITORIES);
        let session = format!("019b-{number:08x}");
        let observed = dice.roll(40) == 0;
        let base = Record {
            schema: SCHEMA.into(),
            kind: Kind::Session,
            time: String::new(),
            id: String::new(),
            agent: agent.into(),
            event: "SessionStart".into(),
            session: Some(session.clone()),
            turn: None,
            subagent: (dice.roll(12) == 0).then(|| Agent { id: "sub-1".into(), kind: Some("default".into()) }),
            model: Some(if agent == "codex" { "gpt-5.2-codex" } else { "claude-opus-4-5" }.into()),
            mode: Some("default".into()),
            call: None,
            uid,
            user: Some(user.into()),
            host: host.into(),
            cwd: Some(repository.into()),
            repository: Some(repository.into()),
            tiers: if repository.contains("billing") { vec!["sensitive".into()] } else { Vec::new() },
            tool: None,
            decision: None,
            answer: None,
            observed,
            lifted: None,
            reasons: Vec::new(),
            effects: Vec::new(),
            cut: false,
            policy: Some("blake3:8a1f0c5e8a1f0c5e8a1f0c5e8a1f0c5e".into()),
            version: "0.1.0".into(),
            micros: None,
            text: None,
            redacted: 0,
            lost: 0,
            status: None,
            detail: None,
        };
        let mut emit = |mut record: Record, now: i64, dice: &mut Dice| {
            record.time = Moment(now).text();
            record.id = format!("{:016x}{:08x}", now * 1000, 1000 + dice.roll(60_000) * 65_536 + number % 65_536);
            if self.hostile {
                poison(&mut record, dice);
            }
            all.push(record);
        };
        emit(Record { detail: Some("startup".into()), ..base.clone() }, now, dice);
        let weights: u64 = CALLS.iter().map(|call| call.weight).sum();
        let stubborn = dice.roll(15) == 0;
        let mut again: Option<&Kindly> = None;
        for call in 0..4 + dice.roll(30) {
            now += 2_000_000 + i64::try_from(dice.roll(90_000_000)).unwrap();
            let kindly = match again.take() {
                Some(kindly) => kindly,
                None => {
                    let mut at = dice.roll(weights);
                    CALLS
                        .iter()
                        .find(|call| {
                            let hit = at < call.weight;
                            at = at.saturating_sub(call.weight);
                            hit
                        })
                        .unwrap()
                }
            };
            let stopped = Self::call(&base, kindly, call, now, dice, &mut emit);
            if stopped && stubborn && dice.roll(4) > 0 {
                again = Some(kindly);
            }
        }
        now += 1_000_000;
        emit(Record { event: "SessionEnd".into(), detail: Some("exit".into()), observed: false, ..base }, now, dice);
    }

    fn call(
        base: &Record,
        kindly: &Kindly,
        number: u64,
        now: i64,
        dice: &mut Dice,
        emit: &mut impl FnMut(Record, i64, &mut Dice),
    ) -> bool {
        let user = base.user.clone().unwrap();
        let program = (!kindly.programs.is_empty()).then(|| (*dice.pick(kindly.programs)).to_string());
        let mut effects = Vec::new();
        if let Some(program) = &program {
            effects.push(Effect {
                kind: "run".into(),
                certainty: "known".into(),
                program: Some(program.clone()),
                ..Effect::default()
            });
        }
        for (kind, value) in kindly.effects {
            let value = value.replace("USER", &user);
            let mut effect =
                Effect { kind: (*kind).into(), certainty: "known".into(), by: program.clone(), ..Effect::default() };
            match *kind {
                "run" => {
                    effects[0].verb = Some(value);
                    continue;
                }
                "read" | "write" => {
                    effect.path = Some(if value.starts_with('/') {
                        value
                    } else {
                        format!("{}/{value}", base.cwd.as_ref().unwrap())
                    });
                }
                "connect" => {
                    effect.host = Some(value);
                    effect.scheme = Some("https".into());
                    effect.port = Some(443);
                }
                "tool" => effect.name = Some(value),
                "flow" => {
                    let (a, b) = value.split_once(' ').unwrap();
                    effect.source = Some(a.into());
                    effect.sink = Some(b.into());
                }
                _ => {
                    effect.code = Some(value);
                    effect.certainty = "unknown".into();
                }
            }
            effects.push(effect);
        }
        let last = effects.len() - 1;
        let reason = Reason {
            decision: kindly.decision.into(),
            rule: kindly.rule.into(),
            effect: Some(last),
            justification: (!kindly.why.is_empty()).then(|| kindly.why.to_string()),
        };
        let lifted = kindly.decision == "deny" && !base.observed && dice.roll(60) == 0;
        let gate = kindly.decision == "prompt" && base.agent == "codex";
        let answer = match kindly.decision {
            _ if base.observed || lifted => "silence",
            "deny" => "deny",
            "prompt" if gate => "silence",
            "prompt" => "ask",
            _ => "silence",
        };
        let decision = Record {
            kind: Kind::Decision,
            event: "PreToolUse".into(),
            turn: Some(format!("turn-{}", number / 3)),
            call: Some(format!("call_{}_{number}", base.session.as_ref().unwrap())),
            tool: Some(kindly.tool.into()),
            decision: Some(kindly.decision.into()),
            answer: Some(answer.into()),
            lifted: lifted.then(|| "incident 4711".to_string()),
            reasons: vec![reason],
            effects,
            micros: Some(40 + dice.roll(400)),
            lost: if dice.roll(900) == 0 { 1 + u32::try_from(dice.roll(3)).unwrap() } else { 0 },
            detail: None,
            ..base.clone()
        };
        emit(decision.clone(), now, dice);
        if answer == "deny" {
            return true;
        }
        let after = Record {
            effects: Vec::new(),
            reasons: Vec::new(),
            decision: None,
            answer: None,
            micros: None,
            lost: 0,
            lifted: None,
            observed: false,
            ..decision
        };
        if kindly.decision == "prompt" && !base.observed {
            match dice.roll(10) {
                0..=5 => {}
                _ => return false,
            }
            if gate {
                emit(
                    Record {
                        kind: Kind::Gate,
                        event: "run".into(),
                        detail: Some("ran".into()),
                        status: Some(0),
                        ..after.clone()
                    },
                    now + 900_000,
                    dice,
                );
            }
        }
        let status = i32::from(dice.roll(8) == 0);
        emit(
            Record { kind: Kind::Outcome, event: "PostToolUse".into(), status: Some(status), ..after },
            now + 1_500_000,
            dice,
        );
        false
    }
}

/// Puts hostile texts wherever an agent or a repository could put them.
fn poison(record: &mut Record, dice: &mut Dice) {
    let mut text = |old: &str| format!("{}{}", *dice.pick(HOSTILE), old);
    for field in [
        &mut record.cwd,
        &mut record.repository,
        &mut record.tool,
        &mut record.model,
        &mut record.session,
        &mut record.user,
    ]
    .into_iter()
    .flatten()
    {
        *field = text(field);
    }
    record.host = text(&record.host);
    for effect in &mut record.effects {
        for field in [&mut effect.path, &mut effect.program, &mut effect.host, &mut effect.code].into_iter().flatten() {
            *field = text(field);
        }
    }
    for reason in &mut record.reasons {
        reason.rule = text(&reason.rule);
        reason.justification = reason.justification.as_deref().map(&mut text);
    }
    record.text = Some(text("echo hello"));
    record.detail = Some(text("startup"));
}

/// As the hook writes it: with a line end before and after.
pub(crate) fn line(record: &Record) -> Vec<u8> {
    format!("\n{}\n", serde_json::to_string(record).unwrap()).into_bytes()
}

/// Appends records to the files of their days.
pub(crate) fn append(directory: &Path, records: &[Record]) {
    let mut days: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for record in records {
        days.entry(record.time.get(..10).unwrap_or_default()).or_default().extend(line(record));
    }
    for (day, text) in days {
        let path = directory.join(format!("{day}.jsonl"));
        fs::OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(&text).unwrap();
    }
}

/// A fleet of that many sessions over 30 days.
pub(crate) fn fleet(seed: u64, sessions: u64) -> Vec<Record> {
    Fleet { seed, from: Moment::read("2026-10-20").unwrap(), days: 30, sessions, hostile: false }.records()
}

/// The same with hostile texts.
pub(crate) fn hostile(seed: u64, sessions: u64) -> Vec<Record> {
    Fleet { seed, from: Moment::read("2026-10-20").unwrap(), days: 30, sessions, hostile: true }.records()
}
