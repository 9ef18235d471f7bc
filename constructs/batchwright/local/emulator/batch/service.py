"""AWS Batch: requests go to the engine instead of ministack's stub."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from batchwright.local.emulator.batch import routes
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.ministack.guard import Hooks

_JSON = {"Content-Type": "application/json"}
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
            operation, request = routes.read(method, path, body, query)
            answer = self._context.batch(self._get_region(), operation, request)
        except BatchError as error:
            headers = {**_JSON, "x-amzn-errortype": error.code}
            return error.http_status, headers, json.dumps({"message": error.message}).encode()
        return 200, dict(_JSON), json.dumps(answer).encode()

    def reset(self) -> None:
        """Nothing to clear here: the server closes its engines itself."""

    def get_state(self) -> dict[str, Any]:
        """Return no state: the engine keeps its own."""
        return {}

    def load_persisted_state(self, data: object) -> None:
        """Ignore state of the stub: persistence of ministack is off."""
