#!/usr/bin/env python3
"""Promises of the docs name tests that exist: every link to a test is of a file and a name in it.

SPDX-License-Identifier: Apache-2.0
Usage: tools/check_promises.py     A link reads [Suite.name](../tests/a_test.cc) or ["title"](../tests/a.mjs).
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ["docs/promises.md", "docs/operations.md"]
LINK = re.compile(r"\[([^\]]+)\]\(\.\./(tests/[^)]+)\)")
TABLE_ROW = re.compile(r"^\|(?! promise \|)(?!---)")


def has_name(text, name, suffix):
    """Whether the file holds the test that the text of a link names."""
    if suffix == ".cc" and (parts := re.fullmatch(r"(\w+)\.(\w+)", name)):
        return re.search(rf"TEST(_F|_P)?\({parts[1]},\s*{parts[2]}\)", text)
    if suffix == ".mjs" and name.startswith('"'):
        return any(name.strip('"') in line for line in text.splitlines() if "test(" in line)
    if suffix == ".txt":
        return re.search(rf"^{re.escape(name)}\s", text, re.MULTILINE)
    return None


def problems(page, lines):
    """Links to what is not there, and rows of the tables of promises without a test."""
    section = ""
    for number, line in enumerate(lines, 1):
        section = line if line.startswith("## ") else section
        links = LINK.findall(line)
        for name, target in links:
            file = ROOT / target
            if not file.exists():
                yield number, f"no file {target}"
            elif re.fullmatch(r'\w+\.\w+|".*"|[\w-]+-[\w-]+', name) and not has_name(
                    file.read_text(), name, file.suffix):
                yield number, f"{target} has no test {name}"
        if re.match(r"## \d", section) and TABLE_ROW.match(line) and not links:
            yield number, "a promise without a test"


def main():
    found = [(page, *one) for page in PAGES
             for one in problems(page, (ROOT / page).read_text().splitlines())]
    for page, number, text in found:
        print(f"{page}:{number}: {text}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
