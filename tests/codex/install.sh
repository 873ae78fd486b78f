#!/usr/bin/env bash
# Installs the Codex client that `cargo test --test real_codex` drives into target/codex/VERSION, unless it is there already.
# The version is the pin in package.json; CODEX_VERSION=x.y.z takes another one, for the installation and for the tests.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pin=$(node -p 'require(process.argv[1]).dependencies["@openai/codex"]' "$here/package.json")
version=${CODEX_VERSION:-$pin}
place=$here/../../target/codex/$version
client=$place/node_modules/.bin/codex

mkdir -p "$place"
exec 9>"$place/.lock"
flock 9 # two runs at once would write into each other

if [[ $("$client" --version 2>/dev/null) != "codex-cli $version" ]]; then
  npm install --prefix "$place" --no-save --no-package-lock --no-audit --no-fund --loglevel=error "@openai/codex@$version"
fi
"$client" --version
