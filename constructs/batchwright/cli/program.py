"""The command line: its commands, and how it ends."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from batchwright.checks import InputError
from batchwright.cli import UNUSABLE
from batchwright.cli.check import check
from batchwright.cli.choice import UnknownRuleError
from batchwright.cli.explain import explain, list_rules
from batchwright.cli.failure import CommandError
from batchwright.cli.local import app as local
from batchwright.cli.screen import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

# What typer raises for wrong arguments; it exports only subclasses of it.
_UsageError: Final[type[Exception]] = typer.BadParameter.__mro__[1]

_INTERRUPTED: Final = 130
"""What shells give for Ctrl-C."""

app = typer.Typer(
    name="batchwright",
    help="For AWS Batch, before anything is deployed: `check` finds what AWS would refuse or leave waiting for ever, "
    "`local` runs whole pipelines on this machine and simulates their workloads.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(
    help="Check templates for what AWS Batch refuses, or accepts and never runs.\n\n"
    "Several paths are checked as one application, with their exports and imports linked.\n\n"
    "Ends with 0 when there is no error, with 1 when there is one, with 2 when an input cannot be read."
)(check)
app.command("rules")(list_rules)
app.command()(explain)
app.add_typer(local, name="local")


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"batchwright {version('batchwright')}\n")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Checks for AWS Batch: what AWS would refuse, or leave waiting for ever, found before it is deployed."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code and raises nothing."""
    for stream in (sys.stdout, sys.stderr):
        # A construct path may hold any character, the terminal's encoding may not know it.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    # A short process that builds one large tree: collecting would walk it again and again, and free nothing.
    gc.disable()
    try:
        code = typer.main.get_command(app).main(list(arguments), prog_name="batchwright", standalone_mode=False)
        sys.stdout.flush()
    except (InputError, UnknownRuleError, CommandError) as error:
        return _unusable(str(error))
    except _UsageError as error:
        return _unusable(_wrong_arguments(error))
    except BrokenPipeError:
        # The reader has seen enough (`| head`); Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (KeyboardInterrupt, typer.Abort):
        _unusable("interrupted")
        return _INTERRUPTED
    except Exception as error:
        return _unusable(_bug(error))
    finally:
        gc.enable()
    return code if isinstance(code, int) else 0


def _unusable(message: str) -> int:
    sys.stderr.write(f"batchwright: {printable(' '.join(message.split()))}\n")
    return UNUSABLE


def _wrong_arguments(error: Exception) -> str:
    said = getattr(error, "format_message", error.__str__)().rstrip(".") or "no command"
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "batchwright")
    return f"{said}; see `{command} --help`"


def _bug(error: Exception) -> str:
    """Say in one line which rule broke and where, so that a report of it is worth something."""
    frames = traceback.extract_tb(error.__traceback__)
    rule = next((name[:5].upper() for frame in frames if (name := Path(frame.filename).name).startswith("bw")), "")
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    named = f"rule {rule} broke" if rule else "it broke"
    way_out = f" `--ignore {rule}` checks the rest." if rule else ""
    return (
        f"{named} on this input ({type(error).__name__} at {place}): a mistake of Batchwright {version('batchwright')},"
        f" not of yours. Please report this line with the input to its maintainers.{way_out}"
    )
