from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, fargate
from support.submitted_jobs import Json, found, job, on, submitted

from batchwright.checks.rules.bw409_multi_node_queue import RULE

NODES: Json = {
    "Type": "AWS::Batch::JobDefinition",
    "Properties": {"Type": "multinode", "NodeProperties": {"NumNodes": 2, "MainNode": 0, "NodeRangeProperties": []}},
}
UNMANAGED: Json = {"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"Type": "UNMANAGED"}}
SPOT = environment({"Type": "SPOT"})


@pytest.mark.parametrize("environments", [[SPOT], [UNMANAGED], [fargate()], [SPOT, SPOT]])
def test_a_queue_without_a_place_for_it_is_found(environments: list[Json]) -> None:
    assert found(RULE, submitted(NODES, *environments)) == [("Job", "NodeProperties")]


@pytest.mark.parametrize(
    "template",
    [
        submitted(NODES, on("c7i")),
        submitted(NODES, SPOT, on("c7i")),
        submitted(NODES, environment({"Type": OPEN})),
        submitted(NODES, environment(Type=OPEN)),
        submitted(job(), SPOT),
    ],
)
def test_a_queue_with_one_is_accepted(template: Json) -> None:
    assert not violations(RULE, template)
