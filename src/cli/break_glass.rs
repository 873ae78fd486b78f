//! `prexec break-glass`: an override for an emergency, made, shown and ended.

use super::call::finish;
use crate::break_glass::{self, Found, LONGEST, Override, PATH};
use crate::doctor;
use crate::install::files;
use crate::rules::{self, Check};
use crate::text::visible;
use crate::world::{Host, Machine};
use clap::Args;
use nix::unistd::{Uid, User, geteuid};
use std::path::Path;
use std::process::ExitCode;

/// Exit status where an override is in force.
const IN_FORCE: u8 = 5;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// How long calls run that the policy stops: a number and `m` or `h`, at most 24h; takes root
    #[arg(long = "for", value_name = "TIME", value_parser = seconds, requires = "reason", conflicts_with = "end")]
    time: Option<u64>,
    /// Why; it stands in the file, in what `doctor` says and in every record
    #[arg(long, value_name = "TEXT", requires = "time", value_parser = reason)]
    reason: Option<String>,
    /// The account that it is for; may be repeated [default: every account]
    #[arg(long, value_name = "NAME", requires = "time")]
    account: Vec<String>,
    /// End it now; takes root
    #[arg(long)]
    end: bool,
}

fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || "write a number and `m` or `h`, at most 24h".to_owned();
    let (number, unit) = match (text.strip_suffix('m'), text.strip_suffix('h')) {
        (Some(number), _) => (number, 60),
        (_, Some(number)) => (number, 3600),
        _ => return Err(wrong()),
    };
    let number = number.parse::<u64>().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|number| number.checked_mul(unit)).filter(|time| (1..=LONGEST).contains(time)).ok_or_else(wrong)
}

fn reason(text: &str) -> Result<String, String> {
    match text {
        text if text.trim().is_empty() => Err("say why".into()),
        text if text.len() > 500 => Err("say it in at most 500 bytes".into()),
        text if text.chars().any(crate::text::is_hidden) => Err("say it in one line of characters that show".into()),
        text => Ok(text.into()),
    }
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(match (options.time, &options.reason) {
        _ if options.end => end(),
        (Some(time), Some(reason)) => begin(time, reason, &options.account),
        _ => Ok(show()),
    })
}

fn begin(time: u64, reason: &str, names: &[String]) -> Result<ExitCode, String> {
    takes_root()?;
    let path = Path::new(PATH);
    let directory = path.parent().unwrap_or(Path::new("/"));
    if !directory.is_dir() {
        return Err(format!(
            "there is no managed policy in `{}`, so there is nothing to lift; `prexec install --managed` writes one",
            directory.display()
        ));
    }
    rules::vet_directory(directory, &Check::managed()).map_err(|why| format!("an override would not count: {why}"))?;
    let account = |name: &String| match User::from_name(name) {
        Ok(Some(user)) => Ok(user.uid.as_raw()),
        _ => Err(format!("there is no account `{}` here", visible(name))),
    };
    let now = Host.now().ok_or("what time it is cannot be found out")?;
    let made = Override {
        from: now,
        until: now.saturating_add(time),
        issuer: issuer(),
        accounts: names.iter().map(account).collect::<Result<_, _>>()?,
        reason: reason.into(),
    };
    // What stands there might have other permissions, or be a link.
    files::remove(path)?;
    files::write(path, made.text().as_bytes(), 0o644)?;
    println!("{}", doctor::break_glass::told(&made));
    Ok(ExitCode::SUCCESS)
}

fn end() -> Result<ExitCode, String> {
    takes_root()?;
    files::remove(Path::new(PATH))?;
    println!("no override is in force");
    Ok(ExitCode::SUCCESS)
}

fn show() -> ExitCode {
    match break_glass::look(&Host) {
        Found::Nothing => println!("no override is in force"),
        Found::Void(why) => println!(
            "no override is in force; `{PATH}` counts for nothing: {why}; `prexec break-glass --end` removes it"
        ),
        Found::InForce(found) => {
            println!("{}", doctor::break_glass::told(&found));
            return ExitCode::from(IN_FORCE);
        }
    }
    ExitCode::SUCCESS
}

fn takes_root() -> Result<(), String> {
    if geteuid().is_root() { Ok(()) } else { Err("an override is made and ended by root only".into()) }
}

/// Who is behind root, as far as the system knows: the account that logged in, which `sudo` does not change.
fn issuer() -> String {
    let login = std::fs::read_to_string("/proc/self/loginuid").ok().and_then(|text| text.trim().parse().ok());
    let login =
        login.filter(|number| *number != u32::MAX).and_then(|number| User::from_uid(Uid::from_raw(number)).ok()?);
    let name = login.map(|user| user.name).or_else(|| std::env::var("SUDO_USER").ok());
    let name = name.filter(|name| name != "root" && !name.trim().is_empty());
    name.map_or_else(|| "root".into(), |name| format!("root ({})", visible(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_bounded_and_reasons_show() {
        assert_eq!((seconds("1h"), seconds("30m"), seconds("24h")), (Ok(3600), Ok(1800), Ok(LONGEST)));
        for wrong in ["", "h", "0h", "1", "1d", "25h", "1441m", "+1h", "-1h", "1 h", "99999999999999999999h", "1h30m"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert!(reason("INC-1: why").is_ok());
        for wrong in ["", " ", "a\nb", "\u{202e}", &"x".repeat(501)] {
            assert!(reason(wrong).is_err(), "{wrong}");
        }
    }
}
