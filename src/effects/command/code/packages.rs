//! Installed packages that Python code works on data with: what they load and store, and methods that are told what to do by the
//! names of others.

use super::{
    calls::written,
    reading::{Act, Reading},
    token::Kind,
};
use crate::{effect::Value, path, tables::languages::Doing};
use core::ops::Range;

/// Classes that make nothing but plain values of what they load.
const LOADERS: [&[u8]; 3] = [b"yaml.SafeLoader", b"yaml.CSafeLoader", b"yaml.BaseLoader"];

/// Names of functions that only calculate.
const CALCULATES: [&[u8]; 6] = [b"sum", b"min", b"max", b"len", b"list", b"set"];

/// What may be loaded from, or stored to.
enum Place {
    /// A file of that name.
    File,
    /// An address that is fetched.
    Address,
    /// Something else, or nothing is known of it.
    Odd,
}

/// What a package takes the text for: it may expand `~`, and knows addresses of many kinds.
fn place(value: &Value) -> Place {
    let (text, whole) = match value {
        Value::Known(text) | Value::Below { dir: text, .. } | Value::Pattern(text) | Value::Name(text) => (text, true),
        Value::Affix { prefix, .. } => (prefix, prefix.contains(&b'/')),
        Value::Set(_) | Value::Unknown { .. } => return Place::Odd,
    };
    let known = matches!(value, Value::Known(_));
    if known && (text.starts_with(b"https://") || text.starts_with(b"http://")) {
        return Place::Address;
    }
    // A directory that is called `~`.
    let here = match value {
        Value::Below { dir, .. } => path::components(dir).all(|part| part == b"."),
        Value::Pattern(text) | Value::Name(text) => {
            text.contains(&b'/') && text.first().is_some_and(|b| matches!(b, b'*' | b'?' | b'['))
        }
        _ => false,
    };
    if !whole || here || text.is_empty() || text.starts_with(b"~") || text.contains(&b':') {
        Place::Odd
    } else {
        Place::File
    }
}

impl Reading<'_> {
    /// Whether the expression is something open already, or text in memory: that is judged where it is opened.
    pub(super) fn is_opened(&self, range: &Range<usize>) -> bool {
        let at = range.start;
        if let Some((Doing::Open, open)) = self.chain(at)
            && self.is_mark(open, b"(")
        {
            return self.closes(open, range);
        }
        if let Some((whole, end)) = self.meaning(at) {
            return match whole.as_slice() {
                b"io.StringIO" | b"io.BytesIO" => self.is_mark(end, b"(") && self.closes(end, range),
                b"sys.stdin" | b"sys.stdout" => {
                    end == range.end || (self.text(end + 1) == b"buffer" && end + 2 == range.end)
                }
                _ => false,
            };
        }
        let name = self.text(at);
        let named = range.len() == 1 && self.kind(at) == Some(Kind::Name) && !self.aliases.contains_key(name);
        // `with open(...) as name`, and nothing else gives it a value.
        let sites = self.tokens.iter().enumerate().filter(|(n, token)| {
            let open = n.checked_sub(1).map(|close| self.mate(close)).and_then(|open| open.checked_sub(1));
            token.kind == Kind::Name
                && token.text == b"as"
                && self.text(n + 1) == name
                && n.checked_sub(1).is_some_and(|close| self.is_mark(close, b")"))
                && open.is_some_and(|callee| self.text(callee) == b"open")
        });
        let sites = sites.count();
        named && sites > 0 && self.counts.get(name) == Some(&sites) && self.is_own(b"open")
    }

    /// A call of a package that reads the file that its only argument by place names, or writes that of its first.
    pub(super) fn data(&mut self, does: Doing, name: &[u8], open: usize) {
        let arguments = self.arguments(open, b"=");
        let stores = does == Doing::Store;
        self.keys(does, &arguments);
        let odd = arguments.open || (!stores && arguments.places.len() > 1);
        let Some(first) = arguments.places.first().filter(|_| !odd) else {
            // A text is given back where nothing is written to.
            let gives_text = stores && !odd && name != b"save" && name != b"savetxt";
            if !gives_text {
                self.doubt("nothing is known of the arguments of", name);
            }
            return;
        };
        if self.is_opened(first) {
            return;
        }
        let all = self.values(first.clone());
        for value in all.values {
            let several = value.alternatives().map(|all| all.iter().map(|one| Value::Known(one.clone())).collect());
            for one in several.unwrap_or_else(|| alloc::vec![value.clone()]) {
                self.placed(stores, name, one, all.made);
            }
        }
    }

    fn placed(&mut self, stores: bool, name: &[u8], one: Value, made: bool) {
        // An ending that is missing is put behind the name.
        let ends = |end: &[u8]| match &one {
            Value::Known(text) | Value::Name(text) => text.ends_with(end),
            Value::Below { suffix, .. } | Value::Affix { suffix, .. } => suffix.ends_with(end),
            _ => false,
        };
        let act = match place(&one) {
            Place::File if stores && name == b"save" && !ends(b".npy") => None,
            Place::File if stores => Some(written(one, made)),
            Place::File => Some(Act::Read(one, false)),
            Place::Address if !stores => Some(Act::Fetch(one, Some("GET"))),
            _ => None,
        };
        match act {
            Some(act) => self.out.acts.push(act),
            None => self.doubt("a name that is not known may be an address for", name),
        }
    }

    /// `yaml.load(TEXT, Loader=yaml.SafeLoader)`.
    pub(super) fn loads_safely(&mut self, name: &[u8], open: usize) {
        let arguments = self.arguments(open, b"=");
        let named = arguments.names.iter().find(|(name, _)| *name == b"Loader").map(|(_, range)| range.clone());
        let loader = named.or_else(|| arguments.places.get(1).cloned());
        let safe = loader.is_some_and(|range| {
            self.meaning(range.start)
                .is_some_and(|(whole, end)| end == range.end && LOADERS.contains(&whole.as_slice()))
        });
        if !safe || arguments.open || arguments.names.len() + arguments.places.len() != 2 {
            self.doubt("what is loaded may be code for", name);
        }
    }

    /// `.agg(["sum", "mean"])`, `.apply(lambda x: ...)`: a text names a method, which may be any of them.
    pub(super) fn named_methods(&mut self, name: &[u8], at: usize) {
        if !self.is_mark(at + 1, b"(") {
            return self.doubt("a method is handed on:", name);
        }
        let (open, close) = (at + 1, self.mate(at + 1));
        let arguments = self.arguments(open, b"=");
        let only_axis = arguments.names.iter().all(|(name, _)| *name == b"axis");
        if let [one] = arguments.places.as_slice()
            && self.text(one.start) == b"lambda"
            && self.kind(one.start) == Some(Kind::Name)
            && only_axis
            && !arguments.open
        {
            return;
        }
        let back = |n: usize, count: usize| n.checked_sub(count).map_or(&b""[..], |b| self.text(b));
        let harmless = (open + 1..close).all(|n| {
            let next = self.text(n + 1);
            match self.kind(n) {
                Some(Kind::Mark | Kind::Number) => !matches!(self.text(n), b"*" | b"**" | b"+" | b"%"),
                Some(Kind::Text) => {
                    let value = self.tokens.get(n).and_then(|t| t.value.as_deref()).unwrap_or(b"?");
                    let calculates = self.doing(&[b"aggregate ", value].concat()) == Some(Doing::Harmless);
                    let key = self.is_mark(n + 1, b":");
                    let column = back(n, 1) == b"(" && back(n, 2) == b"=" && next == b",";
                    let alone = !matches!(self.kind(n + 1), Some(Kind::Text)) && !matches!(back(n, 1), b"+" | b"%");
                    alone && (calculates || key || column)
                }
                Some(Kind::Name) => {
                    let text = self.text(n);
                    let by_name = next == b"=" && matches!(back(n, 1), b"(" | b",") && text != b"func";
                    by_name || text == b"None" || (CALCULATES.contains(&text) && self.is_own(text))
                }
                _ => false,
            }
        });
        if !harmless || arguments.open {
            self.doubt("a method may be any that is named to", name);
        }
    }
}
