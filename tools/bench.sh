#!/usr/bin/env bash
# Measures the release build: the jobs beside installed peers, or with `micro` the hot paths.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/deps.sh build bench
if [ "${1:-}" != micro ]; then
  tools/stages.sh build
  python3 bench/idle.py
  python3 bench/plan.py
  exec python3 bench/jobs.py ${1:+--only "$1"}
fi
nice cmake --preset release -DTT_BENCH=ON
targets=()
for source in bench/*_bench.cc; do targets+=("$(basename "$source" .cc)"); done
nice ninja -C build/release "${targets[@]}"
mkdir -p build/bench
for target in "${targets[@]}"; do
  printf '\n== %s\n' "$target"
  "build/release/bin/$target" --benchmark_out="build/bench/$target.json" \
    --benchmark_out_format=json
done
printf '\n== cel_peers\n'
node bench/cel_peers.mjs build/bench/cel_bench.json
