#!/usr/bin/env bash
# Installs the Claude Code client that `cargo test --test real_claude` drives into target/claude/VERSION, unless it is there already.
# The version is the pin in package.json; CLAUDE_VERSION=x.y.z takes another one. Prints where it is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pin=$(node -p 'require(process.argv[1]).dependencies["@anthropic-ai/claude-code"]' "$here/package.json")
version=${CLAUDE_VERSION:-$pin}
mkdir -p "$here/../../target/claude/$version"
place=$(cd "$here/../../target/claude/$version" && pwd)
client=$place/node_modules/.bin/claude

exec 9>"$place/.lock"
flock 9 # two runs at once would write into each other

if [[ $("$client" --version 2>/dev/null) != "$version "* ]]; then
  npm install --prefix "$place" --no-save --no-package-lock --no-audit --no-fund --loglevel=error "@anthropic-ai/claude-code@$version" >&2
  # What the package would do by itself where scripts of packages may run.
  node "$place/node_modules/@anthropic-ai/claude-code/install.cjs" >&2
fi
"$client" --version >&2
printf '%s\n' "$client"
