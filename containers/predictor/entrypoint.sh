#!/bin/sh
# Be Lambda's function where Lambda runs this, else the server that AUGURY_SERVER names. Without either it is the function
# under the base image's emulator, to be tried on any machine.
set -eu
cd "$LAMBDA_TASK_ROOT"
[ -n "${AWS_LAMBDA_RUNTIME_API:-}" ] && exec /lambda-entrypoint.sh "$@"
case "${AUGURY_SERVER:-}" in
    "") exec /lambda-entrypoint.sh "$@" ;;
    predictor) module=functions.predict.server ;;
    microservice) module=functions.predict.microservice ;;
    *)
        echo "augury can't start: AUGURY_SERVER is '$AUGURY_SERVER': set it to predictor or to microservice, or leave it out" >&2
        exit 2
        ;;
esac

# A container's first process is deaf to signals that it does not handle, as Python is while it starts: this shell stays
# the first, and passes them on.
python3 -m "$module" &
server=$!
trap 'kill "$server" 2>/dev/null || true' TERM INT
while wait "$server" && status=0 || status=$?; kill -0 "$server" 2>/dev/null; do :; done
exit "$status"
