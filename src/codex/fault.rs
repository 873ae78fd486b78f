//! What can be wrong with the input, each with its own code and its own sentence.

use crate::decision::{RuleRef, Verdict};
use crate::text::visible_up_to;
use alloc::{format, string::String};
use core::fmt;

/// Why a call could not be read. It never runs then: turn it into a deny with [`Verdict::from`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable, in kebab case, such as `duplicate-key`; verdicts show it as `input:duplicate-key`. One of [`codes::ALL`].
    pub code: &'static str,
    /// One sentence: what is wrong, where, and what to do. Hostile characters are already escaped.
    pub message: String,
}

impl Fault {
    pub(super) fn new(code: codes::Code, what: fmt::Arguments<'_>) -> Self {
        Self { code: code.name, message: format!("{what}; {}", code.advice) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Fault {}

impl From<Fault> for Verdict {
    fn from(fault: Fault) -> Self {
        Self::deny(RuleRef::Input(fault.code), fault.message)
    }
}

/// Text of the input as it may stand in a message: short and visible.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    format!("`{}`", visible_up_to(text, LONGEST))
}

/// The codes of faults, and what each asks the reader to do.
pub mod codes {
    /// A kind of fault.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Code {
        /// The stable name, in kebab case.
        pub name: &'static str,
        /// What to do about it, for the end of a sentence.
        pub advice: &'static str,
    }

    const fn code(name: &'static str, advice: &'static str) -> Code {
        Code { name, advice }
    }

    const AGAIN: &str =
        "make the call again, and if this comes back tell the person that the hook is not sent proper JSON";
    const MISFIT: &str = "tell the person that prexec and this version of the agent do not fit together";
    const ARGUMENTS: &str = "make the call again with the arguments that the tool asks for";

    /// More bytes than [`crate::codex::MAX_INPUT`].
    pub const TOO_LARGE: Code = code("too-large", "pass less at once, for instance by writing a file in parts");
    /// Nothing, or only white space.
    pub const EMPTY: Code = code("empty", AGAIN);
    /// A byte order mark in front.
    pub const BOM: Code = code("bom", AGAIN);
    /// Bytes that are not UTF-8.
    pub const INVALID_UTF8: Code = code("invalid-utf8", AGAIN);
    /// It ends before the object does.
    pub const TRUNCATED: Code = code("truncated", AGAIN);
    /// Something else than JSON.
    pub const SYNTAX: Code = code("syntax", AGAIN);
    /// A number that JSON does not know.
    pub const BAD_NUMBER: Code = code("bad-number", AGAIN);
    /// A number too large for 64-bit floating point, of which programs make different things.
    pub const NUMBER_OUT_OF_RANGE: Code = code("number-out-of-range", "make the call again with a smaller number");
    /// A backslash in front of what JSON does not know.
    pub const BAD_ESCAPE: Code = code("bad-escape", AGAIN);
    /// Half a character as a `\u` escape.
    pub const LONE_SURROGATE: Code = code("lone-surrogate", "make the call again with whole characters only");
    /// A control character in a string, not escaped.
    pub const CONTROL_CHARACTER: Code = code("control-character", AGAIN);
    /// A NUL, raw or escaped: programs end a text there, so it would be judged as another text than runs.
    pub const NUL: Code = code("nul", "make the call again without the NUL character");
    /// A key twice in one object: which value counts would be a guess.
    pub const DUPLICATE_KEY: Code = code("duplicate-key", "make the call again with each argument named once");
    /// Nested deeper than [`crate::codex::MAX_DEPTH`].
    pub const TOO_DEEP: Code = code("too-deep", "make the call again with arguments that are nested less deeply");
    /// More values than [`crate::codex::MAX_VALUES`].
    pub const TOO_MANY_VALUES: Code = code("too-many-values", "make the call again with fewer values");
    /// More after the object.
    pub const TRAILING_DATA: Code = code("trailing-data", AGAIN);
    /// JSON, but not an object.
    pub const NOT_AN_OBJECT: Code = code("not-an-object", AGAIN);
    /// A key that every call has is missing.
    pub const MISSING_FIELD: Code = code("missing-field", MISFIT);
    /// A key that every call has holds another type.
    pub const WRONG_TYPE: Code = code("wrong-type", MISFIT);
    /// An event that asks for no decision on a call.
    pub const UNKNOWN_EVENT: Code =
        code("unknown-event", "tell the person to register prexec for the events that `prexec install` registers only");
    /// The directory of the call is not absolute.
    pub const RELATIVE_CWD: Code = code("relative-cwd", MISFIT);
    /// A tool without a name.
    pub const EMPTY_TOOL_NAME: Code = code("empty-tool-name", MISFIT);
    /// A shell call or patch without its text.
    pub const MISSING_COMMAND: Code = code("missing-command", ARGUMENTS);
    /// A shell call or patch whose text is something else.
    pub const COMMAND_NOT_A_STRING: Code = code("command-not-a-string", ARGUMENTS);
    /// An argument without which a known tool means nothing is missing.
    pub const MISSING_ARGUMENT: Code = code("missing-argument", ARGUMENTS);
    /// An argument of a known tool holds another type.
    pub const WRONG_ARGUMENT_TYPE: Code = code("wrong-argument-type", ARGUMENTS);

    /// All of them.
    pub const ALL: &[Code] = &[
        TOO_LARGE,
        EMPTY,
        BOM,
        INVALID_UTF8,
        TRUNCATED,
        SYNTAX,
        BAD_NUMBER,
        NUMBER_OUT_OF_RANGE,
        BAD_ESCAPE,
        LONE_SURROGATE,
        CONTROL_CHARACTER,
        NUL,
        DUPLICATE_KEY,
        TOO_DEEP,
        TOO_MANY_VALUES,
        TRAILING_DATA,
        NOT_AN_OBJECT,
        MISSING_FIELD,
        WRONG_TYPE,
        UNKNOWN_EVENT,
        RELATIVE_CWD,
        EMPTY_TOOL_NAME,
        MISSING_COMMAND,
        COMMAND_NOT_A_STRING,
        MISSING_ARGUMENT,
        WRONG_ARGUMENT_TYPE,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Decision;

    #[test]
    fn codes_are_distinct_kebab_case_with_advice() {
        for (at, code) in codes::ALL.iter().enumerate() {
            assert!(!codes::ALL[..at].iter().any(|other| other.name == code.name), "{}", code.name);
            assert!(code.name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')), "{}", code.name);
            assert!(!code.advice.is_empty() && !code.advice.ends_with('.'), "{}", code.name);
        }
    }

    #[test]
    fn a_fault_is_a_deny_with_its_code_and_sentence() {
        let fault = Fault::new(codes::NUL, format_args!("here"));
        let verdict = Verdict::from(fault.clone());
        assert_eq!(verdict.decision(), Decision::Deny);
        assert_eq!(verdict.reasons()[0].rule, RuleRef::Input("nul"));
        assert_eq!(verdict.reasons()[0].justification.as_deref(), Some(fault.message.as_str()));
        assert_eq!(fault.message, "here; make the call again without the NUL character");
    }

    #[test]
    fn quotes_are_short_and_visible() {
        assert_eq!(quoted("a\u{202e}"), "`a\\u{202e}`");
        assert!(quoted(&"x".repeat(1000)).len() <= 82);
    }
}
