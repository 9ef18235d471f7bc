from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch


def names(answer: dict[str, Any]) -> list[str]:
    return [job["jobName"] for job in answer["jobSummaryList"]]


@pytest.fixture
def listed(batch: Batch) -> Batch:
    batch.register("other")
    batch.register("otherwise")
    for name, definition in (("Alpha", "definition"), ("alpha2", "other"), ("beta", "otherwise"), ("beta", "other")):
        batch.submit(name, jobDefinition=definition)
        batch.clock.advance(100)
    return batch


def test_without_a_status_only_running_jobs_are_listed(batch: Batch) -> None:
    batch.submit("running")
    batch.clock.advance(1)
    batch.submit("new")
    assert names(batch("ListJobs", jobQueue="queue")) == ["running"]
    assert names(batch("ListJobs", jobQueue="queue", jobStatus="SUBMITTED")) == ["new"]
    assert names(batch("ListJobs", jobQueue="queue", jobStatus="FAILED")) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("JOB_NAME", "ALPHA", ["Alpha"]),
        ("JOB_NAME", "alpha*", ["alpha2", "Alpha"]),
        ("JOB_NAME", "*", ["beta", "beta", "alpha2", "Alpha"]),
        ("JOB_NAME", "bet", []),
        ("JOB_DEFINITION", "other", ["beta", "alpha2"]),
        ("JOB_DEFINITION", "other*", ["beta", "beta", "alpha2"]),
        ("JOB_DEFINITION", "Other", []),
        ("JOB_DEFINITION", "arn:aws:batch:us-east-1:123456789012:job-definition/other:1", ["beta", "alpha2"]),
        ("BEFORE_CREATED_AT", "1700000150000", ["alpha2", "Alpha"]),
        ("AFTER_CREATED_AT", "1700000150000", ["beta", "beta"]),
    ],
)
def test_filters_show_all_statuses_newest_first(listed: Batch, name: str, value: str, expected: list[str]) -> None:
    assert names(listed("ListJobs", jobQueue="queue", filters=[{"name": name, "values": [value]}])) == expected


def test_the_status_is_ignored_with_a_filter(listed: Batch) -> None:
    filters = [{"name": "JOB_NAME", "values": ["beta"]}]
    assert len(names(listed("ListJobs", jobQueue="queue", jobStatus="RUNNING", filters=filters))) == 2


def test_the_share_filter_goes_with_a_status(batch: Batch) -> None:
    arn = batch("CreateSchedulingPolicy", name="fair")["arn"]
    batch.queue("fair", "environment", schedulingPolicyArn=arn)
    batch.submit("a", jobQueue="fair", shareIdentifier="x", schedulingPriorityOverride=0)
    batch.clock.run()
    batch.submit("b", jobQueue="fair", shareIdentifier="x", schedulingPriorityOverride=0)
    filters = [{"name": "SHARE_IDENTIFIER", "values": ["x"]}]
    assert names(batch("ListJobs", jobQueue="fair", filters=filters)) == ["b", "a"]
    assert names(batch("ListJobs", jobQueue="fair", filters=filters, jobStatus="SUCCEEDED")) == ["a"]


def test_filtered_pages_do_not_shift_when_jobs_are_added(listed: Batch) -> None:
    filters = [{"name": "JOB_NAME", "values": ["*"]}]
    first = listed("ListJobs", jobQueue="queue", filters=filters, maxResults=2)
    listed.submit("late")
    second = listed("ListJobs", jobQueue="queue", filters=filters, maxResults=2, nextToken=first["nextToken"])
    assert names(first) + names(second) == ["beta", "beta", "alpha2", "Alpha"]
    assert "nextToken" not in second


@pytest.mark.parametrize(
    "change",
    [
        {"filters": [{"name": "JOB_NAME", "values": ["b*"]}]},
        {"filters": None, "jobStatus": "SUCCEEDED"},
        {"jobQueue": "elsewhere"},
    ],
)
def test_a_token_is_of_one_list_only(listed: Batch, change: dict[str, Any]) -> None:
    listed.queue("elsewhere", "environment")
    request = {"jobQueue": "queue", "filters": [{"name": "JOB_NAME", "values": ["*"]}], "maxResults": 1}
    token = listed("ListJobs", **request)["nextToken"]
    assert names(listed("ListJobs", **{**request, "maxResults": 3}, nextToken=token)) == ["beta", "alpha2", "Alpha"]
    with pytest.raises(BatchError, match="nextToken is not valid"):
        listed("ListJobs", **{**request, **change}, nextToken=token)


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: f"!{t}", lambda t: t[::-1], lambda _: "cGFnZTow"])
def test_a_token_that_was_tampered_with(listed: Batch, spoil: Callable[[str], str]) -> None:
    request = {"jobQueue": "queue", "jobStatus": "SUCCEEDED", "maxResults": 1}
    token = listed("ListJobs", **request)["nextToken"]
    with pytest.raises(BatchError, match="nextToken is not valid"):
        listed("ListJobs", **request, nextToken=spoil(token))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "exactly one of"),
        ({"jobQueue": "queue", "arrayJobId": "x"}, "exactly one of"),
        ({"jobQueue": "none"}, "JobQueue none not found"),
        ({"arrayJobId": "none"}, "not an array job"),
        ({"multiNodeJobId": "none"}, "multi-node"),
        ({"jobQueue": "queue", "jobStatus": "DONE"}, "SUBMITTED, PENDING"),
        ({"jobQueue": "queue", "filters": [{"name": "COLOUR", "values": ["x"]}]}, "not a filter"),
        ({"jobQueue": "queue", "filters": [{"name": "JOB_NAME", "values": []}]}, "exactly one value"),
        ({"jobQueue": "queue", "filters": [{"name": "JOB_NAME", "values": ["x"]}] * 2}, "Only one filter"),
        ({"jobQueue": "queue", "filters": [{"name": "AFTER_CREATED_AT", "values": ["noon"]}]}, "milliseconds"),
        ({"jobQueue": "queue", "maxResults": 1001}, "between 1 and 1000"),
    ],
)
def test_refused_listings(batch: Batch, request_: dict[str, Any], words: str) -> None:
    with pytest.raises(BatchError, match=words):
        batch("ListJobs", **request_)


def test_describe_jobs_takes_ids_and_arns_and_leaves_out_the_unknown(batch: Batch) -> None:
    job = batch.submit()
    arn = batch.job(job)["jobArn"]
    assert [found["jobId"] for found in batch("DescribeJobs", jobs=[arn, "none"])["jobs"]] == [job]
    with pytest.raises(BatchError, match="Maximum number of jobs supported is  100"):
        batch("DescribeJobs", jobs=["x"] * 101)
    with pytest.raises(BatchError, match="Provided name a,b is not supported pattern"):
        batch("DescribeJobs", jobs=[job, "a,b"])
    with pytest.raises(BatchError, match="at least one"):
        batch("DescribeJobs", jobs=[])
