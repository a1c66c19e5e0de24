#!/usr/bin/env python3
"""An entry of time-tunnel: one event for each new file in a folder. See docs/guide/plugins.md."""
import json
import os
import sys
import threading


def say(**line):
    print(json.dumps(line), flush=True)


if sys.argv[1:] == ["--describe"]:
    options = {"folder": {"type": "string", "description": "The folder."}}
    say(tt=1, name="collect", kind="entry", version="1.0.0",
        summary="Brings each new file of a folder as an event.",
        schema={"type": "object", "required": ["folder"], "properties": options})
    sys.exit()
hello = json.loads(sys.stdin.readline())
folder = hello["config"]["folder"]
waiting = {}  # Number to name of a file that is told and not stored yet.
is_over = threading.Event()


def hear():
    for text in sys.stdin:
        line = json.loads(text)
        if line["op"] == "ack":
            for n in line["n"]:
                os.unlink(os.path.join(folder, waiting.pop(n)))
        elif line["op"] == "nack":
            print(f"W {waiting.pop(line['n'])}: {line['text']}", file=sys.stderr, flush=True)
    is_over.set()  # The daemon wants us to end.


threading.Thread(target=hear, daemon=True).start()
seen = set()
while not is_over.wait(1):
    for name in sorted(set(os.listdir(folder)) - seen):
        seen.add(name)
        waiting[len(seen)] = name
        say(op="event", n=len(seen), event={"kind": "urn:folder:file", "message": f"{name} has come"})
