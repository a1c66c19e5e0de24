#!/usr/bin/env python3
"""Prints a man page made of a program's own --help, so that the two cannot differ.

Usage: packaging/manpage.py PROGRAM 'what it is, one line'
"""
import pathlib
import re
import subprocess
import sys


def help_of(program, *command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True,
                          check=True).stdout


def commands_of(text):
    """The names below the heading `Subcommands:`."""
    part = text.partition("Subcommands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  ([a-z][\w-]*)", part, re.M)


def literal(text):
    """Text as it stands: backslashes doubled, no line that roff takes for a request."""
    escaped = text.rstrip("\n").replace("\\", "\\e").replace("-", "\\-")
    return ".nf\n" + re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.M) + "\n.fi\n"


def sections(program, path, depth):
    text = help_of(program, *path)
    for name in commands_of(text):
        command = [*path, name]
        yield f'.{"SS" if depth else "SH"} "{" ".join(command)}"\n'
        yield literal(help_of(program, *command))
        yield from sections(program, command, depth + 1)


def main():
    program, summary = sys.argv[1:]
    name = pathlib.Path(program).name
    version = subprocess.run([program, "--version"], capture_output=True, text=True,
                             check=True).stdout.strip()
    page = [f'.TH {name.upper()} 1 "" "{version}" "time\\-tunnel"\n',
            f".SH NAME\n{name} \\- {summary}\n", ".SH DESCRIPTION\n", literal(help_of(program)),
            *sections(program, [], 0)]
    other = {"vortex": "tictoc", "tictoc": "vortex"}[name]
    page.append(f".SH SEE ALSO\n.BR {other} (1),\n/usr/share/doc/time\\-tunnel\n")
    sys.stdout.write("".join(page))


if __name__ == "__main__":
    main()
