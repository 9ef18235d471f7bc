"""The error that every operation of the engine raises."""

from __future__ import annotations

from typing import Final, Literal

ErrorCode = Literal["ClientException", "ServerException"]

_STATUS: Final[dict[ErrorCode, int]] = {"ClientException": 400, "ServerException": 500}


class BatchError(Exception):
    """An error in the shape of the AWS Batch API.

    Attributes:
        code: The error's name on the wire, `ClientException` or `ServerException`.
        message: What is wrong, in AWS's words where they are known.
        http_status: 400 for the caller's mistakes, 500 for the service's.
    """

    def __init__(self, message: str, *, code: ErrorCode = "ClientException") -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message
        self.http_status = _STATUS[code]
