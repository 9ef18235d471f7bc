"""Creates, updates and deletes one stack, and waits for it."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from batchwright.local.deployer.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_NO_UPDATES = "No updates are to be performed"
# A stack in these states has nothing in it that could be updated; CloudFormation wants it deleted first.
_DEAD = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})
_FIRST_POLL_SECONDS = 0.05
_LONGEST_POLL_SECONDS = 0.5


class StackOperator:
    """Runs one operation on a stack at a time.

    Args:
        client: CloudFormation client.
        timeout: Seconds after which a stack that is still in progress counts as failed.
    """

    def __init__(self, client: Any, *, timeout: float) -> None:  # noqa: ANN401 - a boto3 client
        self._client = client
        self._timeout = timeout

    def deploy(
        self, name: str, *, template: Mapping[str, str], parameters: Mapping[str, str], tags: Mapping[str, str]
    ) -> dict[str, str]:
        """Create or update the stack and return its outputs.

        Args:
            name: Its name.
            template: TemplateURL or TemplateBody.
            parameters: Values of its parameters.
            tags: Its tags.

        Raises:
            DeploymentError: it was refused, failed (and was rolled back), or did not end in time.
        """
        status = self._status(name)
        if status in _DEAD:
            self.delete(name)
            status = None
        token = f"batchwright-{uuid.uuid4().hex}"
        arguments: dict[str, Any] = {
            "StackName": name,
            **template,
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
            "Capabilities": _CAPABILITIES,
            "ClientRequestToken": token,
        }
        exists = status not in (None, "REVIEW_IN_PROGRESS")
        if self._begin(name, self._client.update_stack if exists else self._client.create_stack, arguments):
            final = self._wait(name, token)
            if final not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                raise self._failure(name, token, final)
        return self._outputs(name)

    def delete(self, name: str) -> None:
        """Delete the stack; one that does not exist is fine."""
        status = self._status(name)
        if status is None:
            return
        token = f"batchwright-{uuid.uuid4().hex}"
        self._client.delete_stack(StackName=name, ClientRequestToken=token)
        final = self._wait(name, token)
        if final not in (None, "DELETE_COMPLETE"):
            raise self._failure(name, token, final)

    def _begin(self, name: str, operation: Callable[..., Any], arguments: dict[str, Any]) -> bool:
        try:
            operation(**arguments)
        except ClientError as error:
            reason = error.response["Error"].get("Message", str(error))
            if _NO_UPDATES in reason:
                return False
            raise DeploymentError(f"stack {name} was refused: {reason}", stack=name, reason=reason) from error
        return True

    def _describe(self, name: str) -> dict[str, Any] | None:
        try:
            stacks = self._client.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return None
            raise
        return dict(stacks[0]) if stacks and stacks[0]["StackStatus"] != "DELETE_COMPLETE" else None

    def _status(self, name: str) -> str | None:
        stack = self._describe(name)
        return str(stack["StackStatus"]) if stack else None

    def _outputs(self, name: str) -> dict[str, str]:
        stack = self._describe(name) or {}
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _wait(self, name: str, token: str) -> str | None:
        deadline = time.monotonic() + self._timeout
        pause = _FIRST_POLL_SECONDS
        while True:
            status = self._status(name)
            if status is None or not status.endswith("_IN_PROGRESS"):
                return status
            if time.monotonic() > deadline:
                raise self._overdue(name, token, status)
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_POLL_SECONDS)

    def _events(self, name: str, token: str) -> list[dict[str, Any]]:
        """Return the events of the operation, the oldest first."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=name)
        events = [event for page in pages for event in page["StackEvents"]]
        return [event for event in reversed(events) if event.get("ClientRequestToken", token) == token]

    def _failure(self, name: str, token: str, status: str | None) -> DeploymentError:
        try:
            events = self._events(name, token)
        except ClientError:
            # A failed creation may leave no stack behind, and then no events.
            events = []
        failed = [
            event
            for event in events
            if event["ResourceStatus"].endswith("_FAILED") and event["LogicalResourceId"] != name
        ]
        end = _ENDS.get(status or "", f"it is in state {status}")
        if not failed:
            reason = _reason_of_stack(events)
            return DeploymentError(f"stack {name} failed: {reason}; {end}", stack=name, reason=reason)
        first = failed[0]
        reason = str(first.get("ResourceStatusReason") or "no reason given")
        logical_id, kind = str(first["LogicalResourceId"]), str(first["ResourceType"])
        return DeploymentError(
            f"stack {name} failed at {logical_id} ({kind}): {reason}; {end}",
            stack=name,
            logical_id=logical_id,
            resource_type=kind,
            reason=reason,
        )

    def _overdue(self, name: str, token: str, status: str) -> DeploymentError:
        latest = {event["LogicalResourceId"]: event["ResourceStatus"] for event in self._events(name, token)}
        waiting = [key for key, value in latest.items() if value.endswith("_IN_PROGRESS") and key != name]
        what = f"; it waits for {', '.join(waiting)}" if waiting else ""
        reason = f"still {status} after {self._timeout:.0f} s{what}"
        return DeploymentError(f"stack {name} is {reason}", stack=name, reason=reason)


def _reason_of_stack(events: list[dict[str, Any]]) -> str:
    """Return why a stack failed none of whose resources did: its own failure, else what it said last."""
    told = [event for event in events if event.get("ResourceStatusReason")]
    failures = [event for event in told if event["ResourceStatus"].endswith("_FAILED")]
    return str((failures or told[-1:])[0]["ResourceStatusReason"]) if told else "CloudFormation gave no reason"


_ENDS = {
    "ROLLBACK_COMPLETE": "it was rolled back, nothing of it is left",
    "UPDATE_ROLLBACK_COMPLETE": "it was rolled back to its state before the update",
    "ROLLBACK_FAILED": "its rollback failed as well",
    "UPDATE_ROLLBACK_FAILED": "its rollback failed as well",
    "DELETE_FAILED": "what is left of it was not deleted",
    "": "it is gone",
}
