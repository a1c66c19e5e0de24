#!/usr/bin/env node
// An exit of time-tunnel: appends events to a file. See docs/guide/plugins.md.
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
if (process.argv[2] === "--describe") {
  const properties = { path: { type: "string", description: "The file." } };
  say({ tt: 1, name: "deliver", kind: "exit", version: "1.0.0", summary: "Appends events to a file.",
    schema: { type: "object", required: ["path"], properties } });
  process.exit();
}
let path;
for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text);
  if (line.op === "hello") {
    path = line.config.path;
    if (path) say({ op: "ready", window: 64 });
    else say({ op: "fail", code: "misconfigured", text: "options: {path: /some/file} is missing" });
  } else if (line.op === "events") {
    line.events.forEach(({ event }, i) => {
      const n = line.n + i;
      try {
        appendFileSync(path, JSON.stringify(event) + "\n");
        say({ op: "ack", n });
      } catch (error) {
        say({ op: "nack", n, code: "retry", text: error.message, after_ms: 1000 });
      }
    });
  }
}
