from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, maybe, template
from support.submitted_jobs import Json, found

from batchwright.checks.rules.bw502_launch_template_overrides import RULE

PATH = "ComputeResources.LaunchTemplate.Overrides"


def overridden(*targets: list[object], types: object = ("m5", "g5")) -> Json:
    overrides = [{"LaunchTemplateId": "lt-2", "TargetInstanceTypes": each} for each in targets]
    instance_types = list(types) if isinstance(types, tuple) else types
    launch = {"LaunchTemplateId": "lt-1", "Overrides": overrides}
    return template(Environment=environment({"InstanceTypes": instance_types, "LaunchTemplate": launch}))


@pytest.mark.parametrize(
    ("case", "at"),
    [
        (overridden(["optimal"]), "[0].TargetInstanceTypes[0]"),
        (overridden(["default_arm64"], types=("default_arm64",)), "[0].TargetInstanceTypes[0]"),
        (overridden(["c5.large"]), "[0].TargetInstanceTypes[0]"),
        (overridden(["m5"], types=("m5.large",)), "[0].TargetInstanceTypes[0]"),
        (overridden(["g5"], ["m5.large", "g5.xlarge"]), "[1].TargetInstanceTypes[1]"),
        (overridden(["m5.large", "m5.large"]), "[0].TargetInstanceTypes[1]"),
    ],
)
def test_wrong_targets_are_found(case: Json, at: str) -> None:
    assert found(RULE, case) == [("Environment", PATH + at)]


def test_ten_are_the_most() -> None:
    sizes: list[list[object]] = [[f"m5.{size}xlarge"] for size in (2, 4, 8, 12, 16, 24)]
    more: list[list[object]] = [[f"g5.{size}xlarge"] for size in (2, 4, 8, 12, 16)]
    assert found(RULE, overridden(*sizes, *more)) == [("Environment", PATH)]
    assert not violations(RULE, overridden(*sizes, *more[:4]))


@pytest.mark.parametrize(
    "case",
    [
        overridden(["m5.2xlarge", "m5.large"], ["g5"]),
        overridden(["c5.large"], types=("optimal",)),
        overridden(["c5.large"], types=OPEN),
        overridden(["c5.large"], types=("m5", maybe("c5"))),
        overridden([OPEN], [OPEN]),
        overridden(["something new"]),
        template(Environment=environment({"LaunchTemplate": {"Overrides": OPEN}})),
        template(Environment=environment({"LaunchTemplate": {"Overrides": ["text", {"TargetInstanceTypes": "m5"}]}})),
    ],
)
def test_right_and_open_ones_are_accepted(case: Json) -> None:
    assert not violations(RULE, case)
