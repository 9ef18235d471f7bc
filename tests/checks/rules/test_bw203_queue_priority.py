from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, queue, template

from batchwright.checks.rules.bw203_queue_priority import RULE


@pytest.mark.parametrize("priority", [-1, 1001, "20000"])
def test_a_priority_outside_its_range_is_found(priority: object) -> None:
    (found,) = violations(RULE, template(Queue=queue("E", Priority=priority)))
    assert found.path == "Priority"


@pytest.mark.parametrize("priority", [0, 1, "1000", OPEN, None, {}])
def test_others_are_taken(priority: object) -> None:
    assert not violations(RULE, template(Queue=queue("E", Priority=priority)))
