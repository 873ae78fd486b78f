//! What a word does by its role: the one place where roles become effects.

use super::{
    Command, Shell, awk,
    git::{self, is_pattern_of_paths},
    jq, rename, sed,
    variables::{is_inert_setting, is_loader},
};
use crate::{
    effect::{Span, Spared, Value, Word},
    effects::LimitReached,
    tables::words::Role,
};
use alloc::format;

/// What options say of all operands.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Manner {
    /// Directories are taken with all below them.
    pub(super) tree: bool,
    /// What is read is written as well.
    pub(super) writes: bool,
    /// Nothing is written.
    pub(super) reads_only: bool,
    /// Operands are written instead of read.
    pub(super) extracts: bool,
    /// Operands are only listed or tested.
    pub(super) lists: bool,
    /// What a recursive reader passes over.
    pub(super) spared: Spared,
}

impl Command<'_, '_> {
    /// The effect of one word in one role.
    #[allow(clippy::too_many_lines, reason = "one arm for each role")]
    pub(super) fn role(&mut self, role: Role, word: &Word, manner: Manner) -> Result<(), LimitReached> {
        let (value, span) = (&word.value, word.span);
        let stdio = value.known() == Some(b"-");
        if matches!(value, Value::Unknown { .. }) && role.decides_what_is_touched() {
            let detail = format!("a word that decides what `{}` does is not known before the script runs", self.by);
            self.unknown("dynamic-word", detail, span, false);
        }
        let reads = matches!(
            role,
            Role::Read
                | Role::ReadTree
                | Role::ReadWrite
                | Role::ReadGlob
                | Role::ReadListAt
                | Role::ReadIfAt
                | Role::Unpacked
        );
        if reads && super::net::is_url(value) {
            // Many programs that read files fetch them as well (`xmllint`, `pandoc`, `ffmpeg`); the others find no such file.
            if self.searches {
                self.given_path(word, false);
            } else {
                self.net(word, false);
            }
        }
        if matches!(role, Role::Script | Role::LoadCode | Role::CodePath) && super::net::is_url(value) {
            self.net(word, false);
            let detail = format!("`{}` runs the code of a host", self.by);
            self.unknown("opaque-code", detail, span, false);
            return Ok(());
        }
        match role {
            // From the directory on: those have been seen where options or the program's kind are looked at.
            Role::Flag
            | Role::Value
            | Role::Pattern
            | Role::Stat
            | Role::List
            | Role::Chdir
            | Role::NewRoot
            | Role::Method
            | Role::EnvSplit
            | Role::Rest
            | Role::Suffix
            | Role::Archive => {}
            // `zip -x@FILE`
            Role::Patterns => self.list_at(word),
            Role::Read | Role::ReadTree | Role::ReadGlob | Role::ReadListAt | Role::ReadWrite if stdio => {}
            Role::Read if self.is_response_file(value) => self.response_file(value, manner, span)?,
            Role::Read | Role::ReadTree | Role::ReadGlob | Role::ReadListAt if manner.lists => {}
            Role::Compared => self.role(Role::Read, word, manner)?,
            Role::ReadGlob => self.glob(Role::Read, word, manner)?,
            Role::ReadListAt => self.read_list_at(word, manner)?,
            Role::NamePrefix => self.name_prefix(word),
            Role::NameTemplate => self.name_template(word),
            Role::Compressed => self.compressed(word, manner)?,
            Role::Read | Role::ReadTree if manner.extracts => {
                if role == Role::Read {
                    self.write(value, manner.tree, span);
                }
            }
            Role::Read | Role::ReadTree => {
                self.read_sparing(value, manner.tree || role == Role::ReadTree, manner.spared, span);
                if manner.writes && !manner.reads_only {
                    // What is changed in place stands there already.
                    self.modify_sparing(value, manner.tree || role == Role::ReadTree, manner.spared, false, span);
                }
            }
            Role::ReadWrite if super::code::language(self.name) == Some("sqlite") => {
                self.database(word, manner.reads_only);
            }
            Role::ReadWrite => {
                self.read(value, manner.tree, span);
                self.list_at(word);
                if !manner.reads_only {
                    self.write(value, manner.tree, span);
                }
            }
            Role::Write | Role::WriteDir | Role::Modify | Role::Remove | Role::RemoveGlob if manner.reads_only => {}
            Role::RemoveGlob => self.glob(Role::Remove, word, manner)?,
            Role::Write if self.name == b"strace" => self.traced(value, span)?,
            Role::Write => self.write(value, false, span),
            Role::Modify | Role::Remove if self.name == b"git" => self.modify_pathspec(value, manner, span),
            Role::Modify => self.modify_sparing(value, manner.tree, manner.spared, false, span),
            Role::Remove => self.remove(value, manner.tree, span),
            Role::Move => {
                self.read(value, true, span);
                self.modify(value, true, span);
            }
            Role::LinkTarget => self.read(value, true, span),
            Role::WriteDir => self.write(value, true, span),
            Role::OutDir => self.out_dir(word),
            Role::ReadIfAt => self.read_if_at(word),
            Role::KeyPath => self.key_path(word),
            Role::ListFile => {
                if !stdio {
                    self.read(value, false, span);
                }
                let detail = format!("`{}` takes more names from a list", self.by);
                self.unknown("listed-paths", detail, span, false);
            }
            Role::Script | Role::LoadCode | Role::CodePath if super::shells::is_stdin(value.known()) => {
                self.reads_commands();
            }
            Role::LoadCode if value.known().is_some_and(|name| is_loader(&self.analysis.tables, name)) => {}
            Role::LoadCode | Role::CodePath => self.loaded_code(value, role == Role::CodePath, span),
            Role::Script => {
                self.read(value, false, span);
                self.loads(value);
                let text = match value {
                    Value::Known(text) | Value::Pattern(text) => Some(text),
                    _ => None,
                };
                let certain = text.is_some_and(|name| {
                    super::wrappers::names_a_place(name)
                        // The builtin looks for a name without a slash along PATH.
                        || (matches!(self.name, b"." | b"source") && name.contains(&b'/'))
                        || (!self.searches && name.iter().any(|b| matches!(b, b'/' | b'.')))
                        // These take the name as it is, from the directory that they run in.
                        || matches!(self.name, b"node" | b"python" | b"python3")
                        || (self.name == b"go" && name.ends_with(b".go"))
                });
                if !certain {
                    // Or another file, which is found along a path, or a package.
                    self.loads(&Value::ANY_WORD);
                }
                // A pattern becomes files of a place that rules can speak of.
                self.project("runs the code of a file", word, text.is_some());
            }
            Role::Module => {
                self.own_module(word);
                self.project("runs a module", word, value.known().is_some());
            }
            Role::Code if self.name == b"rename" || self.name == b"prename" || self.name == b"file-rename" => {
                self.checked(value.known().is_some_and(rename::is_harmless), "expression", word);
                // The names that come out of it.
                self.write(&Value::ANY_WORD, false, span);
            }
            Role::Code if super::code::language(self.name) == Some("sqlite") => self.sql(word)?,
            Role::Code => self.opaque("runs code that is not analysed", word),
            Role::Sed => self.filter(value.known().and_then(sed::files), "sed script", word),
            Role::Awk => self.filter(value.known().and_then(awk::files), "awk program", word),
            Role::Jq if self.name == b"yq" => {
                // One of the programs with this name takes a file in place of the filter.
                let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/');
                if value.known().is_some_and(|text| text != b"." && text.iter().all(plain)) {
                    self.read(value, false, span);
                }
                self.checked(value.known().is_some_and(jq::is_harmless_in_yq), "filter", word);
            }
            Role::Jq => self.checked(value.known().is_some_and(jq::is_harmless), "jq filter", word),
            Role::ShellString => {
                self.scripts.forget_files();
                let long = self.expanded(value);
                // `{1}` stands for a word behind `--`.
                if self.name == b"concurrently" && value.known().is_none_or(|text| text.contains(&b'{')) {
                    self.unreviewed(span);
                }
                self.script(long.as_ref().unwrap_or(value), Shell::Child, super::Stdin::Stream, &[], span)?;
            }
            Role::ExecProgram => self.exec_program(word, true)?,
            Role::FilterProgram => self.exec_program(word, false)?,
            Role::Net | Role::Host => self.net(word, role == Role::Host),
            Role::GitRemote => self.git_remote(word),
            Role::RevPath => self.rev_path(word, manner),
            Role::Unpacked => self.read(value, false, span),
            Role::TempDir => self.temporary_in(value, span),
            Role::TempName => {
                if !manner.lists {
                    self.temporary(value, span);
                }
            }
            Role::MergeRule => self.merge_rule(word),
            Role::Pcre => {
                self.checked(value.known().is_some_and(|text| !text.windows(3).any(|w| w == b"(?C")), "pattern", word);
            }
            Role::FileUrl => match value.known() {
                Some(text) => {
                    if let Some(file) = text.strip_prefix(b"file://") {
                        self.read(&Value::Known(file.into()), false, span);
                    }
                }
                None => self.read(&Value::ANY_WORD, false, span),
            },
            // What is shown without being named is seen where all operands are.
            // What a pattern of paths shows is said where the whole command is looked at (`shown`).
            Role::Shown | Role::History if is_pattern_of_paths(value) => {}
            Role::Shown | Role::History => self.rev_path(word, Manner { tree: false, ..manner }),
            Role::Tracked => self.tracked(word, manner),
            Role::Staged | Role::Committed => self.staged(value, role == Role::Committed, span),
            Role::RemoteRead | Role::RemoteWrite => {
                self.remote_path(word, role == Role::RemoteWrite && !manner.reads_only, manner.tree);
            }
            Role::Assign => self.assign(word),
            Role::MakeVariable => self.make_variable(word)?,
            Role::ReadEnv => self.variables_read(word),
            Role::Variable => self.variable(word),
            Role::PerhapsVariable => self.perhaps_variable(word),
            Role::GitConfig => git::setting(self, word),
            Role::SshOption => self.ssh_option(word)?,
            Role::TarAction => self.tar_action(word)?,
            Role::Setting => {
                // `mount -o remount,rw`
                let mark = |b: &u8| *b == b',' && self.name == b"mount";
                let inert = |text: &[u8]| is_inert_setting(&self.analysis.tables, self.name, text);
                if !value.known().is_some_and(|text| text.split(mark).all(inert)) {
                    self.unreviewed(span);
                }
            }
            Role::ImageRead
            | Role::ImageWrite
            | Role::ImageChange
            | Role::ImageText
            | Role::ImageColor
            | Role::ImageSetting
            | Role::ImageEnding
            | Role::Drawing
            | Role::MediaRead
            | Role::MediaWrite
            | Role::MediaFilter
            | Role::MediaFormat
            | Role::Beside
            | Role::Page => self.media(role, word, manner)?,
            Role::Unreviewed => self.unreviewed(span),
        }
        Ok(())
    }

    pub(super) fn unreviewed(&mut self, span: Span) {
        let detail = format!("what `{}` does with this word is not known", self.by);
        self.unknown("unreviewed-word", detail, span, false);
    }

    /// Code in another language. It is what the program itself was told to do, so an allow of the command answers it.
    pub(super) fn opaque(&mut self, what: &str, word: &Word) {
        let detail = format!("`{}` {what}", self.by);
        // What is not even known before the script runs is a word that nobody can have allowed.
        self.unknown("opaque-code", detail, word.span, word.value.known().is_some());
    }

    /// Code of the project: what the command is there to run.
    fn project(&mut self, what: &str, word: &Word, answered: bool) {
        let detail = format!("`{}` {what}", self.by);
        self.unknown("opaque-program", detail, word.span, answered);
    }

    /// A program of a filter, and the files that it names.
    fn filter(&mut self, files: Option<sed::Files>, what: &str, word: &Word) {
        self.checked(files.is_some(), what, word);
        let Some(files) = files else { return };
        for file in files.reads {
            self.read(&Value::Known(file.into()), false, word.span);
        }
        for file in files.writes {
            self.write(&Value::Known(file.into()), false, word.span);
        }
    }

    fn checked(&mut self, harmless: bool, what: &str, word: &Word) {
        if !harmless {
            self.opaque(&format!("runs a {what} that may do more than filter text"), word);
        }
    }
}
