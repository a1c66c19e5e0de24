"""One program under test: its folder and ports, a receiver for its webhooks, and loads on it."""
import dataclasses
import getpass
import json
import pathlib
import shutil
import subprocess
import time
import urllib.request

from harness import tools
from harness.corpus import Corpus
from harness.processes import Process, free_port

SETTLE_S = 0.7  # After a start: what a program does once should not count as cost of the load.
LOAD_GRACE_S = 60


@dataclasses.dataclass(frozen=True)
class Program:
    """How a program is started. @NAME@ in arguments, environment and configuration is filled in."""
    name: str                      # As tools.find_programs says.
    arguments: tuple = ()
    configuration: str = ""        # A file below bench/, or the text itself if it has lines.
    suffix: str = ".conf"
    values: dict = dataclasses.field(default_factory=dict)
    env: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Load:
    """What the load generator is asked to do."""
    over: str = "http"
    corpus: str = "plain"
    framing: str = "object"
    batch: int = 1
    connections: int = 32
    idle: int = 0
    rate: float = 0                # Events a second; 0: closed loop.
    seconds: float = 0             # 0: as the options say.
    events: int = 0                # 0: as many as the time allows.
    path: str = "/ev"

    def arguments(self, port, corpus_path, seconds):
        words = [self.over, "--port", port, "--corpus", corpus_path, "--framing", self.framing,
                 "--batch", self.batch, "--connections", self.connections, "--seconds", seconds]
        if self.over == "http":
            words += ["--path", self.path]
        for option, value in (("--idle", self.idle), ("--rate", self.rate), ("--max", self.events)):
            if value:
                words += [option, value]
        return words


@dataclasses.dataclass
class Bench:
    """What all measurements of a run share."""
    programs: dict
    seconds: float
    growth_seconds: float
    folder: pathlib.Path           # Of the program under test; new for each measurement.
    corpora: dict = dataclasses.field(default_factory=dict)

    def corpus(self, kind):
        if kind not in self.corpora:
            self.corpora[kind] = Corpus(tools.WORK, kind)
        return self.corpora[kind]


class Setup:
    def __init__(self, bench, program, to_hook=False):
        self.bench = bench
        self.program = program
        self.to_hook = to_hook
        self.folder = bench.folder
        self.receiver = self.process = None
        self.loads = []

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port, self.hook_port = free_port(), free_port()
        try:
            if self.to_hook:
                self.receiver = Process([tools.WORK / "receiver", self.hook_port], self.folder,
                                        log="receiver.log").wait_listening(self.hook_port)
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for load in self.loads:
            load.end()
        for process in (self.process, self.receiver):
            if process:
                process.stop()

    def start(self):
        program = self.program
        path = self.bench.programs[program.name]
        values = {"PORT": self.port, "HOOK": self.hook_port, "OUT": self.folder, "WORKERS": 1,
                  "USER": getpass.getuser(), "LIBRARIES": tools.libraries(path),
                  "ROOT": str(tools.root_of(path)).rstrip("/"), **program.values}

        def fill(text):
            for name, value in values.items():
                text = text.replace(f"@{name}@", str(value))
            return text

        if program.configuration:
            text = program.configuration
            if "\n" not in text:
                text = (tools.BENCH / text).read_text()
            values["CONF"] = self.folder / f"program{program.suffix}"
            values["CONF"].write_text(fill(text))
        words = [path, *map(fill, program.arguments), *tools.module_arguments(program.name, path)]
        env = tools.environment(path)
        env |= {name: fill(str(value)) for name, value in program.env.items()}
        self.process = Process(words, self.folder, env)
        self.process.wait_listening(self.port)
        time.sleep(SETTLE_S)

    def load(self, load, on_progress=None, progress_ms=500):
        """Runs a load to its end; what the load generator printed, and who got no 2xx."""
        return self.begin_load(load, progress_ms if on_progress else 0).finish(on_progress)

    def begin_load(self, load, progress_ms=0):
        self.loads.append(RunningLoad(self, load, progress_ms))
        return self.loads[-1]

    def fetch(self, path, port=None, body=None, limit_s=60):
        """Asks the program, or the receiver on its port: GET without a body, else POST of JSON."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{port or self.port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=limit_s) as answer:
            return answer.read().decode()

    def get(self, path, port=None):
        return json.loads(self.fetch(path, port))

    def received(self):
        return self.get("/stats", self.hook_port)

    def output_files(self, name):
        """A program with several workers may write a file for each: A1.ndjson, A2.ndjson."""
        return [path for path in self.folder.glob(f"{name}*.ndjson")
                if path.stem.removeprefix(name).isdigit() or path.stem == name]

    def check(self, name, outcome):
        """What is lost, doubled or astray in the output, by the numbers of its events."""
        corpus = self.bench.corpus(outcome["corpus"])
        done = subprocess.run(
            [tools.WORK / "check", corpus.matches_file(name), str(outcome["sent"]),
             outcome["unacknowledged_file"], *self.output_files(name)],
            capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


class RunningLoad:
    def __init__(self, setup, load, progress_ms):
        self.load = load
        self.seconds = load.seconds or setup.bench.seconds
        corpus = setup.bench.corpus(load.corpus)
        self.refused = setup.folder / f"unacknowledged{load.path.replace('/', '-')}"
        words = [tools.WORK / "loadgen", *load.arguments(setup.port, corpus.path, self.seconds),
                 "--unacknowledged", self.refused]
        if progress_ms:
            words += ["--progress-ms", progress_ms]
        self.process = subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, text=True)

    def finish(self, on_progress=None):
        last = None
        try:
            for line in self.process.stdout:
                last = json.loads(line)
                if "at_s" in last and on_progress:
                    on_progress(last)
            self.process.wait(LOAD_GRACE_S)
        finally:
            self.end()
        if last is None or "sent" not in last:
            raise RuntimeError(f"the load generator ended with {self.process.returncode}")
        if last["acknowledged"] == 0:
            raise RuntimeError(f"nothing was acknowledged; answers: {last['codes']}")
        ranges = [tuple(map(int, line.split())) for line in self.refused.read_text().splitlines()]
        return last | {"corpus": self.load.corpus, "unacknowledged": ranges,
                       "unacknowledged_file": self.refused}

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
