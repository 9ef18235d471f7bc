"""Large bytes of a state: objects, code, files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.state.folder import StateFolder


class Blobs:
    """Keeps large bytes in files of their own, and knows which of them the state has.

    Args:
        folder: Where they lie.

    Attributes:
        names: Those of the last save, and in the middle of a save those that it has met.
    """

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder
        self.names: set[str] = set()
        self._known: dict[int, tuple[bytes, str]] = {}
        self._fresh: dict[int, tuple[bytes, str]] = {}

    def put(self, content: bytes) -> str:
        """Keep bytes and return the name of their file."""
        # Bytes never change: those of the save before need not be looked at again.
        known = self._known.get(id(content))
        name = known[1] if known is not None and known[0] is content else self._folder.put(content)
        self._fresh[id(content)] = (content, name)
        self.names.add(name)
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes of a file."""
        return self._folder.get(name)

    @contextmanager
    def anew(self) -> Iterator[None]:
        """Count what is put from now on as all that there is; with what was before, when an error ends it."""
        before, self.names = self.names, set()
        try:
            yield
        except BaseException:
            self.names |= before
            raise
        finally:
            self._known, self._fresh = self._fresh, {}
