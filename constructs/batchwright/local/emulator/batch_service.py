"""AWS Batch: requests go to the engine instead of ministack's stub."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from batchwright.local.emulator import shapes
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.guard import Hooks

_JSON = {"Content-Type": "application/json"}
_TAGS_PATH = "/v1/tags/"
_TAG_OPERATIONS = {"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"}
Response = tuple[int, dict[str, str], bytes]


def install(hooks: Hooks, context: EmulatorContext) -> None:
    """Put our module in the place of ministack's Batch stub."""
    application = hooks.module("app")
    hooks.put(hooks.get(application, "_loaded_modules"), "batch", BatchService(hooks, context))


class BatchService:
    """Stands where ministack expects a service module: the same functions, as methods."""

    def __init__(self, hooks: Hooks, context: EmulatorContext) -> None:
        self._context = context
        self._get_region = hooks.get(hooks.module("core.responses"), "get_region")
        self._operations = {
            (model.http["method"], model.http["requestUri"].lower()): name
            for name in shapes.operations("batch")
            for model in [shapes.operation("batch", name)]
        }

    async def handle_request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],  # noqa: ARG002 - ministack's signature
        body: bytes,
        query_params: Mapping[str, Any],
    ) -> Response:
        """Answer one HTTP request; the engine may hold its lock, so it runs off the event loop."""
        return await asyncio.to_thread(self._answer, method, unquote(path), body, query_params)

    def _answer(self, method: str, path: str, body: bytes, query: Mapping[str, Any]) -> Response:
        try:
            operation, request = self._request(method, path, body, query)
            answer = self._context.engine(self._get_region()).handle(operation, request)
        except BatchError as error:
            headers = {**_JSON, "x-amzn-errortype": error.code}
            return error.http_status, headers, json.dumps({"message": error.message}).encode()
        return 200, dict(_JSON), json.dumps(answer).encode()

    def _request(self, method: str, path: str, body: bytes, query: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            raise BatchError("The request body is not valid JSON.") from None
        if not isinstance(request, dict):
            raise BatchError("The request body has to be a JSON object.")
        if path.startswith(_TAGS_PATH) and method in _TAG_OPERATIONS:
            request["resourceArn"] = path.removeprefix(_TAGS_PATH)
            if method == "DELETE":
                keys = query.get("tagKeys", [])
                request["tagKeys"] = keys if isinstance(keys, list) else [keys]
            return _TAG_OPERATIONS[method], request
        operation = self._operations.get((method, path.rstrip("/").lower()))
        if operation is None:
            raise BatchError(f"AWS Batch has no operation {method} {path}.")
        return operation, request

    def reset(self) -> None:
        """Nothing to clear here: the server closes its engines itself."""

    def get_state(self) -> dict[str, Any]:
        """Return no state: the engine keeps its own."""
        return {}

    def load_persisted_state(self, data: object) -> None:
        """Ignore state of the stub: persistence of ministack is off."""
