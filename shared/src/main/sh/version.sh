#!/bin/sh
# Writes what /version tells: version.sh VERSION FILE. Without arguments it prints the commit and its time only.
# A file that says this already is left alone, so that nothing is packaged again for it.
set -eu
root=$(cd "$(dirname "$0")/../../../.." && pwd)

# The clone may belong to another user than the one who builds.
in_clone() { git -c safe.directory='*' -C "$root" "$@" 2>/dev/null; }

commit=unknown time=unknown
# Sources without their repository may lie in somebody else's: only a repository that begins here counts.
if prefix=$(in_clone rev-parse --show-prefix) && [ -z "$prefix" ] && head=$(in_clone describe --always --dirty --abbrev=40 --exclude='*'); then
  commit=$head
  time=$(TZ=UTC in_clone log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)
fi

[ $# -gt 0 ] || { printf 'commit=%s\ntime=%s\n' "$commit" "$time"; exit; }
told=$(printf 'version=%s\ncommit=%s\ntime=%s\n' "$1" "$commit" "$time")
[ "$(cat "$2" 2>/dev/null)" != "$told" ] || exit 0
mkdir -p "$(dirname "$2")"
printf '%s\n' "$told" >"$2"
