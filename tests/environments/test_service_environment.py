from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudformation_schema import schema_problems
from support.problems import fields, named, refused
from support.synthesis import new_stack, synthesize

from batchwright import ServiceEnvironment

SERVICE = "AWS::Batch::ServiceEnvironment"


def properties_of(**options: Any) -> dict[str, Any]:  # noqa: ANN401
    stack = new_stack()
    ServiceEnvironment(stack, "Training", **options)
    return synthesize(stack).only(SERVICE)


def test_a_number_is_one_of_instances_of_all_types() -> None:
    assert properties_of(instances=10) == {
        "ServiceEnvironmentType": "SAGEMAKER_TRAINING",
        "State": "ENABLED",
        "CapacityLimits": [{"CapacityUnit": "NUM_INSTANCES", "MaxCapacity": 10}],
    }


def test_quota_shares_need_a_number_for_each_type() -> None:
    limits = properties_of(instances={"ml.g6.xlarge": 8, "ml.p5.48xlarge": 2})["CapacityLimits"]
    assert limits == [
        {"CapacityUnit": "ml.g6.xlarge", "MaxCapacity": 8},
        {"CapacityUnit": "ml.p5.48xlarge", "MaxCapacity": 2},
    ]


def test_it_is_drained_and_tagged() -> None:
    properties = properties_of(instances=1, enabled=False, tags={"team": "imaging"})
    assert properties["State"] == "DISABLED"
    assert properties["Tags"] == {"team": "imaging"}


def test_a_queue_finds_what_it_needs() -> None:
    environment = ServiceEnvironment(new_stack(), "Training", instances={"ml.g6.xlarge": 8})
    assert environment.capacity_limits == {"ml.g6.xlarge": 8}
    assert cdk.Token.is_unresolved(environment.service_environment_arn)
    with pytest.raises(TypeError):
        environment.capacity_limits["ml.g6.xlarge"] = 9  # type: ignore[index]


def test_a_number_known_at_deployment_is_not_judged() -> None:
    stack = new_stack()
    limit = cdk.CfnParameter(stack, "Limit", type="Number").value_as_number
    ServiceEnvironment(stack, "Training", instances=limit)
    assert synthesize(stack).only(SERVICE)["CapacityLimits"][0]["MaxCapacity"] == {"Ref": "Limit"}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"instances": 0}, "instances"),
        ({"instances": 2.5}, "instances"),
        ({"instances": float("nan")}, "instances"),
        ({"instances": True}, "instances"),
        ({"instances": None}, "instances"),
        ({"instances": "ten"}, "instances"),
        ({"instances": ["ml.g6.xlarge"]}, "instances"),
        ({"instances": {}}, "instances"),
        ({"instances": {"g6.xlarge": 1}}, "instances"),
        ({"instances": {"NUM_INSTANCES": 1, "ml.g6.xlarge": 1}}, "instances"),
        ({"instances": {"ml.g6.xlarge": 0}}, "instances['ml.g6.xlarge']"),
        ({"instances": {"ml.g6.xlarge": "8"}}, "instances['ml.g6.xlarge']"),
        ({"instances": 1, "tags": ["team"]}, "tags"),
        ({"instances": 1, "tags": {"team": 1}}, "tags['team']"),
        ({"instances": 1, "tags": {f"t{n}": "" for n in range(51)}}, "tags"),
        ({"instances": 1, "enabled": "no"}, "enabled"),
    ],
)
def test_a_wrong_value_names_its_field(options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: properties_of(**options))) == [field]


NAMES = st.sampled_from(["ml.g6.xlarge", "ml.p5.48xlarge", "g6.xlarge", "NUM_INSTANCES"])


@given(st.one_of(st.integers(-1, 3), st.dictionaries(NAMES, st.integers(-1, 3), max_size=3)))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_accepted_or_named(instances: int | dict[str, int]) -> None:
    limits = instances if isinstance(instances, dict) else {"NUM_INSTANCES": instances}
    good = (
        bool(limits)
        and all(limit >= 1 for limit in limits.values())
        and "g6.xlarge" not in limits
        and ("NUM_INSTANCES" not in limits or len(limits) == 1)
    )
    stack = new_stack()
    wrong = named(lambda: ServiceEnvironment(stack, "Training", instances=instances))
    assert bool(wrong) is not good
    assert all(field.startswith("instances") for field in wrong)
    if good:
        assert schema_problems(synthesize(stack).body) == []
