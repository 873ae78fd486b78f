//! What git runs because of its configuration, by `policies/tables/git.jsonl`.

/// A setting whose value is a program, or makes git run one.
#[derive(Debug)]
pub struct Setting {
    /// `section.name` or `section.*.name` in lower case; `*` stands for any subsection.
    pub key: &'static str,
    /// The subcommands that heed it; `*` for all.
    pub subcommands: &'static [&'static str],
    /// It is heeded only where one of these options is used.
    pub with: &'static [&'static str],
    /// It is not heeded where one of these options is used,
    pub without: &'static [&'static str],
    /// unless one of these is used as well.
    pub again: &'static [&'static str],
    /// Values that run nothing, or a program that is known to be harmless there.
    pub inert: &'static [&'static str],
    /// It runs something only where its value or subsection contains this text.
    pub containing: &'static str,
}

/// A hook.
#[derive(Debug)]
pub struct Hook {
    /// Its file's name.
    pub name: &'static str,
    /// The subcommands that run it.
    pub subcommands: &'static [&'static str],
}

/// The settings of a section, and perhaps a few others.
pub fn settings_of(section: &[u8]) -> &'static [Setting] {
    let from = SETTINGS.partition_point(|setting| setting.key.as_bytes() < section);
    let rest = SETTINGS.get(from..).unwrap_or_default();
    let count = rest.partition_point(|setting| setting.key.as_bytes().starts_with(section));
    rest.get(..count).unwrap_or_default()
}

/// Whether a list of subcommands has `name`.
pub fn names(subcommands: &[&str], name: &[u8]) -> bool {
    subcommands.iter().any(|s| *s == "*" || s.as_bytes() == name)
}

include!(concat!(env!("OUT_DIR"), "/git_tables.rs"));
