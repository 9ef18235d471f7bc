from __future__ import annotations

from typing import Any

import pytest
from support.definitions import OPEN, container, ec2, nodes, paths

from batchwright.checks.rules.bw328_idle_nodes import RULE

WHERE = "NodeProperties.NodeRangeProperties[0].Container.ResourceRequirements[1].Value"


def group(vcpus: object, memory: object, *types: object, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"TargetNodes": ":", "Container": container(vcpus, memory, **properties), "InstanceTypes": list(types)}


GPU = {**group("4", "16384", "p4d.24xlarge")}
GPU["Container"]["ResourceRequirements"].append({"Type": "GPU", "Value": "8"})

FITS = {
    "all of it": nodes(2, group("4", "7000", "c6i.xlarge")),
    "half of its vCPUs": nodes(2, group("2", "1024", "c6i.xlarge")),
    "half of its memory": nodes(2, group("1", "4096", "c6i.xlarge")),
    "no type": nodes(2, group("1", "1024")),
    "a family": nodes(2, group("1", "1024", "c6i")),
    "an open type": nodes(2, group("1", "1024", OPEN)),
    "an open size": nodes(2, group(OPEN, "1024", "c6i.24xlarge")),
    "a type for its GPUs": nodes(2, GPU),
    "the wrong types": nodes([], 1, {"TargetNodes": ":", "Container": [], "InstanceTypes": 1}),
    "a single node": ec2({"InstanceType": "c6i.24xlarge"}),
}

BREAKS = {
    "of the range": nodes(2, group("2", "4096", "c6i.24xlarge")),
    "of the container": nodes(2, group("2", "4096", InstanceType="c6i.24xlarge")),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    assert paths(RULE, BREAKS[case]) == [WHERE]
