#!/bin/sh
# Write a directory's bytecode for the place where it will be, and let every user read it: compile.sh DIRECTORY PLACE
# The file system is read-only where it runs: bytecode is written here or never, and never checked against its source.
set -eu
python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash -s "$1" -p "$2" "$1"
chmod -R a+rX "$1"
