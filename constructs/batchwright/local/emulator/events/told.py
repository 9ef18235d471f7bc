"""Turns what ministack only logs about a delivery into an error."""

from __future__ import annotations

import contextvars
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.events.dead_letters import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.emulator.ministack.guard import Hooks

_failures: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("batchwright_failures", default=None)
# A warning after which ministack delivers nevertheless.
_DELIVERED = "Generating a fallback"


def install(hooks: Hooks) -> None:
    """Listen to the logger of ministack's EventBridge."""
    module = hooks.module("services.eventbridge")
    hooks.wrap(module, "logger", _Listening)


@contextmanager
def raised() -> Iterator[None]:
    """Raise DeliveryError at the end when ministack has logged that it did not deliver."""
    heard: list[str] = []
    token = _failures.set(heard)
    try:
        yield
    finally:
        _failures.reset(token)
    if heard:
        raise DeliveryError("NO_RESOURCE" if "not found" in heard[0] else "SDK_CLIENT_ERROR", heard[0])


class _Listening:
    """Stands for the logger, and keeps warnings and errors of the current delivery."""

    def __init__(self, logger: Any) -> None:  # noqa: ANN401 - a logger, or what stands for one
        self._logger = logger

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the logger has
        return getattr(self._logger, name)

    def warning(self, text: str, *values: object, **options: Any) -> None:  # noqa: ANN401 - logging's signature
        self._keep(text, values)
        self._logger.warning(text, *values, **options)

    def error(self, text: str, *values: object, **options: Any) -> None:  # noqa: ANN401 - logging's signature
        self._keep(text, values)
        self._logger.error(text, *values, **options)

    def _keep(self, text: str, values: tuple[object, ...]) -> None:
        heard = _failures.get()
        if heard is not None and _DELIVERED not in text:
            heard.append(text % values if values else text)
