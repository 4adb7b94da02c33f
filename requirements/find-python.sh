#!/bin/sh
# Print the path of a Python 3.13, else 3.12: the one named, or else one on PATH, in pyenv, or through uv.
# Say what is missing otherwise.
set -u

is_usable() { # PATH VERSION
    "$1" -c "import sys, venv, ensurepip; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" >/dev/null 2>&1
}

if [ $# -gt 0 ]; then
    for version in 3.13 3.12; do
        is_usable "$1" "$version" && echo "$1" && exit 0
    done
    echo "$1 is no Python 3.13 or 3.12 with its venv module" >&2
    exit 1
fi
for version in 3.13 3.12; do
    for candidate in \
        "$(command -v "python$version" 2>/dev/null)" \
        "$(command -v python3 2>/dev/null)" \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version"*/bin/python \
        "$(uv python find "$version" 2>/dev/null)"; do
        if [ -n "$candidate" ] && is_usable "$candidate" "$version"; then
            echo "$candidate"
            exit 0
        fi
    done
done
if command -v uv >/dev/null 2>&1 && uv python install 3.13 >/dev/null 2>&1; then
    uv python find 3.13 && exit 0
fi
cat >&2 <<'TEXT'
Augury needs Python 3.13 (3.12 works too) with its venv module, and found neither on PATH, in pyenv, nor through uv.
Install one of them, for instance:
    Debian, Ubuntu:  apt-get install python3.13 python3.13-venv
    macOS:           brew install python@3.13
    any system:      install uv, then run make again
or name one:         make PYTHON=/path/to/python3.13 demo
TEXT
exit 1
