#!/usr/bin/env bash
# Runs the stages behind the make targets: builds, checks and tests, with times and one last count.
# Usage: tools/stages.sh STAGE...   or   tools/stages.sh all
# TT_TORTURE=N makes faults and torture N times longer, and planted complete.
set -uo pipefail
cd "$(dirname "$0")/.."

jobs=$(nproc)
[ "$jobs" -gt 2 ] || jobs=2
results=build/results
# Code that runs on one thread has nothing to show to the thread sanitizer.
tsan_suites=(base net tunnel portals/kit pipeline api)
passed=0 failed=0 skipped=0 broken=()
table=()

# Of thousands of passed tests every 200th is shown, as progress; of the others everything.
keep_telling='/^ +Start +[0-9]+: / { next } / Passed +[0-9.]+ sec$/ && ++n % 200 { next } 1 { print }
  { fflush() }'

say() { printf '\n== %s\n' "$*"; }

# configure PRESET: only the first time; ninja runs cmake again by itself when its files changed.
configure() {
  [ -e "build/$1/build.ninja" ] || nice cmake --preset "$1" || return 1
}

# build_targets PRESET TARGET...
build_targets() {
  local preset=$1
  shift
  configure "$preset" && nice ninja -C "build/$preset" -j "$jobs" "$@"
}

attribute() { sed -n "/<testsuite/,/>/s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -1; }

# ctest_in PRESET ARGUMENT...: runs tests and adds what the report of ctest says to the counts.
ctest_in() {
  local preset=$1 report status
  shift
  report=$PWD/$results/$preset.xml
  mkdir -p "$results"
  rm -f "$report"
  nice ctest --test-dir "build/$preset" -j "$jobs" --no-tests=error --output-on-failure \
    --output-junit "$report" "$@" | awk "$keep_telling"
  status=${PIPESTATUS[0]}
  [ -e "$report" ] || return 1
  local all bad idle
  all=$(attribute "$report" tests) bad=$(attribute "$report" failures)
  idle=$(($(attribute "$report" skipped) + $(attribute "$report" disabled)))
  passed=$((passed + all - bad - idle)) failed=$((failed + bad)) skipped=$((skipped + idle))
  return $status
}

stage_deps() { tools/deps.sh build test; }

stage_build() { build_targets release vortex tictoc; }

stage_unit() {
  build_targets release && ctest_in release
}

stage_format() {
  git ls-files -z -co --exclude-standard -- '*.cc' '*.h' |
    xargs -0 -r sh -c 'for f; do [ ! -e "$f" ] || printf "%s\\0" "$f"; done' sh |
    xargs -0 -r -n 16 -P "$jobs" clang-format-16 --dry-run -Werror
}

# Only what changed since the last commit: a whole run takes many minutes.
stage_lint() {
  local changed
  changed=$(git diff --name-only --diff-filter=d HEAD -- 'src/*.cc')
  [ -n "$changed" ] || { echo "clang-tidy: no source changed since the last commit"; return 0; }
  configure release || return 1
  # shellcheck disable=SC2086
  printf '%s\n' $changed | xargs -r -n 1 -P "$jobs" nice clang-tidy-16 -quiet -p build/release \
    --extra-arg=-Wno-unknown-warning-option
}

# The generated pages equal what the program prints, the examples are valid, and so are the tests
# of their rules.
stage_docs() {
  local program=build/release/bin/vortex status=0 file
  [ -x $program ] || { echo "docs: no $program yet, nothing to compare"; return 0; }
  [ ! -x tools/check_docs ] || tools/check_docs $program || status=1
  for file in examples/*.yaml; do
    case $file in *.test.yaml) continue ;; esac
    $program check "$file" || status=1
  done
  $program test examples/*.test.yaml || status=1
  return $status
}

stage_check() {
  local status=0 part
  python3 tools/check_layers.py || status=1
  python3 tools/tidy.py || status=1
  for part in format lint docs; do "stage_$part" || { echo "$part: failed"; status=1; }; done
  return $status
}

stage_asan() {
  build_targets asan && ctest_in asan -E '^fuzz/'
}

# Replays every file of fuzz/corpus; the targets are part of the asan build.
stage_fuzz() {
  compgen -G 'fuzz/*_fuzz.cc' >/dev/null || { echo "fuzz: there is no fuzz target"; return 1; }
  build_targets asan && ctest_in asan -R '^fuzz/'
}

stage_tsan() {
  local suites=() filter='' suite
  for suite in "${tsan_suites[@]}"; do
    [ -n "$(find "tests/$suite" -name '*.cc' -print -quit 2>/dev/null)" ] || continue
    suites+=("${suite//\//_}_test")
    filter+="${filter:+|}^${suite//\//_}/"
  done
  build_targets tsan "${suites[@]}" && ctest_in tsan -R "$filter"
}

# run_scripts FOLDER: the tests of tests/FOLDER against the programs as they are shipped.
run_scripts() {
  local report=$results/$1.txt status counts
  stage_build || return 1
  mkdir -p "$results"
  nice tests/e2e/run "tests/$1" 2>&1 | tee "$report"
  status=${PIPESTATUS[0]}
  counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$report" | tail -1)
  [ -n "$counts" ] || { echo "$1: the run ended without its counts"; return 1; }
  passed=$((passed + ${counts%% *}))
  counts=${counts#*, }
  failed=$((failed + ${counts%% *}))
  skipped=$((skipped + $(sed -n 's/^\([0-9]*\) skipped$/\1/p' "$report") + 0))
  return "$status"
}

stage_e2e() { run_scripts e2e; }

# kill -9, power cuts, failing calls, full disks, bad receivers: against the release build.
stage_faults() { run_scripts faults; }

# Bugs that tests must see: three in the gate, which share one program; all under `make torture`.
stage_planted() {
  local report=$results/planted.txt some=(ack-before-sync no-salt truncate-on-rot)
  [ -z "${TT_TORTURE:-}" ] || some=()
  mkdir -p "$results"
  tools/planted.sh "${some[@]}" | tee "$report"
  local status=${PIPESTATUS[0]}
  passed=$((passed + $(grep -c ': caught by ' "$report")))
  failed=$((failed + $(grep -cE ': (not caught by|.* fails without it)' "$report")))
  return "$status"
}

# The test programs whose size TT_TORTURE scales, outside ctest and its deadlines.
stage_torture() {
  local names name report status=0
  names=$(cd tests && grep -rl --include='*.cc' '"base/scale.h"' . | xargs -r -n 1 dirname |
    sed 's|^\./||; s|/|_|g; s|$|_test|' | sort -u)
  # shellcheck disable=SC2086
  build_targets release $names || return 1
  mkdir -p "$results"
  for name in $names; do
    report=$results/torture.$name.xml
    rm -f "$report"
    nice "build/release/bin/$name" --gtest_brief=1 "--gtest_output=xml:$report" || status=1
    [ -e "$report" ] || { echo "$name ended without its report"; status=1; continue; }
    local all bad
    all=$(attribute "$report" tests) bad=$(attribute "$report" failures)
    passed=$((passed + all - bad)) failed=$((failed + bad))
  done
  return $status
}

run_stage() {
  local begin=$SECONDS before=$((passed + failed)) failed_before=$failed status=ok
  say "$1"
  if ! "stage_$1"; then
    status=FAILED
    broken+=("$1")
    # What fails without a failed test (a build, a check) counts as one.
    [ "$failed" -gt "$failed_before" ] || failed=$((failed + 1))
  fi
  table+=("$(printf '%-8s %4d s  %6d tests  %s' "$1" $((SECONDS - begin)) \
    $((passed + failed - before)) "$status")")
}

stages=("$@")
# The longest build first: an error in the code shows at once.
[ "$*" != all ] || stages=(deps build unit check e2e faults planted asan fuzz tsan)
for stage in "${stages[@]}"; do
  declare -F "stage_$stage" >/dev/null || { echo "no stage named $stage"; exit 2; }
  run_stage "$stage"
  # Without its packages, or without a build, no later stage has anything to say.
  case $stage in deps | build) [ ${#broken[@]} -eq 0 ] || break ;; esac
done

if [ ${#stages[@]} -gt 1 ]; then
  say "stages"
  printf '%s\n' "${table[@]}"
fi
[ "$skipped" -eq 0 ] || printf '%d tests were skipped; build/results says why\n' "$skipped"
# A build that went well has nothing to count.
[ "$((passed + failed))" -eq 0 ] || printf '%d passed, %d failed\n' "$passed" "$failed"
[ ${#broken[@]} -eq 0 ] && [ "$failed" -eq 0 ]
