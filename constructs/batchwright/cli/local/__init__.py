"""`batchwright local`: a local AWS from the command line."""

from __future__ import annotations

import gc

import typer

from batchwright.cli.local.deploy import deploy, destroy
from batchwright.cli.local.down import down
from batchwright.cli.local.env import env
from batchwright.cli.local.logs import logs
from batchwright.cli.local.run import run
from batchwright.cli.local.simulate import simulate
from batchwright.cli.local.status import status
from batchwright.cli.local.up import up

app = typer.Typer(
    help="An AWS account on this machine, on which pipelines on AWS Batch really run.", no_args_is_help=True
)


@app.callback()
def _collect_garbage() -> None:
    """Unlike a check, for which it is switched off, these commands go on for hours."""
    gc.enable()


for command in (up, env, deploy, destroy, run, status, logs, down, simulate):
    app.command()(command)

__all__ = ["app"]
