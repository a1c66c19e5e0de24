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
tsan_suites=(base net tunnel portals_kit portals_plugin pipeline api)
passed=0 failed=0 skipped=0 broken=()
table=()

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

# run_suites PRESET [SUITE...]: runs test programs and adds their counts.
run_suites() {
  local counts status=0
  rm -f "$results/$1/count"
  # shellcheck disable=SC2086
  tools/run_suites.py ${TT_TORTURE:+--patient} "$@" || status=1
  read -r -a counts <"$results/$1/count" || return 1
  passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
  return $status
}

stage_deps() { tools/deps.sh build test; }

stage_build() { build_targets release vortex tictoc; }

stage_unit() {
  build_targets release && run_suites release
}

# The brokers' portals, which no other stage builds; what is left out lacks its library.
stage_plugins() {
  build_targets release test_brokers && run_suites release plugins
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
  configure dev || return 1  # The build that compiles each source by itself.
  # shellcheck disable=SC2086
  printf '%s\n' $changed | xargs -r -n 1 -P "$jobs" nice clang-tidy-16 -quiet -p build/dev \
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
  build_targets asan && run_suites asan
}

# Replays every file of fuzz/corpus; the targets are part of the asan build.
stage_fuzz() {
  local source what status=0
  build_targets asan || return 1
  for source in fuzz/*_fuzz.cc; do
    what=$(basename "$source" _fuzz.cc)
    if nice "build/asan/bin/${what}_fuzz" -runs=0 "fuzz/corpus/$what" >"$results/fuzz.$what.txt" 2>&1; then
      passed=$((passed + 1))
    else
      tail -40 "$results/fuzz.$what.txt"
      failed=$((failed + 1)) status=1
    fi
  done
  return $status
}

stage_tsan() {
  # Of these each case has its disk to itself, and there are thousands: they show no race.
  local alone='*CrashStates.*:*PowerCut.*:*Rotten*:*TornWrite.*:*FailingCalls.*:CursorFiles.a_crash*'
  build_targets tsan "${tsan_suites[@]/%/_test}" &&
    GTEST_FILTER="-$alone:FsckTest.no_repair_of_random_damage*" run_suites tsan "${tsan_suites[@]}"
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

stage_e2e() { build_targets release test_plugins test_brokers && run_scripts e2e; }

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

# The test programs whose size TT_TORTURE scales.
stage_torture() {
  local suites
  suites=$(cd tests && grep -rl --include='*.cc' '"base/scale.h"' . | xargs -r -n 1 dirname |
    sed 's|^\./||; s|/|_|g' | sort -u)
  # shellcheck disable=SC2086
  build_targets release $(printf '%s_test\n' $suites) && run_suites release $suites
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
[ "$*" != all ] || stages=(deps build unit plugins check e2e faults planted asan fuzz tsan)
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
