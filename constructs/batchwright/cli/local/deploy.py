"""`batchwright local deploy` and `destroy`: a synthesized app on a local AWS."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from batchwright.cli.failure import CommandError
from batchwright.cli.local.explained import explained
from batchwright.cli.local.finding import Port, connect
from batchwright.cli.screen import screen

if TYPE_CHECKING:
    from collections.abc import Mapping

Assembly = Annotated[Path, typer.Argument(metavar="FOLDER", help="What `cdk synth` wrote.")]
Stacks = Annotated[
    list[str] | None,
    typer.Option("--stack", metavar="NAME", help="Only this stack, with what it depends on; may be repeated."),
]


def deploy(
    assembly: Assembly = Path("cdk.out"),
    stack: Stacks = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A template parameter; [STACK:]NAME=VALUE, may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outputs as JSON.")] = False,
    port: Port = None,
) -> None:
    """Deploy the stacks of a synthesized app and print their outputs. Images are built, and pushed nowhere."""
    parameters = dict(_pair(text) for text in parameter or ())
    _check(assembly)
    server = connect(port)
    with explained():
        outputs = server.deploy(assembly, stacks=stack or None, parameters=parameters or None)
    if as_json:
        sys.stdout.write(json.dumps(outputs, indent=2) + "\n")
    else:
        _print(outputs)


def destroy(assembly: Assembly = Path("cdk.out"), stack: Stacks = None, port: Port = None) -> None:
    """Delete the stacks of a synthesized app; those that do not exist are skipped."""
    _check(assembly)
    server = connect(port)
    with explained():
        server.destroy(assembly, stacks=stack or None)


def _check(assembly: Path) -> None:
    if not assembly.exists():
        raise CommandError(f"there is no folder {assembly}; `cdk synth` writes one, cdk.out unless told otherwise")
    if not (assembly / "manifest.json").is_file():
        raise CommandError(f"{assembly} is no folder that `cdk synth` wrote: it has no manifest.json")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise CommandError(f"--parameter {text!r}: give NAME=VALUE")
    return name, value


def _print(outputs: Mapping[str, Mapping[str, str]]) -> None:
    console = screen()
    for stack, values in outputs.items():
        console.print(Text(stack, style="bold"))
        for name, value in values.items():
            console.print(Text(f"  {name} = {value}"), soft_wrap=True)
        if not values:
            console.print(Text("  no outputs", style="dim"))
