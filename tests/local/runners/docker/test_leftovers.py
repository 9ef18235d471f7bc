"""Containers of a server that is gone, while its reaper removes them too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import APIError, DockerException, NotFound

from batchwright.local.runners.docker.leftovers import remove_containers

if TYPE_CHECKING:
    from collections.abc import Callable


class Engine:
    """Has containers; what is removed is answered by a script, the last answer over and over."""

    def __init__(self, *answers: Exception | None) -> None:
        self.left = ["a", "b"]
        self.answers = list(answers)
        self.asked: list[str] = []

    def containers(self, *, all: bool, filters: dict[str, str]) -> list[dict[str, Any]]:  # noqa: A002
        assert all
        assert filters == {"label": "batchwright.server=s"}
        return [{"Id": name} for name in self.left]

    def remove_container(self, name: str, *, force: bool, v: bool) -> None:
        assert force
        assert v
        self.asked.append(name)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None or isinstance(answer, NotFound):
            self.left.remove(name)
        if answer is not None:
            raise answer


def conflict(text: str) -> APIError:
    return APIError(f"409 Client Error: Conflict ({text})")


REMOVING = conflict("removal of container a is already in progress")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchwright.local.runners.docker.leftovers._PAUSE_SECONDS", 0)


def test_what_another_one_removes_is_waited_for() -> None:
    engine = Engine(REMOVING, None, REMOVING, NotFound("gone"))
    remove_containers(engine, "s")  # type: ignore[arg-type]
    assert engine.left == []
    assert engine.asked == ["a", "b", "a", "a"]


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        (lambda: Engine(conflict("driver failed to remove root filesystem")), "driver failed"),
        (lambda: Engine(REMOVING), "2 are still there after 0 s"),
    ],
)
def test_what_stays_is_an_error(engine: Callable[[], Engine], said: str) -> None:
    with pytest.raises(DockerException, match=said):
        remove_containers(engine(), "s", patience=0)  # type: ignore[arg-type]
