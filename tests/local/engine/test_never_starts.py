"""Jobs that AWS accepts and then fails without an attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.shapes import RESOURCES, container, group, nodes, several

if TYPE_CHECKING:
    from local.engine.harness import Batch

TOO_LONG = "Container Overrides length must be at most 8192"
LONG = "x" * 8_200


def tags(count: int, prefix: str) -> dict[str, str]:
    return {f"{prefix}{n}": "" for n in range(count)}


@pytest.mark.parametrize(
    "overrides",
    [
        {"containerOverrides": {"command": [LONG]}},
        {"containerOverrides": {"environment": [{"name": "A", "value": LONG}]}},
        {"parameters": {"file": LONG}},
    ],
)
def test_overrides_that_are_too_long_for_ecs(batch: Batch, overrides: dict[str, Any]) -> None:
    batch.register("d", {"command": ["run", "Ref::file"]}, parameters={"file": "f"})
    job = batch.submit(jobDefinition="d", **overrides)
    after = batch.submit(dependsOn=[{"jobId": job}])
    batch.clock.run()
    shown = batch.job(job)
    assert (shown["status"], shown["statusReason"], shown["attempts"]) == ("FAILED", TOO_LONG, [])
    assert batch.status(after) == "FAILED"
    assert not batch.runner.attempts
    batch.check_events()


def test_all_containers_count_together(batch: Batch) -> None:
    batch.register_as("d", ecsProperties=several(container("a"), container("b")))
    half = [{"name": name, "command": ["x" * 4_090]} for name in ("a", "b")]
    short = batch.submit(jobDefinition="d", ecsPropertiesOverride={"taskProperties": [{"containers": half[:1]}]})
    long = batch.submit(jobDefinition="d", ecsPropertiesOverride={"taskProperties": [{"containers": half}]})
    batch.clock.run()
    assert (batch.status(short), batch.job(long)["statusReason"]) == ("SUCCEEDED", TOO_LONG)


def test_what_the_definition_has_does_not_count(batch: Batch) -> None:
    batch.register("d", {"command": [LONG], "environment": [{"name": "A", "value": LONG}]})
    job = batch.submit(jobDefinition="d", containerOverrides={"environment": [{"name": "B", "value": "1"}]})
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"


def test_a_pod_has_no_such_limit(eks: Batch) -> None:
    eks.register_as("pod", eksProperties={"podProperties": {"containers": [{"image": "i", "resources": RESOURCES}]}})
    override = {"podProperties": {"containers": [{"args": [LONG]}]}}
    job = eks.submit(jobDefinition="pod", jobQueue="eks", eksPropertiesOverride=override)
    eks.clock.run()
    assert eks.status(job) == "SUCCEEDED"


def test_every_child_of_an_array_fails_and_so_does_one_of_nodes(batch: Batch) -> None:
    array = batch.submit(arrayProperties={"size": 3}, containerOverrides={"command": [LONG]})
    batch.register_as("nodes", type="multinode", nodeProperties=nodes(2, group("0:0"), group("1:")))
    change = [{"targetNodes": "1:", "containerOverrides": {"command": [LONG]}}]
    job = batch.submit(jobDefinition="nodes", nodeOverrides={"nodePropertyOverrides": change})
    batch.clock.run()
    for ident in (array, f"{array}:2", job, f"{job}#0"):
        shown = batch.job(ident)
        assert (shown["status"], shown["statusReason"]) == ("FAILED", TOO_LONG)
    assert not batch.runner.attempts
    batch.check_events()


@pytest.mark.parametrize(
    ("own", "shared", "propagate", "status"),
    [(26, 0, True, "FAILED"), (25, 0, True, "SUCCEEDED"), (26, 1, True, "SUCCEEDED"), (26, 0, False, "SUCCEEDED")],
)
def test_more_tags_than_a_task_takes(batch: Batch, own: int, shared: int, propagate: bool, status: str) -> None:
    batch.register("d", tags=tags(25, "definition"))
    given = {**tags(own - shared, "job"), **tags(shared, "definition")}
    job = batch.submit(jobDefinition="d", tags=given, propagateTags=propagate)
    batch.clock.run()
    assert batch.status(job) == status
    assert ("50 tags" in batch.job(job)["statusReason"]) is (status == "FAILED")
