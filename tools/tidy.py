#!/usr/bin/env python3
"""Checks what the compiler cannot: shape, length, words and calls of every file of the project.

Each rule is a function below. A file that has a good reason to break a rule gets a line in
tools/tidy_exceptions.txt; a line there that is not needed any more is an error too, so the list
can only shrink.
"""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINES_MAX = {".cc": 400, ".h": 200, ".py": 400, ".sh": 400}
COLUMNS_MAX = 100  # Of C++; scripts may take a little more.
HEADERS_MAX = 20
HEAD_LINES_MAX = 8
CPP = {".cc", ".h"}
CODE = CPP | {".py", ".sh", ".cmake"}
TEXT = CODE | {".md", ".txt", ".yaml", ".yml", ".json", ".js", ".ts", ""}

OUTSIDE_SEAMS = r"^src/(?!base/|net/)"
OUTSIDE_DATA = r"^src/(portals|api|pipeline|event)/"
WRITTEN = r"^(src|tests|fuzz|bench|tools)/(?!tidy\.py)"
# (rule, where it holds, what is wrong, what to do instead)
CALLS = [
    ("clock", OUTSIDE_SEAMS, r"\b(system|steady|high_resolution)_clock::now\b|\bclock_gettime\(",
     "take a Clock&"),
    ("file", OUTSIDE_SEAMS, r"\bstd::[io]?fstream\b|\bfopen\(|[^\w.>:]::open\(", "take a Disk&"),
    ("random", OUTSIDE_SEAMS, r"\bstd::(random_device|mt19937)|[^\w.>:]rand\(", "take a Random&"),
    ("thread", OUTSIDE_SEAMS, r"\bstd::(jthread|async\(|thread\b(?!::id))", "take a Spawner&"),
    ("sleep", r"^(src|tests)/(?!e2e/)", r"\bsleep_(for|until)\(|\b(u|nano)?sleep\(",
     "use a Clock& and wait for facts"),
    ("throw", r"^src/", r"^\s*throw\b|[;{)]\s*throw\b", "return a Result"),
    ("throwing-json", OUTSIDE_DATA, r"\.as_(object|array|string|int64|uint64|double|bool)\("
     r"|\bvalue_to<|\.dump\(|(?<!loop)(?<!loop_)(?<!payload)\.at\(",
     "use if_contains, if_string and their kin"),
    ("throwing-number", r"^src/", r"\bstd::sto(i|l|ll|ul|ull|f|d)\(",
     "use parse_u64, parse_i64, parse_double"),
    ("print", r"^src/(?!base/|apps/)", r"\bstd::(cout|cerr)\b|\b(f?printf|puts)\(",
     "use log::info and its kin"),
    ("metric", r"^src/(?!base/metric)", r"(\.|->)(counter|gauge|histogram)\(",
     "add a row to base/metric_table.h and use counter(metrics, name) and its kin"),
    ("using-namespace", r"^src/.*\.h$", r"\busing namespace\b", "name what you use"),
    ("unfinished", WRITTEN, r"\b(TODO|FIXME|XXX|HACK)\b", "finish it, or open an issue"),
    ("idle-test", r"^tests/", r"\bDISABLED_|EXPECT_TRUE\(true\)|\bSUCCEED\(",
     "write a test that can fail"),
    ("machine-path", r"^(?!tools/tidy\.py)", r"(?<![\w.}~-])/(work|home/\w+|root)/\w",
     "use a path relative to the project"),
]
# Units that only tests of their layer as a whole reach (contract, conformance, golden and end-to-end
# tests). The numbers may only fall.
MIRRORLESS_MAX = {
    "src/api": 3, "src/cel": 20, "src/config": 6, "src/event": 7, "src/net": 14, "src/pipeline": 4,
    "src/portals": 11, "src/rules": 1, "src/template": 2, "src/tunnel": 19,
}
# One noun a thing: types are not named after what other programs call it.
NAMES = re.compile(r"^\s*(?:class|struct|enum class)\s+"
                   r"(\w*(?:Sink|Queue|Consumer|Subscriber))\b")
SENTENCE = re.compile(r"^[A-Za-z].*[.:?]$")

LICENCE = "// SPDX-License-Identifier: Apache-2.0"
SAYS_FIRST = "the first line is one sentence that says what the file is for"

problems = []


def report(path, rule, text, line=1):
    problems.append((path, rule, line, text))


def project_files():
    command = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = sorted(set(filter(None, listed.split("\0"))))
    return [name for name in names if (ROOT / name).is_file()]


def check_head(path, suffix, lines):
    """The first line says what the file is for; the second names the licence."""
    first = lines[0] if lines else ""
    if suffix in CPP:
        licence = lines.index(LICENCE) if LICENCE in lines[:HEAD_LINES_MAX] else 0
        head = lines[:licence] or lines[:1]
        is_comment = all(line.startswith("// ") for line in head)
        if not is_comment or not SENTENCE.match(" ".join(line[3:] for line in head)):
            report(path, "first-line", SAYS_FIRST)
        if licence == 0:
            report(path, "licence", f"below the first sentence stands {LICENCE}", 2)
        if suffix == ".h" and "#pragma once" not in lines[:HEAD_LINES_MAX]:
            report(path, "pragma-once", "a header has #pragma once below its first lines", 3)
        return
    if first.startswith("#!"):
        first = lines[1] if len(lines) > 1 else ""
    if not SENTENCE.match(re.sub(r'^(# |r?""")|"""$', "", first)):
        report(path, "first-line", SAYS_FIRST)


def check_lengths(path, suffix, lines):
    # A table of cases is allowed to be long.
    limit = LINES_MAX.get(suffix, 0) * (2 if path.startswith("tests/") else 1)
    if limit and len(lines) > limit:
        report(path, "file-length", f"{len(lines)} lines, {limit} at most", len(lines))
    if suffix in CODE:
        for number, line in enumerate(lines, 1):
            # An address, an include or a raw test vector cannot be broken.
            if len(line) > (COLUMNS_MAX if suffix in CPP else COLUMNS_MAX + 10) and "://" not in line and 'R"' not in line:
                report(path, "columns", f"{len(line)} columns, {COLUMNS_MAX} at most", number)


def without_comment(line):
    return re.sub(r'(^|\s)//.*$', "", line)


def check_words(path, suffix, lines):
    rules = [rule for rule in CALLS if re.search(rule[1], path)]
    for number, line in enumerate(lines, 1):
        code = without_comment(line) if suffix in CPP else line
        for rule, _, wrong, instead in rules:
            is_about_code = rule not in {"machine-path", "unfinished"}
            if is_about_code and suffix not in CPP:
                continue
            if re.search(wrong, code if is_about_code else line):
                report(path, rule, f"{instead}: {line.strip()[:60]}", number)
        if suffix == ".h" and path.startswith("src/") and (match := NAMES.match(line)):
            report(path, "one-noun", f"{match[1]}: docs/glossary.md has the word", number)


def check_mirrors(files):
    """Every unit with a header has a test of its path; a portal may have one for its folder."""
    known = set(files)
    missing = collections.defaultdict(list)
    for path in files:
        source = pathlib.PurePosixPath(path)
        if not path.startswith("src/") or source.suffix != ".cc":
            continue
        inner = source.relative_to("src")
        is_portal = inner.parts[:2] in {("portals", "entry"), ("portals", "exit")}
        if inner.parts[0] == "apps":
            continue
        if not is_portal and str(source.with_suffix(".h")) not in known:
            continue
        own = f"tests/{inner.with_suffix('')}_test.cc"
        folder = f"tests/{inner.parent}_test.cc"
        if own not in known and not (is_portal and folder in known):
            missing[f"src/{inner.parts[0]}"].append(own)
    for layer, tests in missing.items():
        # A ratchet: a layer may have as many units without a test of their own as its line says.
        limit = MIRRORLESS_MAX.get(layer, 0)
        if len(tests) > limit:
            some = " ".join(sorted(tests)[:5])
            report(layer, "mirror", f"{len(tests)} units have no test, {limit} may: {some} ...")


def check_folders(files):
    headers = collections.Counter(str(pathlib.PurePosixPath(file).parent) for file in files
                                  if file.startswith("src/") and file.endswith(".h"))
    for folder, count in headers.items():
        if count > HEADERS_MAX:
            report(folder, "folder", f"{count} headers, {HEADERS_MAX} at most")


def read_exceptions():
    allowed = {}
    path = ROOT / "tools/tidy_exceptions.txt"
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if line:
            name, rule, reason = (line.split(maxsplit=2) + ["", ""])[:3]
            if not reason:
                report("tools/tidy_exceptions.txt", "exception", "wants: path rule reason", number)
            allowed[name, rule] = number
    return allowed


def main():
    files = project_files()
    for path in files:
        suffix = pathlib.PurePosixPath(path).suffix
        if suffix not in TEXT or re.match(r"(fuzz/corpus|tests/.*golden|LICENSE)", path):
            continue
        try:
            lines = (ROOT / path).read_text().splitlines()
        except UnicodeDecodeError:
            continue
        if suffix in CODE:
            check_head(path, suffix, lines)
            check_lengths(path, suffix, lines)
        check_words(path, suffix, lines)
    check_mirrors(files)
    check_folders(files)
    allowed = read_exceptions()
    used = {(path, rule) for path, rule, _, _ in problems} & allowed.keys()
    left = [p for p in problems if p[:2] not in allowed]
    for name, rule in sorted(allowed.keys() - used):
        left.append(("tools/tidy_exceptions.txt", "stale", allowed[name, rule],
                     f"{name} keeps {rule} now; remove the line"))
    for path, rule, line, text in sorted(left):
        print(f"{path}:{line}: [{rule}] {text}")
    print(f"tidy: {len(files)} files, {len(left)} problems, {len(allowed)} exceptions")
    return bool(left)


if __name__ == "__main__":
    sys.exit(main())
