"""What we want to reach, each beside what was measured: ratios to a peer of the same run, or limits."""
import dataclasses

from harness.cases import OURS

# Fluent Bit 5.1.1, of another run on 2 cores of this kind (bench/README.md), when it is absent.
PUBLISHED_FLUENT_BIT_J4_PER_S = 622_000
NOT_MEASURED = "not measured"


@dataclasses.dataclass
class Row:
    target: str
    measured: str
    met: bool | None               # None: not measured, or nothing to compare with.


def number(value):
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def ratio(medians, ours, key, peer, at_least, title):
    mine, theirs = medians.get(ours, key), medians.get(peer, key) if peer else None
    wanted = f"{title} >= {at_least} of {peer or 'the best peer'}"
    if mine is None:
        return Row(wanted, NOT_MEASURED, None)
    if theirs is None:
        return Row(wanted, f"{number(mine)}; {peer or 'the peers'} not measured beside it", None)
    pairs = zip(medians.values(ours, key), medians.values(peer, key))
    each = ", ".join(f"{a / b:.2f}" for a, b in pairs)
    return Row(wanted, f"{mine / theirs:.2f} ({number(mine)} / {number(theirs)}; runs: {each})",
               mine / theirs >= at_least)


def best_ratio(medians, job, key, at_least, title):
    ours = f"{job}/{OURS}"
    peer, _ = medians.best_peer(job, key, ours)
    return ratio(medians, ours, key, peer, at_least, title)


def at_most(value, limit, title, unit=""):
    wanted = f"{title} <= {limit:g}{unit}"
    if value is None:
        return Row(wanted, NOT_MEASURED, None)
    return Row(wanted, f"{number(value)}{unit}", value <= limit)


def at_least(value, limit, title, unit=""):
    wanted = f"{title} >= {number(limit)}{unit}"
    if value is None:
        return Row(wanted, NOT_MEASURED, None)
    return Row(wanted, f"{number(value)}{unit}", value >= limit)


def single_rows(m):
    ours, disk, hook = f"J1/{OURS}", f"J1-disk/{OURS}", f"J3a/{OURS}"
    rows = [
        ratio(m, ours, "in_per_s", "J0/nginx-204", 0.85, "J1 written, in"),
        at_most(m.get(ours, "cpu_s_per_million"), 9, "J1 written, CPU", " s/M"),
        at_most(m.get(ours, "memory_mb"), 40, "J1 written, memory", " MB"),
        best_ratio(m, "J1-disk", "in_per_s", 1.3, "J1 disk, in"),
        at_most(m.get(disk, "request_ms", 1), 15, "J1 disk, p99 of the answer", " ms"),
        at_least(m.get(hook, "in_per_s"), 70_000, "J3a, in", "/s"),
    ]
    growing = [lag_growth(run) for run in m.runs.get(hook, [])]
    share = max(growing, default=None)
    rows.append(at_most(None if share is None else share * 100, 1,
                        "J3a, growth of the lag", " % of what matches"))
    return rows


def lag_growth(run):
    """What the lag grew by in the second half of the load, as a part of what matched meanwhile."""
    lags = run["lags"] or [[run["acknowledged"] / run["in_per_s"], run["lag_events"]]]
    last_s, last = lags[-1]
    half_s, half = next((lag for lag in lags if lag[0] >= last_s / 2), lags[-1])
    if half_s == last_s:
        return max(last, 0) / max(run["expected"], 1)
    matching_per_s = run["expected"] / run["acknowledged"] * run["in_per_s"]
    return max(last - half, 0) / ((last_s - half_s) * matching_per_s)


def batch_rows(m):
    ours, lines = f"J2/{OURS}", f"J4/{OURS}"
    rows = [
        best_ratio(m, "J2", "end_to_end_per_s", 3.5, "J2 written, end-to-end"),
        best_ratio(m, "J2", "in_per_s", 3.5, "J2 written, in"),
        at_most(m.get(ours, "cpu_s_per_million"), 0.8, "J2 written, CPU", " s/M"),
        best_ratio(m, "J2-disk", "end_to_end_per_s", 3, "J2 disk, end-to-end"),
        best_ratio(m, "J2-disk", "in_per_s", 3, "J2 disk, in"),
        at_least(m.get(f"J3b/{OURS}", "delivered_per_s"), 300_000, "J3b, delivered", "/s"),
        best_ratio(m, "J4", "end_to_end_per_s", 2.4, "J4, end-to-end"),
        at_most(m.get(lines, "cpu_s_per_million"), 0.8, "J4, CPU", " s/M"),
    ]
    if "J4/fluent-bit" not in m.runs and (mine := m.get(lines, "end_to_end_per_s")):
        rows.append(Row("J4: Fluent Bit was absent; in another run, on this kind of machine, it had "
                        f"{PUBLISHED_FLUENT_BIT_J4_PER_S:,}/s",
                        f"{mine / PUBLISHED_FLUENT_BIT_J4_PER_S:.2f} of that, across runs", None))
    return rows


def steady_rows(m):
    ours, disk = f"J6/{OURS}", f"J6-disk/{OURS}"
    rows = [at_most(m.get(ours, "event_ms", i), limit, f"J6 written, {name} on the way", " ms")
            for i, (name, limit) in enumerate((("p50", 0.25), ("p99", 1), ("p99.9", 3)))]
    p50, sync = m.get(disk, "event_ms", 0), m.get(disk, "sync_ms")
    extra = None if p50 is None or sync is None else p50 - sync
    rows.append(at_most(extra, 0.3, "J6 disk, p50 beyond the time of a sync", " ms"))
    if extra is not None:
        rows[-1].measured += f" ({p50:.2f} with a sync of {sync:.2f})"
    return rows


def own_rows(m):
    catchup, overload = "catch-up/million", "overload/512"
    costs = [m.get(f"fan-out/{count}", "cpu_s_per_million") for count in (1, 100)]
    before, during = m.get(catchup, "undisturbed_ms", 1), m.get(catchup, "event_ms", 1)
    rows = [
        at_most(costs[1] / costs[0] if all(costs) else None, 2, "fan-out, CPU of 100 exits / of 1"),
        at_least(m.get(catchup, "catchup_per_s"), 1e6, "catch-up", "/s"),
        at_most(during / before if before and during else None, 1.1,
                "catch-up, J6's p99 during it / without"),
        at_most(m.get("search/million", "search_s"), 1, "search of a million events", " s"),
        at_most(m.get("connections/10k", "memory_mb"), 150, "10,100 connections, memory", " MB"),
        at_most(m.get("connections/10k", "request_ms", 1), 5, "10,100 connections, p99", " ms"),
    ]
    best = max(m.values(f"J2/{OURS}", "in_per_s"), default=None)
    kept = m.get(overload, "in_per_s")
    rows += [
        at_least(kept / best if best and kept else None, 0.9, "overload, in / the best of J2"),
        at_most(m.most(overload, "memory_mb"), 512, "overload, memory", " MB"),
        at_most(m.most(overload, "lost"), 0, "overload, lost of what was acknowledged"),
    ]
    for key, title in (("rss_mb", "memory"), ("disk_mb", "disk")):
        spans = [spread(run["samples"], key) for run in m.runs.get("growth/200k", [])]
        low, high = spans[0] if spans and spans[0] else (None, None)
        rows.append(at_most(high / low if low else None, 1.15, f"growth, most / least {title}"))
    return rows


def spread(samples, key):
    """Least and most after the first minute; None for a run that was shorter."""
    values = [sample[key] for sample in samples if sample["at_s"] > 60]
    return (min(values), max(values)) if values else None


def rows(medians):
    return [*single_rows(medians), *batch_rows(medians), *steady_rows(medians), *own_rows(medians)]
