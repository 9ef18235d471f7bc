"""Whatever is thrown at the engine, it answers with findings or with one clear line; never with a traceback."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.batch_templates import large_template, rich_template

from batchwright.checks import Finding, InputError, load, run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

TEMPLATE = rich_template()
IDS = sorted(TEMPLATE["Resources"])
FUZZ = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def tried(source: Path | tuple[str, Mapping[str, Any]]) -> list[Finding] | InputError:
    try:
        return run(load([source]))
    except InputError as error:
        return error


def outcome(template: Mapping[str, Any]) -> list[Finding] | InputError:
    """Findings, or why there are none; anything else raises. Findings must be fit to be printed."""
    found = tried(("template", template))
    if isinstance(found, InputError):
        return found
    for each in found:
        assert each.message
        assert each.fix
        assert each.resource in template["Resources"]
        json.dumps([each.message, each.fix, each.path], ensure_ascii=False).encode()
    return found


def test_a_valid_template_has_no_findings() -> None:
    assert outcome(TEMPLATE) == []


def every_place(value: object, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every object or list with a key or an index in it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        found.append((value, key))
        every_place(each, found)
    return found


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-1, max_value=300),
    st.sampled_from([10**30, 10**400, -(10**30), 1e308, -0.0, 1e-9, float("inf"), float("nan")]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["", "0", "-1", "0.25", "1e9", "9" * 400, "*", "a" * 600, "FARGATE", "EC2", "m7g", "\ud800", "{{resolve:x}}"]
    ),
    st.sampled_from(IDS),
)
REFERENCES = st.one_of(
    st.sampled_from(IDS).map(lambda name: {"Ref": name}),
    st.sampled_from(["AWS::Region", "AWS::NoValue", "Stage", "Nothing"]).map(lambda name: {"Ref": name}),
    st.sampled_from(IDS).map(lambda name: {"Fn::GetAtt": [name, "Arn"]}),
)
FUNCTIONS = st.sampled_from(
    [
        "Ref",
        "Fn::GetAtt",
        "Fn::Join",
        "Fn::Sub",
        "Fn::Select",
        "Fn::Split",
        "Fn::If",
        "Fn::FindInMap",
        "Fn::ImportValue",
        "Fn::Base64",
        "Fn::Cidr",
        "Fn::GetAZs",
        "Fn::Transform",
        "Fn::Length",
        "Fn::ToJsonString",
        "Fn::Equals",
        "Fn::X",
    ]
)
VALUES = st.recursive(
    SCALARS | REFERENCES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=5) | st.sampled_from(["Type", "Value", "Name", "States"]), inner, max_size=3),
        st.tuples(FUNCTIONS, inner).map(lambda pair: {pair[0]: pair[1]}),
        st.tuples(FUNCTIONS, st.lists(inner, max_size=3)).map(lambda pair: {pair[0]: pair[1]}),
    ),
    max_leaves=8,
)


def change(template: dict[str, Any], draw: Callable[[Any], Any]) -> None:
    """Change one place: another value, gone, wrapped or twice."""
    places = every_place(template, [])
    holder, key = places[draw(st.integers(min_value=0, max_value=len(places) - 1))]
    how = draw(st.sampled_from(["replace", "replace", "replace", "remove", "wrap", "condition", "twice"]))
    if how == "replace":
        holder[key] = draw(VALUES)
    elif how == "remove":
        del holder[key]
    elif how == "wrap":
        holder[key] = draw(st.sampled_from([[holder[key]], {"Value": holder[key]}, str(holder[key])]))
    elif how == "condition":
        holder[key] = {"Fn::If": [draw(st.sampled_from(["Dev", "Open"])), holder[key], {"Ref": "AWS::NoValue"}]}
    elif isinstance(holder, list):
        holder.extend(copy.deepcopy(holder))


@FUZZ
@given(data=st.data(), changes=st.integers(min_value=1, max_value=4))
def test_changed_anywhere(data: st.DataObject, changes: int) -> None:
    template = copy.deepcopy(TEMPLATE)
    for _ in range(changes):
        if template.get("Resources"):
            change(template, data.draw)
    outcome(template)


@FUZZ
@given(data=st.data())
def test_changed_within_what_rules_look_at(data: st.DataObject) -> None:
    template = copy.deepcopy(TEMPLATE)
    looked_at = [
        each for name, each in template["Resources"].items() if "::Batch::" in each["Type"] or name == "Machine"
    ]
    for each in data.draw(st.lists(st.sampled_from(looked_at), min_size=1, max_size=3)):
        if isinstance(each.get("Properties"), dict):
            change(each["Properties"], data.draw)
    outcome(template)


@FUZZ
@given(value=VALUES)
def test_anything_for_a_template(value: object) -> None:
    for template in (value, {"Resources": value}, {"Resources": {"A": value}}):
        if isinstance(template, dict):
            outcome({**template, "Resources": template.get("Resources")})


@FUZZ
@given(properties=VALUES, kind=st.sampled_from(sorted({each["Type"] for each in TEMPLATE["Resources"].values()})))
def test_anything_for_properties(properties: object, kind: str) -> None:
    template = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "It": {"Type": kind, "Properties": properties}}}
    outcome(template)


@FUZZ
@given(
    machine=VALUES | st.recursive(SCALARS, lambda x: st.fixed_dictionaries({"States": st.fixed_dictionaries({"A": x})}))
)
def test_anything_for_a_state_machine(machine: object) -> None:
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Machine"]["Properties"] = {"Definition": machine, "DefinitionString": machine}
    outcome(template)


@FUZZ
@given(
    cut=st.integers(min_value=0, max_value=len(json.dumps(TEMPLATE))), suffix=st.sampled_from([".json", ".yaml", ""])
)
def test_cut_off_anywhere(tmp_path: Path, cut: int, suffix: str) -> None:
    path = tmp_path / f"template{suffix}"
    path.write_text(json.dumps(TEMPLATE)[:cut])
    found = tried(path)
    if cut < len(json.dumps(TEMPLATE)):
        assert isinstance(found, InputError)
        assert str(path) in str(found)
    else:
        assert found == []


@FUZZ
@given(content=st.binary(max_size=200), suffix=st.sampled_from([".json", ".yaml"]))
def test_any_bytes(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"template{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load([path])


def test_references_in_a_circle() -> None:
    template = copy.deepcopy(TEMPLATE)
    resources = template["Resources"]
    resources["Spot"]["Properties"]["ComputeResources"]["LaunchTemplate"] = {"Ref": "Queue"}
    resources["Job"]["Properties"]["ContainerProperties"]["Image"] = {"Ref": "Job"}
    resources["Table"]["Properties"]["VpcId"] = {"Ref": "Table"}
    template["Parameters"]["Stage"]["Default"] = {"Ref": "Stage"}
    template["Conditions"]["Dev"] = {"Fn::Not": [{"Condition": "Dev"}]}
    template["Outputs"]["QueueArn"]["Value"] = {"Fn::ImportValue": "queue"}
    resources["Queue"]["Properties"]["JobQueueName"] = {"Fn::ImportValue": "queue"}
    assert not isinstance(outcome(template), InputError)


@pytest.mark.parametrize("resources", [500, 2_500])
def test_large_templates(resources: int) -> None:
    template = large_template(resources)
    assert len(template["Resources"]) == resources
    assert outcome(template) == []


def test_a_deep_state_machine() -> None:
    machine: dict[str, Any] = {"States": {"End": {"Type": "Succeed"}}}
    for _ in range(60):
        machine = {"States": {"P": {"Type": "Parallel", "Branches": [machine]}}}
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Machine"]["Properties"]["DefinitionString"] = json.dumps(machine)
    assert not isinstance(outcome(template), InputError)
    template["Resources"]["Machine"]["Properties"]["Definition"] = machine
    assert isinstance(outcome(template), InputError)
