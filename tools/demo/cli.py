"""The command line of the demo, and how it ends."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated, Final

import typer
from rich.console import Console

from tools.demo.errors import DemoError
from tools.demo.log_file import logged_to
from tools.demo.options import ROOT, Options, RunnerChoice
from tools.demo.screen import Screen
from tools.demo.signals import signals_as_interrupts

INTERRUPTED: Final = 130
"""128 + SIGINT, as a shell would say."""

_PLAIN_WIDTH: Final = 120

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def demo(
    runner: Annotated[
        RunnerChoice, typer.Option(help="How jobs run: in containers, as processes, or containers where an engine is.")
    ] = RunnerChoice.AUTO,
    images: Annotated[int, typer.Option(min=20, max=20_000, help="Tiles to cut from the photographs.")] = 600,
    jobs: Annotated[int, typer.Option(min=1, max=1_000, help="Into how many jobs of an array to split them.")] = 8,
    direct: Annotated[
        bool, typer.Option("--direct", help="Start the pipeline with StartExecution instead of uploading a request.")
    ] = False,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Leave the local AWS up after the run, until Ctrl-C; says how to reach it."),
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for the results.", show_default="demo-out")] = ROOT / "demo-out",
) -> None:
    """Run a whole system on this machine: synthesize, deploy, embed photographs with AWS Batch, and show what came out.

    The photographs come with installed packages, and no AWS account is touched. Results: neighbours.png and
    timeline.html in the folder demo-out. Ctrl-C stops everything and leaves nothing behind.
    """
    options = Options(runner=runner, images=images, jobs=jobs, direct=direct, keep=keep, out=out.resolve())
    screen = Screen(console=_console())
    with signals_as_interrupts():
        code = _run(options, screen)
    raise typer.Exit(code)


def _run(options: Options, screen: Screen) -> int:
    # Imported here, so that --help answers at once.
    from batchwright.local import DeploymentError, LocalAwsError
    from tools.demo.demo import run_demo

    try:
        with logged_to(options.log, screen):
            run_demo(options, screen)
    except KeyboardInterrupt:
        screen.say("Stopped. What the demo had started is gone.")
        return INTERRUPTED
    except DemoError as error:
        return _fail(screen, options, "The demo failed", error.what, fix=error.fix)
    except (DeploymentError, LocalAwsError) as error:
        fix = "Correct what is named above."
        if options.runner is not RunnerChoice.PROCESS:
            fix += " If it is Docker: --runner process runs the jobs without it."
        return _fail(screen, options, "The local AWS failed", str(error), fix=fix)
    except Exception as error:
        with options.log.open("a", encoding="utf-8") as file:
            traceback.print_exc(file=file)
        fix = (
            "This is a defect of the demo or of the local AWS: please report it with the log, which has the traceback."
        )
        return _fail(screen, options, "The demo failed", f"{type(error).__name__}: {error}", fix=fix)
    return 0


def _fail(screen: Screen, options: Options, title: str, what: str, *, fix: str) -> int:
    screen.fail(title, f"{what}\n\nFix: {fix}\nLog: {options.log}")
    return 1


def _console() -> Console:
    # A pipe has no width; there lines must not break.
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=_PLAIN_WIDTH)
