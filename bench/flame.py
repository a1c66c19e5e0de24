#!/usr/bin/env python3
"""Draws a flame graph (SVG) of what `perf script` prints, a root for each thread.

    perf record -F 1500 --call-graph dwarf,16384 -p PID -- sleep 5
    perf script -F comm,ip,sym | bench/flame.py > docs/performance.svg
"""
import html
import re
import sys

WIDTH, ROW, LEAST = 1200, 16, 0.002  # Pixels; frames of less than this share are left out.


class Frame:
    def __init__(self):
        self.samples = 0
        self.children = {}

    def child(self, name):
        return self.children.setdefault(name, Frame())


def short(symbol):
    """Without arguments, template parameters and offsets: what a person looks for."""
    symbol = re.sub(r"\+0x[0-9a-f]+$", "", symbol)
    while True:
        shorter = re.sub(r"<[^<>]*>", "", symbol)
        if shorter == symbol:
            break
        symbol = shorter
    return re.sub(r"\(.*", "", symbol).replace("tt::", "") or symbol


def read(lines):
    root, stack, thread = Frame(), [], None
    for line in [*lines, ""]:
        if not line.strip():
            if thread:
                frame = root
                frame.samples += 1
                for name in [re.sub(r"-?\d+$", "", thread), *reversed(stack)]:
                    frame = frame.child(name)
                    frame.samples += 1
            stack, thread = [], None
        elif thread is None:
            thread = line.strip()
        else:
            stack.append(short(line.split(None, 1)[1].strip()))
    return root


def depth(frame, least):
    below = [depth(c, least) for c in frame.children.values() if c.samples >= least]
    return 1 + max(below, default=0)


def draw(frame, name, x, level, height, total, out):
    width = WIDTH * frame.samples / total
    share = 100 * frame.samples / total
    hue = 20 + sum(name.encode()) % 35
    y = height - (level + 1) * ROW
    label = html.escape(name)
    out.append(f'<g><title>{label} {share:.1f} %</title><rect x="{x:.1f}" y="{y}" '
               f'width="{width:.1f}" height="{ROW - 1}" fill="hsl({hue} 85% 62%)"/>')
    if width > 40:
        shown = html.escape(name[:int(width / 6.6)])
        out.append(f'<text x="{x + 2:.1f}" y="{y + 12}">{shown}</text>')
    out.append("</g>")
    for child_name, child in sorted(frame.children.items()):
        if child.samples >= total * LEAST:
            draw(child, child_name, x, level + 1, height, total, out)
        x += WIDTH * child.samples / total


def main():
    root = read(line.rstrip("\n") for line in sys.stdin)
    if not root.samples:
        sys.exit("flame: no samples on the standard input")
    height = depth(root, root.samples * LEAST) * ROW
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           'font-family="monospace" font-size="11"><rect width="100%" height="100%" fill="white"/>']
    draw(root, "all threads", 0, 0, height, root.samples, out)
    print("\n".join(out) + "</svg>")


main()
