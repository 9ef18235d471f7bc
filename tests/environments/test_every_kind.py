"""What every kind of environment promises, whatever it is made of."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from support.cloudformation_schema import schema_problems
from support.environment_kinds import KINDS
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import JobQueue
from batchwright.contracts import ComputeEnvironment

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"

WRONG = [(kind, field) for kind, each in KINDS.items() for field in each.wrong]


def built(kind: str, **options: Any) -> Template:  # noqa: ANN401
    stack = new_stack()
    KINDS[kind].build(stack, construct_id="Environment", **options)
    return synthesize(stack)


def built_full(kind: str) -> Template:
    stack = new_stack()
    KINDS[kind].build(stack, construct_id="Environment", **KINDS[kind].full(stack))
    return synthesize(stack)


@pytest.mark.parametrize("kind", KINDS)
def test_cloudformation_takes_the_least(kind: str) -> None:
    assert schema_problems(built(kind).body) == []


@pytest.mark.parametrize("kind", KINDS)
def test_cloudformation_takes_all_options_at_once(kind: str) -> None:
    assert schema_problems(built_full(kind).body) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_is_fixed(kind: str) -> None:
    assert "ComputeEnvironmentName" not in built_full(kind).only(ENVIRONMENT)


@pytest.mark.parametrize(("kind", "field"), WRONG)
def test_a_wrong_value_names_its_field(kind: str, field: str) -> None:
    error = refused(lambda: built(kind, **KINDS[kind].wrong[field]))
    assert set(fields(error)) == {field}


@pytest.mark.parametrize("kind", KINDS)
def test_all_wrong_values_are_named_at_once(kind: str) -> None:
    wrong = KINDS[kind].wrong
    # One wrong value for each option; all but the VPC, without which no subnet can be looked at.
    several = {field: options for field, options in wrong.items() if field in options and field != "vpc"}
    together = {name: value for options in several.values() for name, value in options.items()}
    assert set(several) <= set(fields(refused(lambda: built(kind, **together))))


@pytest.mark.parametrize("kind", KINDS)
def test_tags_of_the_app_do_not_replace_it(kind: str) -> None:
    stack = new_stack()
    KINDS[kind].build(stack, construct_id="Environment")
    cdk.Tags.of(stack.node.root).add("commit", "1f2e3d")
    template = synthesize(stack)
    assert "Tags" not in template.only(ENVIRONMENT)
    assert {"Key": "commit", "Value": "1f2e3d"} in [
        tag for resource in template.resources.values() for tag in resource.get("Properties", {}).get("Tags", [])
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_tags_of_its_own_are_kept_as_they_are(kind: str) -> None:
    stack = new_stack()
    KINDS[kind].build(stack, construct_id="Environment", tags={"team": "imaging"})
    cdk.Tags.of(stack.node.root).add("commit", "1f2e3d")
    cdk.Tags.of(stack).add("team", "none", priority=500)
    assert synthesize(stack).only(ENVIRONMENT)["Tags"] == {"team": "imaging"}


@pytest.mark.parametrize("kind", KINDS)
def test_roles_and_their_policies_outlive_it(kind: str) -> None:
    template = built_full(kind)
    (resource,) = template.raw(ENVIRONMENT)
    reached = _reached(template, resource)
    assert _roles_for(template, "batch", "ecs", "spotfleet") <= reached
    if KINDS[kind].owns_hosts:
        assert _roles_for(template, "ec2") <= reached
        assert set(template.of_type("AWS::IAM::InstanceProfile")) <= reached


@pytest.mark.parametrize("kind", KINDS)
def test_its_type_in_the_template_is_its_kind(kind: str) -> None:
    assert built(kind).only(ENVIRONMENT).get("ComputeResources", {}).get("Type") == KINDS[kind].type


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_the_promise_of_an_environment(kind: str) -> None:
    stack = new_stack()
    environment = KINDS[kind].build(stack, construct_id="Environment")
    assert isinstance(environment, ComputeEnvironment)
    queue = JobQueue(stack, "Queue", environments=[environment])
    assert queue.capacities == (environment.capacity,)
    order = synthesize(stack).only("AWS::Batch::JobQueue")["ComputeEnvironmentOrder"]
    assert [each["ComputeEnvironment"] for each in order] == [stack.resolve(environment.compute_environment_arn)]
    assert environment.resource.type in {"managed", "unmanaged"}


def _roles_for(template: Template, *services: str) -> set[str]:
    """Roles that one of these services takes."""
    trusted = {f"{service}.amazonaws.com" for service in services}
    return {
        logical_id
        for logical_id, role in template.of_type("AWS::IAM::Role").items()
        if any(service in str(role["AssumeRolePolicyDocument"]) for service in trusted)
    }


def _reached(template: Template, resource: dict[str, Any]) -> set[str]:
    """Logical ids that a resource names, by itself and through others: CloudFormation deletes them after it."""
    found: set[str] = set()
    waiting = [resource]
    while waiting:
        for name in _names(waiting.pop()):
            if name in template.resources and name not in found:
                found.add(name)
                waiting.append(template.resources[name])
    return found


def _names(value: Any) -> set[str]:  # noqa: ANN401
    if isinstance(value, dict):
        own = value.get("DependsOn", [])
        named = {own} if isinstance(own, str) else set(own)
        if isinstance(value.get("Ref"), str):
            named.add(value["Ref"])
        if isinstance(value.get("Fn::GetAtt"), list):
            named.add(value["Fn::GetAtt"][0])
        return named.union(*map(_names, value.values()))
    if isinstance(value, list):
        return set().union(*map(_names, value))
    return set()
