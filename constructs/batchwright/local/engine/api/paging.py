"""Pages of a list and the tokens between them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")
# What may differ between the pages of one list.
_OF_A_PAGE: Final = ("maxResults", "nextToken")


def page(
    items: Iterable[tuple[int, T]], request: Mapping[str, Any], *, most: int = 100
) -> tuple[list[T], dict[str, str]]:
    """Return one page and, when more is there, `{"nextToken": ...}`.

    Args:
        items: Pairs of a position and an item; positions only grow, and do not change between calls.
        request: Its `maxResults` (1 to `most`) and `nextToken` are obeyed.
        most: Most items of a page, and the number without `maxResults`.

    Raises:
        BatchError: `maxResults` is out of range, or the token was not given out for this list.
    """
    size = request.get("maxResults", most)
    if not 1 <= size <= most:
        raise BatchError(f"maxResults must be between 1 and {most}, but is {size}.")
    after = _position(request)
    found = list(islice(((position, item) for position, item in items if position > after), size + 1))
    rest = {"nextToken": page_token(request, found[size - 1][0])} if len(found) > size else {}
    return [item for _, item in found[:size]], rest


def page_token(request: Mapping[str, Any], position: int) -> str:
    """Return the token for what follows a position in the list that a request asks for, and in no other."""
    listed = {member: value for member, value in request.items() if member not in _OF_A_PAGE}
    mark = hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(f"{mark}:{position}".encode()).decode()


def _position(request: Mapping[str, Any]) -> int:
    token = request.get("nextToken")
    if not token:
        return -1
    try:
        position = int(base64.urlsafe_b64decode(token.encode()).decode().rpartition(":")[2])
    except (ValueError, binascii.Error):
        position = -1
    if position < 0 or token != page_token(request, position):
        raise BatchError("nextToken is not valid: use the value that the previous page of the same list returned.")
    return position
