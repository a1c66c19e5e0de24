#!/usr/bin/env python3
"""Runs the rule tests that a page of the docs shows: every yaml block with a line `tests:`.

SPDX-License-Identifier: Apache-2.0
Usage: tools/run_page_tests.py PROGRAM AT_LEAST PAGE...
"""
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(page):
    """Line and text of each block that is a configuration with tests."""
    text = page.read_text()
    for found in BLOCK.finditer(text):
        if re.search(r"^tests:", found[1], re.MULTILINE):
            yield text.count("\n", 0, found.start()) + 2, found[1]


def main():
    program, at_least, *pages = sys.argv[1:]
    files = []
    with tempfile.TemporaryDirectory() as folder:
        for page in map(pathlib.Path, pages):
            for line, text in examples(page):
                # Blank lines in front, so that the places told are those of the page.
                file = pathlib.Path(folder, f"{page.stem}-line-{line}.yaml")
                file.write_text("\n" * (line - 1) + text)
                files.append(str(file))
        if len(files) < int(at_least):
            sys.exit(f"{', '.join(pages)}: {len(files)} examples, {at_least} at least")
        run = subprocess.run([program, "test", *files], stdout=subprocess.PIPE, text=True)
        shown = run.stdout.replace(folder + "/", "")
        print(shown if run.returncode else shown.splitlines()[-1])
    sys.exit(run.returncode)


if __name__ == "__main__":
    main()
