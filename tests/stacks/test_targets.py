from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from support.problems import fields, refused

from stacks.targets import deployment_targets

PROD = {"account": "123456789012", "region": "eu-central-1", "zones": ["eu-central-1a", "eu-central-1b"]}


def app_with(targets: Any) -> cdk.App:  # noqa: ANN401
    return cdk.App(context={"targets": targets})


@pytest.mark.parametrize("targets", [None, {}])
def test_without_targets_the_cli_decides(targets: Any) -> None:  # noqa: ANN401
    (target,) = deployment_targets(app_with(targets))
    assert target.environment is None
    assert target.stack_name("System") == "System"


def test_a_target_names_its_stacks_and_its_zones() -> None:
    app = app_with({"Prod": PROD})
    (target,) = deployment_targets(app)
    assert target.stack_name("System") == "Prod-System"
    stack = cdk.Stack(app, "Stack", env=target.environment)
    assert (stack.account, stack.region) == (PROD["account"], PROD["region"])
    assert stack.availability_zones == PROD["zones"]


@pytest.mark.parametrize("field", ["account", "region", "zones"])
def test_each_field_is_needed(field: str) -> None:
    app = app_with({"Prod": {**PROD, field: None}, "Test": PROD})
    assert fields(refused(lambda: deployment_targets(app))) == [f"targets.Prod.{field}"]


def test_zones_are_a_list() -> None:
    app = app_with({"Prod": {**PROD, "zones": "eu-central-1a"}})
    assert fields(refused(lambda: deployment_targets(app))) == ["targets.Prod.zones"]
