"""What CloudFormation is told about a custom resource."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Mapping

# CloudFormation takes 4 KiB in all.
_LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcome of a request.

    Attributes:
        physical_id: What the resource is called from now on; None when it never came to be.
        data: What `Fn::GetAtt` gives.
        failure: Why it failed; None when it did not.
    """

    physical_id: str | None
    data: Mapping[str, str] = field(default_factory=dict)
    failure: str | None = None


def body(answer: Answer, event: Mapping[str, Any]) -> bytes:
    """Write an answer as CloudFormation reads it."""
    failed = {} if answer.failure is None else {"Reason": answer.failure[:_LONGEST_REASON]}
    return json.dumps(
        {
            "Status": "SUCCESS" if answer.failure is None else "FAILED",
            "PhysicalResourceId": answer.physical_id or event["LogicalResourceId"],
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
            "Data": dict(answer.data),
            **failed,
        }
    ).encode()


def send(answer: Answer, event: Mapping[str, Any]) -> None:
    """Put an answer where CloudFormation waits for it."""
    # The URL is signed for a request without a content type.
    request = Request(event["ResponseURL"], data=body(answer, event), method="PUT", headers={"Content-Type": ""})  # noqa: S310
    with urlopen(request, timeout=10):  # noqa: S310 - CloudFormation's own URL
        pass
