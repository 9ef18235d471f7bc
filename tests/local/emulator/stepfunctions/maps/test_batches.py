from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.local.emulator.stepfunctions.maps.batches import BatchError, batches

ITEMS = [{"n": number} for number in range(5)]


def size(value: object) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def test_batches_of_so_many_items() -> None:
    assert list(batches(ITEMS, max_items=2, max_bytes=None)) == [
        (2, {"Items": ITEMS[:2]}),
        (2, {"Items": ITEMS[2:4]}),
        (1, {"Items": ITEMS[4:]}),
    ]


def test_every_batch_gets_the_common_input() -> None:
    found = list(batches(ITEMS[:2], max_items=1, max_bytes=None, batch_input={"key": "v"}))

    assert [data for _, data in found] == [{"BatchInput": {"key": "v"}, "Items": [item]} for item in ITEMS[:2]]


@given(
    items=st.lists(st.one_of(st.text(max_size=12), st.integers(), st.lists(st.booleans(), max_size=3)), max_size=20),
    most=st.one_of(st.none(), st.integers(1, 6)),
    room=st.integers(120, 200),
)
def test_nothing_is_lost_and_no_batch_is_too_large(items: list[object], most: int | None, room: int) -> None:
    found = list(batches(items, max_items=most, max_bytes=room, batch_input="é"))

    assert [item for _, data in found for item in data["Items"]] == items
    assert [number for number, _ in found] == [len(data["Items"]) for _, data in found]
    assert all(size(data) <= room for _, data in found)
    assert all(number <= (most or number) for number, _ in found)
    # Each is as full as it may be.
    for (number, data), (_, following) in itertools.pairwise(found):
        more = {**data, "Items": [*data["Items"], following["Items"][0]]}
        assert number == most or size(more) > room


def test_a_batch_may_be_filled_to_the_last_byte() -> None:
    room = size({"Items": ITEMS[:2]})

    assert [number for number, _ in batches(ITEMS[:4], max_items=None, max_bytes=room)] == [2, 2]
    assert [number for number, _ in batches(ITEMS[:4], max_items=None, max_bytes=room - 1)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("most", "room", "expected"),
    [
        (None, None, "needs MaxItemsPerBatch or MaxInputBytesPerBatch"),
        (0, None, "MaxItemsPerBatch is 0"),
        (1, 0, "MaxInputBytesPerBatch is 0"),
        (1, 262145, "MaxInputBytesPerBatch is 262145; it has to be 1 to 262144"),
        (1, 10, "more than the 10 allowed"),
    ],
)
def test_what_is_not_allowed(most: int | None, room: int | None, expected: str) -> None:
    with pytest.raises(BatchError, match=expected):
        list(batches(ITEMS, max_items=most, max_bytes=room))
