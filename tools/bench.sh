#!/usr/bin/env bash
# Measures the release build: jobs beside installed peers, or with `micro` the hot paths.
# Usage: tools/bench.sh [micro | REGEX of cases]; REPS, SECS, WRITE=1 and LOCK=FILE as bench/run.py has them.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'bench: %s\n' "$*"; }

jobs() {
  local options=(--reps "${REPS:-3}" --secs "${SECS:-5}") groups
  [ -z "$1" ] || options+=(--only "$1")
  [ -z "${WRITE:-}" ] || options+=(--write)
  [ -z "${LOCK:-}" ] || options+=(--lock "$LOCK")
  tools/deps.sh bench-tool
  # A name or a program that is not there ends it here, before anything is installed or built for it.
  groups=$(python3 bench/run.py "${options[@]}" --needs)
  # shellcheck disable=SC2086
  tools/deps.sh build $groups
  tools/stages.sh build
  if [ -z "$1" ]; then
    say "the daemon at rest, then vortex plan over a million events; a minute or two each"
    python3 bench/idle.py
    python3 bench/plan.py
  fi
  exec python3 bench/run.py "${options[@]}"
}

micro() {
  tools/deps.sh build bench-micro
  nice cmake --preset release -DTT_BENCH=ON
  local targets=() source target
  for source in bench/micro/*_bench.cc; do targets+=("$(basename "$source" .cc)"); done
  nice ninja -C build/release "${targets[@]}"
  mkdir -p build/bench
  for target in "${targets[@]}"; do
    printf '\n== %s\n' "$target"
    "build/release/bin/$target" --benchmark_out="build/bench/$target.json" \
      --benchmark_out_format=json
  done
  printf '\n== cel_peers\n'
  node bench/micro/cel_peers.mjs build/bench/cel_bench.json
}

if [ "${1:-}" = micro ]; then micro; else jobs "${1:-}"; fi
