from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from benchmarks.synth.app import App
from benchmarks.synth.benchmark import Synth

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Counter[str], Counter[str]]:
    """Resources of both apps, by type."""
    found = []
    for script in ("with_batchwright.py", "handwritten.py"):
        app = App(script, tmp_path_factory.mktemp("app"))
        app.synthesize()
        found.append(Counter(app.resources()))
    return found[0], found[1]


def test_both_apps_deploy_the_same_kinds_of_resources(sides: tuple[Counter[str], Counter[str]]) -> None:
    assert set(sides[0]) == set(sides[1])


def test_both_apps_deploy_about_as_many_resources(sides: tuple[Counter[str], Counter[str]]) -> None:
    ours, alternative = (side.total() for side in sides)

    assert abs(ours - alternative) <= 0.1 * ours


def test_messages_do_not_vary(tmp_path: Path) -> None:
    app = App("handwritten.py", tmp_path)

    first = app.messages()

    assert first == app.messages()
    assert sum(first.values()) > 0


def test_it_runs() -> None:
    outcome = Synth().run(runs=1, say=lambda _: None)

    assert [row.what for row in outcome.rows] == ["wall time of `python app.py`", "processor time", "messages to jsii"]
    assert "resources against" in outcome.notes[0]
    assert set(outcome.details["messages"]) == {"ours", "alternative"}
