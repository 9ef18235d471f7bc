from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, template

from batchwright.checks.rules.bw114_environment_name import RULE


@pytest.mark.parametrize("name", ["my environment", "a" * 129, "team/main", "größe", ""])
def test_other_names_are_found(name: str) -> None:
    (found,) = violations(RULE, template(E=environment(ComputeEnvironmentName=name)))
    assert (found.path, found.problem.value) == ("ComputeEnvironmentName", name)


def test_names_of_service_environments_are_found() -> None:
    service: Json = {"Type": "AWS::Batch::ServiceEnvironment", "Properties": {"ServiceEnvironmentName": "a b"}}
    (found,) = violations(RULE, template(E=service))
    assert found.path == "ServiceEnvironmentName"


@pytest.mark.parametrize("name", ["main", "A-b_9", "a" * 128, OPEN, {"Fn::Sub": "${AWS::StackName}-main"}, None, []])
def test_others_are_taken(name: object) -> None:
    assert not violations(RULE, template(E=environment(ComputeEnvironmentName=name)))
