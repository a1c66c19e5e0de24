"""What a measurement needs on the machine: our own small programs, and the programs measured."""
import os
import pathlib
import re
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BENCH = ROOT / "bench"
WORK = ROOT / "build/bench"
VORTEX = ROOT / "build/release/bin/vortex"
# Program: its sources in bench/load; headers there count for all of them.
OWN = {
    "loadgen": ["loadgen.cc", "corpus.cc", "http_load.cc", "tcp_load.cc"],
    "receiver": ["receiver.cc", "corpus.cc"],
    "check": ["check.cc"],
}
# Where tools/deps.sh unpacks peers whose packages would register a service; tests use some too.
TOOLS = ROOT / "build/tools"
UNPACKED = {"nginx": WORK / "nginx", "rsyslogd": TOOLS / "rsyslog",
            "syslog-ng": TOOLS / "syslog-ng"}
# Program: the group of tools/deps.sh that brings it.
GROUPS = {"nginx": "bench-nginx", "nginx-lua": "bench-nginx", "node": "bench-node",
          "rsyslogd": "bench-rsyslog", "syslog-ng": "bench-syslog-ng"}
PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
LUA_MODULE = "usr/lib/nginx/modules/ngx_http_lua_module.so"


class WrongInput(Exception):
    """Something the caller asked for cannot be had; the text is the line that says so."""


def build_own():
    """Compiles what is missing or older than its sources."""
    WORK.mkdir(parents=True, exist_ok=True)
    folder = BENCH / "load"
    newest_header = max(path.stat().st_mtime for path in folder.glob("*.h"))
    for name, sources in OWN.items():
        target = WORK / name
        newest = max([newest_header, *((folder / source).stat().st_mtime for source in sources)])
        if not target.exists() or target.stat().st_mtime <= newest:
            compile_own(target, [folder / source for source in sources])


def compile_own(target, sources):
    print(f"bench: compiling {target.name}, once; minutes where others compile too", flush=True)
    begin_s = time.monotonic()
    try:
        subprocess.run(["g++", "-O2", "-std=c++20", "-pthread", "-o", target, *sources], check=True)
    except FileNotFoundError:
        raise WrongInput("there is no g++; `tools/deps.sh build` installs it") from None
    except subprocess.CalledProcessError:
        raise WrongInput(f"{target.name} does not compile; g++ says why above") from None
    print(f"bench: compiled {target.name} in {time.monotonic() - begin_s:.0f} s", flush=True)


def named_program(path, named_by):
    """An absolute path: programs run in folders of their own."""
    found = shutil.which(str(path))
    if found is None:
        raise WrongInput(f"{named_by} names no program: {path}")
    return str(pathlib.Path(found).absolute())


def find_programs(vortex=None):
    """Name to path, of those that are there; what is named by hand has to be."""
    found = {name: shutil.which(name, path=PLACES) for name in ("nginx", "node", *UNPACKED)}
    for name, root in UNPACKED.items():
        if (root / "usr/sbin" / name).exists():  # Only where what is installed was not complete.
            found[name] = str(root / "usr/sbin" / name)
    if found["nginx"] and (root_of(found["nginx"]) / LUA_MODULE).exists():
        found["nginx-lua"] = found["nginx"]
    if fluent_bit := os.environ.get("FLUENT_BIT"):
        found["fluent-bit"] = named_program(fluent_bit, "FLUENT_BIT")
    if vortex is not None:
        found["vortex"] = named_program(vortex, "--vortex")
    elif VORTEX.exists():
        found["vortex"] = str(VORTEX)
    return {name: path for name, path in found.items() if path}


def how_to_get(name):
    """What to do about a program that is not there."""
    if name == "vortex":
        return "`make build` builds it, --vortex names another"
    if name == "fluent-bit":
        return "Debian has none, FLUENT_BIT=/path/to/fluent-bit names one"
    return f"`tools/deps.sh {GROUPS[name]}` brings it"


def root_of(path):
    """Below which the libraries of a program lie: where it was unpacked, or /."""
    return next((root for root in UNPACKED.values() if pathlib.Path(path).is_relative_to(root)),
                pathlib.Path("/"))


def libraries(path):
    return root_of(path) / "usr/lib" / f"{os.uname().machine}-linux-gnu"


def environment(path):
    """An unpacked program needs to be told where its libraries are."""
    root = root_of(path)
    if root == pathlib.Path("/"):
        return {}
    return {"LD_LIBRARY_PATH": f"{libraries(path)}:{root / 'usr/lib/syslog-ng'}"}


def module_arguments(name, path):
    """An unpacked syslog-ng looks for its modules where it would be installed."""
    if name != "syslog-ng" or root_of(path) == pathlib.Path("/"):
        return []
    return ["--module-path", next((root_of(path) / "usr/lib/syslog-ng").glob("*.*"))]


def version(name, path):
    arguments = {"nginx": "-v", "nginx-lua": "-v", "rsyslogd": "-v"}.get(name, "--version")
    try:
        done = subprocess.run([path, arguments], capture_output=True, text=True,
                              env=os.environ | environment(path))
    except OSError as failure:
        raise WrongInput(f"{path} does not run: {failure.strerror}") from None
    found = re.search(r"\d+\.\d+[.\d]*", done.stdout + done.stderr)
    return found[0] if found else "?"
