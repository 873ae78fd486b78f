//! An explanation for a person: the call as it was read, what its words became, what it would do, what each rule said, and what
//! decided.

use super::excerpt::Lines;
use super::human::Paint;
use crate::call::ToolCall;
use crate::decision::{Decision, EffectId, Reason, RuleRef};
use crate::effect::{Effect, Kind, Span, Value, Word};
use crate::gate;
use crate::glob::Answer;
use crate::policy::DefaultStep;
use crate::report::{Explained, Tried, phrase};
use crate::shell;
use crate::text::{visible, visible_bytes};
use std::io::{Result, Write};

/// Stands for one word, or a part of one.
const UNKNOWN: &str = "<?>";
/// Stands for any number of words.
const UNKNOWN_WORDS: &str = "<?...>";

/// Writes the whole explanation.
pub(super) fn print(out: &mut impl Write, explained: &Explained<'_>, paint: Paint) -> Result<()> {
    let text = explained.call.and_then(|call| match &call.tool {
        ToolCall::Shell { script: text } | ToolCall::ApplyPatch { patch: text } => Some(Lines::new(text)),
        _ => None,
    });
    let mut printer = Printer { out, explained, paint, text };
    printer.call()?;
    printer.script()?;
    printer.commands()?;
    printer.effects()?;
    printer.decision()
}

struct Printer<'a, W> {
    out: &'a mut W,
    explained: &'a Explained<'a>,
    paint: Paint,
    /// What places of effects speak of.
    text: Option<Lines<'a>>,
}

impl<W: Write> Printer<'_, W> {
    fn heading(&mut self, text: &str) -> Result<()> {
        writeln!(self.out, "{}", self.paint.strong(text))
    }

    fn call(&mut self) -> Result<()> {
        let Some(call) = self.explained.call else { return Ok(()) };
        let derivation = self.explained.derivation;
        let paths = |all: &[Vec<u8>]| all.iter().map(|p| visible_bytes(p)).collect::<Vec<_>>().join(", ");
        self.heading("call")?;
        let facts = [
            ("tool", visible(&call.tool_name).into_owned()),
            ("directory", visible_bytes(call.cwd.as_bytes()).into_owned()),
            ("mode", format!("{} ({})", visible(call.permission_mode.as_str()), call.event.as_str())),
            ("`./` is", paths(&derivation.roots)),
            ("`~/` is", paths(&derivation.homes)),
            ("tiers", derivation.tiers.iter().map(|t| visible(t)).collect::<Vec<_>>().join(", ")),
            ("policy", self.explained.digest.to_owned()),
        ];
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
            writeln!(self.out, "  {name:<9}  {value}")?;
        }
        Ok(())
    }

    /// The text, then its tree; of other tools their arguments.
    fn script(&mut self) -> Result<()> {
        let Some(call) = self.explained.call else { return Ok(()) };
        let ToolCall::Shell { script } = &call.tool else {
            self.heading("arguments")?;
            return match &call.tool {
                ToolCall::ApplyPatch { patch } => self.numbered(patch),
                _ => writeln!(self.out, "  {}", visible(&call.arguments.to_compact())),
            };
        };
        self.heading("script")?;
        self.numbered(script)?;
        self.heading("tree")?;
        let others = match shell::parse(script, &shell::Limits::default()) {
            Ok(tree) => tree.others(),
            Err(_) => shell::Others::default(),
        };
        self.tree(shell::Dialect::Bash, script)?;
        for (dialect, name) in [(shell::Dialect::Dash, "dash (sh)"), (shell::Dialect::Zsh, "zsh")] {
            if others.contains(dialect) {
                self.heading(&format!("tree, as {name} reads it"))?;
                self.tree(dialect, script)?;
            }
        }
        Ok(())
    }

    fn tree(&mut self, dialect: shell::Dialect, script: &str) -> Result<()> {
        match shell::parse_as(dialect, script, &shell::Limits::default()) {
            Ok(tree) => {
                for line in shell::dump_lines(&tree).lines() {
                    writeln!(self.out, "  {}", visible(line))?;
                }
                for difference in tree.differences() {
                    writeln!(self.out, "  {} is read differently by bash, sh and zsh:", difference.code)?;
                    self.place(difference.span, "    ")?;
                }
                Ok(())
            }
            Err(limit) => writeln!(self.out, "  {}", visible(&limit.message)),
        }
    }

    fn numbered(&mut self, text: &str) -> Result<()> {
        for (index, line) in text.split('\n').enumerate() {
            writeln!(self.out, "  {} | {}", index + 1, visible(line))?;
        }
        Ok(())
    }

    /// The words of each command after expansion.
    fn commands(&mut self) -> Result<()> {
        let runs = || {
            self.explained.judged.effects.iter().enumerate().filter_map(|(index, effect)| match &effect.kind {
                Kind::Run(run) => Some((index, run)),
                _ => None,
            })
        };
        if runs().next().is_none() {
            return Ok(());
        }
        writeln!(self.out, "{}", self.paint.strong("commands, as their words expand"))?;
        for (index, run) in runs() {
            writeln!(self.out, "  {:<5} {}", format!("[{index}]"), words(&run.argv))?;
            if let Some(canonical) = &run.canonical {
                writeln!(self.out, "        for rules also: {}", words(canonical))?;
            }
        }
        Ok(())
    }

    fn effects(&mut self) -> Result<()> {
        let effects = &self.explained.judged.effects;
        if effects.is_empty() {
            return Ok(());
        }
        self.heading("effects")?;
        effects.iter().enumerate().try_for_each(|(index, effect)| self.effect(EffectId(index), effect))
    }

    fn effect(&mut self, id: EffectId, effect: &Effect) -> Result<()> {
        let number = format!("[{}]", id.0);
        let kind = self.paint.strong(effect.kind.name());
        let certainty = effect.certainty.as_str();
        writeln!(self.out, "  {number:<5} {kind} ({certainty}): {}", visible(&phrase(effect)))?;
        self.place(effect.span, "        ")?;
        let Some(steps) = self.explained.derivation.of(id) else {
            let limit = self.explained.judged.verdict.reasons().iter().any(|r| matches!(r.rule, RuleRef::Limit(_)));
            let why =
                if limit { "no rule was tried: a limit came first" } else { "no rule and no default speaks of this" };
            return writeln!(self.out, "        {}", self.paint.faint(why));
        };
        let [yes, maybe, no] = steps.counts;
        let counts = match yes + maybe + no {
            0 => "no rule speaks of this".to_owned(),
            all => format!("rules tried: {all}; {yes} match, {maybe} could match, {no} do not match"),
        };
        writeln!(self.out, "        {}", self.paint.faint(&counts))?;
        steps.tried.iter().try_for_each(|tried| self.tried(tried))?;
        steps.defaults.iter().try_for_each(|default| self.default(id, default))
    }

    /// What a rule said, and what that adds.
    fn tried(&mut self, tried: &Tried) -> Result<()> {
        let answer = match tried.answer {
            Answer::Yes => "yes",
            Answer::Maybe => "maybe",
            Answer::No => "no",
        };
        let adds = match (tried.counts, tried.why_not()) {
            (Some(decision), _) => format!(" -> {}", self.paint.word(decision)),
            (None, Some(why)) => format!(" -> nothing: {why}"),
            (None, None) => String::new(),
        };
        let (rule, word, layer) = (visible(&tried.rule), tried.decision.as_rule_word(), tried.layer.as_str());
        writeln!(self.out, "        {answer:<5} {rule} ({word}, {layer}){adds}")?;
        if tried.answer == Answer::No { Ok(()) } else { self.source(&tried.rule, "              ") }
    }

    fn default(&mut self, id: EffectId, default: &DefaultStep) -> Result<()> {
        let whose = default.layer.map_or("of the language", crate::policy::Trust::as_str);
        let word = self.paint.word(default.decision);
        write!(self.out, "        default:{} ({whose}) -> {word}", default.key)?;
        let lift = self.explained.derivation.lift(&self.explained.judged.effects, id, default);
        match lift {
            Some(lift) => {
                write!(self.out, ", replaced by the allow of {}", visible(&lift.rule.rule))?;
                match lift.command {
                    Some(command) => writeln!(self.out, " for the command [{}]", command.0),
                    None => writeln!(self.out),
                }
            }
            None => writeln!(self.out),
        }
    }

    fn decision(&mut self) -> Result<()> {
        let judged = self.explained.judged;
        let decision = judged.verdict.decision();
        writeln!(self.out, "{} {}", self.paint.strong("decision"), self.paint.word(decision))?;
        let (first, others) = judged.verdict.reasons().split_first().map_or((None, &[][..]), |(f, o)| (Some(f), o));
        if let Some(first) = first {
            self.reason("decided by", first)?;
            if let Some(why) = &first.justification {
                writeln!(self.out, "    {}", visible(why))?;
            }
        }
        for reason in others.iter().filter(|r| r.decision == decision && decision != Decision::Allow) {
            self.reason("also by", reason)?;
        }
        Ok(())
    }

    fn reason(&mut self, how: &str, reason: &Reason) -> Result<()> {
        let rule = reason.rule.to_string();
        write!(self.out, "  {how} {}", self.paint.decision(reason.decision, &visible(&rule)))?;
        match (reason.effect, gate::describe(self.explained.judged, reason)) {
            (Some(EffectId(index)), Some(what)) => writeln!(self.out, " on [{index}] {}", visible(&what))?,
            _ => writeln!(self.out)?,
        }
        if matches!(reason.rule, RuleRef::Rule(_)) { self.source(&rule, "    ") } else { Ok(()) }
    }

    /// The line of a policy where a rule begins.
    fn source(&mut self, rule: &str, indent: &str) -> Result<()> {
        match (self.explained.source)(rule) {
            Some(line) => writeln!(self.out, "{indent}{}", self.paint.faint(&visible(&line))),
            None => Ok(()),
        }
    }

    /// Where something stands in the script or patch.
    fn place(&mut self, span: Span, indent: &str) -> Result<()> {
        let Some([line, carets]) = self.text.as_ref().and_then(|text| text.excerpt(span)) else { return Ok(()) };
        writeln!(self.out, "{indent}{line}\n{indent}{}", self.paint.strong(&carets))
    }
}

/// Words with what is known of each; quoted where they could be taken for something else.
fn words(words: &[Word]) -> String {
    words.iter().map(|word| self::word(&word.value)).collect::<Vec<_>>().join(" ")
}

fn word(value: &Value) -> String {
    match value {
        Value::Known(bytes) => quoted(bytes),
        Value::Set(all) => format!("<{}>", all.iter().map(|b| quoted(b)).collect::<Vec<_>>().join(" or ")),
        Value::Affix { prefix, suffix } => format!("{}{UNKNOWN}{}", part(prefix), part(suffix)),
        Value::Below { dir, suffix } if dir.is_empty() => format!("{UNKNOWN}{}", part(suffix)),
        Value::Below { dir, suffix } => format!("{}/{UNKNOWN}{}", part(dir), part(suffix)),
        Value::Pattern(pattern) => format!("<files {}>", quoted(pattern)),
        Value::Name(pattern) => format!("<a name like {}>", quoted(pattern)),
        Value::Unknown { may_split: false, may_be_empty: false, .. } => UNKNOWN.to_owned(),
        Value::Unknown { .. } => UNKNOWN_WORDS.to_owned(),
    }
}

fn part(bytes: &[u8]) -> String {
    if bytes.is_empty() { String::new() } else { quoted(bytes) }
}

/// A word as it is, in quotes where it is blank or holds what sets words apart or stands for what is not known.
fn quoted(bytes: &[u8]) -> String {
    let text = visible_bytes(bytes);
    let plain = !text.is_empty() && !text.contains([' ', '\'', '"', '<', '>', '[', ']']);
    if plain { text.into_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
