"""Rates of ours and of the peers as horizontal bars, one group a job, as SVG without any library."""
from xml.sax.saxutils import escape

from harness.cases import OURS

# Job, the figure compared, and what the group is called.
GROUPS = [
    ("J1", "in_per_s", "J1: one event a request, acknowledged when written"),
    ("J1-disk", "in_per_s", "J1: one event a request, acknowledged when on disk"),
    ("J2", "end_to_end_per_s", "J2: batches of 1000 to three files, written"),
    ("J2-disk", "end_to_end_per_s", "J2: batches of 1000 to three files, on disk"),
    ("J3a", "in_per_s", "J3a: one event a request, a quarter to a webhook"),
    ("J4", "end_to_end_per_s", "J4: lines over one TCP connection"),
]
WIDTH, LABEL, BAR, GAP, HEAD = 760, 150, 16, 6, 26
RIGHT = 110  # For the figure behind the longest bar.
# A page in the dark gets other colours; a viewer without the query gets the first ones.
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .head { font-weight: 600 }
  .ours { fill: #0969da }
  .peer { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ours { fill: #4493f8 }
    .peer { fill: #6e7681 }
  }
"""


def bars(medians, job, key):
    """(name, value) of a job's cases, the highest first."""
    found = [(case.split("/")[1], medians.get(case, key)) for case in medians.of_job(job)]
    if job == "J1" and (limit := medians.get("J0/nginx-204", key)):
        found.append(("nginx, answers only", limit))
    return sorted(found, key=lambda bar: -bar[1])


def group(title, values, top):
    most = max(value for _, value in values)
    parts = [f'<text class="head" x="0" y="{top + 14}">{escape(title)}, events/s</text>']
    for i, (name, value) in enumerate(values):
        y = top + HEAD + i * (BAR + GAP)
        width = max(value / most * (WIDTH - LABEL - RIGHT), 1)
        kind = "ours" if name == OURS else "peer"
        parts.append(f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{width:.1f}" '
                     f'height="{BAR}" rx="2"/>')
        parts.append(f'<text x="{LABEL + width + 6:.1f}" y="{y + 12}">{value:,.0f}</text>')
    return parts, top + HEAD + len(values) * (BAR + GAP) + 14


def render(medians):
    parts, top = [], 0
    for job, key, title in GROUPS:
        if values := bars(medians, job, key):
            drawn, top = group(title, values, top)
            parts += drawn
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" '
            f'width="{WIDTH}" height="{top}" role="img">\n'
            f"<title>Events a second: time-tunnel beside its peers</title>\n<style>{STYLE}</style>")
    return "\n".join([head, *parts, "</svg>"]) + "\n"
