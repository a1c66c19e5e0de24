"""The measurement most jobs share: a load, the drain of the outputs, costs, and the check."""
import json
import random
import re
import threading
import time

from harness.setup import Setup

QUIET_S = 2.5  # Outputs that did not grow for so long are complete.
DRAIN_LIMIT_S = 60


class Growth:
    """Watches output files from a thread of its own: when did they last grow?"""

    def __init__(self, setup, names):
        self.setup, self.names = setup, names
        self.bytes, self.last_ns = 0, time.time_ns()
        self.period_s = 0.02 if len(names) <= 3 else 0.05
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def watch(self):
        while not self.over.wait(self.period_s):
            size = self.size()
            if size != self.bytes:
                self.bytes, self.last_ns = size, time.time_ns()

    def size(self):
        return sum(path.stat().st_size for name in self.names
                   for path in self.setup.output_files(name))

    def wait_quiet(self):
        """False when the outputs still grow after DRAIN_LIMIT_S."""
        end_ns = time.time_ns() + int(DRAIN_LIMIT_S * 1e9)
        begin_ns = time.time_ns()
        while time.time_ns() < end_ns:
            if time.time_ns() - max(self.last_ns, begin_ns) > QUIET_S * 1e9:
                return True
            time.sleep(0.05)
        return False


def wait_received(setup, wanted):
    """Until the receiver has `wanted` events, or gets no more; its counts then."""
    end = time.monotonic() + DRAIN_LIMIT_S
    stats, changed = setup.received(), time.monotonic()
    while stats["events"] < wanted and time.monotonic() < end:
        time.sleep(0.02)
        now = setup.received()
        if now["events"] != stats["events"]:
            changed = time.monotonic()
        elif time.monotonic() - changed > QUIET_S:
            break
        stats = now
    return stats


def base_result(case, outcome, last_ns):
    """The figures that every load gives; `last_ns` is the last growth of an output."""
    acknowledged = outcome["acknowledged"] - outcome["before_load"]
    span_s = max((last_ns - outcome["begin_ns"]) / 1e9, outcome["seconds"])
    return {
        "case": case.name, "sent": outcome["sent"], "acknowledged": outcome["acknowledged"],
        "in_per_s": acknowledged / outcome["seconds"], "end_to_end_per_s": acknowledged / span_s,
        "drain_s": span_s - outcome["seconds"], "request_ms": outcome["request_ms"],
        "codes": outcome["codes"], "reconnects": outcome["reconnects"],
        "refused_politely": outcome["refused_politely"], "idle_open": outcome["idle_open"],
        "generator_cpu_s": outcome["cpu_s"], "late_p99_ms": outcome["late_p99_ms"],
    }


def add_costs(result, setup, cpu_before_s):
    if setup.process.process.poll() is not None:
        raise RuntimeError(f"the program ended under load: {setup.process.log_tail()}")
    events = max(result["acknowledged"], 1)
    result["cpu_s_per_million"] = (setup.process.cpu_s() - cpu_before_s) / events * 1e6
    result["memory_mb"] = setup.process.memory_mb()


def check_files(result, setup, names, outcome):
    totals = {"expected": 0, "lost": 0, "doubled": 0, "misrouted": 0, "malformed": 0, "bonus": 0}
    for name in names:
        counts = setup.check(name, outcome)
        for key in totals:
            totals[key] += counts[key]
        totals["malformed"] += sum(map(broken_samples, setup.output_files(name)))
    result.update(totals)


def broken_samples(path, samples=50):
    """How many of some lines are no JSON: the check of all lines looks at their ends only."""
    size, broken = path.stat().st_size, 0
    with path.open("rb") as file:
        for _ in range(samples if size else 0):
            file.seek(random.randrange(size))
            file.readline()
            line = file.readline()
            try:
                if line:
                    json.loads(line)
            except ValueError:
                broken += 1
    return broken


def measure_to_files(case, bench):
    with Setup(bench, case.program) as setup:
        with Growth(setup, case.outputs) as growth:
            cpu_before_s = setup.process.cpu_s()
            outcome = setup.load(case.load)
            is_quiet = growth.wait_quiet()
            result = base_result(case, outcome, growth.last_ns)
            add_costs(result, setup, cpu_before_s)
        setup.process.stop()  # Flushes what a program keeps back; the check is about afterwards.
        check_files(result, setup, case.outputs, outcome)
        if not is_quiet:
            undelivered = result.pop("lost")  # Not lost: nobody waited for it.
            result["note"] = f"{undelivered:,} events not yet there {DRAIN_LIMIT_S} s after the load"
        return result


def measure_nothing(case, bench):
    """No output: the limit of HTTP."""
    with Setup(bench, case.program) as setup:
        cpu_before_s = setup.process.cpu_s()
        outcome = setup.load(case.load)
        result = base_result(case, outcome, 0)
        add_costs(result, setup, cpu_before_s)
        return result | {"lost": 0, "doubled": 0}


def measure_to_hook(case, bench):
    name = case.outputs[0]
    corpus = bench.corpus(case.load.corpus)
    lags = []
    with Setup(bench, case.program, to_hook=True) as setup:
        def note_lag(progress):
            received = setup.received()["events"]
            lags.append([progress["at_s"], corpus.count(name, progress["acknowledged"]) - received])

        cpu_before_s = setup.process.cpu_s()
        outcome = setup.load(case.load, note_lag)
        wanted = corpus.count(name, outcome["sent"], outcome["unacknowledged"])
        at_end = setup.received()
        stats = wait_received(setup, wanted)
        result = base_result(case, outcome, stats["last_ns"])
        add_costs(result, setup, cpu_before_s)
        span_s = max((stats["last_ns"] - outcome["begin_ns"]) / 1e9, 1e-9)
        result.update(
            expected=wanted, doubled=stats["doubled"],
            lost=max(wanted - (stats["events"] - stats["doubled"]), 0),
            delivered_per_s=stats["events"] / span_s, lag_events=wanted - at_end["events"],
            lags=lags, requests_out=stats["requests"])
        if stats["timed"]:
            result["event_ms"] = stats["event_ms"]
        result["sync_ms"] = sync_ms(setup) if case.program.name == "vortex" else None
        return result


def sync_ms(setup):
    """Median time of an fdatasync of the log by the daemon's own histogram; None without any."""
    pattern = r'^tt_tunnel_sync_seconds_bucket{.*le="([^"]+)"} (\d+)'
    buckets = [(float(bound), int(count)) for bound, count in
               re.findall(pattern, setup.fetch("/metrics"), re.M)]
    wanted = buckets[-1][1] / 2 if buckets else 0
    below_s, below = 0, 0
    for bound_s, count in buckets if wanted else ():
        if count >= wanted:
            return (below_s + (bound_s - below_s) * (wanted - below) / (count - below)) * 1e3
        below_s, below = bound_s, count
    return None


def measure(case, bench):
    """One run of a case; a failure is a result too."""
    try:
        return case.measure(case, bench)
    except Exception as failure:  # The other cases go on.
        return {"case": case.name, "error": f"{type(failure).__name__}: {failure}"[:400]}
