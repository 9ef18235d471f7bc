from __future__ import annotations

import json
from typing import Any

import pytest
from support.definitions import ROLE, Template, ec2, paths

from batchwright.checks.rules.bw314_tags import RULE


def tags(count: int, name: str = "tag") -> dict[str, str]:
    return {f"{name}{number}": "x" for number in range(count)}


def submitting(own: dict[str, str], propagate: bool | None = None, **job: Any) -> Template:  # noqa: ANN401
    """A state machine that submits the job with tags of its own."""
    arguments: dict[str, Any] = {"JobName": "job", "JobDefinition": "${Job}", "JobQueue": "queue", "Tags": own}
    if propagate is not None:
        arguments["PropagateTags"] = propagate
    state = {"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob", "Parameters": arguments, "End": True}
    text = json.dumps({"StartAt": "Run", "States": {"Run": state}})
    properties = {"RoleArn": ROLE, "DefinitionString": {"Fn::Sub": text}}
    template = ec2(**job)
    template["Resources"]["Machine"] = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    return template


FITS = {
    "50 tags": ec2(Tags=tags(50)),
    "50 propagated tags together": submitting(tags(20, "job"), Tags=tags(30), PropagateTags=True),
    "tags of one name count once": submitting(tags(30), Tags=tags(40), PropagateTags=True),
    "not propagated": submitting(tags(30, "job"), Tags=tags(30)),
    "not propagated by the job": submitting(tags(30, "job"), propagate=False, Tags=tags(30), PropagateTags=True),
    "the wrong type": ec2(Tags=[{"Key": "a"}] * 51),
}

BREAKS = {
    "51 tags of a submission": (submitting(tags(51)), "DefinitionString.States.Run.Parameters.Tags"),
    "51 tags": (ec2(Tags=tags(51)), "Tags"),
    "51 propagated tags together": (
        submitting(tags(21, "job"), Tags=tags(30), PropagateTags=True),
        "DefinitionString.States.Run.Parameters.Tags",
    ),
    "propagated by the job": (
        submitting(tags(21, "job"), propagate=True, Tags=tags(30)),
        "DefinitionString.States.Run.Parameters.Tags",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
