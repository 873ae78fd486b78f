//! What a word does by its role: the one place where roles become effects.

use super::{
    Command, Shell, awk, code,
    emit::certainty,
    expression, git, jq, net,
    options::{Parsed, split},
    rename, sed,
    variables::{assignment_text, is_inert_setting, is_loader},
};
use crate::{
    effect::{Connect, Kind, Span, Spared, Value, Word},
    effects::LimitReached,
    path,
    tables::{
        OptionSpec, Program,
        words::{Role, Runs, Style, VariableRole, traits},
    },
};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

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

impl<'t> Command<'_, 't> {
    /// The effects of options, but for the directory and for commands that only the program's kind can place.
    pub(super) fn option_effects(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let manner = Manner { reads_only: parsed.has(traits::READS_ONLY), ..Manner::default() };
        for one in &parsed.uses {
            for (argument, role) in one.arguments.iter().zip(one.spec.roles) {
                match role {
                    Role::Rest => {
                        expression::command_option(self, program, parsed, &one.arguments)?;
                        break;
                    }
                    Role::Archive => self.archive(argument, parsed),
                    Role::Read if self.cookie(argument) => {}
                    Role::Method | Role::EnvSplit => {}
                    Role::Suffix => self.suffixed(program, argument, parsed),
                    // It is worked out where the interpreter is.
                    Role::Code if program.runs() == Runs::Interpreter && code::language(program.name()).is_some() => {}
                    // `-o -` is standard output for a program that has such an option.
                    Role::Write if argument.value.known() == Some(b"-") => {}
                    Role::Module if self.module_row(program, argument).is_some() => {}
                    role => self.role(role, argument, manner)?,
                }
            }
            if program.runs() == Runs::Find && one.spec.name == b"-delete" {
                expression::delete(self, parsed);
            }
            if one.spec.optional && one.arguments.is_empty() && one.spec.roles[0] == Role::ExecProgram {
                // The program that is run is then the pager or browser of the configuration.
                let detail = format!("`{}` starts a program that the configuration names", self.by);
                self.unknown("opaque-program", detail, one.span, true);
            }
        }
        if let Some(span) = parsed.any_option {
            self.any_option(program, span);
        }
        Ok(())
    }

    /// Any option of a program that does nothing but read or write files: which files is not known.
    fn any_option(&mut self, program: &Program<'t>, span: Span) {
        if program.runs() == Runs::Find {
            self.read(&Value::ANY_WORD, true, span);
            return self.write(&Value::ANY_WORD, true, span);
        }
        let options = (0..program.option_count()).map_while(|n| program.option_at(n));
        let of_option = |option: OptionSpec<'t>| option.roles.into_iter().take(usize::from(option.arguments));
        let operands = program.operands().map(|(role, _)| role).chain(program.last());
        let roles: Vec<Role> = options.flat_map(of_option).chain(operands).collect();
        if roles.iter().any(|role| role.reads_files()) {
            self.read(&Value::ANY_WORD, true, span);
        }
        if roles.iter().any(|role| role.writes_files()) {
            self.write(&Value::ANY_WORD, true, span);
        }
    }

    /// `curl -b NAME=VALUE` is a cookie, not a file.
    fn cookie(&self, argument: &Word) -> bool {
        self.name == b"curl" && argument.value.known().is_some_and(|v| v.contains(&b'='))
    }

    /// Options that change the directory come first, whatever the order.
    pub(super) fn change_directory(&mut self, parsed: &Parsed<'t>) {
        let old = self.cwd.clone();
        for one in &parsed.uses {
            let Some(argument) = one.arguments.first() else { continue };
            match one.spec.roles[0] {
                Role::Chdir => {
                    // Without a `..`, links on the way are followed when a path in the directory is looked at.
                    self.cwd = if path::spelling(&argument.value, &self.cwd).is_none() {
                        path::absolute(&argument.value, &self.cwd)
                    } else {
                        self.directory(&argument.value, true)
                    };
                    if one.spec.name == b"--work-tree" && self.cwd != old {
                        let detail = "what is added from another tree can be shown by other names".to_string();
                        self.unknown("new-root", detail, argument.span, false);
                    }
                }
                Role::NewRoot => self.new_root(argument),
                _ => {}
            }
        }
        let bundle = self.analysis.tables.program(self.name).is_some_and(|p| p.style() == Style::Bundle);
        if bundle && old != self.cwd {
            // tar changes directory between its operands: each of them may be meant in either.
            self.cwd = match (old.alternatives(), self.cwd.alternatives()) {
                (Some(a), Some(b)) => Value::Set([a, b].concat().into()),
                _ => Value::ANY_WORD,
            };
        }
    }

    pub(super) fn new_root(&mut self, argument: &Word) {
        if argument.value.known() != Some(b"/") {
            self.cwd = Value::ANY_WORD;
            let detail = format!("`{}` makes another directory the root, so that paths mean other files", self.by);
            self.unknown("new-root", detail, argument.span, false);
        }
    }

    fn archive(&mut self, argument: &Word, parsed: &Parsed<'t>) {
        let value = &argument.value;
        if value.known() == Some(b"-") {
            return;
        }
        if let Some(text) = value.known()
            && let (host, Some(_)) = split(text, b':')
            && !host.contains(&b'/')
            && !parsed.uses(&[b"--force-local"])
        {
            let host = Value::Known(host.rsplit(|b| *b == b'@').next().unwrap_or(host).into());
            self.connect(Connect { scheme: Some("ssh".into()), host, port: None, method: None }, argument.span);
            return;
        }
        let reading = parsed.has(traits::READS_ONLY) || parsed.has(traits::EXTRACTS);
        if reading {
            self.read(value, false, argument.span);
        } else {
            self.write(value, false, argument.span);
            if parsed.uses(&[
                b"-r",
                b"-u",
                b"-A",
                b"-d",
                b"--append",
                b"--update",
                b"--concatenate",
                b"--diff",
                b"--delete",
            ]) {
                self.read(value, false, argument.span);
            }
        }
    }

    /// The effect of one word in one role.
    #[allow(clippy::too_many_lines, reason = "one arm for each role")]
    pub(super) fn role(&mut self, role: Role, word: &Word, manner: Manner) -> Result<(), LimitReached> {
        let (value, span) = (&word.value, word.span);
        let stdio = value.known() == Some(b"-");
        if matches!(value, Value::Unknown { .. }) && role.decides_what_is_touched() {
            let detail = format!("a word that decides what `{}` does is not known before the script runs", self.by);
            self.unknown("dynamic-word", detail, span, false);
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
            Role::Read | Role::ReadTree | Role::ReadGlob | Role::ReadListAt | Role::ReadWrite if stdio => {}
            Role::Read if self.is_response_file(value) => self.response_file(value, manner, span)?,
            Role::Read | Role::ReadTree | Role::ReadGlob | Role::ReadListAt if manner.lists => {}
            Role::ReadGlob => self.glob(Role::Read, word, manner)?,
            Role::ModifyGlob if manner.reads_only => {}
            Role::ModifyGlob => self.glob(Role::Modify, word, manner)?,
            Role::ReadListAt => self.read_list_at(word, manner)?,
            Role::NamePrefix => self.name_prefix(word),
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
                    self.modify_sparing(value, manner.tree, manner.spared, span);
                }
            }
            Role::ReadWrite => {
                self.read(value, manner.tree, span);
                if !manner.reads_only {
                    self.write(value, manner.tree, span);
                }
            }
            Role::Write | Role::WriteDir | Role::Modify if manner.reads_only => {}
            Role::Write if self.name == b"strace" => self.traced(value, span)?,
            Role::Write => self.write(value, false, span),
            Role::Modify if self.name == b"git" => self.modify_pathspec(value, manner, span),
            Role::Modify => self.modify_sparing(value, manner.tree, manner.spared, span),
            Role::Move => {
                self.read(value, true, span);
                self.modify(value, true, span);
            }
            Role::LinkTarget => self.read(value, true, span),
            Role::WriteDir => self.write(value, true, span),
            Role::ReadIfAt => self.read_if_at(word),
            Role::KeyPath => self.key_path(word),
            Role::ListFile => {
                if !stdio {
                    self.read(value, false, span);
                }
                let detail = format!("`{}` takes more names from a list", self.by);
                self.unknown("listed-paths", detail, span, false);
            }
            Role::Script | Role::LoadCode if super::shells::is_stdin(value.known()) => self.reads_commands(),
            Role::LoadCode if value.known().is_some_and(|name| is_loader(&self.analysis.tables, name)) => {}
            Role::LoadCode => {
                self.read(value, false, span);
                let detail = format!("`{}` loads code from a place that an option names", self.by);
                self.unknown("opaque-code", detail, span, false);
            }
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
            Role::ShellString => self.script(value, Shell::Child, super::Stdin::Stream, &[], span)?,
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

    /// A name, or text in which `$NAME` and `${NAME}` stand (`envsubst`).
    fn variables_read(&mut self, word: &Word) {
        let span = word.span;
        match &word.value {
            Value::Known(text) if text.contains(&b'$') => {
                let names = text.split(|b| !(b.is_ascii_alphanumeric() || *b == b'_')).filter(|name| !name.is_empty());
                for name in names {
                    let name = Value::Known(name.into());
                    self.push(Kind::ReadEnv(name.clone()), certainty(&name), span, true);
                }
            }
            value => self.push(Kind::ReadEnv(value.clone()), certainty(value), span, true),
        }
    }

    /// What strace writes can go into a command: `-o '|CMD'`.
    fn traced(&mut self, value: &Value, span: Span) -> Result<(), LimitReached> {
        if let Some([b'|' | b'!', script @ ..]) = value.known() {
            return self.script(&Value::Known(script.into()), Shell::Child, super::Stdin::Stream, &[], span);
        }
        self.write(value, false, span);
        Ok(())
    }

    fn read_if_at(&mut self, word: &Word) {
        match &word.value {
            Value::Known(text) => {
                let file = match text.first() {
                    Some(b'@' | b'<') => text.get(1..),
                    _ => text.iter().position(|b| matches!(b, b'@')).and_then(|at| text.get(at + 1..)).or_else(|| {
                        let at = text.windows(2).position(|w| w == b"=<")?;
                        text.get(at + 2..)
                    }),
                };
                // `name=@file;type=x` in a form.
                let file = file.map(|f| split(f, b';').0).filter(|f| !f.is_empty() && *f != b"-");
                if let Some(file) = file {
                    self.read(&Value::Known(file.into()), false, word.span);
                }
            }
            Value::Affix { prefix, .. } if prefix.first().is_some_and(|b| !matches!(b, b'@' | b'<')) => {
                if prefix.contains(&b'@') || prefix.ends_with(b"=") {
                    self.read(&Value::ANY_WORD, false, word.span);
                }
            }
            Value::Affix { prefix, suffix } if prefix.len() > 1 => {
                let prefix = prefix.get(1..).unwrap_or_default().to_vec();
                self.read(&Value::Affix { prefix: prefix.into(), suffix: suffix.clone() }, false, word.span);
            }
            Value::Set(all) => {
                for text in all.iter() {
                    self.read_if_at(&Word::known(text.clone(), word.span));
                }
            }
            _ => self.read(&Value::ANY_WORD, false, word.span),
        }
    }

    fn key_path(&mut self, word: &Word) {
        let Some(text) = word.value.known() else {
            self.read(&Value::ANY_WORD, true, word.span);
            self.write(&Value::ANY_WORD, true, word.span);
            return;
        };
        let mut pieces: Vec<&[u8]> = text.split(|b| matches!(b, b'=' | b':' | b'@' | b',')).collect();
        pieces.extend(text.split(|b| *b == b':'));
        pieces.sort_unstable();
        pieces.dedup();
        let looks_like_path = |p: &&[u8]| p.iter().any(|b| matches!(b, b'/' | b'.')) && !p.is_empty();
        let volume = self.name != b"openssl" && self.name != b"kubectl";
        for piece in pieces.into_iter().filter(looks_like_path) {
            let piece = piece.strip_prefix(b"//").map_or(piece, |p| p);
            self.read(&Value::Known(piece.into()), volume, word.span);
            if volume {
                self.write(&Value::Known(piece.into()), true, word.span);
            }
        }
    }

    /// A program; `appends`: it gets more arguments than are written here.
    fn exec_program(&mut self, word: &Word, appends: bool) -> Result<(), LimitReached> {
        let plain = |b: &u8| {
            b.is_ascii_alphanumeric()
                || matches!(b, b' ' | b'_' | b'-' | b'.' | b'/' | b'+' | b',' | b'=' | b':' | b'%')
        };
        let assigns = |t: &&[u8]| split(split(t, b' ').0, b'=').1.is_some();
        let Some(text) = word.value.known().filter(|t| t.iter().all(plain) && !assigns(t)) else {
            self.script(&word.value, Shell::Child, super::Stdin::Stream, &[], word.span)?;
            let detail = format!("`{}` appends words to a command", self.by);
            self.unknown("dynamic-script", detail, word.span, false);
            return Ok(());
        };
        let parts = text.split(|b| *b == b' ').filter(|p| !p.is_empty());
        let mut argv: Vec<Word> = parts.map(|p| Word::known(p, word.span)).collect();
        if argv.is_empty() {
            return Ok(());
        }
        // What a remote shell gets is a host, which the operands of this program name.
        let remote = argv.first().and_then(|w| self.analysis.tables.program(w.value.known()?));
        if appends && remote.is_none_or(|p| p.runs() != Runs::Remote) {
            argv.push(Word { value: Value::ANY_WORDS, span: word.span });
        }
        self.inner(&argv, super::Stdin::Stream).map(|_| ())
    }

    fn net(&mut self, word: &Word, bare: bool) {
        self.reached = true;
        match net::target(&word.value, bare) {
            net::Target::Host(mut connect) => {
                connect.method.clone_from(&self.method());
                self.connect(connect, word.span);
            }
            net::Target::File(path) => self.read(&path, false, word.span),
        }
    }

    /// The HTTP method by the options of the command, for programs that say so.
    fn method(&self) -> Option<String> {
        let program = self.analysis.tables.program(self.name)?;
        let parsed = super::options::parse(&program, self.argv.get(1..)?, false);
        let named = parsed.uses.iter().rev().find(|u| u.spec.roles[0] == Role::Method && u.spec.arguments > 0);
        if let Some(named) = named {
            let text = named.arguments.first()?.value.known()?;
            return Some(String::from_utf8_lossy(text).to_uppercase());
        }
        let posts = parsed.has(traits::POSTS) && !parsed.uses(&[b"-G", b"--get"]);
        let method = if posts {
            "POST"
        } else if parsed.has(traits::HEADS) {
            "HEAD"
        } else if parsed.has(traits::PUTS) {
            "PUT"
        } else if self.name == b"curl" || self.name == b"wget" {
            "GET"
        } else {
            return None;
        };
        Some(method.to_string())
    }

    fn remote_path(&mut self, word: &Word, write: bool, tree: bool) {
        self.reached = true;
        if let Some(connect) = net::remote_path(&word.value) {
            self.connect(connect, word.span);
            return;
        }
        if write {
            self.write(&word.value, true, word.span);
        } else {
            self.read(&word.value, tree, word.span);
        }
        if word.value.known().is_none() {
            self.connect(Connect { scheme: None, host: Value::ANY_WORD, port: None, method: None }, word.span);
        }
    }

    fn assign(&mut self, word: &Word) {
        let effects = assignment_text(&self.analysis.tables, &word.value, word.span, &self.by, true);
        self.analysis.effects.extend(effects);
    }

    fn variable(&mut self, word: &Word) {
        match word.value.known() {
            Some(name) if name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') => {
                self.outcome.assigned.push((name.to_vec(), Value::ANY_WORD));
                if self.name == b"getopts" {
                    self.outcome.assigned.push((b"OPTIND".to_vec(), Value::DIGITS));
                }
            }
            Some(text) if self.is_element(text) => {}
            _ => {
                self.outcome.anything = true;
                let detail = "a subscript or a name that is not known can run code".to_string();
                self.unknown("dynamic-variable", detail, word.span, false);
            }
        }
    }

    fn ssh_option(&mut self, word: &Word) -> Result<(), LimitReached> {
        let Some(text) = word.value.known() else {
            self.unknown("dynamic-word", "an option of ssh is not known".into(), word.span, false);
            return Ok(());
        };
        let at = text.iter().position(|b| matches!(b, b'=' | b' ')).unwrap_or(text.len());
        let key = text.get(..at).unwrap_or(text).to_ascii_lowercase();
        let value = text.get(at + 1..).unwrap_or(&[]);
        if [&b"proxycommand"[..], b"localcommand", b"knownhostscommand"].contains(&key.as_slice()) {
            return self.script(&Value::Known(value.into()), Shell::Child, super::Stdin::Stream, &[], word.span);
        }
        if self.analysis.tables.variable(&[b"ssh:", key.as_slice()].concat()) != Some(VariableRole::Inert) {
            let detail = format!("nothing is known of the option `{}` of ssh", String::from_utf8_lossy(&key));
            self.unknown("unknown-option", detail, word.span, false);
        }
        Ok(())
    }

    fn tar_action(&mut self, word: &Word) -> Result<(), LimitReached> {
        match word.value.known() {
            Some(text) if text.starts_with(b"exec=") => {
                let script = Value::Known(text.get(5..).unwrap_or(&[]).into());
                self.script(&script, Shell::Child, super::Stdin::Stream, &[], word.span)
            }
            Some(text)
                if [&b"dot"[..], b"echo", b"bell", b"ttyout", b"sleep", b"totals", b"."]
                    .iter()
                    .any(|a| text.starts_with(a)) =>
            {
                Ok(())
            }
            _ => {
                self.unknown("dynamic-script", "the checkpoint action is not known".into(), word.span, false);
                Ok(())
            }
        }
    }
}
