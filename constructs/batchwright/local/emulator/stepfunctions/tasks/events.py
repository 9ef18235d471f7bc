"""Names and details of the events that a task leaves in the history, by the kind of its resource."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

_SERVICE: Final = re.compile(r"arn:aws[a-z-]*:states:[^:]*:[^:]*:(?P<service>aws-sdk:[^:]+|[^:]+):(?P<action>.+)")


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        kind: Its type.
        details: Its details, under the name of their field.
    """

    kind: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvents:
    """Makes the events of one task.

    Attributes:
        resource: The field Resource.
        region: Region of the state machine.
    """

    resource: str
    region: str

    @property
    def family(self) -> str:
        """The first word of the events: of functions and activities named by ARN, or of any other task."""
        if ":function:" in self.resource:
            return "LambdaFunction"
        return "Activity" if ":activity:" in self.resource else "Task"

    @property
    def tells_submission(self) -> bool:
        """Whether the task begins something and then waits for it."""
        waits = self.resource.endswith((".sync", ".sync:2", ".waitForTaskToken"))
        return self.family == "Task" and waits

    def scheduled(self, data: Any, timeout: float | None, heartbeat: float | None) -> Event:  # noqa: ANN401 - JSON
        """Return the event of an attempt that begins."""
        text = json.dumps(data)
        details: dict[str, Any] = {"timeoutInSeconds": timeout, "heartbeatInSeconds": heartbeat}
        if self.family == "LambdaFunction":
            details.pop("heartbeatInSeconds")
        if self.family == "Task":
            details |= {**self._service(), "region": self.region, "parameters": text}
        else:
            details |= {"resource": self.resource, "input": text}
        return self._event("Scheduled", {key: value for key, value in details.items() if value is not None})

    def started(self) -> Event:
        """Return the event of an attempt that is under way."""
        return self._event("Started", self._service() if self.family == "Task" else {})

    def submitted(self, answer: Any) -> Event:  # noqa: ANN401 - JSON
        """Return the event of what was begun and is waited for."""
        return self._event("Submitted", {**self._service(), "output": json.dumps(answer)})

    def succeeded(self, result: Any) -> Event:  # noqa: ANN401 - JSON
        """Return the event of an attempt that ended well."""
        return self._event("Succeeded", {**self._service(), "output": json.dumps(result)})

    def failed(self, error: str, cause: str, *, timed_out: bool, submitted: bool) -> Event:
        """Return the event of an attempt that failed."""
        details = {**self._service(), "error": error, "cause": cause}
        if timed_out:
            return self._event("TimedOut", details)
        not_begun = self.tells_submission and not submitted
        return self._event("SubmitFailed" if not_begun else "Failed", details)

    def _service(self) -> dict[str, str]:
        match = _SERVICE.fullmatch(self.resource)
        if self.family != "Task" or match is None:
            return {}
        return {"resourceType": match["service"], "resource": match["action"]}

    def _event(self, what: str, details: dict[str, Any]) -> Event:
        kind = f"{self.family}{what}"
        return Event(kind, {f"{kind[0].lower()}{kind[1:]}EventDetails": details} if details else {})
