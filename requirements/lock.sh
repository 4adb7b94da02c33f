#!/usr/bin/env bash
# Rewrite the hashed lock files from pyproject.toml: `make lock`, or `make lock UPGRADE=--upgrade`.
# `dev` is resolved first and constrains the others, so that every role runs the versions the tests ran.
set -euo pipefail
uv=${1:?usage: requirements/lock.sh PATH_TO_UV [--upgrade]}
upgrade=${2:-}
cd "$(dirname "$0")/.."

compile() {
    "$uv" pip compile pyproject.toml --no-config --universal --python-version 3.12 --generate-hashes \
        --no-header --no-annotate --no-emit-package augury --quiet "${@:2}" -o "requirements/$1.txt"
}

compile dev --extra dev $upgrade
for role in "local --extra local --extra build" "ingest --extra ingest" "serve --extra server" "heavy --extra heavy" "train --extra train" "glue"; do
    # shellcheck disable=SC2086
    compile $role --constraint requirements/dev.txt
done

# What has an environment of its own is resolved on its own: SAM, stock clients, and the rivals of the serving benchmark.
for lock in requirements/{sam,clients} benchmarks/serving/emulator benchmarks/serving/rivals/{bentoml,fastapi,mlflow,mlserver}; do
    # shellcheck disable=SC2086
    "$uv" pip compile "$lock.in" --no-config --universal --python-version 3.12 --generate-hashes \
        --no-header --no-annotate --quiet $upgrade $([ "$lock" = benchmarks/serving/emulator ] && echo --no-deps) -o "$lock.txt"
done
