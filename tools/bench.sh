#!/usr/bin/env bash
# Builds and runs the micro benchmarks; the results also go to build/bench as JSON.
set -euo pipefail
cd "$(dirname "$0")/.."

compgen -G 'bench/*_bench.cc' >/dev/null || { echo "bench: there is no benchmark yet"; exit 1; }
tools/deps.sh build bench
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
