"""Results of several runs of a case, as medians."""
import statistics


class Medians:
    def __init__(self, results):
        self.runs = {}
        self.errors = {}
        for result in results:
            if "error" in result:
                self.errors[result["case"]] = result["error"]
            else:
                self.runs.setdefault(result["case"], []).append(result)

    def values(self, case, key, index=None):
        """Of each run; `index` for a key with several figures, as p50, p99 and p99.9."""
        found = [run[key] for run in self.runs.get(case, []) if run.get(key) is not None]
        return found if index is None else [value[index] for value in found]

    def get(self, case, key, index=None):
        """None where nothing was measured."""
        values = self.values(case, key, index)
        return statistics.median(values) if values else None

    def most(self, case, key):
        return max(self.values(case, key), default=None)

    def of_job(self, job):
        return [case for case in self.runs if case.split("/")[0] == job]

    def best_peer(self, job, key, ours):
        """The other case of the job with the highest median, and that; (None, None) without any."""
        peers = [(self.get(case, key), case) for case in self.of_job(job)
                 if case != ours and self.get(case, key) is not None]
        value, case = max(peers, default=(None, None))
        return case, value
