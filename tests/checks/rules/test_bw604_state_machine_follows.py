from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import environment, queue, template
from support.submitted_jobs import SUBMIT_AND_WAIT, Json, job, state_machine

from batchwright.checks.rules.bw604_state_machine_follows import RULE


def machine(*actions: str, resource: str = SUBMIT_AND_WAIT) -> Json:
    document = {"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}}
    policies = [{"PolicyName": "submit", "PolicyDocument": document}]
    return template(
        Job=job(),
        Queue=queue("Environment"),
        Environment=environment(),
        Machine=state_machine(resource=resource, role={"Fn::GetAtt": ["Role", "Arn"]}),
        Role={"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}},
    )


@pytest.mark.parametrize(
    ("actions", "missing"),
    [
        (["batch:SubmitJob"], "batch:DescribeJobs, batch:TerminateJob"),
        (["batch:SubmitJob", "batch:Describe*"], "batch:TerminateJob"),
    ],
)
def test_a_role_that_loses_its_jobs_is_told(actions: list[str], missing: str) -> None:
    (violation,) = violations(RULE, machine(*actions))
    assert violation.resource.logical_id == "Role"
    assert violation.problem.value == f"without {missing}"


def test_one_that_follows_or_does_not_wait_is_accepted() -> None:
    assert not violations(RULE, machine("batch:*"))
    assert not violations(RULE, machine("batch:SubmitJob", resource="arn:aws:states:::batch:submitJob"))
