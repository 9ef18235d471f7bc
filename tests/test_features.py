"""The tables of features speak of things that exist, and nothing of CloudFormation's Batch types is forgotten."""

from __future__ import annotations

import dataclasses
import inspect
import re
import tomllib
from collections import defaultdict
from functools import cache
from typing import Any

import pytest
from support.resource_schemas import settable, used
from support.samples import SAMPLES, build_sample
from support.synthesis import synthesize
from support.systems import new_app

import batchwright
from tools.feature_tables import Feature, features, page, sources

_PLACE = re.compile(r"(?P<name>\w+)(?:\((?P<option>\w+)\)|\.(?P<member>\w+)(?:\(\))?)?")
TYPES = (
    "ComputeEnvironment",
    "ConsumableResource",
    "JobDefinition",
    "JobQueue",
    "QuotaShare",
    "SchedulingPolicy",
    "ServiceEnvironment",
)
# The properties of a node's tasks are those of other jobs.
_SAME = (
    ("NodeProperties.NodeRangeProperties.Container.", "ContainerProperties."),
    ("NodeProperties.NodeRangeProperties.EcsProperties.", "EcsProperties."),
    ("NodeProperties.NodeRangeProperties.EksProperties.", "EksProperties."),
    ("EksProperties.PodProperties.InitContainers.", "EksProperties.PodProperties.Containers."),
)


def all_features() -> list[Feature]:
    return [feature for path in sources() for rows in features(path).values() for feature in rows]


def test_the_pages_are_those_of_the_tables() -> None:
    for path in sources():
        assert path.with_suffix(".md").read_text(encoding="utf-8") == page(path), "run `make docs`"


@pytest.mark.parametrize("feature", all_features(), ids=lambda feature: feature.name)
def test_a_feature_is_where_its_row_says(feature: Feature) -> None:
    assert feature.where or feature.note, "a feature that is nowhere says why"
    for place in feature.where:
        found = _PLACE.fullmatch(place)
        assert found, f"{place!r} is neither a name, an option in brackets, nor a member"
        assert found["name"] in batchwright.__all__
        public = getattr(batchwright, found["name"])
        if found["option"]:
            assert found["option"] in _options(public), f"{place}: no such option"
        if found["member"]:
            assert found["member"] in _options(public) or hasattr(public, found["member"]), f"{place}: no such member"


def _options(public: Any) -> set[str]:  # noqa: ANN401
    if dataclasses.is_dataclass(public):
        return {field.name for field in dataclasses.fields(public)}
    return set(inspect.signature(public.__init__ if inspect.isclass(public) else public).parameters)


@cache
def _used_by_samples() -> dict[str, set[str]]:
    """Property paths that the samples set, by resource type: what our constructs can render."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in SAMPLES:
        for resource in synthesize(build_sample(new_app(), name)).resources.values():
            kind = resource["Type"].removeprefix("AWS::Batch::")
            if kind in TYPES:
                found[kind] |= {_as_of_a_plain_job(path) for path in used(resource.get("Properties", {}))}
    return found


def _as_of_a_plain_job(path: str) -> str:
    for beginning, same in _SAME:
        if path.startswith(beginning):
            path = same + path.removeprefix(beginning)
    return path


def _left_out(kind: str) -> dict[str, str]:
    reasons = {}
    for path in sources():
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for entry in data.get("left_out", ()):
            kind_of_entry, _, properties = entry["property"].partition(".")
            if kind_of_entry == kind:
                reasons[properties] = entry["reason"]
    return reasons


@pytest.mark.parametrize("kind", TYPES)
def test_every_property_has_an_option_or_a_reason_for_none(kind: str) -> None:
    reasons = _left_out(kind)
    wanted = {_as_of_a_plain_job(path) for path in settable(f"AWS::Batch::{kind}")}
    missing = wanted - _used_by_samples()[kind]

    assert sorted(missing - reasons.keys()) == [], "a sample shall show the option, or the table say why there is none"
    assert sorted(reasons.keys() - missing) == [], "these are there by now: take them out of the table"
