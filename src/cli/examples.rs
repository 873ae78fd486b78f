//! What the help of each verb shows at its end: commands that are read by the tests.

pub(super) const HOOK: &str = "Examples:
  prexec hook < examples/captured-call.jsonl
  prexec hook --policy /etc/codex/policy.bin --stale sources < call.json
  prexec hook --prompt gate < call.json
  prexec hook --close-stdin < call.json
  prexec hook --observe < call.json
  prexec hook --agent claude < call.json";
pub(super) const CHECK: &str = "Examples:
  prexec check 'git push --force'
  prexec check --policy my.rules --cwd ~/project 'cat .env'
  prexec check --json --tool mcp__github__get_issue '{\"number\": 7}'
  prexec check --jsonl < calls.jsonl";
pub(super) const EXPLAIN: &str = "Examples:
  prexec explain 'cat .e*'
  prexec explain --policy my.rules 'cd src && grep -rn TODO . | head'
  prexec explain --json 'curl https://example.com'";
pub(super) const TEST: &str = "Examples:
  prexec test
  prexec test policies examples --coverage
  prexec test --format junit policies > report.xml
  prexec test --redteam my.rules";
pub(super) const DIFF: &str = "Examples:
  prexec diff old.rules new.rules --calls calls.jsonl";
pub(super) const COMPILE: &str = "Examples:
  prexec compile --policy my.rules -o my.bin
  prexec compile --managed
  prexec compile --user";
pub(super) const INSTALL: &str = "Examples:
  prexec install --user
  prexec install --user --posture lockdown --dry-run
  prexec install --managed --prompt gate
  prexec install --managed --observe
  prexec install --managed --print=mdm";
pub(super) const UNINSTALL: &str = "Examples:
  prexec uninstall --user
  prexec uninstall --managed --dry-run";
pub(super) const DOCTOR: &str = "Examples:
  prexec doctor
  prexec doctor --user alice --json
  prexec doctor --agent claude";
pub(super) const BREAK_GLASS: &str =
    "Without options it says whether one is in force (exit status 0 for none, 5 for one).

Examples:
  prexec break-glass
  prexec break-glass --for 1h --reason 'INC-42: the pipeline is down'
  prexec break-glass --for 30m --reason 'INC-42' --account alice
  prexec break-glass --end";
pub(super) const LINT: &str = "Examples:
  prexec lint my.rules
  prexec lint --fix policies
  prexec lint --format sarif policies > lint.sarif
  prexec lint --explain shadowed-rule";
pub(super) const FMT: &str = "Examples:
  prexec fmt my.rules
  prexec fmt --check policies
  prexec fmt - < my.rules";
pub(super) const BENCH: &str = "Examples:
  prexec bench
  prexec bench --rounds 100 --policy my.bin --calls calls.jsonl";
pub(super) const RUN: &str = "Examples:
  prexec run 'a person has approved this' -- 'git push'";
pub(super) const SUGGEST: &str = "Examples:
  prexec suggest --from calls.jsonl
  prexec suggest --from calls.jsonl --policy my.rules
  prexec suggest --from ~/.local/state/prexec/audit";
pub(super) const REPLAY: &str = "Examples:
  prexec replay --policy new.rules
  prexec replay --policy new.rules --since 90d --audit /var/log/prexec";
pub(super) const COMPLETIONS: &str = "Examples:
  prexec completions bash > /usr/share/bash-completion/completions/prexec
  prexec completions zsh > ~/.zfunc/_prexec
  prexec completions fish > ~/.config/fish/completions/prexec.fish";
pub(super) const MAN: &str = "Examples:
  prexec man | man -l -
  prexec man --dir /usr/share/man/man1";
pub(super) const INVENTORY: &str = "Examples:
  prexec inventory
  prexec inventory --json > baseline.json
  prexec inventory --against baseline.json
  prexec inventory --against /etc/codex/requirements.toml";
pub(super) const AUDIT: &str = "Examples:
  prexec audit verify
  prexec audit prune --keep 90d
  prexec audit export --format csv --last 30d
  prexec audit export --to otlp=https://collector.example.com:4318 --follow
  prexec audit report --last 30d -o report.html";
pub(super) const AUDIT_QUERY: &str = "Examples:
  prexec audit query --last 90d --rule secrets.rules --count-by agent,user     which agents touched a credential path?
  prexec audit query --last 90d --path '~/.aws' --path '**/.env'               the calls themselves
  prexec audit query --last 30d --decision deny --count-by rule --format csv
  prexec audit query --since 2026-11-01 --program 'git push' --format json";
