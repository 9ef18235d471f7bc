"""Pages of a list and the tokens between them."""

from __future__ import annotations

import base64
import binascii
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")
_PREFIX: Final = "page:"


def page(
    items: Iterable[tuple[int, T]], request: Mapping[str, Any], *, most: int = 100
) -> tuple[list[T], dict[str, str]]:
    """Return one page and, when more is there, `{"nextToken": ...}`.

    Args:
        items: Pairs of a position and an item; positions only grow, and do not change between calls.
        request: Its `maxResults` (1 to `most`) and `nextToken` are obeyed.
        most: Most items of a page, and the number without `maxResults`.

    Raises:
        BatchError: `maxResults` is out of range, or the token was not given out by this service.
    """
    size = request.get("maxResults", most)
    if not 1 <= size <= most:
        raise BatchError(f"maxResults must be between 1 and {most}, but is {size}.")
    after = _position(request.get("nextToken"))
    found = list(islice(((position, item) for position, item in items if position > after), size + 1))
    rest = {"nextToken": _token(found[size - 1][0])} if len(found) > size else {}
    return [item for _, item in found[:size]], rest


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"{_PREFIX}{position}".encode()).decode()


def _position(token: str | None) -> int:
    if not token:
        return -1
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
        if text.startswith(_PREFIX):
            return int(text.removeprefix(_PREFIX))
    except (ValueError, binascii.Error):
        pass
    raise BatchError("nextToken is not valid: use the value that the previous page returned.")
