#!/usr/bin/env python3
"""Measures the release build at rest: time from start to /readyz, and memory two seconds later.

Each run has a new data folder and the built-in default configuration; then the same folder is opened
once more, as a restart would. Prints medians; nothing passes or fails here.
"""
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


def run(folder):
    port = free_port()
    begin = time.monotonic()
    daemon = subprocess.Popen(
        [ROOT / "build/release/bin/vortex", "run", "--listen", f"127.0.0.1:{port}"], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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


rows = {"new folder": [], "restart": []}
for _ in range(RUNS):
    with tempfile.TemporaryDirectory() as folder:
        for name in rows:
            rows[name].append(run(folder))
print(f"| at rest, {RUNS} runs | ready after ms (median, most) | memory MB | of it anonymous MB |")
print("|---|---|---|---|")
for name, results in rows.items():
    ready, rss, anon = zip(*results)
    print(f"| {name} | {statistics.median(ready):.0f}, {max(ready):.0f} | "
          f"{statistics.median(rss):.1f} | {statistics.median(anon):.1f} |")
