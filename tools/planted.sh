#!/usr/bin/env bash
# Switches on planted bugs, one at a time, and demands that tests see each one.
# Its programs are of the preset `planted`, which nobody ships.
# Usage: tools/planted.sh [BUG...]     (tests/planted/bugs.txt has them; without a name: all)
set -uo pipefail
cd "$(dirname "$0")/.."

list=tests/planted/bugs.txt
jobs=$(nproc)
[ "$jobs" -gt 2 ] || jobs=2
build=build/planted

bugs=() programs=()
while read -r bug program _; do
  [ $# -eq 0 ] || [[ " $* " == *" $bug "* ]] || continue
  bugs+=("$bug") programs+=("$program")
done < <(grep '^[a-z]' $list)
for name; do
  [[ " ${bugs[*]} " == *" $name "* ]] || { echo "no planted bug is named $name: see $list"; exit 2; }
done

[ -e $build/build.ninja ] || nice cmake --preset planted >/dev/null || exit 1
mapfile -t targets < <(printf '%s\n' "${programs[@]}" | sort -u)
nice ninja -C $build -j "$jobs" "${targets[@]}" || exit 1

# run BUG PROGRAM TESTS: 0 all passed, 1 a test failed; a program that dies has failed too.
run() {
  local report=$build/planted.$1.txt status
  TT_PLANT=$1 timeout 300 "$build/bin/$2" --gtest_brief=1 --gtest_filter="$3" >"$report" 2>&1
  status=$?
  grep -Eq ' [1-9][0-9]* tests? from' "$report" || [ $status -ge 124 ] ||
    { echo "$2 has no test $3"; return 2; }
  [ $status -ne 124 ] || { echo "$2 hangs"; return 2; }
  [ $status -eq 0 ]
}

# sees BUG PROGRAM TEST: the test passes without the bug and fails with it.
sees() {
  run none "$2" "$3"
  case $? in
    1) echo "$1: $3 fails without it"; return 1 ;;
    2) return 1 ;;
  esac
  run "$1" "$2" "$3"
  case $? in
    0) echo "$1: not caught by $3"; return 1 ;;
    2) return 1 ;;
  esac
}

caught=0
for bug in "${bugs[@]}"; do
  read -r _ program tests < <(grep "^$bug " $list)
  is_caught=1
  for test in $tests; do sees "$bug" "$program" "$test" || is_caught=0; done
  [ $is_caught -eq 1 ] || continue
  echo "$bug: caught by $tests"
  caught=$((caught + 1))
done
echo "$caught of ${#bugs[@]} planted bugs caught"
[ "$caught" -eq "${#bugs[@]}" ]
