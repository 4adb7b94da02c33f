#!/bin/sh
# Be Lambda's function where Lambda runs this, else the server that AUGURY_SERVER names, which takes this process's place
# and its signals. Without either it is the function under the base image's emulator, to be tried on any machine.
set -eu
cd "$LAMBDA_TASK_ROOT"
[ -n "${AWS_LAMBDA_RUNTIME_API:-}" ] && exec /lambda-entrypoint.sh "$@"
case "${AUGURY_SERVER:-}" in
    "") exec /lambda-entrypoint.sh "$@" ;;
    predictor) exec python3 -m functions.predict.server ;;
    microservice) exec python3 -m functions.predict.microservice ;;
esac
echo "augury can't start: AUGURY_SERVER is '$AUGURY_SERVER': set it to predictor or to microservice, or leave it out" >&2
exit 2
