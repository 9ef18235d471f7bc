"""What a server answers below `/_batchwright/`, to who knows its token."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.deployer.errors import DeploymentError
from batchwright.local.emulator.errors import LocalAwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.server import LocalAws

PREFIX: Final = "/_batchwright/"
TOKEN_HEADER: Final = "x-batchwright-token"  # noqa: S105 - a name
_MOST_BYTES: Final = 1_000_000


class Control:
    """Deploys and destroys in the server's own process, which knows the images and programs of its jobs.

    Args:
        aws: The server.

    Attributes:
        token: What a caller has to send in the header `x-batchwright-token`.
    """

    def __init__(self, aws: LocalAws) -> None:
        self.token = secrets.token_urlsafe(24)
        self._aws = aws
        # Two deployments at a time would wait for each other's stacks.
        self._one_at_a_time = threading.Lock()
        self._actions = {"deploy": self._deploy, "destroy": self._destroy}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Answer one request."""
        body = await _body(receive)
        action = self._actions.get(scope["path"].removeprefix(PREFIX))
        headers = dict(scope["headers"])
        if not hmac.compare_digest(headers.get(TOKEN_HEADER.encode(), b""), self.token.encode()):
            await _answer(send, 403, {"error": "the token is missing or wrong"})
        elif action is None or scope["method"] != "POST":
            await _answer(send, 404, {"error": f"POST to {PREFIX}{{{'|'.join(self._actions)}}}"})
        else:
            try:
                request = json.loads(body)
                answer = await asyncio.get_running_loop().run_in_executor(None, action, request)
            except (DeploymentError, LocalAwsError, OSError, ValueError, KeyError, TypeError) as error:
                await _answer(send, 400, {"error": str(error) or type(error).__name__})
            else:
                await _answer(send, 200, answer)

    def _deploy(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with self._one_at_a_time:
            return {
                "outputs": self._aws.deploy(
                    Path(request["assembly"]), stacks=request.get("stacks"), parameters=request.get("parameters")
                )
            }

    def _destroy(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with self._one_at_a_time:
            self._aws.destroy(Path(request["assembly"]), stacks=request.get("stacks"))
            return {}


async def _body(receive: Any) -> bytes:  # noqa: ANN401 - ASGI
    body = b""
    while len(body) <= _MOST_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


async def _answer(send: Any, status: int, content: Mapping[str, Any]) -> None:  # noqa: ANN401 - ASGI
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
