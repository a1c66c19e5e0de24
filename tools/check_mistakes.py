#!/usr/bin/env python3
"""Writes each mistake of a page's table into a configuration and compares what `vortex check` says.

SPDX-License-Identifier: Apache-2.0
Usage: tools/check_mistakes.py PROGRAM PAGE
"""
import pathlib
import re
import subprocess
import sys
import tempfile

HEAD = "| written | `vortex check` says |"
CONFIGURATION = """\
entries:
  events: {type: http, path: /api/v1/events}
  gitlab: {type: gitlab, path: /hooks/gitlab}
exits:
  chat: {type: stdout}
  archive: {type: stdout}
rules:
"""
RULE = "  - name: a\n    to: archive\n    %s\n"
# Mistakes that the table describes instead of quoting them.
DESCRIBED = {
    "before a rule with `set`": "  - {to: chat}\n  - {name: b, to: chat, set: {n: 1}}\n",
    "neither `to`, `rules` nor `final`": "  - {name: c, when: 'event.kind == \"x\"'}\n",
}


def rows(page):
    """The cells of the table below HEAD, `\\|` read as `|`."""
    lines = page.read_text().split(HEAD)[1].splitlines()[2:]
    for line in lines:
        if not line.startswith("|"):
            return
        cells = re.split(r"(?<!\\)\|", line.strip("|"))
        yield tuple(cell.replace("\\|", "|").strip() for cell in cells)


def rules_of(written):
    for words, rules in DESCRIBED.items():
        if words in written:
            return rules
    code = re.match(r"`(.*?)`", written)[1]
    if code.startswith("when: "):
        return RULE % code
    if code.startswith("message: "):
        return RULE % f"set:\n      {code}"
    return RULE % ("when: '%s'" % code.replace("'", "''"))


def expected(says):
    """Patterns of the message and of its hint, which stands in parentheses."""
    message, _, hint = says.partition(" (")
    pattern = re.escape(message).replace(r"\.\.\.", ".*")
    return pattern, hint.removesuffix(")")


def main():
    program, page = sys.argv[1:]
    count, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "vortex.yaml")
        for written, says in rows(pathlib.Path(page)):
            count += 1
            file.write_text(CONFIGURATION + rules_of(written))
            run = subprocess.run([program, "check", file], stdout=subprocess.PIPE, text=True)
            pattern, hint = expected(says)
            if re.search(pattern, run.stdout) and hint in run.stdout:
                continue
            failed += 1
            print(f"{page}: {written}\n  should give: {says}\n  but gives:\n{run.stdout}")
    if count == 0:
        sys.exit(f"{page}: no table of mistakes")
    print(f"{count} mistakes, {count - failed} as told, {failed} not")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
