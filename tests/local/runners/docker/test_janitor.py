from __future__ import annotations

from typing import Any

import requests
from docker.errors import NotFound

from batchwright.local.runners.docker.janitor import Janitor


class Engine:
    """Refuses so many calls, then removes."""

    def __init__(self, *, absent_for: int) -> None:
        self.absent_for = absent_for
        self.removed: list[str] = []

    def _call(self, name: str) -> None:
        if self.absent_for:
            self.absent_for -= 1
            raise requests.ConnectionError("no engine")
        if name == "unknown":
            raise NotFound("unknown")
        self.removed.append(name)

    def remove_container(self, name: str, **_: Any) -> None:  # noqa: ANN401
        self._call(name)

    def remove_volume(self, name: str, **_: Any) -> None:  # noqa: ANN401
        self._call(name)

    def remove_network(self, name: str) -> None:
        self._call(name)


def test_what_an_absent_engine_kept_goes_later() -> None:
    engine = Engine(absent_for=3)
    janitor = Janitor(api=engine)  # type: ignore[arg-type]

    janitor.remove_later(("container", "a"), ("volume", "v"))
    janitor.remove_later(("container", "unknown"))
    janitor.remove_later(("network", "n"))
    janitor.close()

    assert sorted(set(engine.removed)) == ["a", "n", "v"]
