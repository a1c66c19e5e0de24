"""The events of all loads: flat, about 300 bytes each, the same in every run.

Each has `seq`, ten digits that the load generator overwrites: the running number of the event, so
that loss, doubles and strays of an output are exact. Its place in the corpus is that number modulo
EVENTS. Severities are even, an eighth of the messages is beyond ASCII, a sixth has escapes.
"""
import json
import random

EVENTS = 20_000
BATCH = 1000
KINDS = ["disk:full", "disk:smart", "net:link-down", "net:latency", "auth:login-failed",
         "auth:sudo", "deploy:finished", "deploy:rollback", "job:failed", "job:late", "http:5xx",
         "power:ups"]
SEVERITIES = ["info", "warning", "error", "critical"]
ROLES = ["db", "web", "cache", "edge", "queue"]
SITES = ["fra1", "ams3", "nyc2", "sgp1"]
WIDE = ["Zürich", "København", "температура", "東京", "déjà vu", "ναι", "⚠️", "🔥"]
ESCAPED = ['said "no"', "C:\\temp\\x", "line1\nline2", "tab\there", "nul\u0001ctl", '<a href="/x">']
USERS = ["alice", "bob", "carol", "dave", "erin", "svc-backup", "svc-ci"]
SHARDS = 100

# Which events an output gets; the rules of bench/conf and of the peers say the same.
FILTERS = {
    "A": lambda event: event["severity"] == "critical",
    "B": lambda event: event["kind"].startswith("urn:tt:disk:"),
    "C": lambda event: event["severity"] != "info" and event["source"].startswith("db-"),
    "all": lambda event: True,
}


def message(chance, kind, host):
    words = [*kind.split(":")[2:], "on", host.split(".")[0]]
    words = [word.replace("-", " ") if i == 1 else word for i, word in enumerate(words)]
    if chance.random() < 0.12:
        words.append(chance.choice(WIDE))
    if chance.random() < 0.15:
        words.append(chance.choice(ESCAPED))
    if chance.random() < 0.5:
        words.append(f"value {chance.uniform(0, 100):.2f}% over {chance.randint(1, 60)} min")
    return " ".join(words)


def extras(chance):
    choices = {
        "count": lambda: chance.randint(1, 100_000),
        "ratio": lambda: round(chance.random(), 4),
        "user": lambda: chance.choice(USERS),
        "maintenance": lambda: chance.random() < 0.1,
        "build": lambda: f"v{chance.randint(1, 9)}.{chance.randint(0, 30)}.{chance.randint(0, 99)}",
    }
    return {name: choices[name]() for name in chance.sample(list(choices), chance.randint(0, 3))}


def event(chance):
    host = f"{chance.choice(ROLES)}-{chance.randint(1, 40):02d}.{chance.choice(SITES)}.example.net"
    kind = "urn:tt:" + chance.choice(KINDS)
    day, hour, minute, second = (chance.randint(*span) for span in
                                 ((1, 28), (0, 23), (0, 59), (0, 59)))
    made = {
        "timestamp": f"2026-11-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
                     f".{chance.randint(0, 999):03d}Z",
        "kind": kind,
        "message": message(chance, kind, host),
        "source": host,
        "severity": chance.choice(SEVERITIES),
    }
    ticket = f"{chance.getrandbits(40):010x}"
    if chance.random() < 0.9:
        made["view_link"] = f"https://ops.example.net/v/{ticket}"
    if chance.random() < 0.6:
        made["ack_link"] = f"https://ops.example.net/a/{ticket}"
    return made | extras(chance)


class Corpus:
    """The files of one kind of corpus: `plain`, `timed` (with sent_ns) or `sharded` (0..99)."""

    def __init__(self, folder, kind="plain"):
        chance = random.Random(42)
        self.events = [event(chance) for _ in range(EVENTS)]
        for i, made in enumerate(self.events):
            if kind == "sharded":
                made["shard"] = (i * 37) % SHARDS
            if kind == "timed":
                made["sent_ns"] = 10 ** 18
            made["seq"] = "0" * 10
        self.folder = folder
        self.path = folder / f"{kind}.ndjson"
        wide = random.Random(7)
        self.path.write_text("".join(
            json.dumps(made, ensure_ascii=wide.random() < 0.1, separators=(",", ":")) + "\n"
            for made in self.events))
        self.matches = {}

    def matching(self, name):
        """'1' for each event that the output `name` (a filter, or `shard-N`) gets, else '0'."""
        if name not in self.matches:
            wants = FILTERS.get(name)
            if wants is None:
                shard = int(name.removeprefix("shard-"))
                wants = lambda made: made["shard"] == shard
            self.matches[name] = "".join("1" if wants(made) else "0" for made in self.events)
        return self.matches[name]

    def matches_file(self, name):
        path = self.folder / f"{self.path.stem}.{name}.matches"
        path.write_text(self.matching(name))
        return path

    def count(self, name, sent, unacknowledged=()):
        """How many of the first `sent` events match, without ranges (first, count) of them."""
        def before(end):
            matches = self.matching(name)
            return end // EVENTS * matches.count("1") + matches.count("1", 0, end % EVENTS)
        return before(sent) - sum(before(first + count) - before(first)
                                  for first, count in unacknowledged)
