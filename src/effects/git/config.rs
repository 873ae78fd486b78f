//! The text of a git configuration file -> its settings, as git 2.47 reads it.

use crate::effect::Bytes;
use alloc::vec::Vec;

/// One setting of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The section in lower case.
    pub section: Bytes,
    /// The subsection, with its case (`[section.sub]` has it in lower case).
    pub subsection: Option<Bytes>,
    /// The name in lower case.
    pub name: Bytes,
    /// The value; nothing where the file has only the name, which stands for true.
    pub value: Option<Bytes>,
}

impl Entry {
    /// Whether its key is `section.name` or, with any subsection in the place of `*`, `section.*.name`. A section that is written
    /// with two dots (`lfs.extension.*.clean`) has the second part at the start of the subsection.
    pub fn is(&self, key: &str) -> bool {
        // Asked of every setting that is known, so the cheapest question first.
        if key.as_bytes().get(self.section.len()) != Some(&b'.') || key.as_bytes().last() != self.name.last() {
            return false;
        }
        let rest = key.as_bytes().strip_prefix(&*self.section).and_then(|rest| rest.strip_prefix(b"."));
        let Some(between) = rest.and_then(|rest| rest.strip_suffix(self.name.as_slice())) else { return false };
        let starts = |with: &[u8]| {
            let own = self.subsection.as_deref().and_then(|own| own.split_at_checked(with.len()));
            own.is_some_and(|(start, _)| start.eq_ignore_ascii_case(with))
        };
        match (between.strip_suffix(b"."), &self.subsection) {
            (None, own) => between.is_empty() && own.is_none(),
            (Some(b"*"), own) => own.is_some(),
            (Some(named), Some(own)) => match named.strip_suffix(b".*") {
                Some(start) => starts(start),
                // `a.b.c` without a star has a literal subsection.
                None => own.eq_ignore_ascii_case(named),
            },
            (Some(_), None) => false,
        }
    }

    /// The key as people write it.
    pub fn shown(&self) -> alloc::string::String {
        let mut key = self.section.to_vec();
        for part in self.subsection.as_deref().into_iter().chain([self.name.as_slice()]) {
            key.push(b'.');
            key.extend_from_slice(part);
        }
        alloc::string::String::from_utf8_lossy(&key).into_owned()
    }
}

/// Bytes that most names and values fit in.
const USUAL: usize = 32;

/// Why a file cannot be read; git refuses to go on then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// A section that settings stand in; they share it.
#[derive(Clone)]
struct Section {
    section: Bytes,
    subsection: Option<Bytes>,
}

impl From<(Vec<u8>, Option<Vec<u8>>)> for Section {
    fn from((section, subsection): (Vec<u8>, Option<Vec<u8>>)) -> Self {
        Self { section: section.into(), subsection: subsection.map(Into::into) }
    }
}

/// Reads a file.
///
/// # Errors
/// A line that git refuses.
pub fn parse(text: &[u8]) -> Result<Vec<Entry>, Malformed> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = Reader { text, at: 0 };
    let mut entries = Vec::new();
    let mut section: Option<Section> = None;
    while let Some(byte) = reader.next() {
        match byte {
            b'#' | b';' => reader.skip_line(),
            b'[' => section = Some(reader.section()?.into()),
            b if is_space(b) => {}
            b if b.is_ascii_alphabetic() => {
                let (name, value) = reader.setting(b)?;
                let Section { section, subsection } = section.clone().ok_or(Malformed)?;
                let (name, value) = (name.into(), value.map(Into::into));
                entries.push(Entry { section, subsection, name, value });
            }
            _ => return Err(Malformed),
        }
    }
    Ok(entries)
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    /// The next byte; a carriage return before a line's end is no part of the text.
    fn next(&mut self) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        self.at += 1;
        if byte == b'\r' && self.text.get(self.at) == Some(&b'\n') {
            self.at += 1;
            return Some(b'\n');
        }
        Some(byte)
    }

    fn skip_line(&mut self) {
        while self.next().is_some_and(|b| b != b'\n') {}
    }

    /// What follows `[`.
    fn section(&mut self) -> Result<(Vec<u8>, Option<Vec<u8>>), Malformed> {
        let mut name = Vec::with_capacity(USUAL);
        loop {
            match self.next().ok_or(Malformed)? {
                b']' if name.is_empty() => return Err(Malformed),
                b']' => {
                    // `[section.subsection]` ignores case.
                    let dot = name.iter().position(|b| *b == b'.');
                    let subsection = dot.and_then(|dot| name.get(dot + 1..)).map(<[u8]>::to_vec);
                    name.truncate(dot.unwrap_or(name.len()));
                    return Ok((name, subsection));
                }
                b' ' | b'\t' | b'\r' => return self.subsection(name),
                b if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.') => name.push(b.to_ascii_lowercase()),
                _ => return Err(Malformed),
            }
        }
    }

    /// `"name"]`, after the section and a blank.
    fn subsection(&mut self, section: Vec<u8>) -> Result<(Vec<u8>, Option<Vec<u8>>), Malformed> {
        loop {
            match self.next().ok_or(Malformed)? {
                b'"' => break,
                b'\n' => return Err(Malformed),
                b if is_space(b) => {}
                _ => return Err(Malformed),
            }
        }
        let mut name = Vec::new();
        loop {
            match self.next().ok_or(Malformed)? {
                b'\n' => return Err(Malformed),
                b'"' => break,
                b'\\' => match self.next().ok_or(Malformed)? {
                    b'\n' => return Err(Malformed),
                    b => name.push(b),
                },
                b => name.push(b),
            }
        }
        if self.next() != Some(b']') {
            return Err(Malformed);
        }
        // A dot in the section belongs to the subsection of the key.
        match section.iter().position(|b| *b == b'.') {
            None => Ok((section, Some(name))),
            Some(dot) => {
                let mut inner = section.get(dot + 1..).unwrap_or_default().to_vec();
                inner.push(b'.');
                inner.extend_from_slice(&name);
                Ok((section.get(..dot).unwrap_or_default().to_vec(), Some(inner)))
            }
        }
    }

    /// `name = value`, after the first letter of the name.
    fn setting(&mut self, first: u8) -> Result<(Vec<u8>, Option<Vec<u8>>), Malformed> {
        let mut name = Vec::with_capacity(USUAL);
        name.push(first.to_ascii_lowercase());
        let mut byte = self.next();
        while let Some(b) = byte.filter(|b| b.is_ascii_alphanumeric() || *b == b'-') {
            name.push(b.to_ascii_lowercase());
            byte = self.next();
        }
        while let Some(b' ' | b'\t') = byte {
            byte = self.next();
        }
        match byte {
            None | Some(b'\n') => Ok((name, None)),
            Some(b'=') => Ok((name, Some(self.value()?))),
            Some(_) => Err(Malformed),
        }
    }

    fn value(&mut self) -> Result<Vec<u8>, Malformed> {
        let mut value: Vec<u8> = Vec::with_capacity(USUAL);
        // Blanks at the end count only where something follows them.
        let mut end = 0;
        let mut quoted = false;
        loop {
            let byte = match self.next() {
                None | Some(b'\n') if quoted => return Err(Malformed),
                None | Some(b'\n') => break,
                Some(byte) => byte,
            };
            if is_space(byte) && !quoted {
                if !value.is_empty() {
                    value.push(byte);
                }
                continue;
            }
            match byte {
                b'#' | b';' if !quoted => {
                    self.skip_line();
                    break;
                }
                // The end of the file is read as the end of a line.
                b'\\' => match self.next().unwrap_or(b'\n') {
                    b'\n' => {}
                    b't' => value.push(b'\t'),
                    b'b' => value.push(0x08),
                    b'n' => value.push(b'\n'),
                    b @ (b'\\' | b'"') => value.push(b),
                    _ => return Err(Malformed),
                },
                b'"' => quoted = !quoted,
                b => value.push(b),
            }
            end = value.len();
        }
        value.truncate(end);
        Ok(value)
    }
}
