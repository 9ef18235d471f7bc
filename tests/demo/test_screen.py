from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tools.demo.log_file import logged_to
from tools.demo.screen import Screen

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def screen() -> Screen:
    seconds = iter([0.0, 2.5, 10.0, 10.25])
    return Screen(console=Console(file=io.StringIO(), width=60), clock=lambda: next(seconds))


def text(screen: Screen) -> str:
    return screen.console.file.getvalue()


def test_a_phase_says_what_it_does_what_it_did_and_how_long_it_took(screen: Screen) -> None:
    with screen.phase("deploy", "Deploying ...") as phase:
        phase.result = "Deployed [3] stacks"
    with screen.phase("draw", "Drawing ..."):
        pass
    assert text(screen).splitlines() == [
        "Deploying ...",
        "✓ Deployed [3] stacks  2.5 s",
        "Drawing ...",
        "✓ draw  0.2 s",
    ]
    assert [(phase.name, phase.seconds) for phase in screen.phases] == [("deploy", 2.5), ("draw", 0.25)]


def test_a_phase_that_fails_is_not_called_done(screen: Screen) -> None:
    with pytest.raises(ValueError), screen.phase("deploy", "Deploying ..."):
        raise ValueError
    assert "✓" not in text(screen)
    assert screen.phases == []


def test_an_error_is_one_panel(screen: Screen) -> None:
    screen.fail("The demo failed", "What [failed].\n\nFix: this")
    assert "The demo failed" in text(screen)
    assert "What [failed]." in text(screen)


def test_warnings_are_shown_and_the_rest_is_in_the_file(screen: Screen, tmp_path: Path) -> None:
    file = tmp_path / "out" / "demo.log"
    with logged_to(file, screen):
        logging.getLogger("batchwright.local.runners").warning("making an environment")
        logging.getLogger("batchwright.local").info("a detail")
        logging.getLogger("batchwright.local.ministack.s3").warning("of the emulator")
    logging.getLogger("batchwright.local").warning("too late")
    assert text(screen) == "! making an environment\n"
    written = file.read_text()
    assert all(line in written for line in ("making an environment", "a detail", "of the emulator"))
    assert "too late" not in written
