"""Replaces private names of ministack, and only where they exist."""

from __future__ import annotations

import importlib
from importlib import metadata
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.errors import EmulatorHookError

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from types import ModuleType

SUPPORTED_VERSION = "1.5.33"
_MISSING: Any = object()


class Hooks:
    """A set of changes to ministack that can be taken back as a whole.

    A name that ministack no longer has raises `EmulatorHookError` instead of leaving a hook without effect.
    """

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    @staticmethod
    def check_version() -> None:
        """Raise `EmulatorHookError` unless the one supported version of ministack is installed."""
        try:
            installed = metadata.version("ministack")
        except metadata.PackageNotFoundError:
            message = "ministack is not installed; install it with: pip install 'batchwright[local]'"
            raise EmulatorHookError(message) from None
        if installed != SUPPORTED_VERSION:
            message = f"ministack {installed} is installed; batchwright needs ministack=={SUPPORTED_VERSION}"
            raise EmulatorHookError(message)

    def module(self, name: str) -> ModuleType:
        """Import `ministack.<name>`."""
        try:
            return importlib.import_module(f"ministack.{name}")
        except ModuleNotFoundError as error:
            raise _absent(name) from error

    def get(self, owner: Any, name: str) -> Any:  # noqa: ANN401 - ministack is untyped
        """Return the attribute `name` of a module or class of ministack."""
        value = getattr(owner, name, _MISSING)
        if value is _MISSING:
            raise _absent(f"{getattr(owner, '__name__', owner)}.{name}")
        return value

    def replace(self, owner: Any, name: str, new: Any) -> Any:  # noqa: ANN401 - ministack is untyped
        """Set the attribute `name` of a module or class and return what it was."""
        old = self.get(owner, name)
        setattr(owner, name, new)
        self._undo.append(lambda: setattr(owner, name, old))
        return old

    def wrap(self, owner: Any, name: str, around: Callable[[Any], Any]) -> None:  # noqa: ANN401 - ministack is untyped
        """Replace the attribute `name` by `around(old value)`."""
        self.replace(owner, name, around(self.get(owner, name)))

    def put(self, mapping: MutableMapping[Any, Any], key: Any, value: Any) -> None:  # noqa: ANN401 - untyped tables
        """Set one entry of a table that ministack keeps."""
        old = mapping.get(key, _MISSING)
        mapping[key] = value
        self._undo.append(lambda: mapping.pop(key, None) if old is _MISSING else mapping.__setitem__(key, old))

    def undo(self) -> None:
        """Take back every change, the last one first. May be called twice."""
        while self._undo:
            self._undo.pop()()


def _absent(name: str) -> EmulatorHookError:
    try:
        installed = metadata.version("ministack")
    except metadata.PackageNotFoundError:
        installed = "(not installed)"
    return EmulatorHookError(f"ministack {installed} has no {name}; batchwright needs ministack=={SUPPORTED_VERSION}")
