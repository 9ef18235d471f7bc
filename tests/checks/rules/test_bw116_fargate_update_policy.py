from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, fargate, maybe, template

from batchwright.checks.rules.bw116_fargate_update_policy import RULE


def test_an_update_policy_is_found() -> None:
    broken = fargate(UpdatePolicy={"TerminateJobsOnUpdate": False})
    (found,) = violations(RULE, template(E=broken))
    assert found.path == "UpdatePolicy"


@pytest.mark.parametrize("policy", [None, {}, OPEN, maybe({"TerminateJobsOnUpdate": True})])
def test_others_are_taken(policy: object) -> None:
    instances = environment(UpdatePolicy={"TerminateJobsOnUpdate": False})
    assert not violations(RULE, template(E=fargate(UpdatePolicy=policy), F=instances))
