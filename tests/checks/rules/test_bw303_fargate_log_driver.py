from __future__ import annotations

import pytest
from support.definitions import OPEN, container, ec2, fargate, paths, tasks

from batchwright.checks.rules.bw303_fargate_log_driver import RULE

C = "ContainerProperties"

FITS = {
    "no configuration": fargate(),
    "awslogs": fargate({"LogConfiguration": {"LogDriver": "awslogs"}}),
    "splunk in capitals": fargate({"LogConfiguration": {"LogDriver": "SPLUNK"}}),
    "FireLens beside a router": tasks(container(LogConfiguration={"LogDriver": "awsfirelens"}), platform="FARGATE"),
    "an open driver": fargate({"LogConfiguration": {"LogDriver": OPEN}}),
    "syslog on EC2": ec2({"LogConfiguration": {"LogDriver": "syslog"}}),
    "the wrong type": fargate({"LogConfiguration": ["syslog"]}),
}

BREAKS = {
    "syslog": (fargate({"LogConfiguration": {"LogDriver": "syslog"}}), f"{C}.LogConfiguration.LogDriver"),
    "FireLens without a router": (
        fargate({"LogConfiguration": {"LogDriver": "awsfirelens"}}),
        f"{C}.LogConfiguration.LogDriver",
    ),
    "fluentd in a task": (
        tasks(container(LogConfiguration={"LogDriver": "fluentd"}), platform="FARGATE"),
        "EcsProperties.TaskProperties[0].Containers[0].LogConfiguration.LogDriver",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
