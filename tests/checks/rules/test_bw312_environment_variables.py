from __future__ import annotations

import pytest
from support.definitions import OPEN, container, ec2, paths, pod, tasks
from support.submitted_jobs import found, job, submitted

from batchwright.checks.rules.bw312_environment_variables import RULE

C = "ContainerProperties"

FITS = {
    "any other name": ec2(
        {"Environment": [{"Name": "AWS_REGION", "Value": "x"}, {"Name": "MY_AWS_BATCH", "Value": "x"}]}
    ),
    "open": ec2({"Environment": [{"Name": OPEN, "Value": "x"}, OPEN]}),
    "the wrong types": ec2({"Environment": {"AWS_BATCH": "x"}}),
}

BREAKS = {
    "of a container": (
        ec2({"Environment": [{"Name": "A", "Value": "x"}, {"Name": "AWS_BATCH_JOB_ID", "Value": "x"}]}),
        f"{C}.Environment[1].Name",
    ),
    "of a task": (
        tasks(container(Environment=[{"Name": "AWS_BATCH", "Value": "x"}])),
        "EcsProperties.TaskProperties[0].Containers[0].Environment[0].Name",
    ),
    "of a pod": (
        pod({"Containers": [{"Image": "image", "Env": [{"Name": "AWS_BATCH_X", "Value": "x"}]}]}),
        "EksProperties.PodProperties.Containers[0].Env[0].Name",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where


def test_variables_of_a_submission_are_judged_likewise() -> None:
    overrides = {"Environment": [{"Name": "MODEL", "Value": "a"}, {"Name": "AWS_BATCH_JOB_ID", "Value": "b"}]}
    where = "Definition.States.Submit0.Parameters.ContainerOverrides.Environment[1].Name"
    assert found(RULE, submitted(job(), request={"ContainerOverrides": overrides})) == [("Machine", where)]
