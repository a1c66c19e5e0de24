#!/usr/bin/env python3
"""Measures the release build beside installed peers: jobs, a table, ratios to the targets, a plot.

The cases run in alternation, one after the other and then all again, so that a slow minute of the
machine meets all of them; figures are medians. A target that is missed is a line of the table and
no failure; a case that could not be measured is one.
"""
import argparse
import contextlib
import datetime
import fcntl
import json
import pathlib
import re
import shlex
import signal
import sys

from harness import cases, machine, measure, report, tools
from harness.pace import Pace
from harness.setup import Bench
from harness.tools import WrongInput

ONCE = {"growth"}  # Takes ten minutes; its samples are many.


def positive(kind):
    def number(text):
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value
    return number


def parse():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", metavar="REGEX", help="cases, as `J1/` or `search`")
    options.add_argument("--reps", type=positive(int), default=3, help="runs of each case")
    options.add_argument("--secs", type=positive(float), default=5, help="seconds of load of each run")
    options.add_argument("--growth-secs", type=positive(float), default=600)
    options.add_argument("--vortex", metavar="PROGRAM", help="another than build/release/bin/vortex")
    options.add_argument("--results", type=pathlib.Path, default=tools.WORK / "results.json",
                         help="where every run is noted; a new run begins a new file")
    options.add_argument("--add", action="store_true", help="to the results of earlier runs")
    options.add_argument("--report", action="store_true", help="of earlier runs; measures nothing")
    options.add_argument("--write", action="store_true",
                         help="table and plot of all results, into bench/")
    options.add_argument("--lock", help="file locked during each run, where others measure too")
    options.add_argument("--list", action="store_true", help="names of the cases")
    options.add_argument("--needs", action="store_true",
                         help="the groups of tools/deps.sh that the cases need")
    return options.parse_args()


def matching_cases(only):
    try:
        found = [case for case in cases.all_cases() if re.search(only, case.name)]
    except re.error as mistake:
        raise WrongInput(f"--only '{only}' is no regular expression: {mistake}") from None
    if not found:
        raise WrongInput(f"no case matches '{only}'; --list has the names")
    return found


def list_cases(wanted, programs):
    for case in wanted:
        absent = "" if case.program.name in programs else f"  ({case.program.name} is not there)"
        print(case.name + absent)


def needed_groups(wanted, programs):
    """What tools/deps.sh has to bring; nothing can bring what only a variable may name."""
    names = {case.program.name for case in wanted} - {"vortex"}
    if names == {"fluent-bit"} and "fluent-bit" not in programs:
        raise WrongInput(f"fluent-bit is not there: {tools.how_to_get('fluent-bit')}")
    return sorted({tools.GROUPS[name] for name in names if name in tools.GROUPS})


def present_cases(wanted, programs):
    """Those whose program is there. Without ours, or without any, there is nothing to compare."""
    absent = {case.program.name for case in wanted} - programs.keys()
    present = [case for case in wanted if case.program.name in programs]
    if "vortex" in absent or not present:
        ways = "; ".join(f"{name}: {tools.how_to_get(name)}" for name in sorted(absent))
        raise WrongInput(f"programs are not there: {ways}")
    for name in sorted(absent):
        left_out = ", ".join(case.name for case in wanted if case.program.name == name)
        print(f"bench: {name} is not there ({tools.how_to_get(name)}), so left out: {left_out}")
    return present


@contextlib.contextmanager
def locked(file):
    if not file:
        yield
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def open_lock(path):
    """Before anything is compiled or measured, so that a wrong path costs no time."""
    try:
        return open(path, "a") if path else None
    except OSError as failure:
        raise WrongInput(f"--lock {path}: {failure.strerror}") from None


def read_results(path):
    try:
        data = json.loads(path.read_text())
        return data["about"], data["results"]
    except FileNotFoundError:
        raise WrongInput(f"--results {path}: no such file; a run without --report makes it") from None
    except OSError as failure:
        raise WrongInput(f"--results {path}: {failure.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise WrongInput(f"--results {path}: not written by this program") from None


def write_results(path, about, results):
    try:
        path.write_text(json.dumps({"about": about, "results": results}))
    except OSError as failure:
        raise WrongInput(f"--results {path}: {failure.strerror}") from None


def command(options):
    """What makes such a run again; without paths, which are of this machine only."""
    words = ["bench/run.py", "--reps", str(options.reps), "--secs", f"{options.secs:g}"]
    words += ["--only", options.only] if options.only else []
    words += ["--vortex", "ANOTHER"] if options.vortex else []
    return shlex.join(words)


def describe(options, programs):
    """What the table's header says of a run."""
    return {"date": datetime.date.today().isoformat(), "machine": machine.describe(),
            "storage": machine.storage(tools.WORK), "commit": machine.commit(),
            "load": machine.load_average(), "seconds": options.secs, "runs": options.reps,
            "command": command(options),
            "versions": {name: tools.version(name, path) for name, path in programs.items()}}


def earlier(options, chosen):
    """With --add: older results of other cases, and a word about each run they are of."""
    if not options.add or not options.results.exists():
        return [], []
    about, results = read_results(options.results)
    now = {case.name for case in chosen}
    run_before = f"{about['date']}, commit {about.get('commit', 'not noted')}"
    return ([result for result in results if result["case"] not in now],
            [*about.get("earlier", []), run_before])


def run(options, programs, chosen, lock):
    """Measures, noting every run in the results; how many runs failed."""
    bench = Bench(programs, options.secs, options.growth_secs, tools.WORK / "run")
    about = describe(options, {case.program.name: programs[case.program.name] for case in chosen})
    results, about["earlier"] = earlier(options, chosen)
    about["part"] = bool(options.only) and not results
    write_results(options.results, about, results)
    plan = [(rep, case) for rep in range(options.reps) for case in chosen
            if rep == 0 or case.job not in ONCE]
    pace = Pace([case for _, case in plan], bench)
    failed = 0
    for place, (rep, case) in enumerate(plan):
        print(pace.line(place), flush=True)
        with locked(lock):
            result = measure.measure(case, bench)
        failed += "error" in result
        results.append(result)
        print(f"{rep + 1}/{options.reps} {report.line(result)}", flush=True)
        write_results(options.results, about, results)
    return failed


def show(options, wanted):
    about, results = read_results(options.results)
    measured = {result["case"] for result in results}
    asked = {case.name for case in wanted} if options.only else None
    if asked is None and about.get("part"):  # As then: what nobody asked for is no gap.
        asked = measured
    if asked is not None and not asked & measured:
        raise WrongInput(f"--results {options.results}: nothing of '{options.only}' was measured")
    print("\n" + report.render(about, results, asked))
    if options.write:
        report.write(about, results)


def act(options):
    wanted = matching_cases(options.only)
    if options.report:
        show(options, wanted)
        return 0
    programs = tools.find_programs(options.vortex)
    if options.list:
        list_cases(wanted, programs)
        return 0
    if options.needs:
        print(*needed_groups(wanted, programs))
        return 0
    chosen = present_cases(wanted, programs)
    lock = open_lock(options.lock)
    machine.warn_if_busy()
    tools.build_own()
    failed = run(options, programs, chosen, lock)
    show(options, wanted)
    if failed:
        print(f"bench: runs that failed: {failed}; their lines above say why", file=sys.stderr)
    return 1 if failed else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # So that what runs is ended, too.
    try:
        return act(parse())
    except WrongInput as wrong:
        print(f"bench: {wrong}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbench: interrupted; --report shows what was measured until now", file=sys.stderr)
        return 130


sys.exit(main())
