"""Which operation of AWS Batch an HTTP request is."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator import shapes
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAGS_PATH = "/v1/tags/"
_TAG_OPERATIONS = {"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"}


def read(method: str, path: str, body: bytes, query: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the operation and its request.

    Args:
        method: HTTP method.
        path: Path of the URL, already unquoted.
        body: Body of the request.
        query: Parameters of the URL.

    Raises:
        BatchError: the body is no JSON object, or there is no such operation.
    """
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise BatchError("The request body is not valid JSON.") from None
    if not isinstance(request, dict):
        raise BatchError("The request body has to be a JSON object.")
    if path.startswith(_TAGS_PATH) and method in _TAG_OPERATIONS:
        request["resourceArn"] = path.removeprefix(_TAGS_PATH)
        if method == "DELETE":
            keys = query.get("tagKeys", [])
            request["tagKeys"] = keys if isinstance(keys, list) else [keys]
        return _TAG_OPERATIONS[method], request
    operation = _operations().get((method, path.rstrip("/").lower()))
    if operation is None:
        raise BatchError(f"AWS Batch has no operation {method} {path}.")
    return operation, request


@lru_cache(maxsize=1)
def _operations() -> dict[tuple[str, str], str]:
    return {
        (model.http["method"], model.http["requestUri"].lower()): name
        for name in shapes.operations("batch")
        for model in [shapes.operation("batch", name)]
    }
