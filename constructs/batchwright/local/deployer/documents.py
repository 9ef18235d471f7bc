"""Reads the JSON files of a cloud assembly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from batchwright.local.deployer.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_AGAIN = "synthesize the app again (cdk synth)"


def document(path: Path, *, what: str) -> dict[str, Any]:
    """Read a file that holds a JSON object.

    Args:
        path: The file.
        what: What the file is, for the text of an error.

    Raises:
        DeploymentError: it is missing, or it holds something else.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DeploymentError(f"{what} {path} is missing; {_AGAIN}") from None
    except (OSError, ValueError) as error:
        raise DeploymentError(f"{what} {path} is not valid JSON: {error}; {_AGAIN}") from error
    if not isinstance(value, dict):
        raise DeploymentError(f"{what} {path} is no JSON object; {_AGAIN}")
    return value


def mapping(value: Mapping[str, Any], name: str, *, where: str) -> dict[str, Any]:
    """Return a member that is a JSON object, an empty one where it is absent.

    Raises:
        DeploymentError: it is something else.
    """
    found = value.get(name) or {}
    if not isinstance(found, dict):
        raise DeploymentError(f"{where}: {name} is no JSON object; {_AGAIN}")
    return found


def text(value: Mapping[str, Any], name: str, *, where: str) -> str:
    """Return a member that is text.

    Raises:
        DeploymentError: it is absent, or something else: the schema of the assembly is not the one that is known here.
    """
    found = value.get(name)
    if not isinstance(found, str):
        raise DeploymentError(f"{where}: there is no {name}, which the local AWS needs; {_AGAIN}")
    return found
