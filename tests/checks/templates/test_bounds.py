"""Templates that are made to take for ever end at once, with what is known or a clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.checks import system_of

from batchwright.checks import InputError, load
from batchwright.checks.templates import Unknown, is_open

if TYPE_CHECKING:
    from pathlib import Path


def the_value(value: object, **sections: object) -> Any:  # noqa: ANN401 - tests look into it
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"P": value}}}, **sections}
    (topic,) = system_of(template).of_type("AWS::SNS::Topic")
    return topic.properties["P"]


def doubling(once: object) -> dict[str, Any]:
    """Outputs, each made of the one before twice."""
    found: dict[str, Any] = {"X0": {"Value": once, "Export": {"Name": "x0"}}}
    for number in range(1, 40):
        before = {"Fn::ImportValue": f"x{number - 1}"}
        found[f"X{number}"] = {"Value": {"Fn::Join": ["", [before, before]]}, "Export": {"Name": f"x{number}"}}
    return found


def test_strings_that_double() -> None:
    assert is_open(the_value({"Fn::ImportValue": "x39"}, Outputs=doubling("ab")))
    assert is_open(the_value({"Fn::ImportValue": "x39"}, Outputs=doubling({"Fn::Sub": "a${Topic}"})))


def test_lists_that_double() -> None:
    outputs = doubling("ab")
    for number in range(1, 40):
        outputs[f"X{number}"]["Value"] = outputs[f"X{number}"]["Value"]["Fn::Join"][1]
    first, _ = the_value({"Fn::ImportValue": "x39"}, Outputs=outputs)
    assert is_open(first)


def test_a_string_put_in_many_times() -> None:
    value = {"Fn::Sub": ["${A}" * 100_000, {"A": "a" * 100_000}]}
    assert isinstance(the_value(value), Unknown)


def test_many_pieces() -> None:
    assert the_value({"Fn::Join": ["", ["ab"] * 200_000]}) == "ab" * 200_000


def test_braces_that_never_close() -> None:
    text = "${" * 200_000
    assert the_value({"Fn::Sub": text}) == text
    assert the_value("{{resolve:" * 200_000)


def test_mappings_that_refer_to_themselves() -> None:
    again = {"Fn::FindInMap": ["A", "B", "C"]}
    with pytest.raises(InputError):
        the_value(again, Mappings={"A": {"B": {"C": [again, again]}}})


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    with path.open("wb") as file:
        file.truncate(33 * 2**20)
    with pytest.raises(InputError, match="larger than 32 MiB"):
        load([path])
