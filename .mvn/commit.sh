#!/bin/sh
# Writes the commit at hand and its time, for /version: commit.sh FILE. A file that says so already is left alone, so that
# nothing is packaged again for it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

# The clone may belong to another user than the one who builds.
in_clone() { git -c safe.directory='*' -C "$root" "$@" 2>/dev/null; }

commit=unknown time=unknown
# Sources without their repository may lie in somebody else's: only a repository that begins here counts.
if prefix=$(in_clone rev-parse --show-prefix) && [ -z "$prefix" ] && head=$(in_clone describe --always --dirty --abbrev=40 --exclude='*'); then
  commit=$head
  time=$(TZ=UTC in_clone log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)
fi

told=$(printf 'commit=%s\ntime=%s\n' "$commit" "$time")
[ "$(cat "$1" 2>/dev/null)" != "$told" ] || exit 0
mkdir -p "$(dirname "$1")"
printf '%s\n' "$told" >"$1"
