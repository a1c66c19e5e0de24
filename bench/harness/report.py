"""Results as tables in Markdown, between two markers of bench/README.md."""
import re

from harness import cases, plot, targets, tools
from harness.medians import Medians

README = tools.BENCH / "README.md"
PLOT = tools.BENCH / "results.svg"
BEGIN, END = "<!-- begin: jobs -->", "<!-- end: jobs -->"


def line(result):
    """One run in one line, for who watches."""
    if "error" in result:
        return f"{result['case']}: {result['error']}"
    parts = []
    for key, title in (("in_per_s", "in/s"), ("end_to_end_per_s", "end-to-end/s"),
                       ("cpu_s_per_million", "CPU-s/M"), ("memory_mb", "MB"), ("lost", "lost"),
                       ("doubled", "doubled"), ("misrouted", "astray"), ("malformed", "malformed")):
        value = result.get(key)
        if value is not None and (value or key in ("lost", "doubled")):
            parts.append(f"{title} {value if isinstance(value, int) else targets.number(value)}")
    for key in ("request_ms", "event_ms"):
        if any(result.get(key, ())):
            parts.append(f"{key} {latencies(result[key])}")
    return f"{result['case']}: {', '.join(parts)}; {remark(result)}".rstrip("; ")


def latencies(figures):
    return "/".join(f"{figure:.2f}" for figure in figures)


def remark(result):
    """What only this job has to say."""
    words = []
    if "delivered_per_s" in result and result["case"].startswith("J3"):
        words.append(f"delivered {result['delivered_per_s']:,.0f}/s, at the end of the load "
                     f"{result['lag_events']:,} behind, {result['drain_s']:.2f} s later none")
    if result.get("sync_ms") and result["case"].startswith("J6-disk"):
        words.append(f"a sync takes {result['sync_ms']:.2f} ms")
    if "catchup_per_s" in result:
        words.append(f"{result['catchup_per_s']:,.0f}/s; before it "
                     f"{latencies(result['undisturbed_ms'])} ms")
    if "search_s" in result:
        words.append(f"{result['search_s']:.2f} s")
    for key, title in (("rss_mb", "memory"), ("disk_mb", "disk")):
        if span := targets.spread(result.get("samples", []), key):
            words.append(f"{title} {span[0]:.0f} to {span[1]:.0f} MB after the first minute")
    if "note" in result:
        words.append(result["note"])
    return "; ".join(words)


def cell(value):
    return "" if value is None else targets.number(value)


def middle(medians, case):
    """The run in the middle by end-to-end rate, its remarkable figures replaced by medians."""
    runs = sorted(medians.runs[case], key=lambda run: run.get("end_to_end_per_s", 0))
    shown = dict(runs[len(runs) // 2])
    for key in ("delivered_per_s", "lag_events", "drain_s", "sync_ms", "catchup_per_s", "search_s"):
        shown[key] = medians.get(case, key)
    if "undisturbed_ms" in shown:
        shown["undisturbed_ms"] = [medians.get(case, "undisturbed_ms", i) for i in (0, 1, 2)]
    return {key: value for key, value in shown.items() if value is not None}


def row(medians, case):
    rates = medians.values(case, "end_to_end_per_s")
    spread = f"{cell(medians.get(case, 'end_to_end_per_s'))} ({min(rates):,.0f} to " \
             f"{max(rates):,.0f})" if len(rates) > 1 else cell(medians.get(case, "end_to_end_per_s"))
    loss = [medians.most(case, key) for key in ("lost", "doubled", "misrouted", "malformed")]
    answers = [medians.get(case, "request_ms", i) for i in (0, 1)]
    on_the_way = [medians.get(case, "event_ms", i) for i in (0, 1, 2)]
    columns = [case, cell(medians.get(case, "in_per_s")), spread,
               cell(medians.get(case, "cpu_s_per_million")), f"{medians.get(case, 'memory_mb'):.0f}",
               "" if loss[0] is None else "/".join(f"{value or 0:,}" for value in loss),
               latencies(answers) if any(answers) else "",
               latencies(on_the_way) if any(on_the_way) else "", remark(middle(medians, case))]
    return f"| {' | '.join(columns)} |"


def header(about):
    """What the figures depend on; results of older tools lack some of it."""
    versions = ", ".join(f"{name} {text}" for name, text in sorted(about["versions"].items())
                         if name not in ("vortex", "nginx-lua"))
    parts = [f"{about['date']}, {about['machine']}"]
    parts += [about["storage"]] if about.get("storage") else []
    parts += [f"commit {about['commit']}"] if about.get("commit") else []
    parts += [f"load average before {about['load']:.1f}"] if "load" in about else []
    runs = f"{about['runs']} runs in alternation" if about["runs"] > 1 else "one run"
    text = (f"{', '.join(parts)}. {versions + '. ' if versions else ''}{runs.capitalize()}, "
            f"{about['seconds']:g} s of load each unless the job says otherwise; medians.")
    if about.get("command"):
        text += f" Made with `{about['command']}`."
    if about.get("earlier"):
        text += f" Some results are of earlier runs: {'; '.join(about['earlier'])}."
    return text


def target_lines(medians, is_part):
    """Of a part only what was measured: nobody asked for the rest."""
    verdicts = {True: "met", False: "not met", None: ""}
    lines = [f"| {row.target} | {row.measured} | {verdicts[row.met]} |"
             for row in targets.rows(medians)
             if not is_part or row.measured != targets.NOT_MEASURED]
    return ["", "| target | measured | |", "|---|---|---|", *lines] if lines else []


def case_lines(medians, names):
    if not medians.runs:
        return []
    return ["", "| case | in ev/s | end-to-end ev/s (runs) | CPU-s/M | memory MB | "
            "lost/doubled/astray/malformed | answer p50/p99 ms | on the way p50/p99/p99.9 ms | |",
            "|---|---|---|---|---|---|---|---|---|",
            *(row(medians, name) for name in names if name in medians.runs)]


def render(about, results, asked=None):
    """Of all cases, or only of those with the names `asked`."""
    names = [case.name for case in cases.all_cases() if asked is None or case.name in asked]
    medians = Medians([result for result in results if result["case"] in names])
    missing = [name for name in names if name not in medians.runs and name not in medians.errors]
    lines = [header(about), *target_lines(medians, asked is not None), *case_lines(medians, names)]
    if medians.errors:
        lines += ["", *(f"- {case} failed: {text}" for case, text in medians.errors.items())]
    if missing:
        lines += ["", f"Not measured: {', '.join(missing)}."]
    return "\n".join(lines) + "\n"


def write(about, results):
    """The whole table, whatever was asked for now."""
    old = README.read_text()
    block = f"{BEGIN}\n![Events a second]({PLOT.name})\n\n{render(about, results)}{END}"
    README.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: block, old, flags=re.S))
    PLOT.write_text(plot.render(Medians(results)))
