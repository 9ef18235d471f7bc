"""ListJobs: filters and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Reversible, Sequence
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.names import name_matches
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.jobs.describing import job_summary
from batchwright.local.engine.jobs.job import Job

if TYPE_CHECKING:
    from batchwright.local.engine.api.records import RecordStore
    from batchwright.local.engine.jobs.table import JobTable
    from batchwright.local.engine.queues.job_queue import JobQueue

_MOST: Final = 1_000
_MOST_FILTERED: Final = 100
_WHERE: Final = ("jobQueue", "arrayJobId", "multiNodeJobId")
Test = Callable[[Job], bool]


def list_jobs(request: Mapping[str, Any], *, queues: RecordStore[JobQueue], jobs: JobTable) -> dict[str, Any]:
    """ListJobs.

    Without a status or a filter only RUNNING jobs are listed. A filter shows jobs of all statuses, newest first, and
    does not apply to an array's children or a job's nodes. See https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html.
    """
    given = [member for member in _WHERE if request.get(member)]
    if len(given) != 1:
        raise BatchError(f"ListJobs needs exactly one of {', '.join(_WHERE)}; got {', '.join(given) or 'none'}.")
    if given == ["jobQueue"]:
        listed: Reversible[Job] = jobs.of_queue(queues.get(request["jobQueue"])).values()
        test = _filter(request)
    else:
        listed, test = _parts(given[0], request[given[0]], jobs), None
    filtered = test is not None
    wanted = request.get("jobStatus", "RUNNING").upper()
    by_share = filtered and request["filters"][0]["name"] == "SHARE_IDENTIFIER" and "jobStatus" in request

    def chosen() -> Iterator[tuple[int, Job]]:
        for position, job in _newest_first(listed) if filtered else _oldest_first(listed):
            if (test is None or test(job)) and ((filtered and not by_share) or job.status == wanted):
                yield position, job

    found, rest = page(chosen(), request, most=_MOST_FILTERED if filtered else _MOST)
    return {"jobSummaryList": [job_summary(job) for job in found], **rest}


def _newest_first(jobs: Reversible[Job]) -> Iterator[tuple[int, Job]]:
    # Positions must grow along a listing and stay when jobs are added: count down from far above any number.
    top = 1 << 62
    return ((top - job.order, job) for job in reversed(jobs))


def _oldest_first(jobs: Iterable[Job]) -> Iterator[tuple[int, Job]]:
    return ((job.order, job) for job in jobs)


def _parts(member: str, ident: str, jobs: JobTable) -> Sequence[Job]:
    """Return the children of an array, or the nodes of a multi-node parallel job."""
    job = jobs.get(ident)
    array = member == "arrayJobId"
    found: Sequence[Job] = () if job is None else job.children if array else job.nodes
    if not found:
        raise BatchError(f"{member} {ident} is not {'an array' if array else 'a multi-node parallel'} job.")
    return found


def _filter(request: Mapping[str, Any]) -> Test | None:
    filters = request.get("filters")
    if not filters:
        return None
    if len(filters) > 1:
        raise BatchError("Only one filter can be used at a time.")
    name, values = filters[0].get("name", ""), filters[0].get("values", [])
    if name not in _FILTERS:
        raise BatchError(f"filters: {name!r} is not a filter of ListJobs; use one of {', '.join(_FILTERS)}.")
    if len(values) != 1:
        raise BatchError(f"filters: {name} needs exactly one value.")
    return _FILTERS[name](values[0])


def _by_name(value: str) -> Test:
    return lambda job: name_matches(value, job.spec.name)


def _by_definition(value: str) -> Test:
    if value.startswith("arn:"):
        return lambda job: job.spec.definition.arn == value
    if value.endswith("*"):
        return lambda job: job.spec.definition.name.startswith(value[:-1])
    return lambda job: job.spec.definition.name == value


def _by_share(value: str) -> Test:
    return lambda job: job.spec.share_identifier == value


def _before(value: str) -> Test:
    moment = _milliseconds("BEFORE_CREATED_AT", value)
    return lambda job: job.created_at < moment


def _after(value: str) -> Test:
    moment = _milliseconds("AFTER_CREATED_AT", value)
    return lambda job: job.created_at > moment


def _milliseconds(name: str, value: str) -> int:
    if not value.isdecimal():
        raise BatchError(f"filters: {name} must be milliseconds since the epoch as digits, but is {value!r}.")
    return int(value)


_FILTERS: Final[dict[str, Callable[[str], Test]]] = {
    "JOB_NAME": _by_name,
    "JOB_DEFINITION": _by_definition,
    "BEFORE_CREATED_AT": _before,
    "AFTER_CREATED_AT": _after,
    "SHARE_IDENTIFIER": _by_share,
}
