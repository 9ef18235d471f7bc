"""Keeps the pages of browsers out: every page the user opens could otherwise run code here.

A page of another site is told by what browsers add to its requests: `Origin`, or `Sec-Fetch-Site`; no SDK sends them. A
page whose own name was made to lead to this machine (DNS rebinding) is told by that name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REFUSAL: Final = b"The local AWS does not answer requests of web pages.\n"
_WRONG_NAME: Final = b"The local AWS does not answer to this name: use 127.0.0.1 or localhost.\n"
_OWN_FETCHES: Final = (b"none", b"same-origin")
# An address; a name without a dot, which nobody can register; names of this machine, of Docker, and AWS's own ones.
_OWN_NAMES: Final = re.compile(
    r"\[[0-9a-f:.%]+\]|(?:.+\.)?[0-9]+|[^.]*"
    r"|.+\.(?:localhost|docker\.internal|containers\.internal|amazonaws\.com|amazonaws\.com\.cn|on\.aws)",
    re.IGNORECASE,
)


def refusal(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """Return the text for a request that a page may have sent, None for any other.

    Args:
        headers: Headers of the request, names in lower case.
    """
    for name, value in headers:
        if name == b"origin" or (name == b"sec-fetch-site" and value not in _OWN_FETCHES):
            return _REFUSAL
        if name == b"host" and not _is_own(value.decode("latin-1")):
            return _WRONG_NAME
    return None


def _is_own(host: str) -> bool:
    return _OWN_NAMES.fullmatch(re.sub(r":\d*$", "", host).removesuffix(".")) is not None


async def refuse(text: bytes, scope: Mapping[str, Any], send: Any) -> None:  # noqa: ANN401 - ASGI
    """Answer a request of a page."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": text})
