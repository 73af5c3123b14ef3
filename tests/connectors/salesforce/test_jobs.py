"""Waiting for jobs: how often an org is asked, and where it has many jobs of others."""

import pytest

from connectors.errors import TryAgainError
from connectors.salesforce.errors import JobFailedError, NotThereError
from connectors.salesforce.jobs import Jobs


class Org:
    """An org whose job takes so many seconds, with so many pages of other jobs before it in its list."""

    def __init__(self, seconds, pages_of_others=0, state="JobComplete"):
        self.now, self.ready_at, self.others, self.state, self.calls = 0.0, seconds, pages_of_others, state, []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds

    def _job(self):
        return {"id": "750A", "state": self.state if self.now >= self.ready_at else "InProgress", "errorMessage": "oh"}

    def post(self, path, body):
        self.calls.append(path)
        return {"id": "750A"}

    def get(self, path, params=None):
        self.calls.append(path)
        return self._job() if path.endswith("750A") else self._page(0)

    def follow(self, url):
        self.calls.append(url)
        return self._page(int(url))

    def _page(self, number):
        is_last = number == self.others
        records = (
            [self._job()] if is_last and self.state != "gone" else [{"id": f"750x{number}", "state": "InProgress"}]
        )
        return {"records": records, "done": is_last, "nextRecordsUrl": None if is_last else str(number + 1)}


def waited(org):
    jobs = Jobs(org, org.clock, org.sleep)
    jobs.wait(jobs.start(org, "SELECT Id FROM Lead"))
    return len(org.calls) - 1


@pytest.mark.parametrize(("seconds", "most"), [(0.2, 1), (5, 6), (600, 32)])
def test_looks_grow_apart_to_one_in_thirty_seconds(seconds, most):
    org = Org(seconds)
    assert waited(org) <= most
    assert org.now <= seconds + 30
    if seconds < 10:
        assert org.now <= 2 * seconds + 1


def test_beyond_a_few_pages_of_other_jobs_it_is_looked_at_by_itself():
    assert waited(Org(0, pages_of_others=2)) == 3
    org = Org(0, pages_of_others=50)
    assert waited(org) == 4
    assert org.calls[-1] == "jobs/query/750A"


def test_a_job_that_fails_is_gone_or_never_ends_is_told():
    with pytest.raises(JobFailedError, match="oh"):
        waited(Org(1, state="Failed"))
    with pytest.raises(NotThereError):
        waited(Org(1, state="gone"))
    with pytest.raises(TryAgainError, match="four hours"):
        waited(Org(10**6))
