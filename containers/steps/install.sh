#!/bin/sh
# Install a hashed lock into a directory, without what a server has no use for: install.sh LOCK DIRECTORY
set -eu
python3 -m pip install --no-cache-dir --disable-pip-version-check --no-compile --no-deps --quiet \
    --require-hashes --only-binary=:all: --target "$2" --requirement "$1"
rm -rf "$2/bin" "$2/boto3/examples"
find "$2" \( -name '*.pyi' -o -name '*.h' -o -name 'examples-1.json*' -o -name RECORD \) -type f -delete
find "$2" -depth -type d -name tests -exec rm -rf {} +
