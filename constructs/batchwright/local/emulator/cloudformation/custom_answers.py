"""Answers of custom resources: AWS's rules for them, and what a creation that failed leaves behind.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.guard import Hooks

_log = logging.getLogger("batchwright.local.cloudformation")
_LONGEST_ANSWER = 4096
_LONGEST_ID = 1024


class CustomAnswers:
    """Hooks what answers arrive at and what asks for them."""

    def __init__(self, hooks: Hooks) -> None:
        module = hooks.module("services.cloudformation.custom_resource")
        # Stack and resource of a creation that failed -> the physical id that its handler gave.
        self._half_made: dict[tuple[str, str], str] = {}
        hooks.wrap(module, "deliver_response", self._hearing)
        hooks.wrap(module, "invoke_custom_resource", self._asking)

    def _hearing(self, deliver: Callable[[str, Any], bool]) -> Callable[[str, Any], bool]:
        def call(token: str, answer: Any) -> bool:  # noqa: ANN401 - JSON of the handler's own
            problem = problem_of(answer)
            if problem is not None:
                return deliver(token, {"Status": "FAILED", "Reason": problem})
            if answer["Status"] == "FAILED":
                made = (str(answer.get("StackId")), str(answer.get("LogicalResourceId")))
                self._half_made[made] = answer["PhysicalResourceId"]
            return deliver(token, answer)

        return call

    def _asking(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        """A creation that failed is taken back with a Delete of its own, as AWS does in the rollback."""

        def call(request: str, logical_id: str, *about: Any, **options: Any) -> Any:  # noqa: ANN401 - ministack is untyped
            _, _, stack_id, *_ = about
            self._half_made.pop((stack_id, logical_id), None)
            try:
                return ask(request, logical_id, *about, **options)
            except RuntimeError:
                physical_id = self._half_made.pop((stack_id, logical_id), None)
                if request == "Create" and physical_id is not None:
                    self._take_back(lambda: ask("Delete", logical_id, *about, physical_id=physical_id))
                raise

        return call

    @staticmethod
    def _take_back(delete: Callable[[], Any]) -> None:
        try:
            delete()
        except (RuntimeError, TimeoutError) as error:
            _log.warning("a custom resource whose creation failed could not be deleted: %s", error)


def problem_of(answer: Any) -> str | None:  # noqa: ANN401 - JSON of the handler's own
    """Return why CloudFormation does not take an answer, None when it does."""
    if not isinstance(answer, dict) or answer.get("Status") not in ("SUCCESS", "FAILED"):
        return "Invalid Response object: it has to be JSON with a Status of SUCCESS or FAILED"
    physical_id = answer.get("PhysicalResourceId")
    if not isinstance(physical_id, str) or not 0 < len(physical_id.encode()) <= _LONGEST_ID:
        return str(answer.get("Reason") or "Invalid PhysicalResourceId")
    if len(json.dumps(answer).encode()) > _LONGEST_ANSWER:
        return "Response object is too long."
    return None
