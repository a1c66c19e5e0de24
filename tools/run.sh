#!/usr/bin/env bash
# Starts the built daemon with its built-in configuration, after saying what to try with it.
set -euo pipefail
cd "$(dirname "$0")/.."

cat <<'TEXT'

vortex listens on http://127.0.0.1:8420 and keeps events in ./data; Ctrl-C ends it.
Three things to try in another terminal:

  build/release/bin/tictoc send 'hello from me' --kind urn:example:hello
  build/release/bin/tictoc tail
  curl --json '{"message": "hello", "severity": "warning"}' http://127.0.0.1:8420/api/v1/events

TEXT
exec build/release/bin/vortex run "$@"
