"""What a figure depends on besides the programs: processor, memory, system, disk, commit, load."""
import os
import pathlib
import re
import subprocess

from harness import tools

BUSY = 0.25  # Of the cores; a machine at rest is far below.


def describe():
    """One line about where the figures are from."""
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.*)", cpuinfo, re.M)
    meminfo = pathlib.Path("/proc/meminfo").read_text()
    memory_gib = int(re.search(r"MemTotal:\s+(\d+)", meminfo)[1]) / 2**20
    release = pathlib.Path("/etc/os-release").read_text()
    system = re.search(r'^PRETTY_NAME="?([^"\n]*)', release, re.M)
    return (f"{cores()} cores ({model[1] if model else os.uname().machine}), "
            f"{memory_gib:.0f} GiB, {system[1] if system else 'Linux'}, "
            f"kernel {os.uname().release.split('-')[0]}")


def cores():
    return len(os.sched_getaffinity(0))


def storage(folder):
    """File system of `folder` and what it is mounted from: `ext4 on a block device (vda)`."""
    found = None
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        left, right = line.split(" - ", 1)
        place = pathlib.Path(left.split()[4].replace("\\040", " "))
        # Of two mounts on one place the later one is seen.
        if folder.resolve().is_relative_to(place) and (not found or len(place.parts) >= found[0]):
            found = (len(place.parts), *right.split()[:2])
    _, kind, source = found
    return f"{kind} on {source_kind(source)}"


def source_kind(source):
    """A word for where a mount comes from; no path of the machine."""
    if not source.startswith("/dev/"):
        return "a remote source" if ":" in source else "no device"
    name = pathlib.Path(source).resolve().name
    spins = pathlib.Path("/sys/class/block", name, "queue/rotational")
    if not spins.exists():  # A partition has its disk above it.
        spins = pathlib.Path("/sys/class/block", name).resolve().parent / "queue/rotational"
    word = spins.read_text().strip() if spins.exists() else ""
    return f"a block device ({name}{ {'0': ', not rotational', '1': ', rotational'}.get(word, '')})"


def commit():
    """Of the working copy, with a plus when files differ from it; None outside git."""
    def git(*words):
        return subprocess.run(["git", "-C", tools.ROOT, *words], capture_output=True, text=True,
                              check=True).stdout.strip()
    try:
        changed = git("status", "--porcelain", "--untracked-files=no")
        return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def load_average():
    return os.getloadavg()[0]


def warn_if_busy():
    if load_average() > BUSY * cores():
        print(f"bench: warning: the load average is {load_average():.1f} on {cores()} cores: others run "
              "here, or a build just did; figures will be worse, and differ more", flush=True)
