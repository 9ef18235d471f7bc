"""Decides whether jobs run in containers or as processes, with the reason for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tools.demo.options import RunnerChoice

if TYPE_CHECKING:
    from collections.abc import Mapping


def choose(
    asked: RunnerChoice, environment: Mapping[str, str]
) -> tuple[Literal["auto", "docker", "process"], str | None]:
    """Return the runner to ask the local AWS for, and why when it is not the one asked for.

    Args:
        asked: By the user.
        environment: Variables of this process; `tools/with-engine` says there whether an engine can build images.
    """
    if asked is RunnerChoice.AUTO and environment.get("BATCHWRIGHT_ENGINE") == "none":
        return "process", environment.get("BATCHWRIGHT_ENGINE_REASON", "No Docker engine answers.")
    return asked.value, None
