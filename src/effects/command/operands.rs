//! Which operand has which role.

use super::{Command, Stdin, emit::Link, net, options::Parsed, roles::Manner};
use crate::{
    effect::{Certainty, Connect, Kind, Spared, Value, Word},
    effects::{LimitReached, MAX_EFFECTS, too_many_effects},
    path,
    tables::{
        Program,
        words::{Role, flags, traits},
    },
};
use alloc::{format, vec::Vec};

/// Operands of a comparison that are held against each other; it takes two.
const MOST_COMPARED: usize = 8;

/// Patterns of the last names of a path.
fn last_names(value: &Value) -> Vec<Vec<u8>> {
    let last = |text: &[u8]| path::file_name(text.strip_suffix(b"/").unwrap_or(text)).map(<[u8]>::to_vec);
    match value {
        Value::Known(text) if **text == *b"-" => Vec::new(),
        Value::Known(text) => last(text).iter().map(|name| path::escape_pattern(name)).collect(),
        Value::Set(all) => all.iter().filter_map(|text| last(text)).map(|name| path::escape_pattern(&name)).collect(),
        Value::Pattern(text) | Value::Name(text) => last(text).into_iter().collect(),
        Value::Below { suffix, .. } | Value::Affix { suffix, .. } => {
            let end = last(suffix).unwrap_or_default();
            Vec::from([[b"*".as_slice(), &path::escape_pattern(&end)].concat()])
        }
        // What is not known at all is read as any file.
        Value::Unknown { .. } => Vec::new(),
    }
}

/// Whether a role names a path, for programs that have a default path.
pub(super) fn is_path(role: Role) -> bool {
    !matches!(
        role,
        Role::Flag
            | Role::Value
            | Role::Suffix
            | Role::Pattern
            | Role::Pcre
            | Role::Sed
            | Role::Awk
            | Role::Jq
            | Role::Code
    )
}

impl<'t> Command<'_, 't> {
    /// What the options say of all operands.
    pub(super) fn manner(program: &Program<'t>, parsed: &Parsed<'t>) -> Manner {
        Manner {
            tree: program.has(flags::RECURSIVE) || parsed.has(traits::RECURSIVE),
            writes: parsed.has(traits::WRITES),
            reads_only: parsed.has(traits::READS_ONLY),
            extracts: parsed.has(traits::EXTRACTS),
            lists: parsed.has(traits::LISTS),
            spared: Self::spared(program, parsed),
        }
    }

    /// The effects of the operands by the program's row, and of what it does without any.
    pub(super) fn operand_effects(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let manner = Self::manner(program, parsed);
        let mut sequence: Vec<(Role, bool)> = program.operands().collect();
        if parsed.has(traits::DROPS_FIRST) && !sequence.is_empty() {
            sequence.remove(0);
        }
        self.filters = Self::filters(program, parsed);
        let mut has_path = false;
        let last = last_role(program, parsed);
        for (word, roles) in assign(&parsed.operands, &sequence, last) {
            if self.analysis.effects.len() > MAX_EFFECTS {
                return Err(too_many_effects());
            }
            for role in roles {
                has_path |= is_path(role);
                if Self::is_inner_assignment(program, word) {
                    continue;
                }
                if role == Role::Staged && program.name() == b"git update-index" && !parsed.uses(&[b"--add"]) {
                    // What is in the index already gets other marks, or its content of now.
                } else if role == Role::LinkTarget {
                    self.link_target(word, parsed);
                    // It stands here, under the name of what it leads to.
                    if target_option(parsed).is_none() && parsed.operands.len() == 1 {
                        self.link(&word.value, &Word::known(b".".as_slice(), word.span), link_kind(parsed));
                    }
                } else if role == Role::WriteDir && self.renamed(parsed, word) {
                    // That name, and no other, is written.
                } else if last == Some(Role::Write) && role == Role::Write && parsed.uses(&[b"--parents"]) {
                    // The directories of the sources are made as well.
                    self.role(Role::WriteDir, word, manner)?;
                } else if last == Some(Role::Write) && role == Role::Write {
                    self.copies(program, parsed, word, role, manner)?;
                } else if role == Role::RemoteWrite && !manner.reads_only && is_local_copy(parsed) {
                    self.copies(program, parsed, word, role, manner)?;
                    if deletes(parsed) {
                        self.modify(&word.value, true, word.span);
                    }
                } else {
                    self.role(role, word, manner)?;
                }
            }
        }
        if last.is_none() && program.last() == Some(Role::Write) {
            self.copies_by_option(program, parsed);
        }
        self.compared(&sequence, parsed);
        if program.name() == b"split" && parsed.operands.len() < 2 {
            // The names of its parts begin with `x` unless an operand says otherwise.
            self.write(&Value::Pattern(b"x*".into()), false, self.span);
        }
        let shows_environments = |text: &[u8]| text.contains(&b'e') && text.iter().all(u8::is_ascii_alphabetic);
        if program.name() == b"ps" && parsed.operands.iter().any(|w| w.value.known().is_none_or(shows_environments)) {
            // `ps eww`, without a dash.
            self.read(&Value::Pattern(b"/proc/*/environ".into()), false, self.span);
        }
        if program.name() == b"mount" {
            self.mounted(parsed);
        }
        if program.name() == b"mktemp" && parsed.operands.is_empty() && !parsed.has(traits::LISTS) {
            let into = parsed.uses.iter().filter(|u| u.spec.roles[0] == Role::Chdir).find_map(|u| u.arguments.first());
            if let Some(directory) = into {
                self.temporary_in(&directory.value, directory.span);
            }
        }
        if !has_path {
            self.default_operand(program, &sequence, manner)?;
        }
        if let Some(subcommand) = program.name().strip_prefix(b"git ") {
            self.takes_everything(parsed, subcommand);
            self.shown(program, parsed);
        }
        let at = self.span;
        if parsed.has(traits::NAMES_ON_STDIN)
            && self.stdin != Stdin::Empty
            && !self.takes_names_on_stdin(program, parsed)?
        {
            let detail = format!("`{}` takes more names from standard input", self.by);
            self.unknown("listed-paths", detail, at, false);
        }
        let whole = program.has(flags::WRITES_TREE) && !self.names_files(parsed);
        let writes_below = (whole || parsed.has(traits::WRITES_TREE)) && !manner.reads_only;
        if let Some(files) = self.patched(program, parsed).filter(|_| writes_below) {
            for (file, read) in &files {
                if *read {
                    self.read(file, false, at);
                }
                self.write(file, false, at);
            }
        } else if writes_below || (manner.extracts && program.last().is_none()) {
            let here = Value::from(".");
            // What comes out of an archive, a patch or a host has names of its own; merging changes files that stand here.
            let fetched = program.has(flags::NETWORK) && !program.has(flags::SPARES_REPOSITORY);
            let unpacked = program.operands().any(|(role, _)| role == Role::Unpacked);
            let unpacks = parsed.has(traits::UNPACKS) || unpacked || fetched;
            let path = if unpacks {
                super::paths::made(&here, &self.cwd, true)
            } else {
                super::paths::standing(&here, &self.cwd, true)
            };
            self.push(Kind::Write(path.sparing(manner.spared)), Certainty::Partial, at, true);
        }
        let redirected = self.reached && (program.has(flags::REDIRECTED) || parsed.has(traits::FOLLOWS));
        if redirected || (program.has(flags::NETWORK) && !self.reached) {
            self.connect(Connect { scheme: None, host: Value::ANY_WORD, port: None, method: None }, at);
        }
        Ok(())
    }

    /// `diff FILE DIR`: what is read in the directory bears the name of the file.
    fn compared(&mut self, sequence: &[(Role, bool)], parsed: &Parsed<'t>) {
        if !sequence.iter().any(|(role, _)| *role == Role::Compared) {
            return;
        }
        let by_option = parsed.uses.iter().filter(|u| u.spec.roles[0] == Role::Compared).flat_map(|u| &u.arguments);
        let words: Vec<&Word> = by_option.chain(&parsed.operands).take(MOST_COMPARED).collect();
        for file in &words {
            let names = last_names(&file.value);
            for dir in words.iter().filter(|dir| !core::ptr::eq(**dir, *file)) {
                let places: Vec<Vec<u8>> = match &dir.value {
                    Value::Pattern(dir) => Vec::from([dir.to_vec()]),
                    value => value.alternatives().into_iter().flatten().map(|dir| path::escape_pattern(dir)).collect(),
                };
                for inside in places.iter().flat_map(|dir| names.iter().map(|name| path::join(dir, name))) {
                    self.read(&Value::Pattern(inside.into()), false, dir.span);
                }
            }
        }
    }

    /// `cpy SOURCE... DIR --rename=NAME`: copies have that name, in the directory or below it. False where there is no such name.
    fn renamed(&mut self, parsed: &Parsed<'t>, target: &Word) -> bool {
        let names: Vec<&Word> =
            parsed.uses.iter().filter(|u| u.spec.name == b"--rename").flat_map(|u| &u.arguments).collect();
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if let ([name], Some(dir)) = (names.as_slice(), target.value.known())
            && let Some(name) =
                name.value.known().filter(|name| name.iter().all(plain) && !matches!(*name, b"." | b".."))
        {
            self.write(&Value::Known(path::join(dir, name).into()), false, target.span);
            let deep = [path::escape_pattern(dir).as_slice(), b"/**/", name].concat();
            self.write(&Value::Pattern(deep.into()), false, target.span);
            return true;
        }
        false
    }

    /// The copies that a program makes at its last operand, one of each operand before.
    fn copies(
        &mut self,
        program: &Program<'t>,
        parsed: &Parsed<'t>,
        target: &Word,
        role: Role,
        manner: Manner,
    ) -> Result<(), LimitReached> {
        let sources: Vec<Value> =
            parsed.operands.iter().take_while(|w| !core::ptr::eq(*w, target)).map(|w| w.value.clone()).collect();
        if sources.is_empty() || manner.extracts || matches!(target.value, Value::Unknown { .. }) {
            return self.role(role, target, manner);
        }
        if program.operands().any(|(role, _)| role == Role::LinkTarget) {
            for source in sources {
                self.link(&source, target, link_kind(parsed));
            }
            return Ok(());
        }
        let trees = copies_trees(program, parsed);
        for source in sources {
            self.copy(&source, target, trees);
        }
        Ok(())
    }

    /// The same where an option names the directory (`cp -t DIR`).
    fn copies_by_option(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) {
        let Some(target) = target_option(parsed).cloned() else { return };
        if parsed.uses(&[b"--parents"]) {
            return self.write(&target.value, true, target.span);
        }
        if matches!(target.value, Value::Unknown { .. }) {
            let detail = format!("the directory that `{}` writes to is not known before the script runs", self.by);
            self.unknown("dynamic-word", detail, target.span, false);
        }
        let links = program.operands().any(|(role, _)| role == Role::LinkTarget);
        let trees = copies_trees(program, parsed);
        for word in &parsed.operands {
            if links {
                self.link(&word.value, &target, link_kind(parsed));
            } else {
                self.copy(&word.value, &target, trees);
            }
        }
    }

    /// What is mounted may hold any file under another name, now and in later calls: a device is the system's own disk perhaps.
    fn mounted(&mut self, parsed: &Parsed<'t>) {
        let options = parsed.uses.iter().filter(|u| matches!(u.spec.name, b"-o" | b"--options"));
        let settings = options.filter_map(|u| u.arguments.first()?.value.known()).flat_map(|t| t.split(|b| *b == b','));
        let changes = settings.into_iter().any(|setting| setting == b"remount");
        let marks = parsed.uses.iter().any(|u| u.spec.name.starts_with(b"--make-"));
        if !changes && !marks && !parsed.operands.is_empty() {
            self.read(&Value::ANY_WORD, true, self.span);
        }
    }

    fn spared(program: &Program<'t>, parsed: &Parsed<'t>) -> Spared {
        // What reads files (`git apply`) writes what stands in them.
        let reads = || program.operands().any(|(role, _)| matches!(role, Role::Read | Role::Unpacked));
        if program.has(flags::SPARES_REPOSITORY) && !reads() {
            Spared::Commits
        } else if program.has(flags::SPARES_REPOSITORY)
            || (!program.has(flags::SKIPS_HIDDEN) && parsed.has(traits::HIDDEN))
        {
            Spared::Repository
        } else if program.has(flags::SKIPS_HIDDEN) && !Self::takes_hidden(parsed) {
            Spared::Hidden
        } else {
            Spared::Nothing
        }
    }

    /// Whether an option makes the program look at hidden files; a glob that excludes does not.
    fn takes_hidden(parsed: &Parsed<'t>) -> bool {
        let excludes = |w: &Word| w.value.known().is_some_and(|t| t.starts_with(b"!"));
        let takes = |n: &[Word]| n.is_empty() || !n.iter().all(excludes);
        parsed.uses.iter().any(|u| u.spec.traits & traits::HIDDEN != 0 && takes(&u.arguments))
    }

    /// What a link leads to: a symbolic one from the directory that it stands in, a hard one from here.
    fn link_target(&mut self, word: &Word, parsed: &Parsed<'t>) {
        let symbolic = link_kind(parsed) == Link::Symbolic;
        let place = match (target_option(parsed), parsed.operands.as_slice()) {
            (Some(directory), _) => Some(directory.value.clone()),
            // `ln -s TARGET` makes the link here.
            (None, [_]) => Some(Value::from(".")),
            (None, [.., place]) => Some(place.value.clone()),
            (None, []) => None,
        };
        let (Some(Value::Known(place)), Value::Known(target), true) = (place, &word.value, symbolic) else {
            // A link is a second name: what is written through it later is written there.
            self.modify(&word.value, false, word.span);
            return self.read(&word.value, true, word.span);
        };
        let inside = path::join(&place, target);
        let beside = match place.iter().rposition(|b| *b == b'/') {
            Some(at) => path::join(place.get(..=at).unwrap_or(b"/"), target),
            None => target.to_vec(),
        };
        self.read(&Value::Known(beside.clone().into()), true, word.span);
        self.modify(&Value::Known(beside.clone().into()), false, word.span);
        // Where the place is a directory the link stands in it.
        let either = Value::one_of([inside, beside], 2).unwrap_or(Value::ANY_WORD);
        self.read(&either, false, word.span);
        self.modify(&either, false, word.span);
    }

    /// Whether what operands and options do not name is left alone: git has nothing to check out, or only files (`git checkout --
    /// FILE`); `wget -O FILE`.
    fn names_files(&self, parsed: &Parsed<'t>) -> bool {
        let dashes = self.argv.iter().position(|w| w.value.known() == Some(b"--"));
        let files = self.name == b"git" && dashes.is_some_and(|at| at + 1 < self.argv.len());
        let all_known = self.argv.iter().all(|w| w.value.is_one_word());
        let nothing = parsed.operands.is_empty() || self.name != b"git";
        files || (all_known && nothing && parsed.has(traits::SPARES_TREE))
    }

    /// What a program takes where no path is given: `grep -r x`, `rg x`.
    fn default_operand(
        &mut self,
        program: &Program<'t>,
        sequence: &[(Role, bool)],
        manner: Manner,
    ) -> Result<(), LimitReached> {
        let Some(path) = program.default_operand() else { return Ok(()) };
        let always = program.has(flags::RECURSIVE);
        let piped = !matches!(self.stdin, Stdin::Inherited | Stdin::Empty);
        let role = sequence.iter().rev().map(|(role, _)| *role).find(|role| is_path(*role));
        let Some(role) = role else { return Ok(()) };
        if (always && piped) || !(always || manner.tree) {
            return Ok(());
        }
        let word = Word::known(path, self.span);
        self.role(role, &word, Manner { tree: true, ..manner })
    }

    /// `NAME=VALUE` among awk's files.
    fn is_inner_assignment(program: &Program<'t>, word: &Word) -> bool {
        let Some(text) = word.value.known().filter(|_| program.has(flags::OPERAND_VALUES)) else { return false };
        let Some(at) = text.iter().position(|b| *b == b'=') else { return false };
        let name = text.get(..at).unwrap_or(&[]);
        name.first().is_some_and(|b| !b.is_ascii_digit())
            && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    }
}

/// The directory that an option names as the place of copies or links (`cp -t DIR`).
fn target_option<'p>(parsed: &'p Parsed<'_>) -> Option<&'p Word> {
    let named = parsed.uses.iter().rev().find(|u| u.spec.traits & traits::TARGET != 0 && u.spec.arguments > 0);
    named.and_then(|u| u.arguments.first())
}

/// Whether directories are copied, too, with all that stands below them.
fn copies_trees(program: &Program<'_>, parsed: &Parsed<'_>) -> bool {
    program.has(flags::RECURSIVE)
        || parsed.has(traits::RECURSIVE)
        || !program.operands().all(|(role, _)| role == Role::Read)
}

fn link_kind(parsed: &Parsed<'_>) -> Link {
    if !parsed.uses(&[b"-s", b"--symbolic"]) {
        Link::Hard
    } else if parsed.uses(&[b"-r", b"--relative"]) {
        Link::Relative
    } else {
        Link::Symbolic
    }
}

fn last_role(program: &Program<'_>, parsed: &Parsed<'_>) -> Option<Role> {
    program.last().filter(|_| !parsed.has(traits::TARGET))
}

/// Whether every operand is certainly a path of this machine (`rsync A B`), so that what is made has the names of what is copied.
fn is_local_copy(parsed: &Parsed<'_>) -> bool {
    let operands = &parsed.operands;
    let other_names = parsed.uses(&[b"-R", b"--relative", b"--files-from", b"--temp-dir", b"-T", b"--partial-dir"]);
    let local = |w: &Word| w.value.known().is_some() && net::remote_path(&w.value).is_none();
    operands.len() > 1 && operands.iter().all(local) && !other_names
}

/// Whether what the target has and the source has not goes away (`rsync --delete`).
fn deletes(parsed: &Parsed<'_>) -> bool {
    parsed.uses.iter().any(|u| u.spec.name.starts_with(b"--delete") || u.spec.name == b"--del")
}

/// The roles of one word, no role twice in a row: mostly one, so that the list is rarely made.
#[derive(Default)]
struct Roles {
    first: Option<Role>,
    more: Vec<Role>,
}

impl Roles {
    fn push(&mut self, role: Role) {
        match self.more.last().copied().or(self.first) {
            Some(before) if before == role => {}
            Some(_) => self.more.push(role),
            None => self.first = Some(role),
        }
    }
}

impl IntoIterator for Roles {
    type Item = Role;
    type IntoIter = core::iter::Chain<core::option::IntoIter<Role>, alloc::vec::IntoIter<Role>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.more)
    }
}

/// Gives each operand its role, or every role it could have where words before it may be several or none.
fn assign<'w>(
    operands: &'w [Word],
    sequence: &'w [(Role, bool)],
    last: Option<Role>,
) -> impl Iterator<Item = (&'w Word, Roles)> {
    let uncertain = operands.iter().position(|w| !w.value.is_one_word()).unwrap_or(usize::MAX);
    let surely_before_last = operands.iter().rposition(|w| w.value.is_one_word()).unwrap_or(0);
    // A word is never less far along than those that are certainly one word before it.
    let later = |(at, (_, many)): &(usize, &(Role, bool))| *at >= uncertain || *many;
    let all: Vec<Role> = if uncertain < operands.len() {
        sequence.iter().enumerate().filter(later).map(|(_, (role, _))| *role).collect()
    } else {
        Vec::new()
    };
    let count = operands.len();
    operands.iter().enumerate().map(move |(n, word)| {
        let mut roles = Roles::default();
        let may_be_last = last.is_some() && n >= surely_before_last;
        let must_be_last = may_be_last && n + 1 == count && count > 1 && word.value.is_one_word();
        if n >= uncertain && !must_be_last {
            for role in &all {
                roles.push(*role);
            }
        } else if !must_be_last && let Some(role) = role_at(sequence, n) {
            roles.push(role);
        }
        if may_be_last && let Some(role) = last {
            roles.push(role);
        }
        (word, roles)
    })
}

/// The role of the operand with that number, where no word is uncertain.
fn role_at(sequence: &[(Role, bool)], n: usize) -> Option<Role> {
    sequence.iter().enumerate().find(|(at, (_, many))| *at == n || (*many && *at <= n)).map(|(_, (role, _))| *role)
}
