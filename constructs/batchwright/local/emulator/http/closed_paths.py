"""What ministack offers to its own tests over HTTP, closed here.

No credentials are asked for on these paths: a job could clear everything, change settings, or read the messages of all
queues, whatever its role allows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchwright.local.emulator.http.gateway import Gateway

_CLOSED = (
    "/_ministack/config",
    "/_ministack/reset",
    "/_ministack/ses/messages",
    "/_ministack/sns/sms-messages",
    "/_ministack/sqs/messages",
)
_ANSWER = json.dumps({"message": "The local AWS does not offer this path."}).encode()


def close(gateway: Gateway) -> None:
    """Answer these paths with 404."""
    for path in _CLOSED:
        gateway.mount(path, _refuse)


async def _refuse(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    del scope, receive
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": _ANSWER})
