#!/usr/bin/env python3
"""Runs the jobs J1, J2, J4, J5 and J6 against the release build and whatever peers are installed.

The loads, the peers' configurations and the checks of their outputs are those of ../shared/bench;
the cases of time-tunnel are added to them, so that all are measured by the same code in one run, in
alternation. Prints one table with ratios; nothing passes or fails here.
"""
import argparse
import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = (ROOT.parent / "shared/bench").resolve()
WORK = ROOT / "build/bench"

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--only", default=r"^J[12456]/", help="regular expression of cases")
options.add_argument("--reps", default="3", help="runs of each case")
options.add_argument("--secs", default="5", help="seconds of load of each run")
A = options.parse_args()

if not SHARED.is_dir():
    sys.exit("bench: the shared harness (../shared/bench) is not here")
WORK.mkdir(parents=True, exist_ok=True)
for tool in ("loadgen", "sink"):
    target = WORK / tool
    if not target.exists():
        subprocess.run(["g++", "-O2", "-std=c++17", "-pthread", "-o", target,
                        SHARED / f"tools/{tool}.cc"], check=True)

argv = ["run-peers", "--tools", str(WORK), "--work", str(WORK / "run"),
        "--out", str(WORK / "jobs.json"), "--only", A.only, "--reps", A.reps, "--secs", A.secs]
for program, option in (("nginx", "--nginx"), ("node", "--node"), ("rsyslogd", "--rsyslogd")):
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if path:
        argv += [option, path]
SYSLOG_NG = WORK / "syslog-ng"  # Unpacked there by tools/deps.sh.
if (SYSLOG_NG / "usr/sbin/syslog-ng").exists():
    libraries = (SYSLOG_NG / "usr/lib/x86_64-linux-gnu", SYSLOG_NG / "usr/lib/syslog-ng")
    argv += ["--syslog-ng", str(SYSLOG_NG / "usr/sbin/syslog-ng"), "--syslog-ng-modules",
             str(SYSLOG_NG / "usr/lib/syslog-ng/3.38"), "--ld-path", ":".join(map(str, libraries))]
argv += ["--nginx-modules", "/usr/lib/nginx/modules", "--lua", "/usr/share/lua/5.1",
         "--rsyslog-modules", "/usr/lib/x86_64-linux-gnu/rsyslog",
         "--lua-c", "/usr/lib/x86_64-linux-gnu/lua/5.1"]
if os.environ.get("FLUENT_BIT"):
    argv += ["--fluent-bit", os.environ["FLUENT_BIT"]]

out = WORK / "jobs.json"
out.unlink(missing_ok=True)
sys.argv = argv
loader = importlib.machinery.SourceFileLoader("peers", str(SHARED / "run-peers"))
peers = importlib.util.module_from_spec(importlib.util.spec_from_loader("peers", loader))
loader.exec_module(peers)

peers.PATHS["TT"] = str(ROOT / "build/release/bin/vortex")
COMMAND = ["@TT@", "run", "-c", "@CONF@"]


def ours(name, job, conf, ack, **more):
    path = os.path.relpath(ROOT / "bench/conf" / conf, SHARED / "conf")
    peers.case(name, job, COMMAND, path, {"ACK": ack}, **more)


JSON = {"type": "application/json"}
ours("J1/time-tunnel-written", peers.J1, "j1.yaml", "written", **JSON)
ours("J2/time-tunnel-written", peers.J2, "j2.yaml", "written", fmt="array", **JSON)
ours("J4/time-tunnel-written", peers.J4, "j4.yaml", "written")
ours("J5/time-tunnel-single-disk", peers.J1, "j1.yaml", "disk", conns=64, **JSON)
ours("J5/time-tunnel-batch-disk", peers.J2, "j2.yaml", "disk", fmt="array", **JSON)
ours("J6/time-tunnel-written", peers.J6, "j6.yaml", "written", **JSON)
ours("J6/time-tunnel-disk", peers.J6, "j6.yaml", "disk", **JSON)
peers.main()

# Ratios: ours over the best peer of the same job and kind, by end-to-end rate and CPU.
rows = {}
for result in __import__("json").loads(out.read_text()):
    if "error" not in result:
        rows.setdefault(result["case"], []).append(result)


def median(case, key):
    return statistics.median(r[key] for r in rows[case])


def kind(case):
    job, name = case.split("/", 1)
    return job + (" batch" if job == "J5" and "batch" in name else " single" if job == "J5" else "")


print("\n| case | end-to-end against the best peer | CPU against the leanest peer |\n|---|---|---|")
for case in sorted(c for c in rows if "time-tunnel" in c):
    others = [c for c in rows if "time-tunnel" not in c and kind(c) == kind(case)]
    if not others:
        print(f"| {case} | no peer installed | |")
        continue
    fastest = max(others, key=lambda c: median(c, "e2e_eps"))
    leanest = min(others, key=lambda c: median(c, "cpu_per_M"))
    print(f"| {case} | {median(case, 'e2e_eps') / median(fastest, 'e2e_eps'):.2f} of {fastest} | "
          f"{median(case, 'cpu_per_M') / median(leanest, 'cpu_per_M'):.2f} of {leanest} |")

# Durable acknowledgements: what a sender sees when 2xx means fdatasync, in the same run.
PAIRS = (("J5/time-tunnel-single-disk", "J5/node-single-groupcommit"),
         ("J5/time-tunnel-batch-disk", "J5/node-batch-groupcommit"))
pairs = [(mine, other) for mine, other in PAIRS if mine in rows and other in rows]
if pairs:
    print("\n| acknowledged after fdatasync, ev/s | of the Node group-commit script |\n|---|---|")
for mine, other in pairs:
    ratios = [a["ingest_eps"] / b["ingest_eps"] for a, b in zip(rows[mine], rows[other])]
    print(f"| {mine}: {median(mine, 'ingest_eps'):.0f} ({other}: {median(other, 'ingest_eps'):.0f}) | "
          f"{median(mine, 'ingest_eps') / median(other, 'ingest_eps'):.2f} "
          f"(each run: {', '.join(f'{r:.2f}' for r in ratios)}) |")
