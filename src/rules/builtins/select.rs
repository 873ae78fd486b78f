//! `select_policy`: which policy an account gets. For the administrator's layer only, and never without a fallback.

use super::super::arguments::{Call, Signature, dictionary, strings};
use super::super::diagnostics::Problem;
use super::super::evaluate;
use super::super::session::Session;
use crate::policy::{Account, Audience, Trust};
use nix::unistd::{Group, User, geteuid, getgrouplist};
use starlark::eval::Arguments;
use starlark::values::{Heap, Value, list::ListRef};
use std::{
    borrow::ToOwned,
    ffi::CString,
    format,
    string::{String, ToString},
    vec::Vec,
};

pub(super) const SELECT: Signature =
    Signature { function: "select_policy", parameters: &["choices", "fallback"], required: 2 };
const HELP: &str = "write {\"groups\": [\"NAME\"], \"path\": \"./FILE.rules\"}, or \"accounts\" in place of \"groups\"";

/// The effective account, from the account database alone. What cannot be found out is left out, so that a fallback decides.
pub fn effective_account() -> Account {
    let Ok(Some(user)) = User::from_uid(geteuid()) else { return Account::default() };
    let ids = CString::new(user.name.as_str()).ok().and_then(|name| getgrouplist(&name, user.gid).ok());
    let groups = ids.into_iter().flatten().filter_map(|id| Group::from_gid(id).ok().flatten());
    Account { groups: groups.map(|group| group.name).collect(), name: Some(user.name) }
}

/// Includes the first choice that speaks of the account, or else the fallback.
pub(super) fn select_policy<'v>(
    args: &Arguments<'v, '_>,
    heap: Heap<'v>,
    session: &Session<'_>,
) -> Result<(), Problem> {
    let call = Call::bind(SELECT, args, heap)?;
    super::for_rules(SELECT, &session.state.borrow())?;
    if session.state.borrow().layer.trust != Trust::Managed {
        let help = "include a policy by its name instead";
        return Err(Problem::new("only the administrator's layer selects policies by account", help));
    }
    let fallback = call.needed_text("fallback")?;
    // Every choice is read, so that a mistake in one is found on any machine.
    let choices = call.list("choices")?.into_iter().map(Choice::read).collect::<Result<Vec<_>, _>>()?;
    let current = evaluate::current(session)?;
    for path in choices.iter().map(|choice| choice.path.as_str()).chain([fallback]) {
        current.reach(path)?;
    }
    let audiences: Vec<Audience> = choices.iter().map(|choice| choice.audience.clone()).collect();
    let selections = {
        let mut state = session.state.borrow_mut();
        state.selections.push(audiences);
        state.selections.len()
    };
    let account = || session.account.cloned().unwrap_or_else(effective_account);
    let chosen = match session.choice {
        None => {
            let account = account();
            choices.iter().find(|choice| choice.audience.has(&account))
        }
        Some(number) if selections == 1 => choices.get(number),
        Some(_) => {
            let help = "write one call with all choices, or leave the policy uncompiled";
            return Err(Problem::new("a policy that selects twice cannot be compiled", help));
        }
    };
    evaluate::register(session, current.reach(chosen.map_or(fallback, |choice| &choice.path))?)
}

struct Choice {
    audience: Audience,
    path: String,
}

impl Choice {
    fn read(value: Value<'_>) -> Result<Self, Problem> {
        let mut choice = Self { audience: Audience::default(), path: String::new() };
        for (key, value) in dictionary("choices", value)? {
            let names = || {
                let list = ListRef::from_value(value)
                    .ok_or_else(|| Problem::new(format!("`{key}` of a choice is no list"), HELP))?;
                let names = strings(key, list.content().to_vec())?;
                Ok::<_, Problem>(names.into_iter().map(ToOwned::to_owned).collect())
            };
            match key {
                "accounts" => choice.audience.accounts = names()?,
                "groups" => choice.audience.groups = names()?,
                "path" => choice.path = value.unpack_str().unwrap_or_default().to_string(),
                _ => return Err(Problem::new(format!("a choice has an unknown key `{key}`"), HELP)),
            }
        }
        if choice.path.trim().is_empty() {
            return Err(Problem::new("a choice names no policy", HELP));
        }
        if choice.audience == Audience::default() {
            return Err(Problem::new(format!("the choice of `{}` is for nobody", choice.path), HELP));
        }
        Ok(choice)
    }
}
