from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, maybe, queue, template
from support.submitted_jobs import SUBMIT_AND_WAIT, Json, found, job, state_machine

from batchwright.checks.rules.bw603_state_machine_role import RULE

EVENTS = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]
SUBMIT = "arn:aws:states:::batch:submitJob"


def machine(*actions: object, resource: object = SUBMIT_AND_WAIT, state: Json | None = None, **request: object) -> Json:
    document = {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    submits = state_machine(request, resource=resource, role={"Fn::GetAtt": ["Role", "Arn"]}, **(state or {}))
    return template(
        Job=job(),
        Queue=queue("Environment"),
        Environment=environment(),
        Machine=submits,
        Role={"Type": "AWS::IAM::Role", "Properties": {}},
        Policy={
            "Type": "AWS::IAM::Policy",
            "Properties": {"PolicyDocument": document, "Roles": [{"Ref": "Role"}]},
        },
    )


@pytest.mark.parametrize(
    ("case", "missing"),
    [
        (machine(*EVENTS), "batch:SubmitJob"),
        (machine("batch:SubmitJob"), "events:DescribeRule, events:PutRule, events:PutTargets"),
        (machine("batch:SubmitJob", "events:Put*"), "events:DescribeRule"),
        (machine("batch:SubmitJob", *EVENTS, Tags={"team": "a"}), "batch:TagResource"),
        (machine("lambda:*", resource=SUBMIT), "batch:SubmitJob"),
    ],
)
def test_what_the_role_lacks_is_found(case: Json, missing: str) -> None:
    (violation,) = violations(RULE, case)
    assert (violation.resource.logical_id, violation.path) == ("Role", "Policies")
    assert violation.problem.value == f"without {missing}"


@pytest.mark.parametrize(
    "case",
    [
        machine("batch:SubmitJob", *EVENTS),
        machine("batch:*", "events:*", Tags={"team": "a"}),
        machine("*"),
        machine(OPEN),
        machine("batch:SubmitJob", resource=SUBMIT),
        machine("batch:SubmitJob", *EVENTS, Tags=maybe({"team": "a"})),
        machine("batch:SubmitJob", *EVENTS, Tags={}),
        machine("s3:*", state={"Credentials": {"RoleArn": "arn:aws:iam::123456789012:role/other"}}),
    ],
)
def test_what_it_may_and_what_is_open_is_accepted(case: Json) -> None:
    assert not violations(RULE, case)


def test_a_role_from_elsewhere_is_not_judged() -> None:
    case = machine("s3:*")
    case["Resources"]["Machine"]["Properties"]["RoleArn"] = "arn:aws:iam::123456789012:role/other"
    assert not violations(RULE, case)


def test_one_role_of_two_machines_is_found_for_each() -> None:
    case = machine("batch:SubmitJob")
    case["Resources"]["Second"] = case["Resources"]["Machine"]
    assert set(found(RULE, case)) == {("Role", "Policies")}
