//! Builtins of bash that change the shell.

use super::{Alias, Chdir, Command, Declared, git, options::Parsed, options::split, paths, variables::assignment_text};
use crate::{
    effect::{Certainty, Kind, Value, Word},
    path::{self, Last, Resolution},
    shell,
    tables::words::Builtin,
    world::Entry,
};
use alloc::{format, string::ToString, vec::Vec};

impl<'t> Command<'_, 't> {
    pub(super) fn builtin(&mut self, builtin: Builtin, parsed: &Parsed<'t>) {
        let operands = parsed.operands.as_slice();
        match builtin {
            Builtin::Plain => {}
            Builtin::Cd | Builtin::Pushd | Builtin::Popd => self.outcome.chdir = Some(self.gone(builtin, parsed)),
            Builtin::Declare | Builtin::Export => {
                self.listed_variables(parsed);
                // `declare -p x` and `declare -f x` only show.
                let shows = builtin == Builtin::Declare
                    && parsed.uses(&[b"-p"])
                    && operands.iter().all(|word| word.value.known().is_some_and(is_name));
                let exported = builtin == Builtin::Export || parsed.uses(&[b"-x"]);
                let local = builtin == Builtin::Declare && self.name != b"readonly" && !parsed.uses(&[b"-g"]);
                let manner = Declared {
                    local,
                    perhaps_local: builtin == Builtin::Declare,
                    readonly: parsed.uses(&[b"-r"]) || self.name == b"readonly",
                    integer: parsed.uses(&[b"-i", b"-F", b"-E"]) && builtin == Builtin::Declare,
                    changing: parsed.uses(&[b"-u", b"-l"]) && builtin == Builtin::Declare,
                    associative: parsed.uses(&[b"-A"]) && builtin == Builtin::Declare,
                    reference: parsed.uses(&[b"-n"]) && builtin == Builtin::Declare,
                    ..Declared::default()
                };
                let renews = builtin == Builtin::Declare
                    && self.name != b"readonly"
                    && !parsed.uses(&[b"-p", b"-x", b"-f", b"-F", b"-g", b"-r"]);
                for word in operands {
                    if let Some(name) = word.value.known().filter(|_| renews) {
                        self.emptied(name, word);
                    }
                    if !shows {
                        self.declared(word, exported, &manner);
                    }
                }
                if manner.reference {
                    self.refers(operands);
                }
            }
            Builtin::Unset => {
                for word in operands {
                    match word.value.known() {
                        Some(name) if is_name(name) => {
                            self.emptied(name, word);
                            self.outcome.unset.push(name.to_vec());
                        }
                        // The first element of what is no array is all of it.
                        Some(text) if self.is_element(text) => {
                            self.emptied(text.split(|b| *b == b'[').next().unwrap_or_default(), word);
                        }
                        None if self.is_counted(&word.value) => {
                            if let Value::Pattern(text) = &word.value {
                                self.emptied(text.split(|b| *b == b'[').next().unwrap_or_default(), word);
                            }
                        }
                        _ => self.dynamic_name(word),
                    }
                }
            }
            Builtin::Set => {
                self.listed_variables(parsed);
                self.set(operands);
            }
            Builtin::ShellOptions => {
                let changes = parsed.uses(&[b"-s", b"-u"]) || !parsed.doubts.is_empty();
                let on = |name: &[u8]| changes && operands.iter().any(|w| w.value.known() == Some(name));
                self.outcome.loose_case |= on(b"nocasematch");
                self.outcome.extended_globs |= on(b"extglob");
                self.outcome.literal_globs |= on(b"noglob");
                let harmless = if parsed.uses(&[b"-o"]) { is_harmless_option } else { is_harmless_shopt };
                self.outcome.reading |= changes && !operands.iter().all(|w| w.value.known().is_some_and(harmless));
            }
            Builtin::Alias => {
                for word in operands {
                    match word.value.known() {
                        Some(text) if !text.contains(&b'=') => {}
                        text => match text.and_then(simple_alias) {
                            Some(alias) => self.outcome.aliases.push(alias),
                            None => self.outcome.reading = true,
                        },
                    }
                }
            }
            Builtin::Let => {
                for word in operands {
                    self.arithmetic(word);
                }
            }
            Builtin::Test => self.test(operands),
            Builtin::Exit => self.outcome.ends = true,
            Builtin::GitConfig => git::config(self, parsed),
        }
    }

    /// `set`, `export -p`, `declare -p NAME` print variables with their values.
    fn listed_variables(&mut self, parsed: &Parsed<'t>) {
        let prints = parsed.operands.is_empty() || parsed.uses(&[b"-p"]);
        // Functions; in a function, its own variables.
        if !prints || parsed.uses(&[b"-f", b"-F"]) || self.name == b"local" {
            return;
        }
        if parsed.operands.is_empty() {
            self.push(Kind::ReadEnv(Value::ANY_WORD), Certainty::Unknown, self.span, true);
        }
        for word in &parsed.operands {
            let certainty = if word.value.known().is_some() { Certainty::Known } else { Certainty::Unknown };
            self.push(Kind::ReadEnv(word.value.clone()), certainty, word.span, true);
        }
    }

    /// Where `cd`, `pushd` and `popd` go. Other numbers of words, and options, turn the stack of directories or leave it as it is.
    fn gone(&self, builtin: Builtin, parsed: &Parsed<'t>) -> Chdir {
        let plain = parsed.uses.is_empty() && parsed.doubts.is_empty();
        match (builtin, parsed.operands.as_slice()) {
            (Builtin::Cd, [one]) if one.value.known() == Some(b"-") && plain => Chdir::Back,
            // In zsh an entry of the stack of directories.
            (Builtin::Cd, [one])
                if one.value.alternatives().is_some_and(|all| all.iter().any(|w| w.starts_with(b"+"))) =>
            {
                Chdir::Turned
            }
            (Builtin::Cd, operands) => Chdir::To(self.changed_to(operands.first(), parsed.uses(&[b"-P"]))),
            (Builtin::Pushd, [one]) if plain => Chdir::Push(self.changed_to(Some(one), false)),
            (Builtin::Popd, []) if plain => Chdir::Pop,
            _ => Chdir::Turned,
        }
    }

    fn changed_to(&self, word: Option<&Word>, physical: bool) -> Value {
        match word.map(|w| &w.value) {
            None => self.analysis.home.map_or(Value::ANY_WORD, |h| Value::Known(h.into())),
            Some(Value::Known(text)) if text == b"-" => Value::ANY_WORD,
            // `cd ''` stays.
            Some(Value::Known(text)) if text.is_empty() => self.cwd.clone(),
            Some(Value::Name(name)) if path::temporary::may_be_nothing(name) => Value::ANY_WORD,
            Some(value) if value.is_one_word() => self.directory(value, physical),
            Some(_) => Value::ANY_WORD,
        }
    }

    /// The directory that a path means. A shell goes by the path's text where there is such a directory, and else to where links
    /// lead; with `physical`, and in a program that is told a directory, links alone count.
    pub(super) fn directory(&self, value: &Value, physical: bool) -> Value {
        const MOST: usize = 64;
        if let Value::Below { dir, suffix } = value {
            // Any directory that is found there, not only the one where the search begins.
            return match self.directory(&Value::Known(dir.clone()), physical) {
                Value::Known(dir) => Value::Below { dir, suffix: suffix.clone() },
                _ => Value::ANY_WORD,
            };
        }
        let by_text = path::absolute(value, &self.cwd);
        let spelled = path::spelling(value, &self.cwd);
        let Some(world) = self.scripts.world().filter(|_| physical || spelled.is_some()) else { return by_text };
        if !physical && by_text.known().is_some_and(|dir| world.entry(dir) == Entry::Directory) {
            return by_text;
        }
        let Some(written) = spelled.as_ref().unwrap_or(&by_text).alternatives() else { return by_text };
        if paths::may_link(&self.analysis.effects) {
            return Value::ANY_WORD;
        }
        let mut all: Vec<Vec<u8>> = by_text.alternatives().into_iter().flatten().map(|dir| dir.to_vec()).collect();
        for written in written {
            match path::resolve(world, written, None, Last::Follow) {
                Resolution::At { path, .. } => all.push(path),
                Resolution::Unknown(_) => return Value::ANY_WORD,
            }
        }
        Value::one_of(all, MOST).unwrap_or(Value::ANY_WORD)
    }

    /// `NAME` or `NAME=VALUE` of `declare` and `export`.
    fn declared(&mut self, word: &Word, exported: bool, manner: &Declared) {
        let effects = assignment_text(&self.analysis.tables, &word.value, word.span, &self.by, exported);
        self.analysis.effects.extend(effects);
        let Some(text) = word.value.known() else {
            match &word.value {
                Value::Affix { prefix, suffix } if prefix.contains(&b'=') => {
                    let (name, value) = split(prefix, b'=');
                    let value = Value::Affix { prefix: value.unwrap_or(&[]).into(), suffix: suffix.clone() };
                    self.declares(name, true, manner);
                    self.assigned(name, value, word);
                }
                _ => self.outcome.anything = true,
            }
            return;
        };
        if let (name, Some(value)) = split(text, b'=') {
            let appended = name.strip_suffix(b"+");
            // An array, or text that becomes one in a variable that is one.
            let compound = value.starts_with(b"(");
            self.declares(appended.unwrap_or(name), true, manner);
            if compound && is_name(appended.unwrap_or(name)) {
                self.outcome.elements.push(appended.unwrap_or(name).to_vec());
                return;
            }
            let value = if appended.is_some() { Value::ANY_WORD } else { Value::Known(value.into()) };
            self.assigned(appended.unwrap_or(name), value, word);
        } else if is_name(text) {
            self.declares(text, false, manner);
        } else {
            self.dynamic_name(word);
        }
    }

    /// `declare -n NAME=OTHER`: whatever the name gets from now on is the other's, and bash runs what stands in a subscript of that
    /// (`a[$(x)]`) at each use. Without OTHER the next assignment names it.
    fn refers(&mut self, operands: &[Word]) {
        self.outcome.anything = true;
        for word in operands {
            let Some(other) = word.value.known().and_then(|text| split(text, b'=').1) else {
                self.dynamic_name(word);
                continue;
            };
            match other.strip_suffix(b"]").map(|text| split(text, b'[')) {
                None if is_name(other) => {
                    // What the name shows from now on is the other's.
                    self.push(Kind::ReadEnv(Value::Known(other.into())), Certainty::Known, word.span, false);
                    let prefix = [other, b"="].concat();
                    let value = Value::Affix { prefix: prefix.as_slice().into(), suffix: b"".into() };
                    let effects = assignment_text(&self.analysis.tables, &value, word.span, &self.by, false);
                    self.analysis.effects.extend(effects);
                    self.outcome.assigned.push((other.to_vec(), Value::ANY_WORD));
                }
                // What a name in a subscript will hold when it is evaluated is not known.
                Some((name, Some(at))) if is_name(name) && at.iter().all(u8::is_ascii_digit) => {
                    self.outcome.elements.push(name.to_vec());
                }
                _ => self.dynamic_name(word),
            }
        }
    }

    fn declares(&mut self, name: &[u8], valued: bool, manner: &Declared) {
        self.outcome.declared.push(Declared { name: name.to_vec(), valued, ..manner.clone() });
    }

    /// Without a PATH, bash and dash look for programs in the directory that they are in.
    fn emptied(&mut self, name: &[u8], word: &Word) {
        if matches!(name, b"PATH" | b"path") {
            let detail = "without PATH a shell runs programs of the current directory".to_string();
            self.unknown("executing-variable", detail, word.span, false);
        }
    }

    fn assigned(&mut self, name: &[u8], value: Value, word: &Word) {
        if is_name(name) {
            self.outcome.assigned.push((name.to_vec(), value));
        } else if !self.is_element(name) {
            self.dynamic_name(word);
        }
    }

    /// A name with a subscript that is harmless to evaluate: that array changes.
    pub(super) fn is_element(&mut self, text: &[u8]) -> bool {
        let name = text.split(|b| *b == b'[').next().unwrap_or_default();
        let harmless = is_name(name) && name.len() < text.len() && self.scripts.is_harmless_name(text);
        if harmless {
            self.outcome.elements.push(name.to_vec());
        }
        harmless
    }

    /// `unset a[2]`: without quotes it is also the pattern of a file `a2`, and then the variable of that name.
    fn is_counted(&mut self, value: &Value) -> bool {
        let Value::Pattern(text) = value else { return false };
        let at = text.iter().position(|b| *b == b'[').unwrap_or(text.len());
        let (name, subscript) = text.split_at(at);
        let digits = subscript.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or_default();
        if !is_name(name) || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return false;
        }
        self.outcome.elements.push(name.to_vec());
        for digit in digits {
            self.outcome.elements.push([name, core::slice::from_ref(digit)].concat());
        }
        true
    }

    /// A name with a subscript, which is arithmetic and can run code, or one that is not known.
    fn dynamic_name(&mut self, word: &Word) {
        self.outcome.anything = true;
        let detail = format!("`{}` gets a name with a subscript or one that is not known", self.by);
        self.unknown("dynamic-variable", detail, word.span, false);
    }

    /// `set`: options, then positional parameters.
    fn set(&mut self, operands: &[Word]) {
        let mut rest = operands;
        while let Some((first, after)) = rest.split_first() {
            let Some(text) = first.value.known() else {
                // It may be an option.
                self.outcome.reading = true;
                self.outcome.positional = Some(alloc::vec![Word { value: Value::ANY_WORDS, span: first.span }]);
                return;
            };
            match text {
                b"--" => {
                    self.outcome.positional = Some(after.to_vec());
                    return;
                }
                b"-" | b"+" => {
                    // Whether what follows may still be an option depends on the shell.
                    let option =
                        |word: &Word| word.value.known().is_none_or(|t| t.starts_with(b"-") || t.starts_with(b"+"));
                    if after.iter().any(option) {
                        self.outcome.reading = true;
                    }
                    if !after.is_empty() {
                        self.outcome.positional = Some(after.to_vec());
                    }
                    return;
                }
                [b'-' | b'+', letters @ ..] => {
                    let named = letters.strip_suffix(b"o");
                    rest = after;
                    self.outcome.literal_globs |= letters.contains(&b'f');
                    self.outcome.traces |= text.starts_with(b"-") && letters.contains(&b'x');
                    self.outcome.reading |=
                        !named.unwrap_or(letters).iter().all(|letter| HARMLESS_LETTERS.contains(letter));
                    if named.is_some()
                        && let Some((name, after)) = after.split_first()
                    {
                        self.outcome.literal_globs |= name.value.known() == Some(b"noglob");
                        self.outcome.traces |= matches!(name.value.known(), Some(b"xtrace"));
                        self.outcome.reading |= !name.value.known().is_some_and(is_harmless_option);
                        rest = after;
                    }
                }
                _ => {
                    self.outcome.positional = Some(rest.to_vec());
                    return;
                }
            }
        }
    }

    /// `let`: as arithmetic, a word an expression.
    fn arithmetic(&mut self, word: &Word) {
        if let Some((name, Some(value))) = word.value.known().map(|t| split(t, b'='))
            && is_name(name)
            && !value.is_empty()
            && value.iter().all(u8::is_ascii_digit)
        {
            self.declares(name, true, &Declared { integer: true, ..Declared::default() });
            self.outcome.assigned.push((name.to_vec(), Value::Known(value.into())));
            return;
        }
        if let Some(assigned) = word.value.known().and_then(|text| self.scripts.expression(text)) {
            for (name, element) in assigned {
                self.declares(&name, true, &Declared { integer: true, ..Declared::default() });
                if element {
                    self.outcome.elements.push(name);
                } else {
                    self.outcome.assigned.push((name, Value::INTEGER));
                }
            }
            return;
        }
        self.outcome.anything = true;
        self.unknown(
            "arithmetic",
            "arithmetic evaluates the values of names, which can run code".to_string(),
            word.span,
            false,
        );
    }

    /// `-v NAME[SUBSCRIPT]` and `-R` evaluate the subscript.
    fn test(&mut self, operands: &[Word]) {
        for pair in operands.windows(2) {
            let [option, name] = pair else { continue };
            let asks = option.value.known().is_none_or(|t| matches!(t, b"-v" | b"-R"));
            let plain = name.value.known().is_some_and(|t| !t.contains(&b'[') || self.scripts.is_harmless_name(t));
            if asks && !plain {
                self.unknown(
                    "arithmetic",
                    "a subscript is evaluated, which can run code".to_string(),
                    name.span,
                    false,
                );
                return;
            }
        }
        // Words that become several can bring a `-v` of their own.
        if let Some(word) = operands.iter().find(|w| !w.value.is_one_word()) {
            self.unknown("dynamic-word", format!("a word of `{}` may become several", self.by), word.span, false);
        }
    }
}

pub(super) fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// The name of an alias, and its words, which are a program that nobody knows where they are not plain.
fn simple_alias(text: &[u8]) -> Option<Alias> {
    let (name, value) = split(text, b'=');
    let value = value?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./,:+@%-".contains(byte);
    let words: Vec<Vec<u8>> = value.split(|b| *b == b' ').filter(|w| !w.is_empty()).map(<[u8]>::to_vec).collect();
    let declares = |word: &[u8]| matches!(word, b"typeset" | b"export" | b"declare");
    let ordinary =
        |word: &[u8]| !word.is_empty() && word.iter().all(plain) && !shell::is_keyword(word) && !declares(word);
    // After a blank at its end the next word may be an alias as well.
    if !ordinary(name) || value.last().is_none_or(u8::is_ascii_whitespace) {
        return None;
    }
    // Other text may be anything, but only where a command of that name stands.
    Some((name.to_vec(), words.iter().all(|word| ordinary(word)).then_some(words)))
}

/// Options of `shopt` that are known and change more than nothing of what the analysis takes for granted. Any other name is refused
/// by the shell, or changes nothing of what is run, or (the globs) only drops words that match no file, as some shells do anyway.
pub(super) fn is_harmless_shopt(name: &[u8]) -> bool {
    const OTHERS: [&[u8]; 17] = [
        b"cdable_vars",
        b"compat31",
        b"compat32",
        b"compat40",
        b"compat41",
        b"compat42",
        b"compat43",
        b"compat44",
        b"dotglob",
        b"execfail",
        b"extdebug",
        b"globasciiranges",
        b"localvar_inherit",
        b"localvar_unset",
        b"nocaseglob",
        // A word that is an option with a glob in it may vanish.
        b"nullglob",
        b"posix",
    ];
    !OTHERS.contains(&name)
}

/// Letters of `set` that leave the reading and expansion of text as it is, or (`-f`) let a glob stand for itself, as one does
/// that matches nothing.
const HARMLESS_LETTERS: &[u8] = b"eEufxvCnhb";

/// The long names of such options.
pub(super) fn is_harmless_option(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 19] = [
        b"emacs",
        b"errexit",
        b"errtrace",
        b"functrace",
        b"hashall",
        b"history",
        b"ignoreeof",
        b"interactive-comments",
        b"monitor",
        b"noclobber",
        b"noexec",
        b"noglob",
        b"nolog",
        b"notify",
        b"nounset",
        b"pipefail",
        b"verbose",
        b"vi",
        b"xtrace",
    ];
    NAMES.contains(&name)
}
