from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, template

from batchwright.checks.rules.bw109_update_timeout import RULE


@pytest.mark.parametrize("minutes", [0, 7201, "9000", -5])
def test_a_time_outside_its_range_is_found(minutes: object) -> None:
    broken = environment(UpdatePolicy={"JobExecutionTimeoutMinutes": minutes})
    (found,) = violations(RULE, template(E=broken))
    assert found.path == "UpdatePolicy.JobExecutionTimeoutMinutes"


@pytest.mark.parametrize("minutes", [1, 30, "7200", OPEN, None, []])
def test_others_are_taken(minutes: object) -> None:
    good = environment(UpdatePolicy={"JobExecutionTimeoutMinutes": minutes})
    assert not violations(RULE, template(E=good, F=environment(UpdatePolicy=OPEN)))
