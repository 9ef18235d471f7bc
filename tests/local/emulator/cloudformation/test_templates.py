from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.local_server import LocalServer

Json = dict[str, Any]
GOOD: Json = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v"}}


def valued(value: Any) -> Json:  # noqa: ANN401
    return {**GOOD, "Properties": {**GOOD["Properties"], "Value": value}}


REFUSED: dict[str, tuple[Json, str]] = {
    "no-resources": ({"Resources": {}}, "At least one Resources member must be defined"),
    "list-of-resources": ({"Resources": [GOOD]}, "Resources section must be a mapping"),
    "list-of-outputs": ({"Resources": {"A": GOOD}, "Outputs": []}, "Outputs section must be a mapping"),
    "text-as-resource": ({"Resources": {"A": GOOD, "B": "x"}}, "[/Resources/B] resource definition is malformed"),
    "list-of-properties": ({"Resources": {"A": {**GOOD, "Properties": []}}}, "[/Resources/A] resource definition"),
    "no-type": ({"Resources": {"A": {"Properties": {}}}}, "Every Resources object must contain a Type member"),
    "name": ({"Resources": {"A-b": GOOD}}, "Resource name A-b is non alphanumeric"),
    "ref": ({"Resources": {"A": valued({"Ref": "Ghost"})}}, "dependencies [Ghost] in the Resources block"),
    "sub": ({"Resources": {"A": valued({"Fn::Sub": "${Ghost.Arn} ${AWS::Region}"})}}, "dependencies [Ghost] in"),
    "depends-on": ({"Resources": {"A": {**GOOD, "DependsOn": "Ghost"}}}, "dependencies [Ghost] in the Resources"),
    "output": (
        {"Resources": {"A": GOOD}, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["Ghost", "Arn"]}}}},
        "dependencies [Ghost] in the Outputs block",
    ),
    "condition": ({"Resources": {"A": {**GOOD, "Condition": "Never"}}}, "Unresolved condition dependency Never"),
    "circle": (
        {"Resources": {"A": {**GOOD, "DependsOn": "B"}, "B": {**GOOD, "DependsOn": "A"}}},
        "Circular dependency between resources: A, B",
    ),
    "macro": ({"Transform": "Mine", "Resources": {"A": GOOD}}, "No transform named Mine found"),
    "for-each": (
        {"Resources": {"Fn::ForEach::L": ["I", ["A"], {"P${I}": GOOD}]}},
        "Fn::ForEach::L] resource",
    ),
    "type": (
        {"Resources": {"A": {"Type": "AWS::GameLift::Fleet"}}},
        "Unrecognized resource types: [AWS::GameLift::Fleet]: the local AWS has no such types; give these resources",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_aws_refuses_at_once_is_refused(server: LocalServer, name: str) -> None:
    template, expected = REFUSED[name]
    formation = server.client("cloudformation")
    body = json.dumps(template)

    for call, more in (
        (formation.create_stack, {}),
        (formation.create_change_set, {"ChangeSetName": "set", "ChangeSetType": "CREATE"}),
    ):
        with pytest.raises(ClientError) as caught:
            call(StackName=f"refused-{name}", TemplateBody=body, Capabilities=["CAPABILITY_AUTO_EXPAND"], **more)
        assert caught.value.response["Error"]["Code"] == "ValidationError"
        assert expected in caught.value.response["Error"]["Message"]
    assert f"refused-{name}" not in [stack["StackName"] for stack in formation.describe_stacks()["Stacks"]]


def test_a_parameter_that_the_template_does_not_have(server: LocalServer) -> None:
    with pytest.raises(ClientError, match=r"Parameters: \[Typo\] do not exist in the template"):
        server.stack("typo", {"Resources": {"A": GOOD}}, Parameters=[{"ParameterKey": "Typo", "ParameterValue": "x"}])


def test_everything_that_a_template_may_name(server: LocalServer) -> None:
    template = {
        "Parameters": {"Stage": {"Type": "String", "Default": "test"}},
        "Conditions": {"Test": {"Fn::Equals": [{"Ref": "Stage"}, "test"]}},
        "Resources": {
            "A": {**valued({"Fn::Sub": ["${Stage}-${B}-${AWS::Region}-${Own}-${!Kept}", {"Own": "own"}]})},
            "B": {**valued({"Fn::If": ["Test", {"Ref": "Stage"}, {"Ref": "AWS::NoValue"}]}), "Condition": "Test"},
        },
        "Outputs": {"A": {"Condition": "Test", "Value": {"Fn::GetAtt": ["A", "Value"]}}},
    }

    outputs = server.outputs(server.stack("named", template))

    assert outputs["A"].startswith("test-/named/B-")
    assert outputs["A"].endswith("-own-${Kept}")


def test_a_loop_with_its_transform(server: LocalServer) -> None:
    loop = {"Fn::ForEach::Loop": ["Item", ["A", "B"], {"Parameter${Item}": GOOD}]}

    stack = server.stack("loop", {"Transform": "AWS::LanguageExtensions", "Resources": loop})

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    resources = server.client("cloudformation").list_stack_resources(StackName="loop")["StackResourceSummaries"]
    assert sorted(one["LogicalResourceId"] for one in resources) == ["ParameterA", "ParameterB"]
