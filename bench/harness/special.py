"""Measurements of jobs that have a course of their own: catch-up, search, overload, growth."""
import dataclasses
import statistics
import time
import urllib.parse

from harness import measure
from harness.setup import Load, Setup

MILLION = 1_000_000
FILL = Load(framing="array", batch=1000, connections=4, events=MILLION, seconds=100)
SETTLE_S = 2  # After filling, so that what is written behind is not measured.


def measure_catchup(case, bench):
    """An exit a million events behind resumes, beside a steady load to another exit."""
    with Setup(bench, case.program, to_hook=True) as setup:
        setup.fetch("/api/v1/exits/late/pause", body={})
        past = setup.load(dataclasses.replace(FILL, path="/past"))
        time.sleep(SETTLE_S)
        live = setup.begin_load(dataclasses.replace(case.load, seconds=10))
        time.sleep(1)
        undisturbed = latencies_during(setup, lambda: time.sleep(5))
        cpu_before_s = setup.process.cpu_s()
        begin_s = time.monotonic()
        disturbed = latencies_during(setup, lambda: resume(setup))
        span_s = time.monotonic() - begin_s
        cpu_s = setup.process.cpu_s() - cpu_before_s
        outcome = live.finish()
        stats = measure.wait_received(setup, outcome["acknowledged"])
        result = measure.base_result(case, outcome, stats["last_ns"])
        result.update(
            catchup_per_s=past["acknowledged"] / span_s, catchup_s=span_s,
            event_ms=disturbed, undisturbed_ms=undisturbed, memory_mb=setup.process.memory_mb(),
            cpu_s_per_million=cpu_s / past["acknowledged"] * 1e6)
        setup.process.stop()
        result.update(check_late(setup, past))
        result["lost"] += outcome["acknowledged"] - (stats["events"] - stats["doubled"])
        result["doubled"] += stats["doubled"]
        return result


def latencies_during(setup, action):
    setup.fetch("/restart", setup.hook_port)
    action()
    return setup.received()["event_ms"]


def resume(setup, limit_s=60):
    setup.fetch("/api/v1/exits/late/resume", body={})
    end = time.monotonic() + limit_s
    while setup.get("/api/v1/exits/late")["pending"] > 0:
        if time.monotonic() > end:
            raise RuntimeError("the exit did not catch up")
        time.sleep(0.02)


def check_late(setup, past):
    # The exit gets all that came to its own entry.
    (setup.folder / "late.ndjson").rename(setup.folder / "all.ndjson")
    counts = setup.check("all", past)
    return {key: counts[key] for key in ("expected", "lost", "doubled", "misrouted", "malformed")}


def measure_search(case, bench):
    """The oldest of a million events, by a word of its message, with no help from time or kind."""
    with Setup(bench, case.program) as setup:
        setup.fetch("/ev", body={"message": "a needle", "kind": "urn:tt:search:needle"})
        setup.load(dataclasses.replace(FILL, events=MILLION))
        time.sleep(SETTLE_S)
        runs = []
        cpu_before_s = setup.process.cpu_s()
        for _ in range(3):
            begin_s = time.monotonic()
            found = search(setup, 'event.message.contains("needle")')
            runs.append(time.monotonic() - begin_s)
            if found != 1:
                raise RuntimeError(f"the search found {found} events")
        return {"case": case.name, "search_s": statistics.median(runs), "runs_s": runs,
                "cpu_s_per_million": (setup.process.cpu_s() - cpu_before_s) / len(runs),
                "memory_mb": setup.process.memory_mb()}


def search(setup, condition):
    """How many events all pages of the answer have."""
    found, more = 0, None
    while True:
        query = {"where": condition, "limit": 100} | ({"next": more} if more else {})
        page = setup.get("/api/v1/events?" + urllib.parse.urlencode(query))
        found += len(page["events"])
        more = page.get("next")
        if not more:
            return found


def measure_connections(case, bench):
    """Ten thousand connections that had one request each, and a hundred that work."""
    result = measure.measure_to_files(case, bench)
    if result["idle_open"] < case.load.idle:
        result["note"] = f"{case.load.idle - result['idle_open']} idle connections were closed"
    return result


def measure_overload(case, bench):
    """Far more than fits; the rate is compared with that of the normal job in the same run."""
    result = measure.measure_to_files(case, bench)
    refused = result["codes"].get("503", 0)
    result["note"] = (f"{refused:,} requests got 503, {result['refused_politely']:,} of them with "
                      f"Retry-After; {result['codes'].get('0', 0):,} no answer")
    return result


def measure_growth(case, bench):
    """Memory and disk each ten seconds of a long, steady load."""
    load = dataclasses.replace(case.load, seconds=bench.growth_seconds)
    samples = []
    with Setup(bench, case.program) as setup:
        def take_sample(progress):
            samples.append({
                "at_s": progress["at_s"], "acknowledged": progress["acknowledged"],
                "rss_mb": setup.process.memory_mb("VmRSS"),
                "anon_mb": setup.process.memory_mb("RssAnon"), "disk_mb": disk_mb(setup.folder / "data")})

        cpu_before_s = setup.process.cpu_s()
        outcome = setup.load(load, take_sample, progress_ms=10_000)
        pending = wait_decided(setup, case.outputs)
        result = measure.base_result(case, outcome, time.time_ns())
        measure.add_costs(result, setup, cpu_before_s)
        result.update(samples=samples, lost=undelivered(setup, case.outputs, outcome), doubled=0)
        if pending:
            result["note"] = f"{pending:,} events still pending at the end"
        return result


def disk_mb(folder):
    blocks = 0
    for path in folder.rglob("*"):
        try:
            blocks += path.stat().st_blocks if path.is_file() else 0
        except FileNotFoundError:
            pass  # Removed since it was listed.
    return blocks * 512 / 2**20


def wait_decided(setup, names):
    end = time.monotonic() + measure.DRAIN_LIMIT_S
    while True:
        pending = sum(setup.get(f"/api/v1/exits/{name}")["pending"] for name in names)
        if pending == 0 or time.monotonic() > end:
            return pending
        time.sleep(0.1)


def undelivered(setup, names, outcome):
    """By the account of each exit; its files are rotated away."""
    corpus = setup.bench.corpus(outcome["corpus"])
    return sum(corpus.count(name, outcome["sent"], outcome["unacknowledged"]) -
               setup.get(f"/api/v1/exits/{name}")["delivered"] for name in names)
