#!/usr/bin/env python3
"""Measures `vortex plan` over a million events, on one core.

Fills a data folder through the events API of a daemon, stops it, and plans against several new
configurations. Prints seconds (median of three runs, wall and CPU); nothing passes or fails here.
Usage: bench/plan.py [EVENTS]
"""
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
VORTEX = ROOT / "build/release/bin/vortex"
EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
BATCH = 10_000
RUNS = 3
SEVERITIES = ["debug", "info", "notice", "warning", "error", "critical"]


def configuration(rules, exits=("chat", "pager", "archive", "audit")):
    lines = ["listen: 127.0.0.1:0", "data: ./data", "self: false", "entries:",
             "  events: {type: http, path: /api/v1/events, ack: written}", "exits:"]
    lines += [f"  {exit}: {{type: file, path: ./{exit}.ndjson}}" for exit in exits]
    return "\n".join(lines + ["rules:"] + rules) + "\n"


def ten_rules(critical="critical", message="{{ event.project }}: {{ event.message }}"):
    rules = ["  - {name: everything, to: archive}",
             "  - {name: bots are noise, when: 'event.actor.endsWith(\"-bot\")', final: true}",
             f"  - {{name: page, when: 'event.severity.atLeast(\"{critical}\")', to: pager}}",
             "  - {name: pipelines, when: 'event.kind.startsWith(\"urn:gitlab:pipeline:\")', to: chat, "
             f"set: {{message: '{message}'}}}}",
             "  - {name: audit, when: 'event.kind == \"urn:gitlab:push\" && event.branch == \"main\"', "
             "to: audit}"]
    rules += [f"  - {{name: host {i}, when: 'event.host == \"db-{i}\" && event.count > {i * 10}', "
              "to: [chat, audit]}" for i in range(5)]
    return rules


def many_rules():
    return ten_rules() + [
        f"  - {{name: project {i}, when: 'event.kind == \"urn:gitlab:kind{i}\"', to: chat}}"
        for i in range(990)]


def event(i):
    return {"kind": ["urn:gitlab:pipeline:failed", "urn:gitlab:push", "urn:mon:disk"][i % 3],
            "message": f"something happened at step {i}, and somebody should look at it",
            "source": "https://gitlab.example.com/group/project", "severity": SEVERITIES[i % 6],
            "project": f"group/project-{i % 50}", "actor": f"user-{i % 20}", "host": f"db-{i % 9}",
            "branch": "main" if i % 4 else "topic", "count": i % 100,
            "timestamp": "2026-01-31T12:00:00.000000Z"}


def fill(folder):
    daemon = subprocess.Popen([VORTEX, "run", "-c", "now.yaml"], cwd=folder, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for line in daemon.stderr:
            if found := re.search(r'"address":"(?:tcp://)?([^"]+)"', line):
                url = f"http://{found[1]}/api/v1/events"
                break
        else:
            raise SystemExit("vortex ended before it listened")
        for first in range(0, EVENTS, BATCH):
            body = "\n".join(json.dumps(event(i)) for i in range(first, min(first + BATCH, EVENTS)))
            request = urllib.request.Request(url, body.encode(),
                                             {"Content-Type": "application/x-ndjson"})
            while True:
                try:
                    urllib.request.urlopen(request, timeout=60).read()
                    break
                except urllib.error.HTTPError as answer:
                    if answer.code != 503:
                        raise
                    time.sleep(0.1)
    finally:
        daemon.terminate()
        daemon.stderr.close()
        daemon.wait()


def plan(folder, name):
    core = min(os.sched_getaffinity(0))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    done = subprocess.run([VORTEX, "plan", name, "--json"], cwd=folder, stdout=subprocess.PIPE,
                          preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 2):
        raise SystemExit(f"vortex plan {name} gave {done.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, json.loads(done.stdout)


def main():
    if not VORTEX.exists():
        raise SystemExit("bench: there is no build/release/bin/vortex; `make build` builds it")
    cases = {
        "the same 10 rules": configuration(ten_rules()),
        "10 rules, another condition": configuration(ten_rules(critical="error")),
        "10 rules, another `set` on a third of the events": configuration(
            ten_rules(message="{{ event.message }} ({{ event.project }})")),
        "1,000 rules against 10": configuration(many_rules()),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "now.yaml").write_text(configuration(ten_rules()))
        fill(folder)
        size = sum(f.stat().st_size for f in (folder / "data/tunnel").iterdir())
        print(f"vortex plan, one core, {EVENTS:,} events, {size / 2**20:.0f} MiB of segments\n")
        print("| new configuration | s (median) | CPU s | events | moved | other fields |")
        print("|---|---|---|---|---|---|")
        for title, yaml in cases.items():
            (folder / "new.yaml").write_text(yaml)
            runs = [plan(folder, "new.yaml") for _ in range(RUNS)]
            report = runs[0][2]
            print(f"| {title} | {statistics.median(r[0] for r in runs):.2f} | "
                  f"{statistics.median(r[1] for r in runs):.2f} | {report['events']:,} | "
                  f"{report['moved']:,} | {report['rewritten']:,} |")


main()
