from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, template

from batchwright.checks.rules.bw102_mixed_instance_types import RULE


@pytest.mark.parametrize(
    "types",
    [["m7g", "m7i"], ["m6g.large", "optimal"], ["default_arm64", "default_x86_64"], ["c7gn.xlarge", "c7i", "what.is"]],
)
def test_two_architectures_are_found(types: list[str]) -> None:
    (found,) = violations(RULE, template(E=environment({"InstanceTypes": types})))
    assert found.path == "ComputeResources.InstanceTypes"
    assert found.problem.value == types


@pytest.mark.parametrize(
    "types",
    [
        ["m7g", "c7g.large", "default_arm64"],
        ["m7i", "optimal"],
        ["what.is", "m7g"],
        ["m7i", OPEN, "m7g"],
        OPEN,
        "m7g",
        [],
    ],
)
def test_one_architecture_is_taken(types: object) -> None:
    assert not violations(RULE, template(E=environment({"InstanceTypes": types}), U=environment(Type="UNMANAGED")))
