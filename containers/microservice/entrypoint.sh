#!/bin/sh
# Be a Lambda function where Lambda runs this, else a server.
set -eu
cd "$LAMBDA_TASK_ROOT"
[ -n "${AWS_LAMBDA_RUNTIME_API:-}" ] && exec /lambda-entrypoint.sh "$@"

# A container's first process is deaf to signals that it does not handle, as Python is while it starts: this shell stays
# the first, and passes them on.
python3 -m service.server &
server=$!
trap 'kill "$server" 2>/dev/null || true' TERM INT
while wait "$server" && status=0 || status=$?; kill -0 "$server" 2>/dev/null; do :; done
exit "$status"
