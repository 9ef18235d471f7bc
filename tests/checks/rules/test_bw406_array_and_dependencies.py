from __future__ import annotations

import pytest
from support.checks import violations
from support.submitted_jobs import found, job, submitted

from batchwright.checks.rules.bw406_array_and_dependencies import RULE


@pytest.mark.parametrize("size", [0, 1, 10_001, -5, 2.5, "1"])
def test_sizes_outside_the_range_are_found(size: object) -> None:
    template = submitted(job(), request={"ArrayProperties": {"Size": size}})
    assert found(RULE, template) == [("Machine", "Definition.States.Submit0.Parameters.ArrayProperties.Size")]


@pytest.mark.parametrize(
    "array", [{"Size": 2}, {"Size": "10000"}, {"Size.$": "$.size"}, {"Size": "{% $size %}"}, 5, {}]
)
def test_sizes_inside_and_open_ones_are_accepted(array: object) -> None:
    assert not violations(RULE, submitted(job(), request={"ArrayProperties": array}))


def test_twenty_dependencies_are_the_most() -> None:
    jobs = [{"JobId": f"job{number}"} for number in range(21)]
    assert found(RULE, submitted(job(), request={"DependsOn": jobs})) == [
        ("Machine", "Definition.States.Submit0.Parameters.DependsOn")
    ]
    assert not violations(RULE, submitted(job(), request={"DependsOn": jobs[:20]}))
    assert not violations(RULE, submitted(job(), request={"DependsOn.$": "$.jobs"}))
