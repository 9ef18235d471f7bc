"""What is checked of a submission's options, each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from aws_cdk import Duration

from batchwright.jobs.retries import RetryStrategy
from batchwright.model import Problem
from batchwright.model.arguments import kind_problems, number_problems, required_problems
from batchwright.model.environment_settings import tag_problems
from batchwright.model.job_shapes import NodesShape
from batchwright.model.names import job_name_problems, share_identifier_problems
from batchwright.model.queue_kinds import multi_node_queue_problems
from batchwright.model.submissions import scheduling_priority_problems, share_problems
from batchwright.model.tags import tag_count_problems
from batchwright.model.timeouts import timeout_problems
from batchwright.pipelines.container_override import text_problems
from batchwright.pipelines.paths import is_path, path_problems
from batchwright.tokens import is_token, known, open_unit_problems, seconds

if TYPE_CHECKING:
    from batchwright.contracts import Job, Queue
    from batchwright.pipelines.submit_options import SubmitOptions

_Judge: TypeAlias = Callable[[str], Sequence[Problem]]


def option_problems(options: SubmitOptions, at: str, *, fair_share: bool) -> Iterable[Problem]:
    """Find what Batch would refuse of the options that no container has.

    Args:
        options: The options.
        at: What the caller calls them.
        fair_share: Whether the queue has a fair-share policy.
    """
    field = f"{at}.job_name"
    yield from _name_problems(field, options.job_name, lambda name: job_name_problems(name, field=field))
    yield from _retry_problems(options.retries, f"{at}.retries")
    yield from _timeout_problems(options.timeout, f"{at}.timeout")
    yield from _priority_problems(options.scheduling_priority, f"{at}.scheduling_priority")
    yield from _share_problems(options.share_identifier, f"{at}.share_identifier", fair_share=fair_share)
    yield from _tag_problems(options.tags, f"{at}.tags")


def queue_problems(field: str, queue: Queue | None, job: Job) -> Iterable[Problem]:
    """Find a queue, instead of the job's own, that cannot run the job."""
    if queue is None:
        return
    needs = job.requirements
    if queue.platform is not needs.platform:
        fix = "Make a job for each: a definition is for one of them."
        yield Problem(field, f"a queue on {queue.platform}", f"queues on {needs.platform}, as the job's own", fix)
        return
    if needs.architecture is not None and queue.architecture not in (None, needs.architecture):
        fix = "Build the image for that architecture, in a job of its own."
        yield Problem(field, f"a queue of {queue.architecture} hosts", f"queues of {needs.architecture} hosts", fix)
    if isinstance(job.shape, NodesShape):
        wrong = multi_node_queue_problems([each.kind for each in queue.capacities])
        yield from (replace(problem, field=field) for problem in wrong)


def _name_problems(field: str, name: str | None, judge: _Judge) -> Iterable[Problem]:
    """Judge a name that may be left out, looked up in the state, or known only at deployment."""
    if name is None:
        return []
    wrong_kind = required_problems(field, name, str, fix="Use a text, or a JSONPath such as $.name.")
    if wrong_kind:
        return wrong_kind
    if is_path(name):
        return path_problems(field, name, single=True)
    return [] if is_token(name) else judge(name)


def _retry_problems(retries: RetryStrategy | None, field: str) -> Iterable[Problem]:
    wrong_kind = kind_problems(field, retries, RetryStrategy, fix="Use RetryStrategy.interruptions(attempts=3).")
    return wrong_kind or ([] if retries is None else retries.problems(field))


def _timeout_problems(timeout: Duration | None, field: str) -> Iterable[Problem]:
    wrong_kind = kind_problems(field, timeout, Duration, fix="Use Duration.hours(1).")
    if wrong_kind or timeout is None:
        return wrong_kind
    limit = seconds(timeout)
    return open_unit_problems(field, timeout) if limit is None else timeout_problems(limit, field=field)


def _priority_problems(priority: int | None, field: str) -> Iterable[Problem]:
    if priority is None:
        return []
    wrong_kind = number_problems(field, priority, fix="Use a whole number, known now: 0 is a good start.")
    return wrong_kind or scheduling_priority_problems(known(priority), field=field)


def _share_problems(share: str | None, field: str, *, fair_share: bool) -> Iterable[Problem]:
    wrong = _name_problems(field, share, lambda name: share_identifier_problems(name, field=field))
    missing = share_problems(fair_share=fair_share, has_share=share is not None)
    return wrong or [replace(problem, field=field) for problem in missing]


def _tag_problems(tags: object, field: str) -> Iterable[Problem]:
    if tags is None:
        return
    if not isinstance(tags, Mapping):
        yield Problem(field, tags, "a mapping of names to texts", 'Use {"team": "imaging"}.')
        return
    yield from tag_count_problems(len(tags), field=field)
    plain: dict[str, str] = {}
    for key, value in tags.items():
        named = f"{field}[{key!r}]"
        wrong_kind = [*required_problems(named, key, str, fix="Use a text."), *text_problems(named, value)]
        yield from wrong_kind
        if not wrong_kind and not is_token(key):
            plain[key] = "" if is_path(value) or is_token(value) else value
    yield from tag_problems(plain, field=field)
