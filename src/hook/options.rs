//! The options of the hook. Read here and not by the parser of the other verbs: both executables of the hook refuse the same
//! arguments in the same words, and a `--help` that prints something instead of deciding would let every call run.

use crate::agent::Agent;
use crate::text::visible_up_to;
use alloc::{format, string::String, vec::Vec};

/// What becomes of a prompt before a call: Codex gives a hook no way to ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prompt {
    /// Block it and say that a person must approve it.
    #[default]
    Deny,
    /// Have Codex ask about a shell command, where its managed rule for that is in force.
    Gate,
}

/// Where decisions are recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Audit {
    /// Where the machine keeps records, else where the account does, where either is set up.
    #[default]
    Usual,
    /// Nowhere.
    Off,
    /// In this directory.
    At(Vec<u8>),
}

/// What becomes of a call where a compiled policy is older than its sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stale {
    /// It is denied.
    #[default]
    Deny,
    /// The sources decide, which takes longer.
    Sources,
}

/// The options as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Policies that are named; else the installed layers.
    pub policies: Vec<Vec<u8>>,
    /// What becomes of a prompt.
    pub prompt: Prompt,
    /// Whether a permission request is approved in the person's place where explicit allow rules cover it.
    pub auto_approve: bool,
    /// Whether an allowed shell command runs with its standard input closed.
    pub close_stdin: bool,
    /// Whether calls are only decided about, and none is blocked.
    pub observe: bool,
    /// What becomes of a call where a compiled policy is older than its sources.
    pub stale: Stale,
    /// Where decisions are recorded.
    pub audit: Audit,
    /// Whose hook this is.
    pub agent: Agent,
    /// The account's home directory, instead of the one in the account database.
    pub home: Option<Vec<u8>>,
}

/// Every option, and what stands for its value in the help; none for one without.
pub(crate) const NAMES: &[(&str, Option<&str>)] = &[
    ("policy", Some("P")),
    ("prompt", Some("PROMPT")),
    ("auto-approve", None),
    ("close-stdin", None),
    ("observe", None),
    ("stale", Some("STALE")),
    ("audit", Some("DIR|off")),
    ("home", Some("DIR")),
    ("agent", Some("AGENT")),
];

/// Bytes of an argument that a refusal shows.
const SHOWN: usize = 100;

/// The option that keeps the hook from blocking anything.
pub const OBSERVE: &str = "--observe";

/// The option that has allowed commands run with their standard input closed.
pub const CLOSE_STDIN: &str = "--close-stdin";

/// Whether it is among the arguments, which need not be in order otherwise: who registered the hook to observe wants no call blocked
/// by a mistake in another option either.
pub(super) fn observes(arguments: &[&[u8]]) -> bool {
    arguments.contains(&OBSERVE.as_bytes())
}

/// Reads the arguments behind the verb; with what is wrong with them, as the whole sentence of the refusal. What was read before that is
/// among the options.
pub fn parse(arguments: &[&[u8]]) -> (Options, Option<String>) {
    let mut options = Options::default();
    let wrong = read_into(&mut options, arguments).err().map(|what| {
        format!("prexec: denied: the hook is registered with wrong options: {what} (see `prexec help hook`)")
    });
    (options, wrong)
}

fn read_into(options: &mut Options, arguments: &[&[u8]]) -> Result<(), String> {
    let mut given: Vec<&str> = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let unexpected = || format!("unexpected argument '{}' found", shown(argument));
        let long = argument.strip_prefix(b"--").ok_or_else(unexpected)?;
        let (name, inside) = match long.iter().position(|byte| *byte == b'=') {
            Some(at) => (long.get(..at).unwrap_or_default(), long.get(at + 1..)),
            None => (long, None),
        };
        let known = NAMES.iter().find(|(known, _)| known.as_bytes() == name);
        let Some((name, placeholder)) = known.copied() else {
            return Err(format!("unexpected argument '--{}' found", shown(name)));
        };
        let written = placeholder.map_or_else(|| format!("--{name}"), |what| format!("--{name} <{what}>"));
        if name != "policy" && given.contains(&name) {
            return Err(format!("the argument '{written}' cannot be used multiple times"));
        }
        given.push(name);
        let value: &[u8] = match (placeholder, inside) {
            (None, None) => b"",
            (None, Some(value)) => {
                return Err(format!(
                    "unexpected value '{}' for '{written}' found; no more were expected",
                    shown(value)
                ));
            }
            (Some(_), Some(value)) => value,
            // What begins with `-` is the next option.
            (Some(_), None) => arguments.next().copied().filter(|next| !next.starts_with(b"-")).unwrap_or_default(),
        };
        if placeholder.is_some() && value.is_empty() {
            return Err(format!("a value is required for '{written}' but none was supplied"));
        }
        let invalid = || format!("invalid value '{}' for '{written}'", shown(value));
        match name {
            "policy" => options.policies.push(value.to_vec()),
            "home" => options.home = Some(value.to_vec()),
            "auto-approve" => options.auto_approve = true,
            "close-stdin" => options.close_stdin = true,
            "observe" => options.observe = true,
            "prompt" if value == b"deny" => options.prompt = Prompt::Deny,
            "prompt" if value == b"gate" => options.prompt = Prompt::Gate,
            "agent" => options.agent = *Agent::named(value).ok_or_else(invalid)?,
            "audit" if value == b"off" => options.audit = Audit::Off,
            "audit" if value.starts_with(b"/") => options.audit = Audit::At(value.to_vec()),
            "stale" if value == b"deny" => options.stale = Stale::Deny,
            "stale" if value == b"sources" => options.stale = Stale::Sources,
            _ => return Err(invalid()),
        }
    }
    Ok(())
}

fn shown(bytes: &[u8]) -> String {
    visible_up_to(&String::from_utf8_lossy(bytes), SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, String> {
        let bytes: Vec<&[u8]> = arguments.iter().map(|argument| argument.as_bytes()).collect();
        let mut options = Options::default();
        read_into(&mut options, &bytes).map(|()| options)
    }

    #[test]
    fn every_option_in_both_spellings() {
        let all = Options {
            policies: Vec::from([b"a b".to_vec(), b"c=d".to_vec()]),
            auto_approve: true,
            close_stdin: true,
            observe: true,
            stale: Stale::Sources,
            home: Some(b"/h".to_vec()),
            ..Options::default()
        };
        let off = |options: Options| Options { audit: Audit::Off, ..options };
        assert_eq!(read(&["--audit", "/r"]).map(|options| options.audit), Ok(Audit::At(b"/r".to_vec())));
        let apart = [
            "--policy",
            "a b",
            "--policy",
            "c=d",
            "--auto-approve",
            "--close-stdin",
            "--observe",
            "--stale",
            "sources",
            "--home",
            "/h",
        ];
        let joined = [
            "--policy=a b",
            "--policy=c=d",
            "--auto-approve",
            "--close-stdin",
            "--observe",
            "--stale=sources",
            "--home=/h",
            "--audit=off",
        ];
        assert_eq!((read(&apart), read(&joined)), (Ok(all.clone()), Ok(off(all))));
        assert_eq!(read(&[]), Ok(Options::default()));
        assert_eq!(read(&["--prompt", "deny", "--stale", "deny"]), Ok(Options::default()));
        assert_eq!(read(&["--prompt", "gate"]).map(|options| options.prompt), Ok(Prompt::Gate));
        assert_eq!(read(&["--agent", "claude"]).map(|options| options.agent.name), Ok("claude"));
    }

    #[test]
    fn what_stands_before_a_mistake_is_read() {
        let (options, wrong) = parse(&[b"--observe", b"--home", b"/h", b"--wrong", b"--auto-approve"]);
        assert_eq!(options, Options { observe: true, home: Some(b"/h".to_vec()), ..Options::default() });
        let wrong = wrong.unwrap();
        assert!(wrong.starts_with("prexec: denied: ") && wrong.contains("'--wrong'"), "{wrong}");
        assert_eq!(parse(&[b"--observe"]).1, None);
    }

    #[test]
    fn observing_needs_no_other_option_to_be_in_order() {
        let given =
            |arguments: &[&str]| observes(&arguments.iter().map(|argument| argument.as_bytes()).collect::<Vec<_>>());
        assert!(given(&["--observe"]) && given(&["--wrong", "--observe"]) && given(&["--policy", "--observe"]));
        assert!(!given(&["--observe=", "--observ", "observe", "--policy=--observe"]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (arguments, said) in [
            (&["word"][..], "unexpected argument 'word' found"),
            (&["--"], "unexpected argument '--' found"),
            (&["-p"], "unexpected argument '-p' found"),
            (&[""], "unexpected argument '' found"),
            (&["--polic", "x"], "unexpected argument '--polic' found"),
            (&["--no=x"], "unexpected argument '--no' found"),
            (&["--policy"], "a value is required for '--policy <P>' but none was supplied"),
            (&["--policy="], "a value is required for '--policy <P>' but none was supplied"),
            (&["--policy", ""], "a value is required for '--policy <P>' but none was supplied"),
            (&["--policy", "--home"], "a value is required for '--policy <P>' but none was supplied"),
            (&["--auto-approve="], "unexpected value '' for '--auto-approve' found; no more were expected"),
            (&["--auto-approve", "--auto-approve"], "the argument '--auto-approve' cannot be used multiple times"),
            (&["--home", "/a", "--home=/a"], "the argument '--home <DIR>' cannot be used multiple times"),
            (&["--prompt", "ask"], "invalid value 'ask' for '--prompt <PROMPT>'"),
            (&["--agent", "other"], "invalid value 'other' for '--agent <AGENT>'"),
            (&["--stale", "Deny"], "invalid value 'Deny' for '--stale <STALE>'"),
            (&["--audit", "x"], "invalid value 'x' for '--audit <DIR|off>'"),
        ] {
            assert_eq!(read(arguments).unwrap_err(), said, "{arguments:?}");
        }
        let hidden = read(&["\u{1b}[2J\u{202e}"]).unwrap_err();
        assert!(!hidden.chars().any(crate::text::is_hidden), "{hidden}");
        assert!(read(&["x".repeat(9000).as_str()]).unwrap_err().len() < 300);
    }
}
