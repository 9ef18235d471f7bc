from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN
from support.submitted_jobs import Json, found, job, submitted

from batchwright.checks.rules.bw405_share_identifier import RULE

FAIR: Json = {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {"FairsharePolicy": {"ShareDecaySeconds": 60}}}
QUOTA: Json = {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {"QuotaSharePolicy": {}}}
SHARE = ("Machine", "Definition.States.Submit0.Parameters.ShareIdentifier")
PRIORITY = ("Job", "SchedulingPriority")


def fair(definition: Json, request: Json | None = None, policy: object = None) -> Json:
    template = submitted(definition, request=request)
    template["Resources"]["Policy"] = FAIR
    template["Resources"]["Queue"]["Properties"]["SchedulingPolicyArn"] = policy or {"Ref": "Policy"}
    return template


def by_rule(template: Json, **target: object) -> Json:
    """The same, submitted by a rule of EventBridge."""
    resources = dict(template["Resources"])
    del resources["Machine"]
    parameters = {"JobDefinition": {"Ref": "Job"}, "JobName": "job"}
    whole = {"Id": "job", "Arn": {"Ref": "Queue"}, "BatchParameters": parameters, **target}
    resources["Rule"] = {"Type": "AWS::Events::Rule", "Properties": {"Targets": [whole]}}
    return {**template, "Resources": resources}


def test_a_fair_share_queue_asks_for_share_and_priority() -> None:
    assert found(RULE, fair(job())) == [SHARE, PRIORITY]


def test_a_policy_from_elsewhere_is_one_too() -> None:
    arn = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fair"
    assert found(RULE, fair(job(SchedulingPriority=0), policy=arn)) == [SHARE]


def test_another_queue_takes_no_share() -> None:
    assert found(RULE, submitted(job(), request={"ShareIdentifier": "team"})) == [SHARE]
    assert found(RULE, submitted(job(), request={"ShareIdentifier.$": "$.team"})) == [SHARE]


def test_rules_have_no_share_but_in_their_input() -> None:
    definition = job(SchedulingPriority=1)
    assert found(RULE, by_rule(fair(definition))) == [("Rule", "Targets[0].Input")]
    assert not violations(RULE, by_rule(fair(definition), Input='{"ShareIdentifier": "team"}'))
    assert not violations(RULE, by_rule(submitted(job()), Input='{"Parameters": {}}'))


@pytest.mark.parametrize(
    "template",
    [
        submitted(job()),
        fair(job(SchedulingPriority=0), {"ShareIdentifier": "team"}),
        fair(job(), {"ShareIdentifier.$": "$.team", "SchedulingPriorityOverride": 5}),
        fair(job(SchedulingPriority=OPEN), {"ShareIdentifier": "team"}),
        fair(job(), policy=OPEN),
    ],
)
def test_what_is_right_or_open_is_accepted(template: Json) -> None:
    assert not violations(RULE, template)


def test_a_share_has_letters_and_digits_only() -> None:
    assert found(RULE, fair(job(SchedulingPriority=1), {"ShareIdentifier": "team-a"})) == [SHARE]


def test_quota_shares_are_not_judged() -> None:
    template = fair(job())
    template["Resources"]["Policy"] = QUOTA
    assert not violations(RULE, template)
