"""`batchwright local simulate`: a workload tried at cloud size before it is paid for."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from batchwright.cli.failure import CommandError
from batchwright.cli.screen import printable, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchwright.local.simulation import Progress, Report, Simulation

_PICTURES: Final = (".svg", ".html", ".png")
_INTERRUPTED: Final = 130


class ReportFormat(StrEnum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"


def simulate(
    workload: Annotated[
        Path,
        typer.Argument(metavar="WORKLOAD.json", help="What is submitted, and to which template.", show_default=False),
    ],
    form: Annotated[ReportFormat, typer.Option("--format", help="For people, or for programs.")] = ReportFormat.TEXT,
    timeline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Draw vCPUs and waiting jobs over time: .svg, .html or .png.", show_default=False
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the workload's.", show_default=False)] = None,
) -> None:
    """Try a workload at cloud size: how long it takes, how long jobs wait, what it uses. Nothing runs but a clock.

    Ends with 0 when all jobs ended, with 1 when jobs are left at the horizon or can never start, with 2 when what
    is given is wrong or nothing can be written, with 130 after Ctrl-C, which reports what ran until then.
    """
    _check_picture(timeline)
    simulation = _prepared(workload, seed)
    with _stopped_by_interrupt(simulation):
        report = simulation.run(_meter())
    _clear_meter()
    _write(report, form)
    if timeline is not None:
        # After the report: a full disk must not cost it, too.
        _draw(report, timeline, workload.stem)
    if report.end == "interrupted":
        raise typer.Exit(_INTERRUPTED)
    raise typer.Exit(int(report.end != "complete"))


def _write(report: Report, form: ReportFormat) -> None:
    try:
        if form is ReportFormat.JSON:
            sys.stdout.write(json.dumps(report.as_json(), indent=2) + "\n")
        else:
            from batchwright.cli.local.simulate_text import print_report

            print_report(screen(), report)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"the report cannot be written: {error.strerror}") from error


def _prepared(file: Path, seed: int | None) -> Simulation:
    try:
        from batchwright.local.simulation import Simulation, load_workload
        from batchwright.model.problems import ConfigurationError
    except ModuleNotFoundError as error:
        raise CommandError(f"{error.name} is not installed; install it with: pip install 'batchwright[cli]'") from error
    try:
        return Simulation(load_workload(file, seed=seed))
    except ConfigurationError as error:
        console = screen(sys.stderr)
        for problem in error.problems:
            console.print(Text(f"  {printable(str(problem))}"))
        count = len(error.problems)
        raise CommandError(f"{file}: {count} problem{'s' if count > 1 else ''}, listed above") from error


@contextmanager
def _stopped_by_interrupt(simulation: Simulation) -> Iterator[None]:
    """Let Ctrl-C end the simulation and not the report; a second one ends everything."""

    def stop(_number: int, _frame: object) -> None:
        simulation.stop()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _meter() -> Callable[[Progress], None] | None:
    if not sys.stderr.isatty():
        return None
    from batchwright.local.simulation.figure_words import duration

    def show(progress: Progress) -> None:
        part = progress.ended / progress.jobs if progress.jobs else 1.0
        line = (
            f"{part:4.0%}  {progress.ended:,} of {progress.jobs:,} jobs, {progress.running:,} running, "
            f"{progress.waiting:,} waiting, {duration(progress.simulated_seconds)} simulated"
        )
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    return show


def _clear_meter() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _check_picture(file: Path | None) -> None:
    """Refuse a picture that could not be written before anything is simulated."""
    if file is None:
        return
    if file.suffix.lower() not in _PICTURES:
        raise CommandError(f"--timeline {file}: allowed is a name that ends in {', '.join(_PICTURES)}")
    folder = file.resolve().parent
    if not folder.is_dir():
        raise CommandError(f"--timeline {file}: there is no folder {folder}")
    if file.is_dir():
        raise CommandError(f"--timeline {file}: it is a folder")
    if not os.access(file if file.exists() else folder, os.W_OK):
        raise CommandError(f"--timeline {file}: you may not write there")
    if file.suffix.lower() == ".png":
        try:
            import PIL  # noqa: F401 - only whether it is there
        except ModuleNotFoundError as error:
            raise CommandError(f"--timeline {file}: PNG needs Pillow: pip install pillow; or use .svg") from error


def _draw(report: Report, file: Path, title: str) -> None:
    from batchwright.local.simulation.picture_formats import html_page, png_image, svg_image

    kind = file.suffix.lower()
    try:
        if kind == ".png":
            file.write_bytes(png_image(report, title=title))
        else:
            file.write_text((html_page if kind == ".html" else svg_image)(report, title=title), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"--timeline {file}: {error.strerror}") from error
