"""All cases: a job, the program that does it, and how it is measured."""
import dataclasses
from typing import Callable

from harness import measure, special, tools
from harness.setup import Load, Program

OURS = "time-tunnel"


@dataclasses.dataclass(frozen=True)
class Case:
    name: str                      # job/program
    program: Program
    load: Load
    outputs: tuple = ()
    measure: Callable = measure.measure_to_files

    @property
    def job(self):
        return self.name.split("/")[0]

    @property
    def is_ours(self):
        return self.program.name == "vortex"


# The loads of the jobs.
ONE = Load()
ONE_DISK = Load(connections=64)
BATCHES = Load(framing="array", batch=1000, connections=8)
LINES = Load(over="tcp", framing="lines", batch=1000, connections=1)
STEADY = Load(corpus="timed", rate=1000, seconds=20, connections=16)
STEADY_LINES = dataclasses.replace(STEADY, over="tcp", framing="lines", connections=1)
SHARDED = dataclasses.replace(BATCHES, corpus="sharded")
FANOUT = {1: ("shard-00",), 10: tuple(f"shard-{i:02d}" for i in range(10)),
          100: tuple(f"shard-{i:02d}" for i in range(100))}


def vortex(configuration, ack="written"):
    if "\n" not in configuration:
        configuration = f"conf/{configuration}.yaml"
    return Program("vortex", ("run", "-c", "@CONF@"), configuration, ".yaml", {"ACK": ack})


def nginx(configuration, name="nginx", workers=1):
    return Program(name, ("-p", "@OUT@", "-c", "@CONF@", "-e", "@OUT@/error.log"),
                   f"peers/{configuration}.conf", values={"WORKERS": workers})


def node(filters, workers=1, **env):
    return Program("node", ("@SCRIPT@",), values={"SCRIPT": tools.BENCH / "peers/events.mjs"},
                   env={"PORT": "@PORT@", "OUT": "@OUT@", "FILTERS": filters, "WORKERS": workers, **env})


def rsyslog(workers):
    return Program("rsyslogd", ("-n", "-f", "@CONF@", "-i", "@OUT@/rsyslog.pid",
                                "-M", "@LIBRARIES@/rsyslog"),
                   "peers/rsyslog.conf", values={"WORKERS": workers})


def syslog_ng(configuration):
    return Program("syslog-ng", ("-F", "--no-caps", "-f", "@CONF@", "-p", "@OUT@/syslog-ng.pid",
                                 "-c", "@OUT@/syslog-ng.ctl", "-R", "@OUT@/syslog-ng.persist"),
                   f"peers/{configuration}.conf")


def fluent_bit(configuration, workers=1, **values):
    return Program("fluent-bit", ("-c", "@CONF@"), f"peers/{configuration}.yaml", ".yaml",
                   {"WORKERS": workers, **values})


def fanout_configuration(shards):
    exits = [f"  s{name[-2:]}: {{type: file, path: @OUT@/{name}.ndjson}}" for name in shards]
    rules = [f"  - {{when: 'event.shard == {int(name[-2:])}', to: s{name[-2:]}}}" for name in shards]
    head = ["listen: 127.0.0.1:@PORT@", "data: @OUT@/data", "log: warning", "self: false",
            "entries:", "  ev: {type: http, path: /ev, ack: @ACK@}"]
    return "\n".join([*head, "exits:", *exits, "rules:", *rules]) + "\n"


def single_cases():
    """J0, J1, J3a: one event a request."""
    no_output = dict(measure=measure.measure_nothing)
    hook = dict(measure=measure.measure_to_hook)
    one, disk, to = ONE, ONE_DISK, ("A",)
    return [
        Case("J0/nginx-204", nginx("nginx-204"), one, **no_output),
        Case(f"J1/{OURS}", vortex("j1"), one, to),
        Case("J1/nginx-lua", nginx("nginx-lua", "nginx-lua"), one, to),
        Case("J1/nginx-lua-2w", nginx("nginx-lua", "nginx-lua", 2), one, to),
        Case("J1/node", node("A"), one, to),
        Case("J1/node-2w", node("A", 2), one, to),
        Case("J1/fluent-bit", fluent_bit("fluent-bit-file"), one, to),
        Case("J1/fluent-bit-2w", fluent_bit("fluent-bit-file", 2), one, to),
        Case(f"J1-disk/{OURS}", vortex("j1", "disk"), disk, to),
        Case("J1-disk/node", node("A", SYNC=1, FLUSH_MS=0), disk, to),
        Case(f"J3a/{OURS}", vortex("j3a"), one, to, **hook),
        Case("J3a/node", node("A", HOOK_PORT="@HOOK@"), one, to, **hook),
        Case("J3a/node-batched", node("A", HOOK_PORT="@HOOK@", BATCHED=1), one, to, **hook),
    ]


def batch_cases():
    """J2, J3b, J4: many events a request, or lines."""
    load, to = BATCHES, ("A", "B", "C")
    return [
        Case(f"J2/{OURS}", vortex("j2"), load, to),
        Case("J2/node", node("ABC"), load, to),
        Case("J2/node-2w", node("ABC", 2), load, to),
        Case("J2/fluent-bit", fluent_bit("fluent-bit-fanout"), load, to),
        Case("J2/fluent-bit-2w", fluent_bit("fluent-bit-fanout", 2), load, to),
        Case(f"J2-disk/{OURS}", vortex("j2", "disk"), load, to),
        Case("J2-disk/node", node("ABC", SYNC=1, FLUSH_MS=0), load, to),
        Case(f"J3b/{OURS}", vortex("j3b"), load, ("all",), measure.measure_to_hook),
        Case(f"J4/{OURS}", vortex("j4"), LINES, ("A",)),
        Case("J4/rsyslog", rsyslog(1), LINES, ("A",)),
        Case("J4/rsyslog-2w", rsyslog(2), LINES, ("A",)),
        Case("J4/syslog-ng", syslog_ng("syslog-ng-file"), LINES, ("A",)),
        Case("J4/fluent-bit", fluent_bit("fluent-bit-lines"), LINES, ("A",)),
    ]


def steady_cases():
    """J6: a thousand events a second, and how long each is on its way."""
    hook = dict(outputs=("all",), measure=measure.measure_to_hook)
    batched = node("*", HOOK_PORT="@HOOK@", BATCHED=1, FLUSH_MS=0)
    return [
        Case(f"J6/{OURS}", vortex("j6"), STEADY, **hook),
        Case(f"J6-disk/{OURS}", vortex("j6", "disk"), STEADY, **hook),
        Case("J6/node", batched, STEADY, **hook),
        Case("J6/syslog-ng", syslog_ng("syslog-ng-http"), STEADY_LINES, **hook),
        Case("J6/fluent-bit", fluent_bit("fluent-bit-hook", FLUSH="0.001"), STEADY, **hook),
    ]


def own_cases():
    """What only concerns ourselves."""
    many = Load(connections=100, idle=10_000, rate=10_000)
    crowd = dataclasses.replace(BATCHES, connections=512)
    growth = dataclasses.replace(BATCHES, rate=200_000)
    return [
        *(Case(f"fan-out/{count}", vortex(fanout_configuration(shards)), SHARDED, shards)
          for count, shards in FANOUT.items()),
        Case("catch-up/million", vortex("catchup"), STEADY, ("late",), special.measure_catchup),
        Case("search/million", vortex("search"), BATCHES, (), special.measure_search),
        Case("connections/10k", vortex("j1"), many, ("A",), special.measure_connections),
        Case("overload/512", vortex("j2"), crowd, ("A", "B", "C"), special.measure_overload),
        Case("growth/200k", vortex("growth"), growth, ("A", "B", "C"), special.measure_growth),
    ]


def all_cases():
    return [*single_cases(), *batch_cases(), *steady_cases(), *own_cases()]
