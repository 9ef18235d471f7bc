"""ItemBatcher of a Distributed Map: several items as the input of one child.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_INPUT_BYTES = 256 * 1024
"""Largest input of a child, and largest MaxInputBytesPerBatch."""


class BatchError(ValueError):
    """The items cannot be batched; the text says why."""


def batches(
    items: Sequence[Any],
    *,
    max_items: int | None,
    max_bytes: int | None,
    batch_input: Any = None,  # noqa: ANN401 - JSON
) -> Iterator[tuple[int, Any]]:
    """Yield for each batch how many items it has, and the input of its child.

    Args:
        items: The items, each already what a child would get.
        max_items: Most items in a batch, or None.
        max_bytes: Largest input of a child in bytes of UTF-8 JSON, or None for the limit of Step Functions.
        batch_input: What every batch also gets, or None.

    Raises:
        BatchError: a limit is not allowed, or an item alone is larger than a batch may be.
    """
    _check(max_items, max_bytes)
    room = max_bytes or MAX_INPUT_BYTES
    empty = _bytes(_input([], batch_input))
    taken: list[Any] = []
    size = empty
    for item in items:
        # A comma before each but the first.
        added = _bytes(item) + (1 if taken else 0)
        if taken and (len(taken) == max_items or size + added > room):
            yield len(taken), _input(taken, batch_input)
            taken, size, added = [], empty, _bytes(item)
        if size + added > room:
            raise BatchError(f"an item makes a batch of {size + added} bytes, more than the {room} allowed")
        taken.append(item)
        size += added
    if taken:
        yield len(taken), _input(taken, batch_input)


def _check(max_items: int | None, max_bytes: int | None) -> None:
    if max_items is None and max_bytes is None:
        raise BatchError("ItemBatcher needs MaxItemsPerBatch or MaxInputBytesPerBatch")
    if max_items is not None and max_items < 1:
        raise BatchError(f"MaxItemsPerBatch is {max_items}; it has to be 1 or more")
    if max_bytes is not None and not 0 < max_bytes <= MAX_INPUT_BYTES:
        raise BatchError(f"MaxInputBytesPerBatch is {max_bytes}; it has to be 1 to {MAX_INPUT_BYTES}")


def _input(items: list[Any], batch_input: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"Items": items} if batch_input is None else {"BatchInput": batch_input, "Items": items}


def _bytes(value: Any) -> int:  # noqa: ANN401 - JSON
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
