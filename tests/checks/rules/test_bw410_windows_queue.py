from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, fargate
from support.submitted_jobs import Json, found, submitted

from batchwright.checks.rules.bw410_windows_queue import RULE

SPOT = fargate({"Type": "FARGATE_SPOT"})


def runs_on(system: object) -> Json:
    container = {"Image": "image", "RuntimePlatform": {"OperatingSystemFamily": system}}
    properties = {"Type": "container", "PlatformCapabilities": ["FARGATE"], "ContainerProperties": container}
    return {"Type": "AWS::Batch::JobDefinition", "Properties": properties}


WINDOWS = runs_on("WINDOWS_SERVER_2022_CORE")


def test_windows_on_spot_alone_is_found() -> None:
    path = "ContainerProperties.RuntimePlatform.OperatingSystemFamily"
    assert found(RULE, submitted(WINDOWS, SPOT, SPOT)) == [("Job", path)]


@pytest.mark.parametrize(
    "template",
    [
        submitted(WINDOWS, SPOT, fargate()),
        submitted(WINDOWS, fargate()),
        submitted(WINDOWS, SPOT, fargate({"Type": OPEN})),
        submitted(runs_on("LINUX"), SPOT),
        submitted(runs_on(OPEN), SPOT),
    ],
)
def test_others_are_accepted(template: Json) -> None:
    assert not violations(RULE, template)
