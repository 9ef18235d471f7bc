from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, template

from batchwright.checks.rules.bw117_idle_bid import RULE


def test_a_bid_on_demand_is_found() -> None:
    (found,) = violations(RULE, template(E=environment({"BidPercentage": 60})))
    assert found.path == "ComputeResources.BidPercentage"


@pytest.mark.parametrize(
    "compute",
    [{}, {"BidPercentage": OPEN}, {"Type": "SPOT", "BidPercentage": 60}, {"Type": OPEN, "BidPercentage": 60}],
)
def test_others_are_taken(compute: Json) -> None:
    assert not violations(RULE, template(E=environment(compute)))
