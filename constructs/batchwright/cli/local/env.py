"""`batchwright local env`: the variables that lead SDKs and the CDK command line to a local AWS."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

from batchwright.cli.local.finding import Port, find

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.control import Record


def env(port: Port = None) -> None:
    """Print the lines that point this shell's tools at a local AWS that is up.

    Use it as: eval "$(batchwright local env)"
    """
    sys.stdout.write(export_lines(variables(find(port))))


def variables(record: Record) -> Mapping[str, str]:
    """Return the variables for boto3, the AWS CLI and the CDK CLI, to be laid over those of this shell."""
    from batchwright.local.emulator import startup

    return startup.variables(
        os.environ,
        endpoint=record.endpoint,
        account=record.account,
        region=record.region,
        docker_host=record.docker_host,
    )


def export_lines(values: Mapping[str, str]) -> str:
    """Write variables as lines that a shell reads."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
