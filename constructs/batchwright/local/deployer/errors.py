"""The error of a deployment that did not succeed."""

from __future__ import annotations


class DeploymentError(RuntimeError):
    """A stack or an asset failed; the text names it, the reason and what happened to the stack.

    Attributes:
        stack: Name of the stack, empty when it failed before one was touched.
        logical_id: The resource that failed first, empty when none did.
        resource_type: Its type.
        reason: Why, in CloudFormation's words.
    """

    def __init__(
        self, message: str, *, stack: str = "", logical_id: str = "", resource_type: str = "", reason: str = ""
    ) -> None:
        super().__init__(message)
        self.stack = stack
        self.logical_id = logical_id
        self.resource_type = resource_type
        self.reason = reason or message
