from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.node_jobs import register, submit
from local.engine.shapes import Json, group, nodes

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from local.engine.harness import Batch


OTHER_KIND = {"ecsPropertiesOverride": {"taskProperties": [{}]}}
NEEDS = {"consumableResourceList": [{"consumableResource": "a", "quantity": 1}]}


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        (nodes(0, group(":")), "numNodes"),
        (nodes(2, group(":"), main=2), "mainNode"),
        (nodes(3, group("0:1")), "cover all nodes"),
        (nodes(3, group("0:0"), group("2:")), "cover all nodes"),
        (nodes(2, *(group(":") for _ in range(6))), "up to 5"),
        (nodes(2, group("all")), "not a range of nodes"),
        (nodes(2, {"targetNodes": ":"}), "Node range : must have one of"),
        (
            nodes(2, {**group(":"), "ecsProperties": {"taskProperties": []}, "eksProperties": {"podProperties": {}}}),
            "one",
        ),
        (nodes(2, group("0:0", instanceType="c5.large"), group("1:", instanceType="c5.xlarge")), "c5.large, c5.xlarge"),
        (nodes(2, group(":", resourceRequirements=[])), "vCPU is not provided"),
    ],
)
def test_refused_node_properties(batch: Batch, properties: Json, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        register(batch, properties)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"platformCapabilities": ["FARGATE"]}, "EC2 for multi-node jobs"),
        ({"platformCapabilities": ["MANAGED_INSTANCES"]}, "EC2 for multi-node jobs"),
        ({"containerProperties": {"image": "i"}}, "must not be provided"),
    ],
)
def test_refused_multi_node_definitions(batch: Batch, members: Json, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        register(batch, nodes(2, group(":")), **members)


@pytest.mark.parametrize(
    ("groups", "members", "words"),
    [
        ([group(":")], {"containerOverrides": {"command": ["x"]}}, "takes nodeOverrides"),
        ([group(":")], {"arrayProperties": {"size": 2}}, "multi-node"),
        ([group("0:2")], {"nodeOverrides": {"numNodes": 4}}, "open end"),
        ([group("0:1"), group("2:")], {"nodeOverrides": {"numNodes": 2}}, "begins at 2"),
        ([group(":")], {"nodeOverrides": {"numNodes": 0}}, "numNodes"),
        ([group(":")], {"nodeOverrides": {"nodePropertyOverrides": [{"targetNodes": "x"}]}}, "not a range"),
        (
            [group("0:0"), group("1:")],
            {"nodeOverrides": {"nodePropertyOverrides": [{"targetNodes": n} for n in ("0:0", "0:1", "2:2")]}},
            "NodeOverride targets should match job definition. Non matching targets - 0:1, 2:2",
        ),
        (
            [group(":")],
            {
                "nodeOverrides": {
                    "nodePropertyOverrides": [{"targetNodes": ":", "ecsPropertiesOverride": {"taskProperties": [{}]}}]
                }
            },
            "takes containerOverrides",
        ),
        (
            [group(":")],
            {
                "consumableResourcePropertiesOverride": {
                    "consumableResourceList": [{"consumableResource": "a", "quantity": 1}]
                }
            },
            "use nodeOverrides",
        ),
    ],
)
def test_refused_submissions(batch: Batch, groups: list[Json], members: Json, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        submit(batch, nodes(3, *groups), **members)
    assert batch("ListJobs", jobQueue="queue", jobStatus="SUBMITTED")["jobSummaryList"] == []
