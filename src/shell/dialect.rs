//! What each shell makes of the constructs that not all of them have: the one place that says so.
//!
//! A script is read once for each shell that would read it differently ([`Tree::others`]), and what any of the readings does
//! counts. Where a shell does not have a construct, the reader goes on as that shell does: `$'a'` is a dollar sign and a quoted
//! word to dash, `[[` is the name of a command. Where dash would refuse the text, it has run the lines before and runs nothing
//! after, so that its tree ends there ([`Stop::Ends`]).
//!
//! Each line of [`Construct::known_to`] was tried on bash 5.2, dash 0.5.12 and zsh 5.9.
//!
//! [`Tree::others`]: super::tree::Tree::others
//! [`Stop::Ends`]: super::parser::Stop::Ends

use super::cursor::RESERVED;
use super::parser::{Parser, Read, Stop};

/// A shell whose reading of a script is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// bash, and zsh where nothing says otherwise.
    Bash,
    /// dash: the shell that is `sh` on Debian and its like.
    Dash,
    /// zsh.
    Zsh,
}

impl Dialect {
    /// All of them, the one that is always read first.
    pub const ALL: [Self; 3] = [Self::Bash, Self::Dash, Self::Zsh];

    /// Whether the word is reserved where a command begins, of those that any shell reserves.
    pub(super) fn reserves(self, word: &[u8]) -> bool {
        self != Self::Dash || !matches!(word, b"[[" | b"]]" | b"select" | b"function" | b"coproc" | b"time")
    }
}

/// Whether a word that one shell takes for the name of a command, because it does not have the construct that the word belongs
/// to, is no name that a program is installed under: `[[`, `x+=1`, `{a,b}`, `$'a'`. Names of programs are made of letters,
/// digits and `+-._@:`, no dash in front; the one with a bracket is `[`.
pub fn is_no_program(name: &[u8]) -> bool {
    match name {
        b"[" | b"" => false,
        b"[[" | b"function" | b"coproc" | [b'-', ..] => true,
        _ => name.iter().any(|byte| b"{}[]=$()*?<>|&;!^%#\\\"'` \t\n".contains(byte)),
    }
}

/// Whether bash, dash or zsh may read the word as a part of its grammar where a command could stand.
pub fn is_keyword(word: &[u8]) -> bool {
    const OF_ZSH: [&[u8]; 7] = [b"-", b"always", b"end", b"foreach", b"nocorrect", b"noglob", b"repeat"];
    RESERVED.contains(&word) || OF_ZSH.contains(&word)
}

/// Whether dash runs the command itself, without a program.
pub fn is_dash_builtin(name: &[u8]) -> bool {
    const BUILTINS: &[&[u8]] = &[
        b".",
        b":",
        b"[",
        b"alias",
        b"bg",
        b"break",
        b"cd",
        b"chdir",
        b"command",
        b"continue",
        b"echo",
        b"eval",
        b"exec",
        b"exit",
        b"export",
        b"false",
        b"fc",
        b"fg",
        b"getopts",
        b"hash",
        b"jobs",
        b"kill",
        b"local",
        b"printf",
        b"pwd",
        b"read",
        b"readonly",
        b"return",
        b"set",
        b"shift",
        b"test",
        b"times",
        b"trap",
        b"true",
        b"type",
        b"ulimit",
        b"umask",
        b"unalias",
        b"unset",
        b"wait",
    ];
    BUILTINS.contains(&name)
}

/// Whether bash, dash or zsh runs the command itself, without a program.
pub fn is_builtin(name: &[u8]) -> bool {
    const NOT_OF_DASH: &[&[u8]] = &[
        b"autoload",
        b"bind",
        b"bindkey",
        b"builtin",
        b"bye",
        b"caller",
        b"compctl",
        b"compgen",
        b"complete",
        b"compopt",
        b"declare",
        b"dirs",
        b"disown",
        b"echotc",
        b"echoti",
        b"emulate",
        b"enable",
        b"float",
        b"functions",
        b"getln",
        b"help",
        b"history",
        b"integer",
        b"let",
        b"limit",
        b"log",
        b"logout",
        b"mapfile",
        b"noglob",
        b"popd",
        b"print",
        b"private",
        b"pushd",
        b"pushln",
        b"r",
        b"readarray",
        b"rehash",
        b"sched",
        b"setopt",
        b"shopt",
        b"source",
        b"suspend",
        b"ttyctl",
        b"typeset",
        b"unfunction",
        b"unhash",
        b"unlimit",
        b"unsetopt",
        b"vared",
        b"whence",
        b"where",
        b"which",
        b"zcompile",
        b"zformat",
        b"zle",
        b"zmodload",
        b"zparseopts",
        b"zprof",
        b"zpty",
        b"zregexparse",
        b"zsocket",
        b"zstyle",
        b"ztcp",
    ];
    is_dash_builtin(name) || NOT_OF_DASH.contains(&name)
}

/// Shells besides bash that read a script differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    dash: bool,
    zsh: bool,
}

impl Others {
    /// Whether the shell is one of them.
    pub fn contains(self, dialect: Dialect) -> bool {
        match dialect {
            Dialect::Bash => false,
            Dialect::Dash => self.dash,
            Dialect::Zsh => self.zsh,
        }
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self { dash: self.dash || more.dash, zsh: self.zsh || more.zsh }
    }
}

/// A construct that some shell does not have, and goes on reading without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Construct {
    /// `$'..'`
    AnsiCQuotes,
    /// `$".."`; without it, a dollar sign and double quotes.
    LocaleQuotes,
    /// `{a,b}`, `{1..3}`
    Braces,
    /// `[[ .. ]]`; without it, the name of a command.
    Conditions,
    /// `(( .. ))` as a command; without it, two subshells.
    ArithmeticCommand,
    /// `$[ .. ]`
    BracketArithmetic,
    /// `name+=value`; without it, the name of a command.
    Append,
    /// `name[ .. ]=value`; without it, a word that ends at a blank.
    Subscripts,
    /// `&>`, `&>>`; without it, `&` and `>`.
    JoinedRedirection,
    /// `{name}>file`; without it, a word and `>`.
    VariableDescriptor,
    /// `12>file`; without it, a word and `>`.
    LongDescriptor,
    /// `name=~` as an argument.
    ArgumentTilde,
    /// `~+`, `~-`, `~1`
    DirectoryTilde,
    /// `function name`
    FunctionKeyword,
    /// `coproc`
    Coproc,
    /// `time` as a reserved word.
    Time,
    /// `select`
    Select,
}

impl Construct {
    /// Whether the shell has it.
    pub(super) const fn known_to(self, dialect: Dialect) -> bool {
        match self {
            Self::LocaleQuotes | Self::LongDescriptor | Self::ArgumentTilde => {
                matches!(dialect, Dialect::Bash)
            }
            Self::AnsiCQuotes
            | Self::Braces
            | Self::Conditions
            | Self::ArithmeticCommand
            | Self::BracketArithmetic
            | Self::Append
            | Self::Subscripts
            | Self::JoinedRedirection
            | Self::VariableDescriptor
            | Self::DirectoryTilde
            | Self::FunctionKeyword
            | Self::Coproc
            | Self::Time
            | Self::Select => !matches!(dialect, Dialect::Dash),
        }
    }
}

impl Parser<'_, '_, '_> {
    /// Whether the shell whose reading this is has the construct, which stands here: asked only where it certainly does. The
    /// others of which the answer is another one are noted.
    pub(super) fn has(&mut self, construct: Construct) -> bool {
        let known = construct.known_to(self.core.dialect);
        let other = |dialect| construct.known_to(dialect) != known;
        self.core.others = self.core.others.and(Others { dash: other(Dialect::Dash), zsh: other(Dialect::Zsh) });
        known
    }

    /// A construct at which dash refuses the line: arrays, `<<<`, `<( )`, `for ((`, `|&`.
    pub(super) fn refused_by_dash(&self) -> Read<()> {
        if self.core.dialect == Dialect::Dash { Err(Stop::Ends) } else { Ok(()) }
    }
}
