#!/usr/bin/env bash
# Starts the built daemon, after saying which configuration it uses and what to try with it.
# Usage: tools/run.sh [OPTION of `vortex run`]...
set -euo pipefail
cd "$(dirname "$0")/.."

# In the order in which `vortex run` looks for one.
own=
options=${*//--watch/}
if [ -n "${options// /}" ]; then
  own="what these options say: $*"
elif [ -n "${VORTEX_CONFIG:-}" ]; then
  own="$VORTEX_CONFIG (the variable VORTEX_CONFIG)"
elif [ -e vortex.yaml ]; then
  own="$PWD/vortex.yaml"
elif [ -e /etc/time-tunnel/vortex.yaml ]; then
  own=/etc/time-tunnel/vortex.yaml
fi

if [ -n "$own" ]; then
  cat <<TEXT

vortex uses a configuration of your own, not the built-in one:
  $own
Its log says where it listens; Ctrl-C ends it. These need an entry of type http on
/api/v1/events, and TICTOC_URL where it does not listen on http://127.0.0.1:8420:
TEXT
else
  cat <<'TEXT'

vortex uses its built-in configuration: it listens on http://127.0.0.1:8420, keeps events in ./data,
and writes all of them to ./archive.ndjson; Ctrl-C ends it. A ./vortex.yaml would be used instead.
Three things to try in another terminal:
TEXT
fi
cat <<'TEXT'

  build/release/bin/tictoc send 'hello from me' --kind urn:example:hello
  build/release/bin/tictoc tail
  curl --json '{"message": "hello", "severity": "warning"}' http://127.0.0.1:8420/api/v1/events

TEXT
exec build/release/bin/vortex run "$@"
