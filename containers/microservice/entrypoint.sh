#!/bin/sh
# Be a Lambda function where Lambda runs this, else a server, which takes this process's place and its signals.
set -eu
cd "$LAMBDA_TASK_ROOT"
[ -n "${AWS_LAMBDA_RUNTIME_API:-}" ] && exec /lambda-entrypoint.sh "$@"
exec python3 -m service.server
