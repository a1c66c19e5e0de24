#!/usr/bin/env python3
"""Exit @NAME@: appends events to a file. Runs beside the daemon, which it speaks to in lines of JSON."""
import json
import os
import sys

DESCRIBE = {
    "tt": 1,
    "name": "@NAME@",
    "kind": "exit",
    "version": "0.1.0",
    "summary": "Appends events to a file.",
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["path"],
        "properties": {"path": {"type": "string", "minLength": 1, "description": "The file."}},
    },
}


def say(**line):
    print(json.dumps(line), flush=True)


if sys.argv[1:] == ["--describe"]:
    say(**DESCRIBE)
    sys.exit()
hello = json.loads(sys.stdin.readline())
path = hello["config"].get("path")
if not path:
    say(op="fail", code="misconfigured", text="options: {path: /some/file} is missing")
    sys.exit(1)
with open(path, "a", encoding="utf-8") as out:
    say(op="ready", window=64)
    for text in sys.stdin:
        line = json.loads(text)
        if line["op"] != "events":
            continue
        for item in line["events"]:
            out.write(json.dumps(item["event"], ensure_ascii=False) + "\n")
        out.flush()
        os.fdatasync(out.fileno())
        first = line["n"]
        say(op="ack", n=list(range(first, first + len(line["events"]))))
