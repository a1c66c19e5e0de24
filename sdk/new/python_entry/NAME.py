#!/usr/bin/env python3
"""Entry @NAME@: brings an event a second, and waits until each is stored."""
import json
import sys
import time

DESCRIBE = {
    "tt": 1,
    "name": "@NAME@",
    "kind": "entry",
    "version": "0.1.0",
    "summary": "Brings an event a second.",
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "seconds": {"type": "number", "minimum": 0.1, "description": "The pause."}
        },
    },
}


def say(**line):
    print(json.dumps(line), flush=True)


if sys.argv[1:] == ["--describe"]:
    say(**DESCRIBE)
    sys.exit()
seconds = json.loads(sys.stdin.readline())["config"].get("seconds", 1)
number = 0
while True:
    number += 1
    say(op="event", n=number, event={"kind": "urn:@NAME@:beat", "message": f"beat {number}"})
    answer = sys.stdin.readline()
    if not answer:  # The daemon wants no more.
        break
    if json.loads(answer)["op"] == "nack":
        print("W " + answer.strip(), file=sys.stderr, flush=True)
    time.sleep(seconds)
