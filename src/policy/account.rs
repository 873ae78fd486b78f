//! Whose calls are decided, where an administrator gives accounts different policies.

use alloc::{string::String, vec::Vec};

/// An account, as the account database says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The account's name; none where the database has none.
    pub name: Option<String>,
    /// The names of its groups.
    pub groups: Vec<String>,
}

/// Whom one of several policies is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// Names of accounts.
    pub accounts: Vec<String>,
    /// Names of groups.
    pub groups: Vec<String>,
}

impl Audience {
    /// Whether an account, or one of its groups, is named.
    pub fn has(&self, account: &Account) -> bool {
        account.name.as_ref().is_some_and(|name| self.accounts.contains(name))
            || account.groups.iter().any(|group| self.groups.contains(group))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_has_whom_it_names_and_whose_group_it_names() {
        let names = |names: &[&str]| names.iter().map(|name| String::from(*name)).collect::<Vec<_>>();
        let audience = Audience { accounts: names(&["ann"]), groups: names(&["build"]) };
        let has = |name: Option<&str>, groups: &[&str]| {
            audience.has(&Account { name: name.map(Into::into), groups: names(groups) })
        };
        assert!(has(Some("ann"), &[]) && has(None, &["x", "build"]) && has(Some("ann"), &["build"]));
        // An account of a group's name is not the group, and the other way round.
        assert!(!has(Some("bob"), &["x"]) && !has(None, &[]) && !has(Some("build"), &["ann"]));
        assert!(!Audience::default().has(&Account { name: Some("ann".into()), groups: names(&["build"]) }));
    }
}
