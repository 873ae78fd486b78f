# What a policy can call, for editors. Made of the loader's own signatures by `UPDATE_GOLDEN=1 cargo test --test stubs`; do not edit.
from typing import Literal

Decision = Literal["allow", "prompt", "forbidden"]

def prefix_rule(
    pattern: list[str | list[str]],
    decision: Decision | None = None,
    match: list[str | list[str]] | None = None,
    not_match: list[str | list[str]] | None = None,
    justification: str | None = None,
    canonical_matching: bool | None = None,
    options_anywhere: bool | None = None,
    tiers: str | list[str] | None = None,
    unless: list[str] | None = None,
    owner: str | None = None,
    review: str | None = None,
) -> None:
    """Commands by their first words: ["git", ["push", "pull"]]. Quotes, wrappers and global options are seen through."""

def host_executable(
    name: str,
    paths: list[str],
) -> None:
    """The absolute paths that a bare program name may stand for in rules that allow."""

def network_rule(
    host: str,
    protocol: Literal["http", "https", "socks5_tcp", "socks5_udp"],
    decision: Decision | Literal["deny"],
    justification: str | None = None,
    tiers: str | list[str] | None = None,
    owner: str | None = None,
    review: str | None = None,
) -> None:
    """One host and protocol, as in Codex's own rules."""

def host_rule(
    host: str | list[str],
    decision: Decision,
    methods: list[str] | None = None,
    match: list[str] | None = None,
    not_match: list[str] | None = None,
    justification: str | None = None,
    tiers: str | list[str] | None = None,
    owner: str | None = None,
    review: str | None = None,
) -> None:
    """Hosts that a call contacts, by glob, optionally by HTTP method."""

def glob_rule(
    pattern: str | list[str],
    access: Literal["read", "write", "edit", "write-tree", "execute"] | list[str] | None = None,
    decision: Decision | None = None,
    unless: list[str] | None = None,
    match: list[str] | None = None,
    not_match: list[str] | None = None,
    justification: str | None = None,
    tiers: str | list[str] | None = None,
    owner: str | None = None,
    review: str | None = None,
) -> None:
    """Files by glob: what is read, written, deleted with all below it, or executed. A glob starts with /, ~/, ./ or **/."""

def deny_read(
    pattern: str | list[str],
    unless: list[str] | None = None,
    match: list[str] | None = None,
    not_match: list[str] | None = None,
    justification: str | None = None,
    tiers: str | list[str] | None = None,
    owner: str | None = None,
    review: str | None = None,
) -> None:
    """glob_rule(access = "read", decision = "forbidden")."""

def flow_rule(
    source: str | list[str],
    sink: Literal["network", "interpreter", "file", "tool"],
    decision: Decision,
    match: list[str] | None = None,
    not_match: list[str] | None = None,
    justification: str | None = None,
    tiers: str | list[str] | None = None,
    owner: str | None = None,
    review: str | None = None,
) -> None:
    """What is read from a source (globs, "protected", "network", "credentials") and reaches a sink."""

def program(
    name: str,
    same_as: str | None = None,
    flags: str | list[str] | None = None,
    options: dict[str, str] | None = None,
    operands: str | list[str] | None = None,
    last: str | None = None,
    default_operand: str | None = None,
    style: str | None = None,
    stops: bool | None = None,
    numeric: bool | None = None,
    plus: bool | None = None,
    subcommands: bool | None = None,
    inert: bool | None = None,
    always_recursive: bool | None = None,
    assignments: bool | None = None,
    open: bool | None = None,
    writes_tree: bool | None = None,
    operand_values: bool | None = None,
    network: bool | None = None,
    skips_hidden: bool | None = None,
    spares_repository: bool | None = None,
    redirected: bool | None = None,
    drops_first: str | list[str] | None = None,
    recursive: str | list[str] | None = None,
    writes_operands: str | list[str] | None = None,
    target: str | list[str] | None = None,
    runs_nothing: str | list[str] | None = None,
    posts: str | list[str] | None = None,
    heads: str | list[str] | None = None,
    puts: str | list[str] | None = None,
    about: str | list[str] | None = None,
    interactive: str | list[str] | None = None,
    reads_only: str | list[str] | None = None,
    extracts: str | list[str] | None = None,
    stdin_code: str | list[str] | None = None,
    ends: str | list[str] | None = None,
    names_on_stdin: str | list[str] | None = None,
    lists: str | list[str] | None = None,
    hidden: str | list[str] | None = None,
    writes_all: str | list[str] | None = None,
    spares: str | list[str] | None = None,
    follows: str | list[str] | None = None,
    unpacks: str | list[str] | None = None,
    no_file: str | list[str] | None = None,
    no_directory: str | list[str] | None = None,
    only_file: str | list[str] | None = None,
    unfiltered: str | list[str] | None = None,
    complete: bool | None = None,
    notes: str | None = None,
) -> None:
    """What a program does with its options and operands; policies/tables/README.md explains the fields."""

def wrapper(
    name: str,
    same_as: str | None = None,
    flags: str | list[str] | None = None,
    options: dict[str, str] | None = None,
    operands: str | list[str] | None = None,
    runs: str | None = None,
    skip: int | None = None,
    no_command: str | None = None,
    style: str | None = None,
    stops: bool | None = None,
    assignments: bool | None = None,
    open: bool | None = None,
    network: bool | None = None,
    numeric: bool | None = None,
    runs_nothing: str | list[str] | None = None,
    about: str | list[str] | None = None,
    interactive: str | list[str] | None = None,
    stdin_code: str | list[str] | None = None,
    ends: str | list[str] | None = None,
    notes: str | None = None,
) -> None:
    """A program that runs others. With no more than a name and options: what follows these is the command."""

def env_rule(
    name: str | list[str],
    access: Literal["read", "set"] | list[str],
    decision: Decision,
    match: list[str] | None = None,
    not_match: list[str] | None = None,
    justification: str | None = None,
    tiers: str | list[str] | None = None,
    owner: str | None = None,
    review: str | None = None,
) -> None:
    """Environment variables by glob: printed or sent ("read"), or set for a command ("set")."""

def tool_rule(
    tool: str,
    decision: Decision,
    arguments: dict[str, str] | None = None,
    match: list[dict] | None = None,
    not_match: list[dict] | None = None,
    justification: str | None = None,
    tiers: str | list[str] | None = None,
    owner: str | None = None,
    review: str | None = None,
) -> None:
    """Tools that are not a shell, by name or glob, and by regular expressions on their arguments."""

def default(
    commands: Decision | None = None,
    reads: Decision | None = None,
    writes: Decision | None = None,
    network: Decision | None = None,
    tools: Decision | None = None,
    environment: Decision | None = None,
    interactive: Decision | None = None,
    unknown: Decision | None = None,
) -> None:
    """What an effect of each kind gets that no rule allows. The strictest of all layers counts."""

def tier(
    name: str,
    paths: list[str] | None = None,
    remotes: list[str] | None = None,
) -> None:
    """A trust tier of repositories, by path globs or git remotes."""

def include(
    path: str,
) -> None:
    """The rules of a shipped policy ("@prexec/controlled.rules") or of a file below this one's directory."""

def select_policy(
    choices: list[dict],
    fallback: str,
) -> None:
    """The policy of an account or its groups, first match first. For the administrator's layer."""

def permit_repository_policy() -> None:
    """Repositories may tighten this policy by .prexec/*.rules. For the administrator's layer."""

def recording(
    audit: Literal["wanted", "required"] | None = None,
    text: bool | None = None,
) -> None:
    """The audit trail: "required" denies what cannot be recorded; text = True records commands, too, without known secrets."""
