#!/usr/bin/env python3
"""Measures the release build at rest: time from start to /readyz, and memory two seconds later.

Each run has a new data folder, and the same folder is opened once more, as a restart would: with the
built-in default configuration, and with one entry and one exit of every built-in type, as the
examples of docs/reference configure them. Prints medians; nothing passes or fails here.
"""
import os
import pathlib
import re
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNS = 9


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def memory_mb(pid, key):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{key}:\s+(\d+)", text, re.M).group(1)) / 1024


def examples(kind):
    """The example of each type in docs/reference/<kind>.md, its name followed by `kind`."""
    text = (ROOT / f"docs/reference/{kind}.md").read_text()
    for block in re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S):
        # What this machine has: free ports, and a program that only waits.
        if "listen:" in block:
            block = re.sub(r"(://[\d.]+:)\d+", lambda at: f"{at[1]}{free_port()}", block)
        block = re.sub(r"command: .*", "command: [/bin/sleep, '1000']", block)
        block = re.sub(r"\{file: [^}]*\}", "{env: TOKEN}", block)
        yield re.sub(r"^", "  ", block.replace(":", f"-{kind}:", 1), flags=re.M).rstrip()


def with_every_type(folder):
    """Writes vortex.yaml; returns the environment that has its secrets."""
    entries, exits = list(examples("entries")), list(examples("exits"))
    names = [text.split(":")[0].strip() for text in exits]
    text = "\n".join(["entries:", *entries, "exits:", *exits, "rules:",
                      f"  - {{name: all, to: [{', '.join(names)}]}}", ""])
    (pathlib.Path(folder) / "vortex.yaml").write_text(text)
    return {name: "https://example.com/hook" if name.endswith("_URL") else "s3cret-" * 5
            for name in re.findall(r"env: (\w+)", text)}


def run(folder, secrets):
    port = free_port()
    begin = time.monotonic()
    daemon = subprocess.Popen(
        [ROOT / "build/release/bin/vortex", "run", "--listen", f"127.0.0.1:{port}"], cwd=folder,
        env=os.environ | secrets, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).read()
                break
            except (urllib.error.URLError, OSError):
                if daemon.poll() is not None:
                    raise SystemExit("vortex ended before it was ready")
                time.sleep(0.001)
        ready_ms = (time.monotonic() - begin) * 1000
        time.sleep(2)
        return ready_ms, memory_mb(daemon.pid, "VmRSS"), memory_mb(daemon.pid, "RssAnon")
    finally:
        daemon.terminate()
        daemon.wait()


if not (ROOT / "build/release/bin/vortex").exists():
    raise SystemExit("bench: there is no build/release/bin/vortex; `make build` builds it")
STARTS = ["new folder", "restart", "every type, new folder", "every type, restart"]
rows = {name: [] for name in STARTS}
for _ in range(RUNS):
    for first in (0, 2):
        with tempfile.TemporaryDirectory() as folder:
            secrets = with_every_type(folder) if first else {}
            for name in STARTS[first:first + 2]:
                rows[name].append(run(folder, secrets))
print(f"| at rest, {RUNS} runs | ready after ms (median, most) | memory MB | of it anonymous MB |")
print("|---|---|---|---|")
for name, results in rows.items():
    ready, rss, anon = zip(*results)
    print(f"| {name} | {statistics.median(ready):.0f}, {max(ready):.0f} | "
          f"{statistics.median(rss):.1f} | {statistics.median(anon):.1f} |")
