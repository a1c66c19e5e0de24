#!/usr/bin/env python3
"""An exit of time-tunnel: appends events to a file. See docs/guide/plugins.md."""
import json
import os
import sys


def say(**line):
    print(json.dumps(line), flush=True)


if sys.argv[1:] == ["--describe"]:
    options = {"path": {"type": "string", "description": "The file."}}
    say(tt=1, name="deliver", kind="exit", version="1.0.0", summary="Appends events to a file.",
        schema={"type": "object", "required": ["path"], "properties": options})
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
