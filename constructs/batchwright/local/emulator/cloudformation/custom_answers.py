"""Answers of custom resources: AWS's rules for them, and what a request that failed leaves behind.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.cloudformation")
_LONGEST_ANSWER = 4096
_LONGEST_ID = 1024
Place = tuple[str, str]
"""Stack and logical id of a resource."""


class CustomAnswers:
    """Hooks what answers arrive at and what asks for them."""

    def __init__(self, hooks: Hooks) -> None:
        module = hooks.module("services.cloudformation.custom_resource")
        # The physical id that came with the failure of the request that is under way.
        self._refused: dict[Place, str] = {}
        # The new physical id that came with a failed update; its rollback goes from there.
        self._moved: dict[Place, str] = {}
        hooks.wrap(module, "deliver_response", self._hearing)
        hooks.wrap(module, "invoke_custom_resource", self._asking)

    def _hearing(self, deliver: Callable[[str, Any], bool]) -> Callable[[str, Any], bool]:
        def call(token: str, answer: Any) -> bool:  # noqa: ANN401 - JSON of the handler's own
            problem = problem_of(answer)
            if problem is not None:
                return deliver(token, {"Status": "FAILED", "Reason": problem})
            if answer["Status"] == "FAILED":
                place = (str(answer.get("StackId")), str(answer.get("LogicalResourceId")))
                self._refused[place] = answer["PhysicalResourceId"]
            return deliver(token, answer)

        return call

    def _asking(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: str, logical_id: str, *about: Any, **options: Any) -> Any:  # noqa: ANN401 - ministack is untyped
            place = (about[2], logical_id)
            self._refused.pop(place, None)
            moved = self._moved.pop(place, None)
            if request == "Update" and moved is not None:
                return self._back(ask, logical_id, about, options, moved)
            try:
                return ask(request, logical_id, *about, **options)
            except RuntimeError:
                made = self._refused.pop(place, None)
                if request == "Create" and made is not None:
                    _take_back(ask, logical_id, about, made)
                if request == "Update" and made not in (None, options.get("physical_id")):
                    self._moved[place] = str(made)
                raise

        return call

    @staticmethod
    def _back(
        ask: Callable[..., Any], logical_id: str, about: tuple[Any, ...], options: Mapping[str, Any], moved: str
    ) -> Any:  # noqa: ANN401 - ministack is untyped
        """Update from the id of the failed update to the old properties; where that gives another id, delete it."""
        answer = ask("Update", logical_id, *about, **{**options, "physical_id": moved})
        if answer[0] != moved:
            _take_back(ask, logical_id, (options.get("old_props"), *about[1:]), moved)
        return answer


def _take_back(ask: Callable[..., Any], logical_id: str, about: tuple[Any, ...], physical_id: str) -> None:
    """Delete what a request made before it failed, as AWS does in the rollback."""
    try:
        ask("Delete", logical_id, *about, physical_id=physical_id)
    except (RuntimeError, TimeoutError) as error:
        _log.warning("%s, which a custom resource made and then failed, could not be deleted: %s", physical_id, error)


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
