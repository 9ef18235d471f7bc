"""The error that every operation of the engine raises."""

from __future__ import annotations

import uuid
from typing import Final, Literal

ErrorCode = Literal["ClientException", "ServerException", "TooManyRequestsException"]

_STATUS: Final[dict[ErrorCode, int]] = {
    "ClientException": 400,
    "ServerException": 500,
    "TooManyRequestsException": 429,
}


class BatchError(Exception):
    """An error in the shape of the AWS Batch API.

    Attributes:
        code: The error's name on the wire, `ClientException`, `ServerException` or `TooManyRequestsException`.
        message: What is wrong, in AWS's words where they are known.
        http_status: 400 for the caller's mistakes, 500 for the service's, 429 for too many requests.
    """

    def __init__(self, message: str, *, code: ErrorCode = "ClientException") -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message
        self.http_status = _STATUS[code]


def not_executed(text: str) -> BatchError:
    """Return a ClientException in the frame that AWS puts around most of what it says of a request."""
    return BatchError(f"Error executing request, Exception : {text}, RequestId: {uuid.uuid4()}")
