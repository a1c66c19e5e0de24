#!/usr/bin/env python3
"""Runs test programs of a build, two at once, and counts their tests.

Usage: tools/run_suites.py [--patient] PRESET [SUITE...]    (SUITE: net, portals_kit, ...; else all)

A program runs all its tests in one process: starting one for each test takes longer than most
tests do, above all with a sanitizer. A suite that ends without its report (a crash, a deadline)
counts as one failed test, and the name of the test that was running is told.
Reports and output stay in build/results/PRESET/. --patient: without deadline.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

DEADLINE_S = 1200
# Of the longest ones, so that both cores end together.
SHARDS = {"pipeline": 2, "conformance": 2, "tunnel": 2}


def run(preset, suite, shard, deadline_s):
    """Runs one shard; returns (name, passed, failed, skipped, seconds, text of what failed)."""
    name = suite if SHARDS.get(suite, 1) == 1 else f"{suite}.{shard + 1}"
    folder = pathlib.Path("build/results") / preset
    report, output = folder / f"{name}.xml", folder / f"{name}.txt"
    report.unlink(missing_ok=True)
    environment = dict(os.environ, GTEST_TOTAL_SHARDS=str(SHARDS.get(suite, 1)),
                       GTEST_SHARD_INDEX=str(shard))
    command = ["nice", f"build/{preset}/bin/{suite}_test", f"--gtest_output=xml:{report}"]
    begin = time.monotonic()
    try:
        with open(output, "wb") as out:
            ended = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT, timeout=deadline_s)
        how = f"ended with {ended.returncode}"
    except subprocess.TimeoutExpired:
        how = f"did not end within {deadline_s} s"
    return (name, *count(report, output, how), time.monotonic() - begin)


def count(report, output, how):
    """(passed, failed, skipped, text) of one report; one failure when there is none."""
    text = output.read_text(errors="replace")
    if not report.exists():
        running = re.findall(r"^\[ RUN +\] (.*)$", text, re.MULTILINE)
        return 0, 1, 0, f"{how} in {running[-1] if running else 'its start'}\n{text[-6000:]}"
    cases = list(xml.parse(report).iter("testcase"))
    broken = [case for case in cases if case.find("failure") is not None]
    skipped = [case for case in cases
               if case.find("skipped") is not None or case.get("status") == "notrun"]
    told = "".join(f"{case.get('classname')}.{case.get('name')}\n{failure.text}\n"
                   for case in broken for failure in case.iter("failure"))
    if not broken and how != "ended with 0":  # Leaks show at the end of the process.
        return len(cases) - len(skipped), 1, len(skipped), f"{how}\n{text[-6000:]}"
    return len(cases) - len(broken) - len(skipped), len(broken), len(skipped), told


def main(arguments):
    patient = "--patient" in arguments
    preset, *suites = [word for word in arguments if word != "--patient"]
    programs = pathlib.Path(f"build/{preset}/bin").glob("*_test")
    suites = suites or sorted(path.name[:-len("_test")] for path in programs)
    if not suites:
        sys.exit(f"build/{preset} has no test programs")
    pathlib.Path(f"build/results/{preset}").mkdir(parents=True, exist_ok=True)
    # The longest first.
    shards = sorted(((suite, shard) for suite in suites for shard in range(SHARDS.get(suite, 1))),
                    key=lambda one: one[0] not in SHARDS)
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run, preset, *one, None if patient else DEADLINE_S) for one in shards]
        for done in concurrent.futures.as_completed(runs):
            name, passed, failed, skipped, told, seconds = done.result()
            print(f"{name:18} {passed:5} passed {failed:3} failed {skipped:3} skipped "
                  f"{seconds:6.1f} s", flush=True)
            if failed:
                print(told, flush=True)
            total = [sum(pair) for pair in zip(total, (passed, failed, skipped))]
    pathlib.Path(f"build/results/{preset}/count").write_text("{} {} {}\n".format(*total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
