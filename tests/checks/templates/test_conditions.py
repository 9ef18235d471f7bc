from __future__ import annotations

from typing import Any

import pytest
from support.checks import system_of

from batchwright.checks.templates import ABSENT, Unknown

PARAMETERS = {"Stage": {"Type": "String", "Default": "dev"}, "Open": {"Type": "String"}}
IS_DEV = {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}
IS_PROD = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
IS_OPEN = {"Fn::Equals": [{"Ref": "Open"}, "prod"]}


def template(condition: object, **topic: object) -> dict[str, Any]:
    return {
        "Parameters": PARAMETERS,
        "Conditions": {"It": condition, "Dev": IS_DEV, "Loop": {"Condition": "Pool"}, "Pool": {"Condition": "Loop"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", **topic}},
    }


@pytest.mark.parametrize(
    "condition",
    [
        IS_DEV,
        {"Condition": "Dev"},
        {"Fn::Not": [IS_PROD]},
        {"Fn::And": [IS_DEV, {"Condition": "Dev"}]},
        {"Fn::Or": [IS_OPEN, IS_DEV]},
        {"Fn::Equals": [1, "1"]},
    ],
)
def test_a_condition_that_holds(condition: object) -> None:
    chosen = template(condition, Properties={"P": {"Fn::If": ["It", "yes", {"Ref": "AWS::NoValue"}]}}, Condition="It")
    (topic,) = system_of(chosen).of_type("AWS::SNS::Topic")
    assert topic.get("P") == "yes"
    assert not topic.conditional


@pytest.mark.parametrize("condition", [IS_PROD, {"Fn::Not": [IS_DEV]}, {"Fn::And": [IS_OPEN, IS_PROD]}])
def test_a_condition_that_does_not_hold(condition: object) -> None:
    chosen = template(condition, Properties={"P": {"Fn::If": ["It", "yes", {"Ref": "AWS::NoValue"}]}})
    (topic,) = system_of(chosen).of_type("AWS::SNS::Topic")
    assert topic.get("P") is ABSENT
    assert not system_of(template(condition, Condition="It")).of_type("AWS::SNS::Topic")


@pytest.mark.parametrize(
    "condition",
    [
        IS_OPEN,
        {"Fn::Not": [IS_OPEN]},
        {"Fn::And": [IS_OPEN, IS_DEV]},
        {"Fn::Or": [IS_OPEN, IS_PROD]},
        {"Condition": "Loop"},
        {"Condition": "Missing"},
        {"Condition": 1},
        {"Fn::Equals": ["one"]},
        {"Fn::Equals": [{}, []]},
        {"Fn::Not": []},
        {"Fn::Xor": [IS_DEV]},
        "text",
        None,
    ],
)
def test_a_condition_that_a_deployment_decides(condition: object) -> None:
    chosen = template(condition, Properties={"P": {"Fn::If": ["It", "yes", "no"]}}, Condition="It")
    (topic,) = system_of(chosen).of_type("AWS::SNS::Topic")
    assert isinstance(topic.get("P"), Unknown)
    assert topic.conditional


def test_a_reference_to_a_resource_that_is_not_there_is_open() -> None:
    chosen = template(IS_PROD, Condition="It")
    chosen["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue", "Properties": {"P": {"Ref": "Topic"}}}
    (queue,) = system_of(chosen).of_type("AWS::SQS::Queue")
    assert isinstance(queue.get("P"), Unknown)
