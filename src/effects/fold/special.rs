//! Variables to which some shell gives a meaning of its own, so that they do not simply hold what a script assigned.

/// Whether a shell may change the variable by itself, or makes something else of what is assigned.
pub(super) fn changes_by_itself(name: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "_",
        "BASHOPTS",
        "BASHPID",
        "BASH_ARGC",
        "BASH_ARGV",
        "BASH_ARGV0",
        "BASH_COMMAND",
        "BASH_LINENO",
        "BASH_SOURCE",
        "BASH_SUBSHELL",
        "COLUMNS",
        "COPROC",
        "CPUTYPE",
        "DIRSTACK",
        "EGID",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "ERRNO",
        "EUID",
        "FUNCNAME",
        "GID",
        "GROUPS",
        "HISTCMD",
        "LINENO",
        "LINES",
        "MAPFILE",
        "MATCH",
        "MBEGIN",
        "MEND",
        "OPTARG",
        "PIPESTATUS",
        "PPID",
        "PROMPT",
        "PROMPT2",
        "PROMPT3",
        "PROMPT4",
        "PS1",
        "PS2",
        "PS3",
        "PS4",
        "RANDOM",
        "READLINE_LINE",
        "READLINE_POINT",
        "REPLY",
        "RPROMPT",
        "RPS1",
        "SECONDS",
        "SHELLOPTS",
        "SRANDOM",
        "TTYIDLE",
        "UID",
        "USERNAME",
        "argv",
        "cdpath",
        "dirstack",
        "fignore",
        "fpath",
        "mailpath",
        "manpath",
        "match",
        "mbegin",
        "mend",
        "module_path",
        "path",
        "pipestatus",
        "prompt",
        "psvar",
        "reply",
        "watch",
    ];
    NAMES.iter().any(|known| known.as_bytes() == name)
}

/// Whether zsh gives the variable an integer type, so that it evaluates what is assigned to it.
pub(super) fn is_integer_to_zsh(name: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "BAUD",
        "COLUMNS",
        "DIRSTACKSIZE",
        "EGID",
        "ERRNO",
        "EUID",
        "FUNCNEST",
        "GID",
        "HISTSIZE",
        "KEYTIMEOUT",
        "LINES",
        "LISTMAX",
        "LOGCHECK",
        "MAILCHECK",
        "MBEGIN",
        "MEND",
        "OPTIND",
        "RANDOM",
        "REPORTTIME",
        "SAVEHIST",
        "SECONDS",
        "SHLVL",
        "TMOUT",
        "TRY_BLOCK_ERROR",
        "TRY_BLOCK_INTERRUPT",
        "TTYIDLE",
        "UID",
    ];
    NAMES.iter().any(|known| known.as_bytes() == name)
}

/// Whether the variable is a number in every shell that evaluates values as expressions, unless the script has done something to it.
pub(super) fn counts_by_itself(name: &[u8]) -> bool {
    matches!(name, b"EUID" | b"LINENO" | b"OPTIND" | b"PPID" | b"RANDOM" | b"SECONDS" | b"UID")
}

/// Whether the elements of such an array are part of zsh itself: its functions, aliases, options, where its programs stand.
pub(super) fn is_table_of_zsh(name: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "aliases",
        "builtins",
        "commands",
        "dirstack",
        "functions",
        "galiases",
        "nameddirs",
        "options",
        "saliases",
        "userdirs",
    ];
    NAMES.iter().any(|known| known.as_bytes() == name) || name.starts_with(b"dis_")
}
