from __future__ import annotations

import math
from collections import OrderedDict, defaultdict, deque
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.local.engine.jobs.states import JobState, JobStatus
from batchwright.local.engine.tasks.volumes import EmptyVolume
from batchwright.local.state.codec import Codec


class Blobs:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        self.kept[str(len(self.kept))] = content
        return str(len(self.kept) - 1)

    def get(self, name: str) -> bytes:
        return self.kept[name]


class Store:
    def __init__(self) -> None:
        self._data: dict[Any, Any] = {}


def codec() -> Codec:
    return Codec(blobs=Blobs(), kinds=(JobState, JobStatus, EmptyVolume), stores=(Store,))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        [1, 2.5, "ä\ud800", math.inf],
        {"a": {"b": []}},
        {"$": "tuple", "v": [1]},
        {1: "a", ("x", "y"): "b", None: {}},
        (1, (2, [3]), ()),
        {"s": {1, 2}, "f": frozenset({"a"})},
        b"",
        b"\x00\xff",
        b"x" * 5000,
        bytearray(b"y" * 2000),
        datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
        Decimal("1.10"),
        deque([1, 2], maxlen=2),
        OrderedDict(b=1, a=2),
        defaultdict(dict, {"k": {"n": (1,)}}),
        JobState(status=JobStatus.FAILED, summary=(1, 2)),
        EmptyVolume(name="scratch", memory=True),
    ],
)
def test_a_value_comes_back_as_it_was(value: Any) -> None:  # noqa: ANN401
    one = codec()
    found = one.loads(one.dumps(value))
    assert found == value
    assert type(found) is type(value)


plain = st.none() | st.booleans() | st.integers() | st.text() | st.binary(max_size=2000)
anything = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.just("$") | st.integers(), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@given(anything)
def test_any_value_comes_back(value: Any) -> None:  # noqa: ANN401
    one = codec()
    assert one.loads(one.dumps(value)) == value


def test_a_store_keeps_its_data() -> None:
    store = Store()
    store._data["a", "b"] = (1,)
    one = codec()
    found = one.loads(one.dumps({"s": store}))["s"]
    assert (type(found), found._data) == (Store, {("a", "b"): (1,)})


def test_a_factory_still_works() -> None:
    one = codec()
    found = one.loads(one.dumps(defaultdict(list)))
    assert found["new"] == []


class Colour(StrEnum):
    RED = "red"


class Words(list[str]):
    """Behaves otherwise while it is used."""


def test_a_kind_of_text_or_list_becomes_one() -> None:
    one = codec()
    assert one.loads(one.dumps([Colour.RED, Words(["a"])])) == ["red", ["a"]]


@pytest.mark.parametrize("value", [object(), {"f": print}, [defaultdict(lambda: 1)]])
def test_what_cannot_be_kept_is_named(value: Any) -> None:  # noqa: ANN401
    with pytest.raises(TypeError, match="cannot be kept"):
        codec().dumps(value)


def test_nothing_unknown_is_made() -> None:
    with pytest.raises(ValueError, match="'system' is not known"):
        codec().loads('{"$": "system", "v": "ls"}')
