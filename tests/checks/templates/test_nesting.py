"""Nested stacks, exports and cloud assemblies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batchwright.checks import InputError, load
from batchwright.checks.templates import Reference, Resource, Unknown, items

if TYPE_CHECKING:
    from pathlib import Path

TOPIC = "AWS::SNS::Topic"


def topic(**properties: object) -> dict[str, Any]:
    return {"Type": TOPIC, "Properties": properties}


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def only(sources: list[Any], logical_id: str = "Topic") -> Resource:
    found = [each for each in load(sources).of_type(TOPIC) if each.logical_id == logical_id]
    assert len(found) == 1
    return found[0]


CHILD = {
    "Parameters": {"Name": {"Type": "String"}, "Many": {"Type": "CommaDelimitedList", "Default": "x"}},
    "Resources": {"Topic": topic(Name={"Ref": "Name"}, Many={"Ref": "Many"}, Region={"Ref": "AWS::Region"})},
    "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}, "Loop": {"Value": {"Ref": "Name"}}},
}


def parent(**parameters: object) -> dict[str, Any]:
    properties = {"TemplateURL": "child.json", "Parameters": parameters}
    return {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": properties},
            "Uses": topic(Arn={"Fn::GetAtt": ["Child", "Outputs.Arn"]}, No={"Fn::GetAtt": "Child.Outputs.Missing"}),
        }
    }


def test_a_nested_stack_gets_its_parameters_from_its_parent(tmp_path: Path) -> None:
    write(tmp_path / "child.json", CHILD)
    many = {"Fn::Join": [",", [{"Ref": "Queue"}, "b"]]}
    path = write(tmp_path / "parent.json", parent(Name={"Fn::GetAtt": ["Queue", "Arn"]}, Many=many))
    found = only([path])
    name = found.get("Name")
    first, second = items(found.get("Many"))
    assert isinstance(name, Reference)
    assert name.resource.logical_id == "Queue"
    assert isinstance(first, Reference)
    assert second == "b"
    assert found.template == str(tmp_path / "child.json")


def test_an_output_of_a_nested_stack_is_what_it_is_made_from(tmp_path: Path) -> None:
    write(tmp_path / "child.json", CHILD)
    path = write(tmp_path / "parent.json", parent(Name="n"))
    uses = only([path], "Uses")
    arn = uses.get("Arn")
    assert isinstance(arn, Reference)
    assert arn.resource.logical_id == "Topic"
    assert isinstance(uses.get("No"), Unknown)


@pytest.mark.parametrize("order", [["child.json", "parent.json"], ["parent.json", "child.json"]])
def test_a_nested_template_given_too_is_read_once_as_nested(tmp_path: Path, order: list[str]) -> None:
    write(tmp_path / "child.json", CHILD)
    write(tmp_path / "parent.json", parent(Name="n"))
    assert only([tmp_path / name for name in order]).get("Name") == "n"


def test_templates_that_nest_each_other_end(tmp_path: Path) -> None:
    first = write(tmp_path / "child.json", parent(Name={"Fn::GetAtt": ["Child", "Outputs.Arn"]}))
    assert load([first]).resources
    other = parent()
    other["Resources"]["Child"]["Properties"]["TemplateURL"] = "other.json"
    second = write(tmp_path / "other.json", parent())
    write(tmp_path / "child.json", other)
    assert load([first, second]).resources


def test_parameters_that_go_in_a_circle_are_unknown(tmp_path: Path) -> None:
    write(tmp_path / "child.json", CHILD)
    path = write(tmp_path / "parent.json", parent(Name={"Fn::GetAtt": ["Child", "Outputs.Loop"]}))
    assert isinstance(only([path]).get("Name"), Unknown)


def test_a_nested_stack_that_a_condition_takes_out_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "child.json", CHILD)
    template = parent(Name="n") | {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}
    template["Resources"]["Child"]["Condition"] = "Never"
    found = load([write(tmp_path / "parent.json", template)]).of_type(TOPIC)
    assert [each.logical_id for each in found] == ["Uses"]


@pytest.mark.parametrize("url", ["https://example.com/child.json", "missing.json", {"Ref": "X"}, 3, "a\0b", "", "."])
def test_a_nested_template_that_is_elsewhere_is_open(tmp_path: Path, url: object) -> None:
    template = parent()
    template["Resources"]["Child"]["Properties"]["TemplateURL"] = url
    uses = only([write(tmp_path / "parent.json", template)], "Uses")
    assert isinstance(uses.get("Arn"), Reference)


def test_a_broken_nested_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "child.json").write_text("{")
    with pytest.raises(InputError, match=r"child\.json:1:2: not JSON"):
        load([write(tmp_path / "parent.json", parent())])


PRODUCER = {
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    "Outputs": {"Out": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}, "Export": {"Name": "shared"}}},
}


def test_an_import_is_what_another_template_exports() -> None:
    found = only([("a", {"Resources": {"Topic": topic(P={"Fn::ImportValue": "shared"})}}), ("b", PRODUCER)]).get("P")
    assert isinstance(found, Reference)
    assert found.resource.logical_id == "Queue"


def test_an_export_of_two_templates_is_open() -> None:
    importer = {"Resources": {"Topic": topic(P={"Fn::ImportValue": "shared"})}}
    assert isinstance(only([("a", importer), ("b", PRODUCER), ("c", PRODUCER)]).get("P"), Unknown)


def test_exports_that_go_in_a_circle_are_unknown() -> None:
    template = {
        "Resources": {"Topic": topic(P={"Fn::ImportValue": "x"})},
        "Outputs": {"X": {"Value": {"Fn::ImportValue": "x"}, "Export": {"Name": "x"}}},
    }
    assert isinstance(only([("a", template)]).get("P"), Unknown)


def test_a_long_chain_of_exports_ends() -> None:
    outputs = {f"X{n}": {"Value": {"Fn::ImportValue": f"x{n + 1}"}, "Export": {"Name": f"x{n}"}} for n in range(3_000)}
    template = {"Resources": {"Topic": topic(P={"Fn::ImportValue": "x0"})}, "Outputs": outputs}
    with pytest.raises(InputError, match="refer to each other too deeply"):
        load([("a", template)])


def assembly(folder: Path, stacks: dict[str, dict[str, Any]], **more: object) -> Path:
    artifacts: dict[str, Any] = dict(more)
    for name, template in stacks.items():
        write(folder / f"{name}.template.json", template)
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111122223333/cn-north-1",
            "properties": {"templateFile": f"{name}.template.json", "parameters": {"Given": "value"}},
            "metadata": {f"/App/{name}/Thing": [{"type": "aws:cdk:logicalId", "data": "Topic"}]},
        }
    write(folder / "manifest.json", {"version": "40.0.0", "artifacts": artifacts})
    return folder


def test_an_assembly_tells_where_a_stack_goes(tmp_path: Path) -> None:
    properties = {"P": {"Fn::Sub": "${AWS::Partition}/${AWS::Region}/${AWS::AccountId}/${AWS::StackName}/${Given}"}}
    template = {"Parameters": {"Given": {"Type": "String"}}, "Resources": {"Topic": topic(**properties)}}
    found = only([assembly(tmp_path, {"Stack": template})])
    assert found.get("P") == "aws-cn/cn-north-1/111122223333/Stack/value"
    assert found.construct == "App/Stack/Thing"


def test_an_assembly_may_be_named_by_its_manifest_and_is_read_once(tmp_path: Path) -> None:
    folder = assembly(tmp_path, {"Stack": {"Resources": {"Topic": topic()}}})
    assert only([folder, folder / "manifest.json", folder / "Stack.template.json"]).logical_id == "Topic"


def test_stages_are_read_too(tmp_path: Path) -> None:
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    assembly(tmp_path / "assembly-Prod", {"Inner": {"Resources": {"Topic": topic()}}})
    folder = assembly(tmp_path, {"Stack": {"Resources": {"Other": topic()}}}, Prod=stage)
    assert {each.logical_id for each in load([folder]).of_type(TOPIC)} == {"Topic", "Other"}


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (None, "no manifest.json"),
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"artifacts": {"a": {"type": "aws:cloudformation:stack"}}}', "names no file"),
        (
            '{"artifacts": {"a": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "x"}}}}',
            "no such file",
        ),
        ('{"artifacts": {"a": {"type": "cdk:asset-manifest", "properties": {"file": 3}}}}', "names no file"),
    ],
)
def test_a_broken_assembly_is_one_clear_line(tmp_path: Path, manifest: str | None, says: str) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InputError) as refused:
        load([tmp_path])
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("manifest", ["{}", '{"artifacts": []}', '{"artifacts": {"a": 1, "b": {"type": []}}}'])
def test_an_assembly_without_stacks_is_empty(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    assert not load([tmp_path]).resources
