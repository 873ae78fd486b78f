//! What calls do, by the word of the table for what is called.

use super::{
    held::Held,
    reading::{Act, Arguments, Reading},
    token::Kind,
};
use crate::{effect::Value, tables::languages::Doing};
use alloc::vec::Vec;
use core::ops::Range;

impl Reading<'_> {
    /// The effect of calling `name`, which does `does`, with the arguments in the bracket at `open`. Whatever of the arguments may
    /// change what the call does is a doubt.
    pub(super) fn call(&mut self, does: Doing, name: &[u8], open: usize) {
        let arguments = self.arguments(open, b"=");
        if arguments.open {
            self.doubt("more arguments are given than are written to", name);
        }
        self.keys(does, &arguments);
        let first = Self::first(&arguments);
        let second = arguments.places.get(1).cloned();
        match does {
            Doing::Open => self.open(first, second, &arguments),
            Doing::Process => self.process(first, &arguments),
            Doing::Spawn => self.spawn(first, second, arguments.places.get(2).cloned()),
            Doing::ExecVector => {
                let program = first.map_or(Value::ANY_WORD, |r| self.value(r));
                let mut argv = second.and_then(|r| self.list(r)).unwrap_or_else(|| alloc::vec![Value::ANY_WORDS; 2]);
                if let Some(name) = argv.first_mut() {
                    *name = program;
                }
                self.out.acts.push(Act::Process(argv, None));
            }
            Doing::ExecList | Doing::System => {
                let values: Vec<Value> = arguments.places.iter().map(|r| self.value(r.clone())).collect();
                let act = match (does, values.as_slice()) {
                    (Doing::System, [one]) => Act::Shell(one.clone()),
                    (Doing::System, _) => Act::Process(values, None),
                    (_, [program, _, rest @ ..]) => Act::Process([core::slice::from_ref(program), rest].concat(), None),
                    _ => return self.doubt("nothing is known of the arguments of", name),
                };
                self.out.acts.push(act);
            }
            // Some read every file that they are given.
            Doing::Read if self.language == "python" && arguments.places.len() > 1 => {
                for range in arguments.places {
                    let all = self.values(range);
                    self.by_first(does, name, &all, None);
                }
            }
            // Standard input, which is open already.
            Doing::Read if first.as_ref().is_some_and(|r| r.len() == 1 && self.text(r.start) == b"0") => {}
            // Names of directories are no effect.
            Doing::Find => {}
            Doing::Database => self.connects(first, &arguments),
            Doing::Connect => self.out.acts.push(Act::Fetch(Value::ANY_WORD, None)),
            _ if first.is_none() => self.doubt("no first argument is written to", name),
            _ => {
                let all = first.map_or_else(nothing, |r| self.values(r));
                self.by_first(does, name, &all, second);
            }
        }
    }

    /// Calls that are told by their first arguments.
    fn by_first(&mut self, does: Doing, name: &[u8], all: &Held, second: Option<Range<usize>>) {
        let two = second.map_or(Value::ANY_WORD, |r| self.value(r));
        for one in &all.values {
            self.by_path(does, name, one.clone(), two.clone(), all.made);
        }
    }

    fn by_path(&mut self, does: Doing, name: &[u8], one: Value, two: Value, made: bool) {
        let acts = match does {
            Doing::Read => alloc::vec![Act::Read(one, false)],
            Doing::ReadTree => alloc::vec![Act::Read(one, true)],
            Doing::Write => alloc::vec![written(one, made)],
            Doing::WriteTree => alloc::vec![Act::Write(one, true)],
            Doing::ReadWrite => alloc::vec![Act::Read(one.clone(), false), Act::Write(one, false)],
            Doing::Modify => alloc::vec![Act::Modify(one, false)],
            Doing::ModifyTree => alloc::vec![Act::Modify(one, true)],
            Doing::Copy => alloc::vec![Act::Read(one, true), Act::Write(two, true)],
            Doing::Move => alloc::vec![Act::Read(one.clone(), true), Act::Modify(one, true), Act::Write(two, true)],
            Doing::Shell => alloc::vec![Act::Shell(one)],
            Doing::Fetch => alloc::vec![Act::Fetch(one, method(name))],
            Doing::ReadEnv => alloc::vec![Act::ReadEnv(one)],
            _ => return self.doubt("nothing is known of a call of", name),
        };
        self.out.acts.extend(acts);
    }

    /// Arguments by name that are not known to leave a call as it is.
    pub(super) fn keys(&mut self, does: Doing, arguments: &Arguments<'_>) {
        for (name, _) in &arguments.names {
            let own = match does {
                Doing::Process => matches!(*name, b"shell" | b"cwd" | b"input" | b"args"),
                Doing::Open => matches!(*name, b"file" | b"name" | b"mode"),
                Doing::Database => matches!(*name, b"database" | b"uri"),
                Doing::Load | Doing::Store => self.doing(&[b"data-key ", *name].concat()) == Some(Doing::Key),
                _ => *name == b"path",
            };
            if !own && self.doing(&[b"key ", *name].concat()) != Some(Doing::Key) {
                self.doubt("nothing is known of the argument", name);
            }
        }
    }

    fn first(arguments: &Arguments<'_>) -> Option<Range<usize>> {
        let named = || arguments.names.iter().find(|(n, _)| matches!(*n, b"file" | b"args" | b"name" | b"path"));
        arguments.places.first().cloned().or_else(|| named().map(|(_, r)| r.clone()))
    }

    /// `open(PATH, MODE)`; with no mode it is read.
    pub(super) fn open(&mut self, path: Option<Range<usize>>, mode: Option<Range<usize>>, arguments: &Arguments<'_>) {
        let named = arguments.names.iter().find(|(n, _)| *n == b"mode").map(|(_, r)| r.clone());
        let mode = mode.or(named).map(|r| self.value(r));
        let Some(path) = path else { return self.doubt("no path is written to", b"open") };
        let descriptor = path.len() == 1 && self.kind(path.start) == Some(Kind::Number);
        if descriptor && matches!(self.text(path.start), b"0" | b"1" | b"2") {
            return;
        }
        let all = self.values(path);
        self.opened(&all, mode.as_ref(), arguments.open);
    }

    pub(super) fn opened(&mut self, all: &Held, mode: Option<&Value>, open: bool) {
        let (reads, writes) = match mode {
            None => (true, open),
            Some(Value::Known(mode))
                if mode.iter().all(|b| matches!(b, b'r' | b'b' | b't' | b'U' | b':' | b'g' | b'z')) =>
            {
                (true, false)
            }
            Some(Value::Known(mode)) if !mode.contains(&b'+') && !mode.contains(&b'r') => (false, true),
            Some(_) => (true, true),
        };
        for path in &all.values {
            if reads {
                self.out.acts.push(Act::Read(path.clone(), false));
            }
            if writes {
                self.out.acts.push(written(path.clone(), all.made));
            }
        }
    }

    /// `[A, B]` or `(A, B)` as the words of a command.
    pub(super) fn list(&self, range: Range<usize>) -> Option<Vec<Value>> {
        let opens = self.is_mark(range.start, b"[") || self.is_mark(range.start, b"(");
        if !opens || self.mate(range.start).checked_add(1) != Some(range.end) {
            return None;
        }
        let inner = self.arguments(range.start, b"=");
        let mut words: Vec<Value> = inner.places.into_iter().map(|r| self.value(r)).collect();
        if inner.open {
            // Where the unknown words stand among the others is not known either.
            words.truncate(1);
            words.push(Value::ANY_WORDS);
        }
        Some(words)
    }

    fn process(&mut self, command: Option<Range<usize>>, arguments: &Arguments<'_>) {
        let named = |name: &[u8]| arguments.names.iter().find(|(n, _)| *n == name).map(|(_, r)| r.clone());
        // `0 or 1` is more than one word.
        let shell = named(b"shell").map(|r| if r.len() == 1 { self.text(r.start) } else { &b"?"[..] });
        let cwd = named(b"cwd").map(|r| self.value(r));
        let Some(command) = command else { return self.doubt("no command is written to", b"subprocess") };
        let list = self.list(command.clone());
        let shells = !matches!(shell, None | Some(b"False" | b"0"));
        if arguments.places.len() > 1 || (shells && (shell != Some(b"True") || cwd.is_some())) {
            self.doubt("nothing is known of the arguments of", b"subprocess");
        }
        match (list, shells) {
            (Some(words), false) => self.out.acts.push(Act::Process(words, cwd)),
            (Some(words), true) => {
                let script = words.first().cloned().unwrap_or(Value::ANY_WORD);
                self.out.acts.push(Act::Shell(script));
            }
            (None, true) => {
                let script = self.value(command);
                self.out.acts.push(Act::Shell(script));
            }
            (None, false) => {
                let value = self.value(command);
                // A list under a name, or a program's name alone.
                let words = if value.known().is_some() { alloc::vec![value] } else { alloc::vec![Value::ANY_WORD] };
                self.out.acts.push(Act::Process(words, cwd));
            }
        }
    }

    /// `spawn(PROGRAM, [ARGUMENTS], {OPTIONS})`.
    fn spawn(&mut self, program: Option<Range<usize>>, list: Option<Range<usize>>, options: Option<Range<usize>>) {
        let Some(program) = program else { return self.doubt("no program is written to", b"spawn") };
        let mut argv = alloc::vec![self.value(program)];
        match list {
            None => {}
            Some(range) if self.is_mark(range.start, b"{") => self.options(range),
            Some(range) => match self.list(range) {
                Some(words) => argv.extend(words),
                None => argv.push(Value::ANY_WORDS),
            },
        }
        if let Some(options) = options {
            self.options(options);
        }
        self.out.acts.push(Act::Process(argv, None));
    }

    /// An options object: only properties that leave a call as it is.
    pub(super) fn options(&mut self, range: Range<usize>) {
        let plain = self.is_mark(range.start, b"{") && self.mate(range.start).checked_add(1) == Some(range.end);
        if !plain {
            return self.doubt("nothing is known of the options", self.text(range.start));
        }
        let inner = self.arguments(range.start, b":");
        let known = |name: &[u8]| self.doing(&[b"key ", name].concat()) == Some(Doing::Key);
        if inner.open || !inner.places.is_empty() || !inner.names.iter().all(|(n, _)| known(n)) {
            self.doubt("nothing is known of the options", b"{");
        }
    }
}

/// Nothing is known of it.
fn nothing() -> Held {
    Held { made: true, ..Held::new(Value::ANY_WORD, false) }
}

/// Writes a file. What was found is there already, but what is put together of it need not be.
pub(super) fn written(path: Value, made: bool) -> Act {
    match path {
        Value::Below { .. } | Value::Pattern(_) if !made => Act::Modify(path, false),
        _ => Act::Write(path, false),
    }
}

/// The method that a function of that name uses.
fn method(name: &[u8]) -> Option<&'static str> {
    match name.rsplit(|b| *b == b'.').next()? {
        b"get" => Some("GET"),
        b"post" => Some("POST"),
        b"put" => Some("PUT"),
        b"delete" => Some("DELETE"),
        b"patch" => Some("PATCH"),
        b"head" => Some("HEAD"),
        _ => None,
    }
}

/// A method of a path that is written out.
pub(super) fn on_path(
    reading: &mut Reading<'_>,
    does: Doing,
    path: &Held,
    first: Option<Range<usize>>,
    arguments: &Arguments<'_>,
) {
    reading.keys(does, arguments);
    match does {
        Doing::Open => {
            let named = arguments.names.iter().find(|(n, _)| *n == b"mode").map(|(_, r)| r.clone());
            let mode = first.or(named).map(|r| reading.value(r));
            reading.opened(path, mode.as_ref(), arguments.open);
        }
        Doing::Move => reading.by_first(does, b"rename", path, first),
        _ => reading.by_first(does, b"Path", path, None),
    }
}

/// `ast.parse(TEXT, NAME)`: what is odd in the text is shown as the file of that name has it.
pub(super) fn single(reading: &mut Reading<'_>, name: &[u8], open: usize) {
    let arguments = reading.arguments(open, b"=");
    let file = |(name, range): &(&[u8], Range<usize>)| (*name == b"filename").then(|| range.clone());
    let files: Vec<_> = arguments.names.iter().filter_map(file).chain(arguments.places.get(1).cloned()).collect();
    if arguments.open || arguments.names.len() > files.len() || arguments.places.len() > 2 {
        return reading.doubt("nothing is known of the arguments of", name);
    }
    for range in files {
        let all = reading.values(range);
        reading.out.acts.extend(all.values.into_iter().map(|value| Act::Read(value, false)));
    }
}

/// Whether the call at `open` opens something without a mode, or only to read it.
pub(super) fn only_reads(reading: &Reading<'_>, open: usize) -> bool {
    let arguments = reading.arguments(open, b"=");
    let named = arguments.names.iter().find(|(name, _)| *name == b"mode").map(|(_, range)| range.clone());
    let reads = |range: Range<usize>| {
        reading.value(range).known().is_some_and(|mode| mode.starts_with(b"r") && !mode.contains(&b'+'))
    };
    !arguments.open && arguments.places.get(1).cloned().or(named).is_none_or(reads)
}

/// Methods that do more where the values of a module are about: what is not harmless of the attribute at `at` is noted.
pub(super) fn beside(reading: &mut Reading<'_>, at: usize) -> bool {
    let name = reading.text(at);
    let does = reading.aliases.values().find_map(|whole| {
        let module = whole.split(|b| *b == b'.').next().unwrap_or(whole);
        reading.doing(&[b"beside ", module, b".", name].concat())
    });
    let Some(does) = does else { return false };
    // What is shown goes to what is open already.
    let shown = at.checked_sub(4).is_some_and(|sys| {
        reading.aliases.get(reading.text(sys)).is_some_and(|whole| whole == b"sys")
            && matches!(reading.text(sys + 2), b"stdout" | b"stderr")
    });
    let shown = shown
        || at.checked_sub(2).is_some_and(|name| {
            let alone = name.checked_sub(1).is_none_or(|before| !reading.is_mark(before, b"."));
            alone && reading.is_opened(&(name..name + 1))
        });
    match does {
        _ if shown => {}
        Doing::Write if reading.is_mark(at + 1, b"(") => reading.call(does, name, at + 1),
        _ => reading.doubt("a file may have the method", name),
    }
    true
}
