from __future__ import annotations

from typing import Any

import pytest
from support.checks import system_of

from batchwright.checks.templates import ABSENT, Encoded, Reference, Resource, Text, Unknown


def topic_of(template: dict[str, Any]) -> Resource:
    found = system_of(template).of_type("AWS::SNS::Topic")
    return next(each for each in found if each.logical_id == "Topic")


def worked_out(value: object, **sections: object) -> Any:  # noqa: ANN401 - tests look into it
    """What a property's value becomes; beside it there is a queue `Queue`."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}}
    queue = {"Type": "AWS::SQS::Queue"}
    return topic_of({"Resources": {"Topic": topic, "Queue": queue}, **sections}).get("DisplayName")


PARAMETERS = {
    "Name": {"Type": "String", "Default": "main"},
    "Open": {"Type": "String"},
    "Many": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
    "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/key"},
    "Size": {"Type": "Number", "Default": 4},
}


def with_parameters(value: object) -> Any:  # noqa: ANN401
    return worked_out(value, Parameters=PARAMETERS)


@pytest.mark.parametrize("plain", [1, 2.5, True, "text", [], ["a", {"b": 1}], {}, {"Ref": "x", "other": 1}])
def test_plain_values_stay(plain: object) -> None:
    assert worked_out(plain) == plain


def test_null_is_not_set() -> None:
    assert worked_out(None) is ABSENT


@pytest.mark.parametrize(
    ("reference", "value"),
    [("Name", "main"), ("Size", 4), ("Many", ["a", "b", "c"])],
)
def test_parameters_are_their_defaults(reference: str, value: object) -> None:
    assert with_parameters({"Ref": reference}) == value


@pytest.mark.parametrize("reference", ["Open", "Stored", "AWS::Region", "AWS::StackId", "Nothing", ["Name"], None])
def test_what_only_a_deployment_knows_is_unknown(reference: object) -> None:
    assert isinstance(with_parameters({"Ref": reference}), Unknown)


def test_resources_are_referred_to() -> None:
    found = worked_out({"Ref": "Queue"})
    assert isinstance(found, Reference)
    assert (found.resource.logical_id, found.attribute) == ("Queue", "")


@pytest.mark.parametrize("argument", ["Queue.Arn", ["Queue", "Arn"], ["Queue", {"Fn::Join": ["", ["A", "rn"]]}]])
def test_attributes_are_referred_to(argument: object) -> None:
    found = worked_out({"Fn::GetAtt": argument})
    assert isinstance(found, Reference)
    assert found.attribute == "Arn"


def test_no_value_removes_a_property_and_an_item() -> None:
    assert worked_out({"Ref": "AWS::NoValue"}) is ABSENT
    assert worked_out([1, {"Ref": "AWS::NoValue"}, 2]) == [1, 2]
    assert worked_out({"a": {"Ref": "AWS::NoValue"}, "b": 1}) == {"b": 1}


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}, 3]]}, "a-main-3"),
        ({"Fn::Join": [",", {"Ref": "Many"}]}, "a,b,c"),
        ({"Fn::Join": ["", []]}, ""),
        ({"Fn::Sub": "${Name}/${!Literal}/${Size}"}, "main/${Literal}/4"),
        ({"Fn::Sub": ["${Name}-${Other}", {"Other": {"Ref": "Size"}, "Name": "mine"}]}, "mine-4"),
        ({"Fn::Select": [1, {"Ref": "Many"}]}, "b"),
        ({"Fn::Select": ["0", {"Fn::Split": ["-", "x-y"]}]}, "x"),
        ({"Fn::Split": ["-", "x-y"]}, ["x", "y"]),
        ({"Fn::Base64": "hello"}, "aGVsbG8="),
        ({"Fn::Length": [1, 2]}, 2),
        ({"Fn::ToJsonString": {"a": [1]}}, '{"a":[1]}'),
    ],
)
def test_functions_of_known_values(function: object, value: object) -> None:
    assert with_parameters(function) == value


@pytest.mark.parametrize(
    "function",
    [
        {"Fn::GetAZs": ""},
        {"Fn::ImportValue": "elsewhere"},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        {"Fn::Transform": {"Name": "AWS::Include"}, "beside": 1},
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::Select": [9, ["a"]]},
        {"Fn::Split": [",", {"Ref": "Open"}]},
        {"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "Key"]},
        {"Fn::Join": "wrong"},
        {"Fn::Join": [",", "text"]},
        {"Fn::Sub": 3},
        {"Fn::Select": {}},
        {"Fn::GetAtt": 7},
        {"Fn::GetAtt": "Nothing.Arn"},
        {"Fn::If": ["a"]},
        {"Fn::Length": {"Ref": "Open"}},
        {"Fn::ToJsonString": {"a": {"Ref": "Open"}}},
        {"Fn::OfTheFuture": 1},
    ],
)
def test_functions_that_stay_open(function: object) -> None:
    assert isinstance(with_parameters(function), Unknown)


def test_the_known_parts_of_a_string_stay_known() -> None:
    found = with_parameters({"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, "x", {"Ref": "Name"}]]})
    assert isinstance(found, Text)
    assert [part if isinstance(part, str) else "?" for part in found.parts] == ["arn:", "?", ":x:main"]


def test_a_string_made_of_one_open_part_is_that_part() -> None:
    assert isinstance(with_parameters({"Fn::Sub": "${Queue}"}), Reference)
    assert isinstance(with_parameters({"Fn::Join": ["", [{"Fn::Sub": "${Open}"}, ""]]}), Unknown)


def test_base64_of_an_open_string_keeps_the_string() -> None:
    found = with_parameters({"Fn::Base64": {"Fn::Sub": "echo ${AWS::Region}"}})
    assert isinstance(found, Encoded)
    assert isinstance(found.content, Text)


def test_a_joined_list_of_resources_is_split_again() -> None:
    ids = {"Fn::Join": [",", [{"Ref": "Queue"}, "literal"]]}
    first, second = worked_out({"Fn::Split": [",", ids]})
    assert (first.resource.logical_id, second) == ("Queue", "literal")


@pytest.mark.parametrize("delimiter", ["/", ":"])
def test_a_piece_of_an_arn_still_tells_its_resource(delimiter: str) -> None:
    found = worked_out({"Fn::Select": [1, {"Fn::Split": [delimiter, {"Fn::GetAtt": ["Queue", "Arn"]}]}]})
    assert isinstance(found, Reference)
    assert found.piece


def test_what_a_custom_resource_answers_may_be_a_list() -> None:
    resources = {
        "Custom": {"Type": "Custom::Subnets"},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"P": {"Fn::Split": [",", {"Ref": "Custom"}]}}},
    }
    assert not isinstance(topic_of({"Resources": resources}).get("P"), list)


def test_dynamic_references_are_open() -> None:
    assert isinstance(worked_out("{{resolve:ssm:/key:1}}"), Unknown)
    found = worked_out("a {{resolve:secretsmanager:s:SecretString:p}} b")
    assert isinstance(found, Text)
    assert (found.parts[0], found.parts[-1]) == ("a ", " b")


def test_mappings() -> None:
    mappings = {"Map": {"us-east-1": {"Types": ["m7i"], "Size": 4}, "123456789012": {"Size": 8}}}
    assert worked_out({"Fn::FindInMap": ["Map", "us-east-1", "Types"]}, Mappings=mappings) == ["m7i"]
    assert worked_out({"Fn::FindInMap": ["Map", 123456789012, "Size"]}, Mappings=mappings) == 8
    default = {"Fn::FindInMap": ["Map", "eu-west-1", "Size", {"DefaultValue": 2}]}
    assert worked_out(default, Mappings=mappings) == 2


def test_numbers_beyond_all_bounds_are_unknown() -> None:
    for number in (float("inf"), float("nan"), 10**400, -1e308):
        assert isinstance(worked_out(number), Unknown)


def test_cidr_gives_as_many_as_asked() -> None:
    assert len(worked_out({"Fn::Cidr": ["10.0.0.0/16", 4, "8"]})) == 4


def test_half_a_character_is_replaced() -> None:
    assert worked_out("a\ud800") == "a?"
