#!/bin/sh
# Builds init for the processor at hand: build.sh DIRECTORY writes DIRECTORY/<machine>, as `uname -m` calls it.
# Static, because it runs in images with nothing in them; the same sources and compiler give the same bytes.
set -eu
sources=$(dirname "$0")
program=$1/$(uname -m)
if [ -z "$(find "$sources" -newer "$program" -print -quit 2>&1)" ]; then
  exit 0
fi
if ! command -v gcc >/dev/null || [ ! -e /usr/include/stdlib.h ]; then
  echo "init, the first process of every sandbox, is written in C: gcc and the C library's headers are needed to build it" >&2
  echo "(on Debian: apt-get install gcc libc6-dev)" >&2
  exit 1
fi
mkdir -p "$1"
cd "$sources"
gcc -std=gnu11 -static -O2 -Wall -Wextra -Werror -fno-ident -Wl,--build-id=none -Wl,-s -o "$program" *.c
