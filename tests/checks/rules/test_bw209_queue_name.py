from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, template

from batchwright.checks.rules.bw209_queue_name import RULE

CASES = [
    ("AWS::Batch::JobQueue", "JobQueueName"),
    ("AWS::Batch::SchedulingPolicy", "Name"),
    ("AWS::Batch::QuotaShare", "QuotaShareName"),
]


@pytest.mark.parametrize("name", ["my queue", "a" * 129, "team/main", ""])
@pytest.mark.parametrize(("kind", "path"), CASES)
def test_other_names_are_found(kind: str, path: str, name: str) -> None:
    (found,) = violations(RULE, template(R={"Type": kind, "Properties": {path: name}}))
    assert (found.path, found.problem.value) == (path, name)


@pytest.mark.parametrize("name", ["main", "A-b_9", "a" * 128, OPEN, {"Fn::Sub": "${AWS::StackName} main"}, None, 5])
@pytest.mark.parametrize(("kind", "path"), CASES)
def test_others_are_taken(kind: str, path: str, name: object) -> None:
    assert not violations(RULE, template(R={"Type": kind, "Properties": {path: name}}))


def test_names_of_consumable_resources_have_no_published_rule() -> None:
    named = {"Type": "AWS::Batch::ConsumableResource", "Properties": {"ConsumableResourceName": "a licence"}}
    assert not violations(RULE, template(R=named))
