"""How long a run takes, for who waits: a line before each case, with what is left."""
import time

AROUND_S = 4  # Start, settling, outputs that grow no more, the check.
# What a job does besides its load, or instead of it.
EXTRA_S = {"catch-up": 5, "search": 15}


def expected_s(case, bench):
    if case.job == "growth":
        return bench.growth_seconds + AROUND_S
    return (case.load.seconds or bench.seconds) + EXTRA_S.get(case.job, 0) + AROUND_S


def spoken(seconds):
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


class Pace:
    """Of a list of cases that are measured one after the other."""

    def __init__(self, plan, bench):
        self.plan = plan
        self.expected_s = [expected_s(case, bench) for case in plan]
        self.begin_s = time.monotonic()

    def line(self, place):
        """Before the case at `place` begins; what came before says how quick the machine is."""
        before_s = sum(self.expected_s[:place])
        slowness = (time.monotonic() - self.begin_s) / before_s if before_s else 1
        slowness = max(slowness, 0.5)  # Cases that failed at once say nothing.
        own_s, all_s = self.expected_s[place], sum(self.expected_s[place:])
        return (f"bench: {place + 1} of {len(self.plan)}: {self.plan[place].name}, "
                f"about {spoken(own_s * slowness)}; until the end about {spoken(all_s * slowness)}")
