from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, template

from batchwright.checks.rules.bw110_scale_down_delay import RULE


@pytest.mark.parametrize(("minutes", "fix"), [(1, "20"), ("19", "20"), (10081, "10080"), (-1, "20")])
def test_a_delay_outside_its_range_is_found(minutes: object, fix: str) -> None:
    broken = environment({"ScalingPolicy": {"MinScaleDownDelayMinutes": minutes}})
    (found,) = violations(RULE, template(E=broken))
    assert found.path == "ComputeResources.ScalingPolicy.MinScaleDownDelayMinutes"
    assert fix in found.problem.fix


@pytest.mark.parametrize("minutes", [0, 20, "10080", OPEN, None, True])
def test_others_are_taken(minutes: object) -> None:
    assert not violations(RULE, template(E=environment({"ScalingPolicy": {"MinScaleDownDelayMinutes": minutes}})))
