#!/usr/bin/env bash
# Fuzzes every target for some seconds (the argument, 60 by default) and keeps what it finds.
# Then it compares generated expressions with other implementations of CEL, for as long.
set -euo pipefail
cd "$(dirname "$0")/.."

compgen -G 'fuzz/*_fuzz.cc' >/dev/null || { echo "fuzz: there is no fuzz target yet"; exit 1; }
tools/deps.sh build test
tools/stages.sh fuzz build
found=$PWD/build/fuzz
for source in fuzz/*_fuzz.cc; do
  name=$(basename "$source" .cc)
  corpus=fuzz/corpus/${name%_fuzz}
  mkdir -p "$found/$name"
  printf '\n== %s for %s s\n' "$name" "${1:-60}"
  # New inputs go below build/; the corpus in the tree is only read.
  nice "build/asan/bin/$name" -max_total_time="${1:-60}" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$found/$name-" "$found/$name" "$corpus"
done
printf '\n== differential for %s s\n' "${1:-60}"
nice node tests/e2e/differential/main.mjs --seconds "${1:-60}"
