from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, fargate, queue, template

from batchwright.checks.rules.bw207_queue_architecture import RULE


def instances(*types: object) -> Json:
    return environment({"InstanceTypes": list(types)})


@pytest.mark.parametrize("second", [instances("m7g.large"), instances("default_arm64", "c7g")])
def test_two_architectures_are_found(second: Json) -> None:
    (found,) = violations(RULE, template(Queue=queue("A", "B"), A=instances("optimal"), B=second))
    assert (found.resource.logical_id, found.path) == ("Queue", "ComputeEnvironmentOrder")
    assert found.problem.value == "arm64 and x86_64"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (instances("m7g"), instances("c7g.large")),
        (instances("optimal"), instances("what.is")),
        (instances("optimal"), instances(OPEN)),
        (instances("optimal"), fargate()),
        (instances("optimal"), instances("m7g", "m7i")),
    ],
)
def test_others_are_taken(first: Json, second: Json) -> None:
    assert not violations(RULE, template(Queue=queue("A", "B"), A=first, B=second))
