from __future__ import annotations

import importlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from support.lambda_functions import load_handler

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
PREFIX = "arn:aws:batch:eu-west-1:111122223333:"
LIVE = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
TAG = "batchwright:superseded"

function = load_handler("deregister_revisions")
decisions = importlib.import_module("revision_decisions")


def arn(revision: int, name: str = "embed") -> str:
    return f"{PREFIX}job-definition/{name}:{revision}"


def queue(name: str) -> str:
    return f"{PREFIX}job-queue/{name}"


@dataclass
class FakeBatch:
    """Batch with revisions and jobs; every page has one entry, and calls are kept in their order."""

    revisions: dict[str, dict[str, str]] = field(default_factory=dict)
    jobs: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    queues: list[dict[str, str]] = field(default_factory=list)
    refused: tuple[str, ...] = ()
    calls: list[str] = field(default_factory=list)

    def get_paginator(self, operation: str) -> FakePages:
        return FakePages(self, operation)

    def pages(self, operation: str, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self.calls.append(operation)
        if operation == "describe_job_definitions":
            assert arguments["status"] == "ACTIVE"
            for found, tags in self.revisions.items():
                name, _, revision = found.rpartition("/")[2].rpartition(":")
                if name == arguments["jobDefinitionName"]:
                    yield {"jobDefinitions": [{"jobDefinitionArn": found, "revision": int(revision), "tags": tags}]}
            yield {"jobDefinitions": []}
        elif operation == "describe_job_queues":
            yield from ({"jobQueues": [one]} for one in self.queues)
        else:
            for job in self.jobs.get(arguments["jobQueue"], []):
                if job["status"] == arguments["jobStatus"]:
                    yield {"jobSummaryList": [{key: value for key, value in job.items() if key != "hidden"}]}
            yield {"jobSummaryList": []}

    def describe_jobs(self, jobs: list[str]) -> dict[str, Any]:
        self.calls.append("describe_jobs")
        every = [job for listed in self.jobs.values() for job in listed]
        return {"jobs": [{"jobDefinition": job["hidden"]} for job in every if job["jobId"] in jobs]}

    def deregister_job_definition(self, jobDefinition: str) -> None:  # noqa: N803
        self._change("deregister", jobDefinition)
        del self.revisions[jobDefinition]

    def tag_resource(self, resourceArn: str, tags: dict[str, str]) -> None:  # noqa: N803
        self._change("tag", resourceArn)
        self.revisions[resourceArn].update(tags)

    def untag_resource(self, resourceArn: str, tagKeys: list[str]) -> None:  # noqa: N803
        self._change("untag", resourceArn)
        for key in tagKeys:
            self.revisions[resourceArn].pop(key, None)

    def _change(self, kind: str, revision: str) -> None:
        self.calls.append(kind)
        if revision in self.refused:
            raise ClientError({"Error": {"Code": "ClientException", "Message": "no"}}, kind)


@dataclass
class FakePages:
    batch: FakeBatch
    operation: str

    def paginate(self, **arguments: object) -> Iterator[dict[str, Any]]:
        return self.batch.pages(self.operation, arguments)


def superseded(days: float) -> dict[str, str]:
    return {TAG: (NOW - timedelta(days=days)).isoformat()}


def revisions(count: int, *, days: float = 30) -> dict[str, dict[str, str]]:
    """Revisions 1 to count, all but the newest superseded long ago."""
    return {arn(number): ({} if number == count else superseded(days)) for number in range(1, count + 1)}


def event(**changes: object) -> dict[str, Any]:
    return {"definitions": [arn(9)], "keep": 2, "keep_for_seconds": 7 * 86_400} | changes


def run(batch: FakeBatch, **changes: object) -> dict[str, Any]:
    result: dict[str, Any] = function.deregister_revisions(event(**changes), batch=batch, now=NOW)
    return result


def test_old_revisions_that_nobody_uses_go() -> None:
    batch = FakeBatch(revisions(9))
    assert run(batch)["deregistered"] == [arn(number) for number in range(7, 0, -1)]
    assert [*batch.revisions] == [arn(8), arn(9)]


@pytest.mark.parametrize("status", LIVE)
def test_a_revision_of_a_live_job_stays(status: str) -> None:
    jobs = {queue("a"): [], queue("b"): [{"jobId": "1", "status": status, "jobDefinition": arn(3)}]}
    batch = FakeBatch(revisions(9), jobs, queues=[{"jobQueueArn": queue(name)} for name in "ab"])
    run(batch)
    assert [*batch.revisions] == [arn(3), arn(8), arn(9)]


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
def test_a_job_that_has_ended_keeps_nothing(status: str) -> None:
    jobs = {queue("a"): [{"jobId": "1", "status": status, "jobDefinition": arn(3)}]}
    batch = FakeBatch(revisions(9), jobs, queues=[{"jobQueueArn": queue("a")}])
    run(batch)
    assert arn(3) not in batch.revisions


def test_a_summary_without_definition_is_asked_for_it() -> None:
    jobs = {queue("a"): [{"jobId": str(n), "status": "RUNNABLE", "hidden": arn(1 + n % 2)} for n in range(150)]}
    batch = FakeBatch(revisions(9), jobs, queues=[{"jobQueueArn": queue("a")}])
    run(batch)
    assert [*batch.revisions] == [arn(1), arn(2), arn(8), arn(9)]
    assert Counter(batch.calls)["describe_jobs"] == 2


def test_queues_that_are_named_are_the_only_ones_looked_at() -> None:
    jobs = {queue("a"): [{"jobId": "1", "status": "RUNNING", "jobDefinition": arn(3)}]}
    batch = FakeBatch(revisions(9), jobs)
    run(batch, queues=[queue("b")])
    assert arn(3) not in batch.revisions
    assert "describe_job_queues" not in batch.calls


def test_queues_for_sagemaker_hold_no_such_jobs() -> None:
    batch = FakeBatch(revisions(1), queues=[{"jobQueueArn": queue("s"), "jobQueueType": "SAGEMAKER_TRAINING"}])
    run(batch)
    assert "list_jobs" not in batch.calls


def test_pinned_and_current_revisions_stay() -> None:
    batch = FakeBatch(revisions(9))
    run(batch, definitions=[arn(4)], pinned=[arn(2)])
    assert [*batch.revisions] == [arn(2), arn(4), arn(8), arn(9)]
    assert batch.revisions[arn(4)] == {}


def test_other_definitions_are_left_alone() -> None:
    batch = FakeBatch(revisions(9) | {arn(1, "other"): superseded(99), arn(2, "other"): {}})
    run(batch, keep=1)
    assert [*batch.revisions] == [arn(9), arn(1, "other"), arn(2, "other")]


def test_time_runs_from_the_first_sight_of_a_superseded_revision() -> None:
    batch = FakeBatch({arn(number): {} for number in range(1, 10)})
    assert run(batch)["deregistered"] == []
    assert {found for found, tags in batch.revisions.items() if TAG in tags} == {arn(n) for n in range(1, 9)}
    later = NOW + timedelta(days=7)
    result = function.deregister_revisions(event(), batch=batch, now=later)
    assert len(result["deregistered"]) == 7


def test_no_time_to_wait_needs_no_mark() -> None:
    batch = FakeBatch({arn(number): {} for number in range(1, 4)})
    assert run(batch, keep=1, keep_for_seconds=0)["deregistered"] == [arn(2), arn(1)]
    assert "tag" not in batch.calls


def test_a_rollback_takes_the_mark_off() -> None:
    batch = FakeBatch({arn(1): superseded(30), arn(2): superseded(3)})
    run(batch)
    assert batch.revisions[arn(2)] == {}


@pytest.mark.parametrize("text", ["", "yesterday", "2030-01-01T00:00:00"])
def test_a_mark_that_somebody_changed_is_written_again(text: str) -> None:
    batch = FakeBatch({arn(1): {TAG: text}, arn(2): {}})
    assert run(batch, keep=1)["deregistered"] == []
    assert batch.revisions[arn(1)] == {TAG: NOW.isoformat(timespec="seconds")}


def test_a_dry_run_deregisters_nothing_and_says_what_it_would(capsys: pytest.CaptureFixture[str]) -> None:
    batch = FakeBatch(revisions(4) | {arn(3): {}})
    result = run(batch, keep=1, dry_run=True)
    assert (result["deregistered"], result["Superfluous"]) == ([], 2)
    assert "deregister" not in batch.calls
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["action"], line["done"]) for line in lines[:4]] == [
        ("KEEP", True), ("MARK", True), ("DEREGISTER", False), ("DEREGISTER", False),
    ]  # fmt: skip


def test_revisions_are_read_before_jobs_and_changed_last() -> None:
    batch = FakeBatch(revisions(9), queues=[{"jobQueueArn": queue("a")}])
    run(batch)
    order = list(dict.fromkeys(batch.calls))
    assert order == ["describe_job_definitions", "describe_job_queues", "list_jobs", "deregister"]


def test_a_job_that_goes_back_to_runnable_while_the_queue_is_read_is_seen() -> None:
    job = {"jobId": "1", "status": "RUNNING", "jobDefinition": arn(3)}
    batch = FakeBatch(revisions(9), {queue("a"): [job]}, queues=[{"jobQueueArn": queue("a")}])
    read = batch.pages

    def pages(operation: str, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if arguments.get("jobStatus") == "STARTING":
            job["status"] = "RUNNABLE"
        return read(operation, arguments)

    batch.pages = pages  # type: ignore[method-assign]
    run(batch)
    assert arn(3) in batch.revisions


def test_a_read_that_fails_changes_nothing() -> None:
    batch = FakeBatch(revisions(9), queues=[{"jobQueueArn": queue("a")}])
    read = batch.pages

    def pages(operation: str, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if arguments.get("jobStatus") == "RUNNING":
            raise ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "slow"}}, "ListJobs")
        return read(operation, arguments)

    batch.pages = pages  # type: ignore[method-assign]
    with pytest.raises(ClientError):
        run(batch)
    assert len(batch.revisions) == 9


def test_a_refused_change_leaves_the_others_done_and_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    batch = FakeBatch(revisions(5), refused=(arn(2),))
    with pytest.raises(function.ChangesFailed, match=r"DEREGISTER .*embed:2"):
        run(batch)
    assert [*batch.revisions] == [arn(2), arn(4), arn(5)]
    metrics = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (metrics["Deregistered"], metrics["Failed"], metrics["Active"]) == (2, 1, 3)
    declared = metrics["_aws"]["CloudWatchMetrics"][0]
    assert {one["Name"] for one in declared["Metrics"]} <= metrics.keys()
    assert declared["Dimensions"] == [["Janitor"]]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"definitions": []}, "definitions"),
        ({"definitions": arn(1)}, "definitions"),
        ({"definitions": ["embed"]}, "definitions"),
        ({"definitions": [f"{PREFIX}job-definition/embed"]}, "definitions"),
        ({"queues": ["queue"]}, "queues"),
        ({"keep": 0}, "keep"),
        ({"keep": True}, "keep"),
        ({"keep_for_seconds": -1}, "keep_for_seconds"),
        ({"pinned": [3]}, "pinned"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"force": True}, "force"),
    ],
)
def test_a_wrong_event_is_refused_before_anything_is_read(changes: dict[str, Any], word: str) -> None:
    batch = FakeBatch(revisions(9))
    with pytest.raises(ValueError, match=f"^{word} is "):
        run(batch, **changes)
    assert not batch.calls


REVISIONS = st.lists(
    st.builds(
        lambda number, age: decisions.Revision(
            arn=arn(number), number=number, superseded=None if age is None else NOW - timedelta(hours=age)
        ),
        st.integers(1, 40),
        st.one_of(st.none(), st.integers(-5, 500)),
    ),
    max_size=20,
    unique_by=lambda revision: revision.number,
)
SOME = st.frozensets(st.integers(1, 40).map(arn))


@given(REVISIONS, SOME, SOME, SOME, st.integers(1, 10), st.integers(0, 300))
def test_nothing_that_is_needed_is_ever_deregistered(
    found: list[Any], live: frozenset[str], pinned: frozenset[str], current: frozenset[str], keep: int, hours: int
) -> None:
    policy = decisions.Policy(keep=keep, keep_for=timedelta(hours=hours), current=current, pinned=pinned)
    decided = decisions.decide(found, policy=policy, live=live, now=NOW)
    assert {one.revision.arn for one in decided} == {one.arn for one in found}
    assert all(one.reason for one in decided)
    gone = {one.revision.arn for one in decided if one.action == "DEREGISTER"}
    newest = [one.arn for one in sorted(found, key=lambda one: -one.number)]
    assert not gone & (live | pinned | current | {*newest[:keep]})
    young = {one.arn for one in found if NOW - (one.superseded or NOW) < timedelta(hours=hours)}
    assert not gone & young
    assert {*newest[keep:]} - live - pinned - current - young == gone


@given(REVISIONS, st.integers(1, 10), st.integers(1, 300))
def test_a_second_run_at_once_changes_nothing_more(found: list[Any], keep: int, hours: int) -> None:
    policy = decisions.Policy(keep=keep, keep_for=timedelta(hours=hours), current=frozenset(), pinned=frozenset())
    after = []
    for one in decisions.decide(found, policy=policy, live=frozenset(), now=NOW):
        if one.action != "DEREGISTER":
            marked = {"MARK": NOW, "UNMARK": None}.get(one.action, one.revision.superseded)
            after.append(decisions.Revision(arn=one.revision.arn, number=one.revision.number, superseded=marked))
    again = decisions.decide(after, policy=policy, live=frozenset(), now=NOW)
    assert {one.action for one in again} <= {"KEEP"}
