"""Processes under test: started, measured as a tree, and ended by their own id."""
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import time

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
STOP_S = 20


class NotReady(Exception):
    """A program that did not come up, with the end of what it wrote."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree(pid):
    """The process and all below it, as long as their parents live."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def raise_file_limit():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Process:
    def __init__(self, command, folder, env=None, log="log"):
        self.log = folder / log
        with self.log.open("ab") as log_file:
            self.process = subprocess.Popen(
                [str(word) for word in command], cwd=folder, stdout=log_file,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=os.environ | {name: str(value) for name, value in (env or {}).items()},
                preexec_fn=raise_file_limit)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def wait_listening(self, port, limit_s=15):
        end = time.monotonic() + limit_s
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise NotReady(self.log_tail() or "nobody listens")

    def log_tail(self, size=300):
        return self.log.read_text(errors="replace")[-size:].strip()

    def cpu_s(self):
        """User and system time of the tree so far."""
        ticks = 0
        for pid in tree(self.pid):
            try:
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS_PER_S

    def memory_mb(self, key="VmHWM"):
        """Peak (VmHWM) or present (VmRSS, RssAnon) memory, summed over the tree."""
        total_kb = 0
        for pid in tree(self.pid):
            try:
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            found = re.search(rf"^{key}:\s+(\d+)", status, re.M)
            total_kb += int(found[1]) if found else 0
        return total_kb / 1024

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            for pid in reversed(tree(self.pid)):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
