#!/bin/sh
# Builds init for this machine's architecture: build.sh DIRECTORY writes DIRECTORY/<architecture>, named as in `uname -m`.
# Static, because it also runs in images without libraries. The same sources and compiler give the same bytes.
set -eu
sources=$(dirname "$0")
program=$1/$(uname -m)
if [ -z "$(find "$sources" -newer "$program" -print -quit 2>&1)" ]; then
  exit 0
fi
if ! command -v gcc >/dev/null || [ ! -e /usr/include/stdlib.h ]; then
  echo "init, the first process of every sandbox, is written in C: its build needs gcc and the C library's headers" >&2
  echo "(on Debian: apt-get install gcc libc6-dev)" >&2
  exit 1
fi
mkdir -p "$1"
cd "$sources"
gcc -std=gnu11 -static -O2 -Wall -Wextra -Werror -fno-ident -Wl,--build-id=none -Wl,-s -o "$program" *.c
