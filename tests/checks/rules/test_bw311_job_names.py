from __future__ import annotations

import json

import pytest
from support.definitions import ROLE, Template, ec2, paths

from batchwright.checks.rules.bw311_job_names import RULE

MACHINE = "AWS::StepFunctions::StateMachine"


def submitting(name: object) -> Template:
    """A state machine that submits the job under a name."""
    arguments = {"JobName": name, "JobDefinition": "${Job}", "JobQueue": "queue"}
    state = {"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob", "Parameters": arguments, "End": True}
    text = json.dumps({"StartAt": "Run", "States": {"Run": state}})
    properties = {"RoleArn": ROLE, "DefinitionString": {"Fn::Sub": text}}
    return ec2() | {"Resources": ec2()["Resources"] | {"Machine": {"Type": MACHINE, "Properties": properties}}}


FITS = {
    "none": ec2(),
    "all characters": ec2(JobDefinitionName="Embed_documents-2"),
    "128 characters": ec2(JobDefinitionName="a" * 128),
    "open": ec2(JobDefinitionName={"Fn::Sub": "${Open}.job"}),
    "of a job": submitting("embed-1"),
    "the wrong type": ec2(JobDefinitionName=["a.b"]),
}

BREAKS = {
    "a full stop": (ec2(JobDefinitionName="embed.v2"), "JobDefinitionName"),
    "129 characters": (ec2(JobDefinitionName="a" * 129), "JobDefinitionName"),
    "of a job, beginning with a hyphen": (submitting("-embed"), "DefinitionString.States.Run.Parameters.JobName"),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
