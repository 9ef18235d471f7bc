from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from batchwright.local import DeploymentError
from tools.demo import demo as module
from tools.demo.cli import app
from tools.demo.errors import DemoError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tools.demo.options import Options

    Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run the command line with something else in place of the demo."""

    def call(*arguments: str, instead: Callable[[Options], object]) -> Result:
        monkeypatch.setattr(module, "run_demo", lambda options, _: instead(options))
        return CliRunner().invoke(app, ["--out", str(tmp_path), *arguments])

    return call


def raising(error: BaseException) -> Callable[[Options], None]:
    def fail(_: Options) -> None:
        raise error

    return fail


def test_options_reach_the_demo(invoke: Invoke, tmp_path: Path) -> None:
    seen: list[Options] = []
    result = invoke("--runner", "process", "--images", "50", "--jobs", "2", "--direct", instead=seen.append)
    assert result.exit_code == 0
    [options] = seen
    assert (options.runner, options.images, options.jobs, options.direct, options.keep, options.out) == (
        "process",
        50,
        2,
        True,
        False,
        tmp_path,
    )


@pytest.mark.parametrize("arguments", [["--images", "3"], ["--jobs", "0"], ["--runner", "podman"], ["--unknown"]])
def test_bad_options_are_refused(invoke: Invoke, arguments: list[str]) -> None:
    result = invoke(*arguments, instead=raising(AssertionError("the demo was started")))
    assert result.exit_code == 2
    assert arguments[0] in result.output


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DemoError("no photographs", fix="make setup"), ["The demo failed", "no photographs", "Fix: make setup"]),
        (DeploymentError("stack A failed"), ["The local AWS failed", "stack A failed", "--runner process"]),
        (ZeroDivisionError("oh"), ["The demo failed", "ZeroDivisionError: oh", "please report"]),
    ],
)
def test_an_error_is_a_panel_with_a_fix_and_the_log(
    invoke: Invoke, tmp_path: Path, error: Exception, said: list[str]
) -> None:
    result = invoke(instead=raising(error))
    assert result.exit_code == 1
    text = " ".join(result.output.replace("│", " ").split())
    assert [part for part in [*said, "demo.log"] if part not in text] == []
    assert "Traceback" not in result.output
    assert ("ZeroDivisionError" in (tmp_path / "demo.log").read_text()) is isinstance(error, ZeroDivisionError)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_demo_and_the_handlers_come_back(invoke: Invoke, number: signal.Signals) -> None:
    before = signal.getsignal(number)

    def wait(_: Options) -> None:
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            # A second one, while things are cleared up, changes nothing.
            os.kill(os.getpid(), number)

    result = invoke(instead=wait)
    assert result.exit_code == 130
    assert "Stopped." in result.output
    assert signal.getsignal(number) is before
