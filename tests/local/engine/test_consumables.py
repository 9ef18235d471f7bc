from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import BatchError, Exit

if TYPE_CHECKING:
    from local.engine.harness import Batch, Plan

Json = dict[str, Any]


def license_(batch: Batch, total: int = 2, name: str = "license", **members: object) -> str:
    made = batch("CreateConsumableResource", consumableResourceName=name, totalQuantity=total, **members)
    return str(made["consumableResourceArn"])


def needs(quantity: int = 1, name: str = "license") -> Json:
    return {"consumableResourceList": [{"consumableResource": name, "quantity": quantity}]}


def quantities(batch: Batch, name: str = "license") -> tuple[int, int, int]:
    shown = batch("DescribeConsumableResource", consumableResource=name)
    return shown["totalQuantity"], shown["inUseQuantity"], shown["availableQuantity"]


def submit(batch: Batch, quantity: int = 1, **members: object) -> str:
    return batch.submit(consumableResourcePropertiesOverride=needs(quantity), **members)


def test_a_resource_is_made_changed_and_removed(batch: Batch) -> None:
    arn = license_(batch, 3, tags={"k": "v"})
    assert arn == "arn:aws:batch:us-east-1:123456789012:consumable-resource/license"
    shown = batch("DescribeConsumableResource", consumableResource=arn)
    assert (shown["resourceType"], shown["tags"]) == ("REPLENISHABLE", {"k": "v"})
    batch("TagResource", resourceArn=arn, tags={"l": "w"})
    assert batch("ListTagsForResource", resourceArn=arn)["tags"] == {"k": "v", "l": "w"}
    batch("DeleteConsumableResource", consumableResource="license")
    with pytest.raises(BatchError, match="not found"):
        batch("DescribeConsumableResource", consumableResource=arn)


@pytest.mark.parametrize(("operation", "total"), [("SET", 4), ("ADD", 14), ("REMOVE", 6), (None, 4)])
def test_updates(batch: Batch, operation: str | None, total: int) -> None:
    license_(batch, 10)
    given = {} if operation is None else {"operation": operation}
    answer = batch("UpdateConsumableResource", consumableResource="license", quantity=4, **given)
    assert answer["totalQuantity"] == total


def test_a_client_token_makes_an_update_count_once(batch: Batch) -> None:
    license_(batch, 10)
    update = {"consumableResource": "license", "operation": "ADD", "quantity": 1}
    for _ in range(3):
        batch("UpdateConsumableResource", **update, clientToken="t")
    assert quantities(batch)[0] == 11
    batch.clock.advance(8 * 3600)
    batch("UpdateConsumableResource", **update, clientToken="t")
    assert quantities(batch)[0] == 12


def test_the_token_of_a_refused_update_counts_for_nothing(batch: Batch) -> None:
    license_(batch, 1)
    update = {"consumableResource": "license", "operation": "REMOVE", "quantity": 2, "clientToken": "t"}
    with pytest.raises(BatchError, match="to remove it from"):
        batch("UpdateConsumableResource", **update)
    batch("UpdateConsumableResource", consumableResource="license", operation="ADD", quantity=2)
    batch("UpdateConsumableResource", **update)
    assert quantities(batch)[0] == 1


@pytest.mark.parametrize(
    ("operation", "request_", "words"),
    [
        ("CreateConsumableResource", {"consumableResourceName": "a b"}, "valid pattern"),
        ("CreateConsumableResource", {"consumableResourceName": "license"}, "already exists"),
        ("CreateConsumableResource", {"consumableResourceName": "n", "totalQuantity": -1}, "below 0"),
        ("CreateConsumableResource", {"consumableResourceName": "n", "resourceType": "ENDLESS"}, "REPLENISHABLE"),
        ("UpdateConsumableResource", {"consumableResource": "none", "quantity": 1}, "not found"),
        ("UpdateConsumableResource", {"consumableResource": "license", "operation": "TWICE"}, "SET, ADD, REMOVE"),
        (
            "UpdateConsumableResource",
            {"consumableResource": "license", "operation": "REMOVE", "quantity": 3},
            "total of 2",
        ),
        ("UpdateConsumableResource", {"consumableResource": "license", "quantity": -1}, "below 0"),
        ("UpdateConsumableResource", {"consumableResource": "license", "clientToken": "x" * 65}, "1 to 64"),
        ("ListConsumableResources", {"filters": [{"name": "NAME", "values": ["a"]}]}, "CONSUMABLE_RESOURCE_NAME"),
        ("ListJobsByConsumableResource", {"consumableResource": "none"}, "not found"),
        (
            "ListJobsByConsumableResource",
            {"consumableResource": "license", "filters": [{"name": "NAME", "values": ["a"]}]},
            "JOB_STATUS",
        ),
    ],
)
def test_refused(batch: Batch, operation: str, request_: Json, words: str) -> None:
    license_(batch)
    with pytest.raises(BatchError, match=words):
        batch(operation, **request_)
    assert quantities(batch) == (2, 0, 2)


def test_resources_are_listed_by_name(batch: Batch) -> None:
    for name in ("Alpha", "alps", "beta"):
        license_(batch, 1, name)

    def listed(*values: str) -> list[str]:
        filters = [{"name": "CONSUMABLE_RESOURCE_NAME", "values": list(values)}] if values else []
        found = batch("ListConsumableResources", filters=filters)["consumableResources"]
        return [one["consumableResourceName"] for one in found]

    assert listed() == ["Alpha", "alps", "beta"]
    assert listed("al*") == ["Alpha", "alps"]
    assert listed("BETA") == ["beta"]
    first = batch("ListConsumableResources", maxResults=2)
    rest = batch("ListConsumableResources", nextToken=first["nextToken"])
    assert [one["consumableResourceName"] for one in rest["consumableResources"]] == ["beta"]


def test_jobs_wait_until_the_quantity_is_there(batch: Batch) -> None:
    license_(batch, 2)
    jobs = [submit(batch) for _ in range(5)]
    batch.clock.advance(2)
    assert [batch.status(job) for job in jobs] == ["RUNNING", "RUNNING", "RUNNABLE", "RUNNABLE", "RUNNABLE"]
    assert quantities(batch) == (2, 2, 0)
    batch.clock.run()
    assert [batch.status(job) for job in jobs] == ["SUCCEEDED"] * 5
    assert batch.runner.most_running == 2
    assert quantities(batch) == (2, 0, 2)


def test_a_non_replenishable_resource_is_used_up(batch: Batch) -> None:
    license_(batch, 2, resourceType="NON_REPLENISHABLE")
    jobs = [submit(batch) for _ in range(3)]
    batch.clock.run()
    assert [batch.status(job) for job in jobs] == ["SUCCEEDED", "SUCCEEDED", "RUNNABLE"]
    assert quantities(batch) == (0, 0, 0)
    assert "total quantity is 0" in batch.job(jobs[2])["statusReason"]
    batch("UpdateConsumableResource", consumableResource="license", operation="ADD", quantity=1)
    batch.clock.run()
    assert batch.status(jobs[2]) == "SUCCEEDED"


def test_a_job_keeps_what_it_holds_over_its_attempts(batch: Batch, plan: type[Plan]) -> None:
    license_(batch, 1, resourceType="NON_REPLENISHABLE")
    batch.runner.plan = lambda a: plan(exit=Exit(exit_code=0 if a.number == 3 else 1))
    job = submit(batch, retryStrategy={"attempts": 3})
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    assert quantities(batch) == (0, 0, 0)


@pytest.mark.parametrize("seconds", [0, 5])
def test_a_job_that_is_terminated_gives_it_back(batch: Batch, seconds: int) -> None:
    license_(batch, 1)
    job = submit(batch)
    batch.clock.advance(seconds)
    batch("TerminateJob", jobId=job, reason="enough")
    batch.clock.run()
    assert quantities(batch) == (1, 0, 1)


def test_fewer_units_than_in_use_hold_back_new_jobs_only(batch: Batch) -> None:
    license_(batch, 2)
    jobs = [submit(batch) for _ in range(3)]
    batch.clock.advance(2)
    batch("UpdateConsumableResource", consumableResource="license", quantity=1)
    assert quantities(batch) == (1, 2, 0)
    batch.clock.run()
    assert [batch.status(job) for job in jobs] == ["SUCCEEDED"] * 3


def test_the_definition_says_what_every_job_needs(batch: Batch) -> None:
    license_(batch, 3)
    batch.register("d", consumableResourceProperties=needs(2))
    own = batch.submit(jobDefinition="d")
    assert batch.job(own)["consumableResourceProperties"] == needs(2)
    array = batch.submit(jobDefinition="d", arrayProperties={"size": 2}, consumableResourcePropertiesOverride=needs(1))
    batch.clock.advance(2)
    assert quantities(batch) == (3, 3, 0)
    batch.clock.run()
    assert batch.status(array) == "SUCCEEDED"


def test_all_resources_must_be_there_at_once(batch: Batch) -> None:
    license_(batch, 1)
    license_(batch, 0, "seat")
    entries = [{"consumableResource": name, "quantity": 1} for name in ("license", "seat")]
    job = batch.submit(consumableResourcePropertiesOverride={"consumableResourceList": entries})
    batch.clock.run()
    assert quantities(batch) == (1, 0, 1)
    batch("UpdateConsumableResource", consumableResource="seat", quantity=1)
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"


def test_each_node_needs_its_own(batch: Batch) -> None:
    license_(batch, 5)
    size = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}]
    container = {"image": "i", "resourceRequirements": size}
    groups = [
        {"targetNodes": "0:0", "container": container},
        {"targetNodes": "1:", "container": container, "consumableResourceProperties": needs(2)},
    ]
    properties = {"numNodes": 3, "mainNode": 0, "nodeRangeProperties": groups}
    batch.register_as("nodes", type="multinode", nodeProperties=properties)
    batch.submit(jobDefinition="nodes")
    batch.clock.advance(1)
    assert quantities(batch) == (5, 4, 1)
    batch.clock.run()
    assert quantities(batch) == (5, 0, 5)


def test_jobs_are_listed_by_what_they_need(batch: Batch) -> None:
    arn = license_(batch, 1)
    first, _ = submit(batch, name="first"), batch.submit("without")
    array = submit(batch, name="array", arrayProperties={"size": 2})
    batch.clock.advance(2)

    def listed(**members: object) -> list[Json]:
        found = batch("ListJobsByConsumableResource", consumableResource="license", **members)["jobs"]
        return [dict(one) for one in found]

    assert [one["jobArn"].rpartition("/")[2] for one in listed()] == [first, f"{array}:0", f"{array}:1"]
    assert listed()[0]["consumableResourceProperties"]["consumableResourceList"] == [
        {"consumableResource": arn, "quantity": 1}
    ]
    running = listed(filters=[{"name": "JOB_STATUS", "values": ["RUNNING"]}])
    assert [one["jobName"] for one in running] == ["first"]
    assert len(listed(filters=[{"name": "JOB_NAME", "values": ["ARR*"]}])) == 2


def test_a_resource_that_jobs_need_stays(batch: Batch) -> None:
    license_(batch, 1)
    submit(batch)
    with pytest.raises(BatchError, match="jobs that run or wait"):
        batch("DeleteConsumableResource", consumableResource="license")
    batch.clock.run()
    batch("DeleteConsumableResource", consumableResource="license")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([{"consumableResource": "none", "quantity": 1}], "not found"),
        ([{"consumableResource": "license", "quantity": 0}], "at least 1"),
        ([{"quantity": 1}], "must name"),
        ([{"consumableResource": "license", "quantity": 1}] * 2, "of its own"),
    ],
)
def test_refused_needs(batch: Batch, entries: list[Json], words: str) -> None:
    license_(batch)
    with pytest.raises(BatchError, match=words):
        batch.submit(consumableResourcePropertiesOverride={"consumableResourceList": entries})
