//! Settings of git: which are harmless to change for a call or for good, and what those in force make a command run.

use super::{Command, Shell, Stdin, net, options::Parsed, options::split, paths, roles::Manner};
use crate::{
    effect::{Bytes, Certainty, Effect, Form, Kind, Span, Spared, Value, Word},
    effects::LimitReached,
    effects::git::{Alias, Finding, InForce},
    tables::words::{Role, VariableRole},
    world::toplevel,
};
use alloc::{format, string::String, vec::Vec};

fn is_inert(on: &Command<'_, '_>, key: &[u8]) -> bool {
    let name = [b"git:", key.to_ascii_lowercase().as_slice()].concat();
    on.analysis.tables.variable(&name) == Some(VariableRole::Inert)
}

/// `-c KEY=VALUE`.
pub(super) fn setting(on: &mut Command<'_, '_>, word: &Word) {
    let key = match &word.value {
        Value::Known(text) => Some(split(text, b'=').0),
        Value::Affix { prefix, .. } => match split(prefix, b'=') {
            (key, Some(_)) => Some(key),
            _ => None,
        },
        _ => None,
    };
    if key.is_none_or(|key| !is_inert(on, key)) {
        let shown = String::from_utf8_lossy(key.unwrap_or(b"?")).into_owned();
        on.unknown("git-config", format!("the setting `{shown}` may make git run a program"), word.span, false);
    }
}

/// `git config`: reads a setting, or changes one in a file.
pub(super) fn config(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) {
    let mut operands = parsed.operands.as_slice();
    let mut verb: &[u8] = b"";
    if let Some((first, rest)) = operands.split_first()
        && let Some(word @ (b"get" | b"list" | b"set" | b"unset" | b"rename-section" | b"remove-section" | b"edit")) =
            first.value.known()
    {
        verb = word;
        operands = rest;
    }
    let reads: [&[u8]; 9] = [
        b"--get",
        b"--get-all",
        b"--get-regexp",
        b"--get-urlmatch",
        b"--list",
        b"-l",
        b"--get-color",
        b"--get-colorbool",
        b"--name-only",
    ];
    let removing: [&[u8]; 4] = [b"--unset", b"--unset-all", b"--remove-section", b"--rename-section"];
    let asked = parsed.uses(&reads) || matches!(verb, b"get" | b"list");
    let removed = parsed.uses(&removing) || matches!(verb, b"unset" | b"remove-section" | b"rename-section");
    let edits = parsed.uses(&[b"-e", b"--edit"]) || verb == b"edit";
    if edits {
        on.reads_commands();
    }
    let changes = !asked && (removed || edits || operands.len() > 1 || operands.iter().any(|w| !w.value.is_one_word()));
    if !changes {
        return;
    }
    let span = on.span;
    if parsed.uses(&[b"--global"]) {
        let home = on.analysis.home.map(<[u8]>::to_vec);
        let path = home.map_or(Value::Affix { prefix: Bytes::default(), suffix: b"/.gitconfig".into() }, |mut home| {
            home.extend_from_slice(b"/.gitconfig");
            Value::Known(home.into())
        });
        on.write(&path, false, span);
    } else if parsed.uses(&[b"--system"]) {
        on.write(&Value::from("/etc/gitconfig"), false, span);
    } else if parsed.uses.iter().any(|u| u.spec.roles[0] == Role::ReadWrite && u.spec.arguments > 0) {
        // It names the file.
    } else if removed || edits || !sets_identity(on, operands) {
        on.write(&Value::from(".git/config"), false, span);
    }
    let Some(key) = operands.first().filter(|_| !removed && !edits) else { return };
    if key.value.known().is_none_or(|k| !is_inert(on, k)) {
        let detail = "the setting that is changed may make git run a program later".into();
        on.unknown("git-config", detail, key.span, false);
    }
}

/// Whether a setting gets a value that only says who commits or how things look: the configuration that it is written to is as
/// harmless afterwards as before.
fn sets_identity(on: &Command<'_, '_>, operands: &[Word]) -> bool {
    let [key, value] = operands else { return false };
    let name = key.value.known().map(|key| [b"git-config:", key.to_ascii_lowercase().as_slice()].concat());
    let named = name.is_some_and(|name| on.analysis.tables.variable(&name) == Some(VariableRole::Inert));
    named && value.value.is_one_word()
}

/// What the configuration that is in force makes a subcommand run.
pub(super) fn in_force(on: &mut Command<'_, '_>, subcommand: &[u8]) {
    let options: Vec<Bytes> = match on.analysis.effects.get(on.run_at) {
        Some(Effect { kind: Kind::Run(run), .. }) => run.shape.iter().flat_map(|s| s.options.clone()).collect(),
        _ => Vec::new(),
    };
    if subcommand == b"cat-file" && options.iter().any(|o| matches!(o.as_slice(), b"--batch" | b"--batch-command")) {
        listed_objects(on);
    }
    let Some(world) = on.scripts.world() else { return };
    let in_force = InForce::new(world, &on.cwd, &mut on.analysis.git);
    let before = on.analysis.effects.get(..on.run_at).unwrap_or_default();
    let findings = in_force.findings(world, subcommand, &options, before);
    let span = on.span;
    for finding in findings {
        match finding {
            Finding::Setting(detail) => on.unknown("git-config", detail, span, false),
            Finding::Hook(path) => {
                let detail = format!("`git` runs the hook `{}`", String::from_utf8_lossy(&path));
                on.unknown("opaque-program", detail, span, true);
            }
        }
    }
}

/// A shell text with one more word.
fn quoted(mut text: Vec<u8>, word: &[u8]) -> Vec<u8> {
    text.extend_from_slice(b" '");
    for byte in word {
        match byte {
            b'\'' => text.extend_from_slice(b"'\\''"),
            byte => text.push(*byte),
        }
    }
    text.push(b'\'');
    text
}

/// `git cat-file --batch` shows the objects that standard input names.
fn listed_objects(on: &mut Command<'_, '_>) {
    let span = on.span;
    if let Stdin::Text(text) = on.stdin {
        let names = text.split(u8::is_ascii_whitespace).filter(|name| !name.is_empty());
        let paths = names.filter_map(path_of_revision).filter(|path| !path.is_empty());
        for path in paths {
            on.read(&Value::Known(path.into()), false, span);
        }
    }
    on.unknown("listed-paths", "`git cat-file` shows what standard input names".into(), span, true);
}

/// Follows the aliases of a subcommand that git does not have itself; false where there are none.
pub(super) fn alias(on: &mut Command<'_, '_>, name: &[u8], at: usize) -> Result<bool, LimitReached> {
    let Some(world) = on.scripts.world() else { return Ok(false) };
    let in_force = InForce::new(world, &on.cwd, &mut on.analysis.git);
    let aliases = in_force.aliases(world, name);
    if aliases.is_empty() {
        return Ok(false);
    }
    if in_force.is_doubtful() {
        on.unknown("git-config", "not all aliases of git are known".into(), on.span, false);
    }
    let rest = on.argv.get(at + 1..).unwrap_or_default();
    for Alias { value, root } in aliases {
        let span = on.span;
        if let Some(text) = value.strip_prefix(b"!") {
            let outer = core::mem::replace(&mut on.cwd, root.map_or(Value::ANY_WORD, Value::from));
            let text = match rest.iter().map(|word| word.value.known()).collect::<Option<Vec<_>>>() {
                Some(words) => words.iter().fold(text.to_vec(), |text, word| quoted(text, word)),
                None => [text, b" \"$@\""].concat(),
            };
            let mut arguments: Vec<Word> = Vec::from([Word::known(name, span)]);
            arguments.extend_from_slice(rest);
            let done = on.script(&Value::Known(text.into()), Shell::Child, on.stdin, &arguments, span);
            on.cwd = outer;
            done?;
        } else if value.iter().any(|b| matches!(b, b'"' | b'\'' | b'\\')) {
            on.unknown("git-config", "an alias of git has quotes, which are not followed".into(), span, false);
        } else {
            let mut argv: Vec<Word> = Vec::from([Word::known(b"git", span)]);
            let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            argv.extend(words.map(|word| Word::known(word, span)));
            argv.extend_from_slice(rest);
            on.inner(&argv, on.stdin)?;
        }
    }
    Ok(true)
}

impl Command<'_, '_> {
    pub(super) fn git_remote(&mut self, word: &Word) {
        self.reached = true;
        if word.value.known().is_some_and(|t| t.windows(2).any(|w| w == b"::")) {
            let detail = "a transport helper of git runs a program that the address names".into();
            return self.unknown("opaque-program", detail, word.span, false);
        }
        match net::git_remote(&word.value) {
            net::Target::Host(connect) => self.connect(connect, word.span),
            net::Target::File(path) => {
                self.read(&path, true, word.span);
            }
        }
    }

    /// `REV:PATH` reads a path as it was; other words are revisions or paths, and a path that does not exist harms nobody.
    pub(super) fn rev_path(&mut self, word: &Word, manner: Manner) {
        if let spread @ (Value::Below { .. } | Value::Affix { .. }) = pathspec(&word.value)
            && word.value.known().is_some()
        {
            let path = paths::made(&spread, &self.cwd, manner.tree);
            return self.push(Kind::Read(path), Certainty::Partial, word.span, true);
        }
        match &word.value {
            Value::Known(text) => match path_of_revision(text) {
                Some(path) if !path.is_empty() => self.file_of_revision(path, manner, word.span),
                _ => self.push_revision(text, manner, word),
            },
            Value::Set(all) => {
                for text in all.iter() {
                    self.rev_path(&Word::known(text.clone(), word.span), manner);
                }
            }
            Value::Affix { prefix, suffix } if prefix.contains(&b':') => {
                let path = split(prefix, b':').1.unwrap_or(&[]).to_vec();
                self.read(&Value::Affix { prefix: path.into(), suffix: suffix.clone() }, manner.tree, word.span);
            }
            // Git has printed it as the number of a commit: what is a file's name as well, it refuses.
            Value::Unknown { may_split: false, form: Form::Commit, .. } => {}
            value => self.read(value, manner.tree, word.span),
        }
    }

    /// The path of `REV:PATH` or `:STAGE:PATH`: from the top of the repository, or from here where it begins with a dot.
    fn file_of_revision(&mut self, path: &[u8], manner: Manner, span: Span) {
        self.read(&Value::Known(path.into()), manner.tree, span);
        let top = self.toplevel();
        let here = path.starts_with(b"./") || path.starts_with(b"../") || path.starts_with(b"/");
        if let (false, Some(top)) = (here || top == self.cwd, top.known().filter(|top| *top != b".")) {
            self.read(&Value::Known(crate::path::join(top, path).into()), manner.tree, span);
        }
    }

    /// A path of what git tracks, or a revision.
    pub(super) fn tracked(&mut self, word: &Word, manner: Manner) {
        let (value, span) = (&word.value, word.span);
        let spared = if manner.spared == Spared::Nothing { Spared::Untracked } else { manner.spared };
        let path = pathspec(value);
        if path != *value || value.known() == Some(b".") || self.behind_dashes(word) || self.is_surely_a_path(value) {
            return self.read_sparing(&path, manner.tree, spared, span);
        }
        if value.known().and_then(path_of_revision).is_some_and(|path| !path.is_empty()) {
            return self.rev_path(word, manner);
        }
        // It may be a revision, of which everything is looked at.
        self.read_sparing(&Value::from("."), true, spared, span);
        self.rev_path(word, Manner { tree: false, ..manner });
    }

    /// What `git add` takes: what it ignores only where it is told to. `git commit` takes what is tracked.
    pub(super) fn staged(&mut self, value: &Value, commits: bool, span: Span) {
        let long = |word: &Word| word.value.known() == Some(b"--force");
        let short = |word: &Word| {
            word.value.known().is_some_and(|t| t.starts_with(b"-") && !t.starts_with(b"--") && t.contains(&b'f'))
        };
        let forced = self.argv.iter().any(|word| long(word) || short(word));
        let spared = match (commits, forced) {
            (true, _) => Spared::Untracked,
            (false, true) => Spared::Repository,
            (false, false) => Spared::Ignored,
        };
        self.taken(value, spared, span);
    }

    /// What a pathspec takes into the index or a commit.
    fn taken(&mut self, value: &Value, spared: Spared, span: Span) {
        // Magic may begin at the top of the repository.
        let magic = value.known().is_some_and(|text| text.starts_with(b":"));
        let value = if magic { self.toplevel() } else { pathspec(value) };
        self.read_sparing(&value, true, spared, span);
    }

    /// What `git add -A`, `git add -u` and `git commit -a` take without a pathspec, and what is shown in passing: all of the
    /// repository.
    pub(super) fn takes_everything(&mut self, parsed: &Parsed<'_>, subcommand: &[u8]) {
        let all = parsed.uses(&[b"-A", b"--all", b"--no-ignore-removal"]);
        let hunks = parsed.uses(&[b"-p", b"--patch", b"-i", b"--interactive", b"-e", b"--edit"]);
        let tracked = hunks || parsed.uses(&[b"-u", b"--update"]);
        let commits = parsed.uses(&[b"-a", b"--all", b"-p", b"--patch", b"-i", b"--include", b"--interactive"]);
        let shows = parsed.uses(&[b"-v", b"--verbose"]);
        let bundles =
            || parsed.operands.first().is_none_or(|w| !matches!(w.value.known(), Some(b"verify" | b"unbundle")));
        let bare = parsed.operands.is_empty();
        let (top, at) = (self.toplevel(), self.span);
        match subcommand {
            b"add" | b"stage" if all && bare => self.staged(&top, false, at),
            b"add" | b"stage" if tracked && bare => self.taken(&top, Spared::Untracked, at),
            b"commit" if commits && bare => self.taken(&top, Spared::Untracked, at),
            b"commit" | b"status" if shows => self.taken(&top, Spared::Untracked, at),
            b"checkout" | b"restore" | b"reset" | b"stash" | b"stash push" | b"stash save" if hunks => {
                self.taken(&top, Spared::Untracked, at);
            }
            b"am" | b"rebase" if parsed.uses(&[b"--show-current-patch"]) => self.taken(&top, Spared::Untracked, at),
            b"rerere" if parsed.operands.iter().any(|w| w.value.known().is_none_or(|verb| verb == b"diff")) => {
                self.taken(&top, Spared::Untracked, at);
            }
            // What no revision names any more gets a name.
            b"fsck" if parsed.uses(&[b"--lost-found"]) => self.taken(&top, Spared::Repository, at),
            b"bundle" if bundles() => self.taken(&top, Spared::Repository, at),
            _ => {}
        }
    }

    /// The directory of the repository that the command works in.
    pub(super) fn toplevel(&self) -> Value {
        match (self.cwd.alternatives(), self.scripts.world()) {
            (Some(all), Some(world)) => {
                let tops: Vec<Vec<u8>> = all.iter().map(|cwd| toplevel(world, cwd).to_vec()).collect();
                Value::one_of(tops, usize::MAX).unwrap_or(Value::ANY_WORD)
            }
            _ => Value::from("."),
        }
    }

    /// Changes what a pathspec names; with an index of before it was put there, `git rm` goes through a link.
    pub(super) fn modify_pathspec(&mut self, value: &Value, manner: Manner, span: Span) {
        // The number of a commit, as git has printed it, is checked out.
        if matches!(value, Value::Unknown { may_split: false, form: Form::Commit, .. }) {
            return;
        }
        self.modify_sparing(&pathspec(value), manner.tree, manner.spared, false, span);
    }

    /// Whether the word stands behind `--`.
    pub(super) fn behind_dashes(&self, word: &Word) -> bool {
        let dashes = self.argv.iter().position(|w| w.value.known() == Some(b"--"));
        dashes.is_some_and(|at| self.argv.iter().skip(at).any(|w| w == word))
    }

    fn push_revision(&mut self, text: &[u8], manner: Manner, word: &Word) {
        // It is read from the repository: what stands in the directory says nothing of it.
        let path = paths::made(&Value::Known(text.into()), &self.cwd, manner.tree);
        self.push(Kind::Read(path), Certainty::Partial, word.span, true);
    }
}

/// The path of `REV:PATH` or of `:STAGE:PATH`. A colon inside braces belongs to the revision (`HEAD^{/a:b}:PATH`).
pub(super) fn path_of_revision(text: &[u8]) -> Option<&[u8]> {
    if let [b':', b'0'..=b'3', b':', path @ ..] = text {
        return Some(path);
    }
    let mut depth = 0_usize;
    let colon = text.iter().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *byte == b':' && depth == 0
    })?;
    text.get(colon + 1..)
}

/// Whether git can take the word for nothing but a pattern of paths: no name of a revision has a star or a bracket, but in the text of a
/// message that is looked for (gitrevisions(7)).
pub(super) fn is_pattern_of_paths(value: &Value) -> bool {
    let pattern =
        |text: &[u8]| text.iter().any(|b| matches!(b, b'*' | b'?' | b'[')) && !text.iter().any(|b| b":{^@".contains(b));
    value.known().is_some_and(pattern)
}

/// What a pathspec names: git expands `*`, `?` and `[...]` itself, also across `/`, and reads magic behind `:`.
pub(super) fn pathspec(value: &Value) -> Value {
    let Value::Known(text) = value else { return value.clone() };
    let magic = [&b":("[..], b":/", b":!", b":^"].iter().any(|start| text.starts_with(start));
    let special = |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']' | b'\\');
    let Some(first) = text.iter().position(special).or_else(|| magic.then_some(0)) else { return value.clone() };
    let after = text.iter().rposition(special).map_or(text.len(), |at| at + 1);
    let head = text.get(..first).unwrap_or_default();
    let dir = match head.iter().rposition(|b| *b == b'/') {
        Some(0) => b"/".to_vec(),
        Some(slash) if !magic => head.get(..slash).unwrap_or_default().to_vec(),
        _ => b".".to_vec(),
    };
    let suffix = if magic { Vec::new() } else { text.get(after..).unwrap_or_default().to_vec() };
    // Above here there is more of the repository than below `..`.
    if dir.split(|b| *b == b'/').any(|name| name == b"..") {
        return Value::Affix { prefix: Vec::new().into(), suffix: suffix.into() };
    }
    Value::Below { dir: dir.into(), suffix: suffix.into() }
}
