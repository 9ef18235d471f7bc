from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, template

from batchwright.checks.rules.bw104_bid_percentage import RULE


@pytest.mark.parametrize("bid", [-1, 101, "200"])
def test_a_bid_outside_its_range_is_found(bid: object) -> None:
    (found,) = violations(RULE, template(E=environment({"Type": "SPOT", "BidPercentage": bid})))
    assert found.path == "ComputeResources.BidPercentage"


@pytest.mark.parametrize("bid", [0, 60, "100", OPEN, True, "much", {}, None])
def test_others_are_taken(bid: object) -> None:
    assert not violations(RULE, template(E=environment({"Type": "SPOT", "BidPercentage": bid})))
