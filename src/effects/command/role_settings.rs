//! Words that name a host, or hold a setting of the environment, of ssh or of tar.

use super::{Command, Shell, net, variables::assignment_text};
use crate::{
    effect::{Bytes, Connect, Value, Word},
    effects::LimitReached,
    tables::words::{Role, VariableRole, traits},
};
use alloc::{
    format,
    string::{String, ToString},
};

impl Command<'_, '_> {
    pub(super) fn net(&mut self, word: &Word, bare: bool) {
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
    pub(super) fn method(&self) -> Option<String> {
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

    pub(super) fn remote_path(&mut self, word: &Word, write: bool, tree: bool) {
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

    pub(super) fn assign(&mut self, word: &Word) {
        let effects = assignment_text(&self.analysis.tables, &word.value, word.span, &self.by, true);
        self.analysis.effects.extend(effects);
    }

    pub(super) fn variable(&mut self, word: &Word) {
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

    /// zsh takes what stands before a `?` for a name; text that begins as no name does it refuses.
    pub(super) fn perhaps_variable(&mut self, word: &Word) {
        let is_number = |text: &Bytes| text.iter().all(|b| b.is_ascii_digit() || *b == b'.');
        if word.value.alternatives().is_some_and(|all| all.iter().all(is_number)) {
            return;
        }
        let (Value::Known(text) | Value::Affix { prefix: text, .. }) = &word.value else {
            let number = matches!(&word.value, Value::Unknown { may_split: false, form, .. } if form.is_number());
            if !number {
                self.variable(word);
            }
            return;
        };
        let of_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let after = text.iter().find(|b| !of_name(b));
        match (after, &word.value) {
            (Some(b'?'), _) | (Some(b'['), Value::Known(_)) => {
                let name = text.split(|b| *b == b'?').next().unwrap_or_default();
                self.variable(&Word { value: Value::Known(name.into()), span: word.span });
            }
            (None | Some(b'['), _) => self.variable(word),
            (Some(_), _) => {}
        }
    }

    pub(super) fn ssh_option(&mut self, word: &Word) -> Result<(), LimitReached> {
        let Some(text) = word.value.known() else {
            self.unknown("dynamic-word", "an option of ssh is not known".into(), word.span, false);
            return Ok(());
        };
        let at = text.iter().position(|b| matches!(b, b'=' | b' ')).unwrap_or(text.len());
        let key = text.get(..at).unwrap_or(text).to_ascii_lowercase();
        let value = text.get(at + 1..).unwrap_or(&[]);
        if [&b"proxycommand"[..], b"localcommand", b"knownhostscommand"].contains(&key.as_slice()) {
            self.scripts.forget_files();
            return self.script(&Value::Known(value.into()), Shell::Child, super::Stdin::Stream, &[], word.span);
        }
        if self.analysis.tables.variable(&[b"ssh:", key.as_slice()].concat()) != Some(VariableRole::Inert) {
            let detail = format!("nothing is known of the option `{}` of ssh", String::from_utf8_lossy(&key));
            self.unknown("unknown-option", detail, word.span, false);
        }
        Ok(())
    }

    pub(super) fn tar_action(&mut self, word: &Word) -> Result<(), LimitReached> {
        match word.value.known() {
            Some(text) if text.starts_with(b"exec=") => {
                self.scripts.forget_files();
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
