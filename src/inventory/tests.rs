//! On a home directory as people have it, with something of each kind.

use super::*;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use tempfile::TempDir;

struct Machine {
    place: TempDir,
    places: Places,
}

/// What must stand nowhere in a list.
const SECRET: &str = "correct-horse-battery-staple";

impl Machine {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a directory");
        let root = place.path().canonicalize().expect("a path");
        let home = root.join("home/ann");
        let places = Places {
            account: "ann".into(),
            host: "laptop".into(),
            codex: home.join(".codex"),
            codex_system: root.join("etc/codex"),
            claude: home.join(".claude"),
            claude_json: home.clone(),
            claude_system: root.join("etc/claude-code"),
            cwd: home.join("work/app/api"),
            path: Vec::from([home.join(".local/bin"), root.join("usr/bin")]),
            home,
            tiers: Vec::new(),
        };
        let machine = Self { place, places };
        machine.fill();
        machine
    }

    fn root(&self) -> PathBuf {
        self.place.path().canonicalize().expect("a path")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.root().join(path)).expect("a file");
        assert!(text.contains(from), "{path}: {text}");
        self.write(path, &text.replace(from, to));
    }

    fn skill(&self, directory: &str) {
        self.write(&format!("{directory}/SKILL.md"), "---\nname: x\ndescription: y\n---\n");
    }

    fn fill(&self) {
        let home = self.places.home.display().to_string();
        self.write("home/ann/work/app/.git/HEAD", "ref: refs/heads/main\n");
        self.write("home/ann/work/app/AGENTS.md", "instructions");
        self.write("home/ann/work/app/api/AGENTS.override.md", "others");
        self.write("home/ann/work/app/api/AGENTS.md", "shadowed");
        self.write("home/ann/work/app/CLAUDE.md", "instructions");
        self.write("home/ann/work/app/.codex/agents/reviewer.toml", "name = 'reviewer'\n");
        self.write("home/ann/work/app/.codex/config.toml", "[mcp_servers.project]\ncommand = 'p'\n");
        self.write("home/ann/work/app/.claude/agents/tester.md", "---\nname: tester\n---\n");
        self.write(
            "home/ann/work/app/.mcp.json",
            r#"{"mcpServers":{"tracker":{"type":"http","url":"https://t.example/mcp"}}}"#,
        );
        self.write("home/ann/work/app/.env", &format!("KEY={SECRET}\n"));
        self.write("home/ann/work/app/.env.example", "KEY=\n");
        self.skill("home/ann/work/app/.agents/skills/deploy");
        self.skill("home/ann/.agents/skills/own");
        self.skill("home/ann/.codex/skills/deep/down/nested");
        self.skill("home/ann/.claude/skills/notes");
        self.skill("etc/codex/skills/house");
        self.write("home/ann/.codex/AGENTS.md", "mine");
        self.write("home/ann/.codex/auth.json", &format!(r#"{{"token":"{SECRET}"}}"#));
        self.write(
            "home/ann/.codex/config.toml",
            &format!(
                "model = 'm'\n\n[mcp_servers.github]\ncommand = 'npx'\nargs = ['-y', 'server']\nenv = {{ TOKEN = '{SECRET}' }}\n\
                 \n[mcp_servers.wiki]\nurl = 'https://ann:{SECRET}@wiki.example/mcp?key={SECRET}'\n\
                 \n[plugins.'lint@house']\nenabled = true\n\n[marketplaces.house]\nsource_type = 'git'\nsource = 'https://git.example/p.git'\n\
                 \n[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = 'command'\ncommand = 'curl -H {SECRET} https://x.example'\n\
                 \n[agents]\nmax_depth = 1\n[agents.planner]\ndescription = 'd'\n\
                 \n[projects.'{home}/work/app']\ntrust_level = 'trusted'\n"
            ),
        );
        let plugin = "home/ann/.codex/plugins/cache/house/lint/1.2.3";
        self.write(&format!("{plugin}/.codex-plugin/plugin.json"), r#"{"name":"lint","version":"1.2.3"}"#);
        self.write(&format!("{plugin}/.mcp.json"), r#"{"mcpServers":{"linter":{"command":"lint-mcp"}}}"#);
        self.write(
            &format!("{plugin}/hooks/hooks.json"),
            r#"{"hooks":{"PostToolUse":[{"hooks":[{"type":"command","command":"lint"}]}]}}"#,
        );
        self.skill(&format!("{plugin}/skills/style"));
        self.write(
            "home/ann/.claude.json",
            &format!(
                r#"{{"oauthAccount":{{"x":"{SECRET}"}},"mcpServers":{{"mail":{{"command":"mail-mcp","env":{{"PASS":"{SECRET}"}}}}}},
                    "projects":{{"{home}/work/app":{{"mcpServers":{{"local":{{"command":"l"}}}}}}}}}}"#
            ),
        );
        self.write(
            "home/ann/.claude/settings.json",
            r#"{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"guard"}]}]},
                "enabledPlugins":{"fmt@acme":true}}"#,
        );
        let installed = format!("{home}/.claude/plugins/cache/acme/fmt/0.1.0");
        self.write(
            "home/ann/.claude/plugins/installed_plugins.json",
            &format!(r#"{{"version":2,"plugins":{{"fmt@acme":[{{"scope":"user","installPath":"{installed}","version":"0.1.0"}}]}}}}"#),
        );
        self.write("home/ann/.claude/plugins/cache/acme/fmt/0.1.0/.claude-plugin/plugin.json", r#"{"name":"fmt"}"#);
        self.skill("home/ann/.claude/plugins/cache/acme/fmt/0.1.0/skills/tidy");
        self.write(
            "home/ann/.vscode/extensions/openai.chatgpt-0.5.1/package.json",
            r#"{"name":"chatgpt","publisher":"openai","version":"0.5.1"}"#,
        );
        self.write("home/ann/.aws/credentials", SECRET);
        self.write("home/ann/.ssh/id_ed25519", SECRET);
        self.write("home/ann/.ssh/id_ed25519.pub", "public");
        self.write(
            "etc/codex/requirements.toml",
            "[[hooks.PreToolUse]]\nmatcher = '*'\n[[hooks.PreToolUse.hooks]]\ntype = 'command'\ncommand = '/opt/prexec/prexec-hook'\n",
        );
        let package = "usr/lib/node_modules/@openai/codex";
        self.write(&format!("{package}/package.json"), r#"{"name":"@openai/codex","version":"0.169.0"}"#);
        self.write(&format!("{package}/bin/codex.js"), "#!/usr/bin/env node\n");
        self.executable(&format!("{package}/bin/codex.js"));
        fs::create_dir_all(self.root().join("usr/bin")).expect("a directory");
        symlink("../lib/node_modules/@openai/codex/bin/codex.js", self.root().join("usr/bin/codex")).expect("a link");
    }

    fn executable(&self, path: &str) {
        fs::set_permissions(self.root().join(path), fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    fn look(&self) -> Inventory {
        look(&self.places).expect("a list")
    }
}

#[track_caller]
fn item<'i>(found: &'i Inventory, kind: Kind, name: &str) -> &'i Item {
    let item = found.items.iter().find(|item| item.kind == kind && item.name == name);
    item.unwrap_or_else(|| panic!("no {} `{name}` in {:#?}", kind.as_str(), found.items))
}

/// What is otherwise, as `CHANGE KIND NAME`.
fn told(drift: &[Drift]) -> Vec<String> {
    drift.iter().map(|drift| format!("{} {} {}", drift.change.as_str(), drift.kind, drift.name)).collect()
}

#[test]
fn something_of_each_kind_is_found() {
    let machine = Machine::new();
    let found = machine.look();
    assert_eq!(found.faults, []);
    let names: Vec<String> = found
        .items
        .iter()
        .map(|item| {
            format!("{} {} {}{}", item.kind.as_str(), item.agent, item.name, if item.enabled { "" } else { " off" })
        })
        .collect();
    let expected = [
        "agents claude CLAUDE.md",
        "agents claude tester.md",
        "agents codex AGENTS.md",
        "agents codex AGENTS.md",
        "agents codex AGENTS.md off",
        "agents codex AGENTS.override.md",
        "agents codex planner",
        "agents codex reviewer.toml",
        "mcp claude local",
        "mcp claude mail",
        "mcp claude tracker",
        "mcp codex github",
        "mcp codex lint@house:linter",
        "mcp codex project",
        "mcp codex wiki",
        "extensions vscode openai.chatgpt",
        "skills claude fmt@acme:tidy",
        "skills claude notes",
        "skills codex deploy",
        "skills codex house",
        "skills codex lint@house:style",
        "skills codex nested",
        "skills codex own",
        "plugins claude fmt@acme",
        "plugins claude fmt@acme",
        "plugins codex lint@house",
        "plugins codex lint@house",
        "plugins codex marketplace house",
        "secrets any .env",
        "secrets any credentials",
        "secrets any id_ed25519",
        "secrets codex auth.json",
        "hooks claude PreToolUse 0:0",
        "hooks codex PreToolUse 0:0",
        "hooks codex Stop 0:0",
        "hooks codex lint@house:PostToolUse 0:0",
        "clis codex codex",
    ];
    assert_eq!(names, expected, "{names:#?}");
}

#[test]
fn an_item_says_where_it_is_whose_it_is_and_what() {
    let machine = Machine::new();
    let found = machine.look();
    let github = item(&found, Kind::Mcp, "github");
    assert!(github.origin.file.ends_with("/home/ann/.codex/config.toml"));
    assert_eq!((github.origin.line, github.origin.table.as_deref()), (Some(3), Some("mcp_servers.github")));
    assert_eq!((github.detail["command"].as_str(), github.detail["variables"].as_str()), ("npx", "TOKEN"));
    assert_eq!(item(&found, Kind::Mcp, "wiki").detail["url"], "https://wiki.example/mcp");
    let hook = item(&found, Kind::Hooks, "Stop 0:0");
    assert_eq!((hook.origin.line, hook.detail["command"].as_str()), (Some(18), "curl"));
    let codex = item(&found, Kind::Clis, "codex");
    assert_eq!(codex.detail["version"], "0.169.0");
    assert!(codex.link.as_deref().is_some_and(|link| link.ends_with("/bin/codex.js")), "{codex:?}");
    let own = nix::unistd::geteuid().as_raw();
    for item in &found.items {
        assert_eq!(item.digest.is_none(), item.kind == Kind::Secrets, "{item:?}");
        assert_eq!(item.owner.as_ref().map(|owner| owner.uid), Some(own), "{item:?}");
    }
}

#[test]
fn no_secret_is_in_the_list_and_none_changes_a_digest() {
    let machine = Machine::new();
    let before = machine.look();
    assert!(!serde_json::to_string(&before).expect("JSON").contains(SECRET));
    machine.edit("home/ann/.codex/config.toml", &format!("TOKEN = '{SECRET}'"), "TOKEN = 'other'");
    machine.edit("home/ann/.claude.json", &format!(r#""PASS":"{SECRET}""#), r#""PASS":"other""#);
    machine.write("home/ann/.aws/credentials", "other");
    assert_eq!(told(&machine.look().drift(&Against::Baseline(before.into()))), [""; 0]);
}

/// Instructions that are a link to a key would have the digest of the key.
#[test]
fn a_link_to_a_secret_has_no_digest() {
    let machine = Machine::new();
    let agents = machine.root().join("home/ann/.codex/AGENTS.md");
    fs::remove_file(&agents).expect("a file");
    symlink(machine.root().join("home/ann/.ssh/id_ed25519"), &agents).expect("a link");
    symlink(machine.root().join("home/ann/.ssh"), machine.root().join("home/ann/.agents/skills/own/keys"))
        .expect("a link");
    machine.write("home/ann/.agents/skills/own/.env", SECRET);
    let found = machine.look();
    let linked = found.items.iter().find(|item| item.origin.file == facts::shown(&agents)).expect("an item");
    assert!(linked.digest.is_none() && linked.link.is_some(), "{linked:?}");
    assert!(found.faults.iter().any(|fault| fault.what.contains("credentials")), "{:?}", found.faults);
    let before = item(&found, Kind::Skills, "own").digest.clone();
    machine.write("home/ann/.agents/skills/own/.env", "other");
    assert_eq!(item(&machine.look(), Kind::Skills, "own").digest, before);
}

#[test]
fn what_has_changed_is_told() {
    let machine = Machine::new();
    let before = machine.look();
    assert_eq!(told(&machine.look().drift(&Against::Baseline(before.clone().into()))), [""; 0]);
    machine.edit("home/ann/.codex/config.toml", "'npx'", "'bunx'");
    machine.edit("home/ann/.codex/config.toml", "model = 'm'", "model = 'm'\nsandbox_mode = 'danger-full-access'");
    machine.write("home/ann/work/app/.agents/skills/deploy/run.sh", "touch x\n");
    machine.skill("home/ann/.agents/skills/unreviewed");
    machine.write(
        "home/ann/.codex/hooks.json",
        r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"x"}]}]}}"#,
    );
    fs::remove_file(machine.root().join("home/ann/work/app/.mcp.json")).expect("a file");
    machine.write("home/ann/.netrc", SECRET);
    let mode = fs::Permissions::from_mode(0o666);
    fs::set_permissions(machine.root().join("home/ann/work/app/AGENTS.md"), mode).expect("a mode");
    machine.write("home/ann/.local/bin/claude", "#!/bin/sh\n");
    machine.executable("home/ann/.local/bin/claude");
    let drift = machine.look().drift(&Against::Baseline(before.into()));
    let expected = [
        "new clis claude",
        "new hooks PreToolUse 0:0",
        "new secrets .netrc",
        "new skills unreviewed",
        "changed agents AGENTS.md",
        "changed mcp github",
        "changed setting network_access",
        "changed setting sandbox_mode",
        "changed setting web_search",
        "changed skills deploy",
        "removed mcp tracker",
        "below-floor setting network_access",
        "below-floor setting sandbox_mode",
        "below-floor setting web_search",
    ];
    assert_eq!(told(&drift), expected, "{drift:#?}");
}

#[test]
fn a_baseline_serves_another_machine_and_another_version_of_a_plugin() {
    let (one, other) = (Machine::new(), Machine::new());
    let plugins = other.root().join("home/ann/.codex/plugins/cache/house/lint");
    // What is the system's stands in another place here, as it does on no machine.
    let list = |machine: &Machine| {
        let mut list = machine.look();
        list.items.retain(|item| matches!(item.scope, Scope::User | Scope::Repository | Scope::Plugin));
        list
    };
    assert_eq!(told(&list(&other).drift(&Against::Baseline(list(&one).into()))), [""; 0]);
    fs::rename(plugins.join("1.2.3"), plugins.join("1.3.0")).expect("a directory");
    other.edit("home/ann/.codex/plugins/cache/house/lint/1.3.0/.codex-plugin/plugin.json", "1.2.3", "1.3.0");
    let drift = list(&other).drift(&Against::Baseline(list(&one).into()));
    assert_eq!(told(&drift), ["changed plugins lint@house"], "{drift:#?}");
    assert!(drift[0].why.contains("version `1.3.0` was `1.2.3`"), "{drift:#?}");
}

#[test]
fn what_requirements_do_not_allow_is_told() {
    let machine = Machine::new();
    machine.edit(
        "home/ann/.codex/config.toml",
        "model = 'm'",
        "approval_policy = 'never'\nsandbox_mode = 'workspace-write'",
    );
    let requirements = "allow_managed_hooks_only = true\nallowed_approval_policies = ['on-request']\n\
                        allowed_sandbox_modes = ['read-only', 'workspace-write']\n\
                        [mcp_servers.github.identity]\ncommand = 'other'\n\
                        [mcp_servers.wiki.identity]\nurl = { match = 'prefix', value = 'https://wiki.example/' }\n\
                        [marketplaces]\nrestrict_to_allowed_sources = true\n\
                        [marketplaces.allowed_sources.x]\nsource = 'git'\nurl = 'https://git.example/other.git'\n";
    machine.write("elsewhere/requirements.toml", requirements);
    let against = |text: &str| {
        machine.write("elsewhere/requirements.toml", text);
        Against::read(&machine.root().join("elsewhere/requirements.toml")).expect("requirements")
    };
    let drift = machine.look().drift(&against(requirements));
    let expected = [
        "not-allowed hooks Stop 0:0",
        "not-allowed hooks lint@house:PostToolUse 0:0",
        "not-allowed mcp github",
        "not-allowed mcp project",
        "not-allowed plugins marketplace house",
        "not-allowed setting approval_policy",
        "below-floor setting approval_policy",
    ];
    assert_eq!(told(&drift), expected, "{drift:#?}");
    // A plugin's servers are bound by what is said of the plugin, or by an empty list.
    let of_plugin = "[plugins.'lint@house'.mcp_servers.linter.identity]\ncommand = 'lint-mcp'\n";
    let mcp = |text: &str| {
        let told = told(&machine.look().drift(&against(text)));
        told.into_iter().filter(|line| line.contains("linter")).count()
    };
    assert_eq!((mcp(of_plugin), mcp("[plugins.x.mcp_servers]\n"), mcp("[mcp_servers]\n"), mcp("")), (0, 1, 1, 0));
    let market = "[marketplaces]\nrestrict_to_allowed_sources = true\n[marketplaces.allowed_sources.x]\nsource = 'host_pattern'\nhost_pattern = '^git[.]example$'\n";
    assert_eq!(told(&machine.look().drift(&against(market))), ["below-floor setting approval_policy"]);
}

#[test]
fn what_cannot_be_read_is_said() {
    let machine = Machine::new();
    let before = machine.look();
    machine.write("home/ann/.codex/config.toml", "[mcp_servers\n");
    machine.write("home/ann/.claude/settings.json", "{\"hooks\": }");
    machine.write("home/ann/work/app/.mcp.json", r#"{"mcpServers": ["x"]}"#);
    machine.write("home/ann/.codex/rules/default.rules", "prefix_rule(\n");
    nix::unistd::mkfifo(&machine.root().join("home/ann/.codex/hooks.json"), nix::sys::stat::Mode::S_IRWXU)
        .expect("a pipe");
    fs::remove_file(machine.root().join("home/ann/work/app/CLAUDE.md")).expect("a file");
    symlink("nowhere", machine.root().join("home/ann/work/app/CLAUDE.md")).expect("a link");
    let found = machine.look();
    let told: Vec<String> =
        found.faults.iter().map(|f| format!("{}: {}", f.file.rsplit('/').next().unwrap_or_default(), f.what)).collect();
    for expected in [
        "config.toml: it is no valid TOML",
        "settings.json: it is no valid JSON",
        ".mcp.json: `mcpServers` is no table",
        "default.rules: it does not load",
        "hooks.json: it is no regular file",
        "CLAUDE.md: it cannot be read",
    ] {
        assert!(told.iter().any(|line| line.starts_with(expected)), "{expected}: {told:#?}");
    }
    let drift = found.drift(&Against::Baseline(before.into()));
    assert_eq!(
        drift.iter().filter(|drift| drift.change == Change::Unreadable).count(),
        found.faults.len(),
        "{drift:#?}"
    );
}

#[test]
fn what_a_project_configures_counts_only_where_it_is_trusted() {
    let machine = Machine::new();
    machine.write(
        "home/ann/work/app/.codex/config.toml",
        "sandbox_mode = 'danger-full-access'\n[mcp_servers.project]\ncommand = 'p'\n",
    );
    let sandbox = |found: &Inventory| found.settings[0].value.clone();
    let found = machine.look();
    assert_eq!((sandbox(&found).as_str(), item(&found, Kind::Mcp, "project").enabled), ("danger-full-access", true));
    machine.edit("home/ann/.codex/config.toml", "trust_level = 'trusted'", "trust_level = 'untrusted'");
    let found = machine.look();
    assert_eq!((sandbox(&found).as_str(), item(&found, Kind::Mcp, "project").enabled), ("read-only", false));
}

#[test]
fn settings_in_force_follow_requirements_and_rules() {
    let mut machine = Machine::new();
    machine.edit(
        "home/ann/.codex/config.toml",
        "model = 'm'",
        "sandbox_mode = 'danger-full-access'\nweb_search = 'live'",
    );
    machine.write("home/ann/.codex/rules/a.rules", "prefix_rule(['git', 'status'])\nprefix_rule(['make'])\n");
    machine.write("etc/codex/requirements.toml", "allowed_sandbox_modes = ['read-only', 'workspace-write']\n");
    machine.places.tiers = Vec::from(["sensitive".to_owned()]);
    let found = machine.look();
    let said: Vec<(&str, &str)> = found.settings.iter().map(|s| (s.name.as_str(), s.value.as_str())).collect();
    let expected = [
        ("sandbox_mode", "read-only"),
        ("approval_policy", "on-request"),
        ("network_access", "off"),
        ("web_search", "live"),
        ("allow_rules", "whole programs"),
    ];
    assert_eq!(said, expected);
    assert_eq!(found.settings[0].asked.as_deref(), Some("danger-full-access"));
    assert_eq!(found.settings[4].origin.as_ref().and_then(|origin| origin.line), Some(2));
    let mut before = found.clone();
    assert_eq!(told(&found.drift(&Against::Baseline(before.clone().into()))), [""; 0]);
    before.floor.clear();
    let drift = found.drift(&Against::Baseline(before.into()));
    assert_eq!(told(&drift), ["below-floor setting allow_rules", "below-floor setting web_search"]);
}

#[test]
fn hostile_names_are_escaped_and_loops_end() {
    let machine = Machine::new();
    machine.skill("home/ann/.agents/skills/a\u{202e}b\n");
    symlink("..", machine.root().join("home/ann/.agents/skills/own/up")).expect("a link");
    machine.edit("home/ann/.codex/config.toml", "[mcp_servers.wiki]", "[mcp_servers.\"w\\u001b[31m\\u202e\"]");
    let text = serde_json::to_string(&machine.look()).expect("JSON");
    assert!(!text.chars().any(crate::text::is_hidden), "{text}");
    assert!(text.contains("\\\\u{202e}b") && text.contains("\\\\u{1b}[31m"), "{text}");
}

#[test]
fn nothing_is_written_or_executed() {
    let machine = Machine::new();
    let traced = "#!/bin/sh\necho >> \"$0.ran\"\n";
    machine.write("usr/lib/node_modules/@openai/codex/bin/codex.js", traced);
    let listing = |root: &Path| {
        let mut open = Vec::from([root.to_path_buf()]);
        let mut all = std::collections::BTreeMap::new();
        while let Some(next) = open.pop() {
            for entry in fs::read_dir(next).expect("a directory") {
                let path = entry.expect("an entry").path();
                let metadata = fs::symlink_metadata(&path).expect("metadata");
                if metadata.is_dir() {
                    open.push(path.clone());
                }
                all.insert(path, metadata.modified().expect("a time"));
            }
        }
        all
    };
    let before = listing(&machine.root());
    machine.look();
    assert_eq!(listing(&machine.root()), before);
}

#[test]
fn the_form_is_the_one_of_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/schema/inventory-1.json")).expect("a schema");
    jsonschema::meta::validate(&schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let machine = Machine::new();
    machine.write("home/ann/.claude/settings.json", "{");
    machine.edit("home/ann/.codex/config.toml", "model = 'm'", "sandbox_mode = 'danger-full-access'");
    let found = machine.look();
    let mut value = serde_json::to_value(&found).expect("JSON");
    value["drift"] = serde_json::to_value(found.drift(&Against::Requirements(
        match Against::read(&machine.root().join("etc/codex/requirements.toml")).expect("requirements") {
            Against::Requirements(rules) => rules,
            Against::Baseline(_) => panic!("a baseline"),
        },
    )))
    .expect("JSON");
    let faults: Vec<String> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(value["drift"].as_array().is_some_and(|drift| !drift.is_empty()));
    // What is printed can be read back as a baseline, with what it drifted from in it.
    machine.write("baseline.json", &value.to_string());
    assert!(matches!(Against::read(&machine.root().join("baseline.json")), Ok(Against::Baseline(_))));
}
