"""A local AWS on which pipelines on AWS Batch really run: `pip install 'batchwright[local]'`.

    from batchwright.local import LocalAws

    with LocalAws() as aws:
        outputs = aws.deploy(Path("cdk.out"))

The names are loaded when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchwright.local.deployer.deployer import Deployer
    from batchwright.local.deployer.errors import DeploymentError
    from batchwright.local.emulator.errors import EmulatorHookError, LocalAwsError
    from batchwright.local.engine import BatchEngine, BatchError
    from batchwright.local.server import LocalAws

__all__ = ["BatchEngine", "BatchError", "Deployer", "DeploymentError", "EmulatorHookError", "LocalAws", "LocalAwsError"]

_HOMES = {
    "BatchEngine": "engine",
    "BatchError": "engine",
    "Deployer": "deployer.deployer",
    "DeploymentError": "deployer.errors",
    "EmulatorHookError": "emulator.errors",
    "LocalAws": "server",
    "LocalAwsError": "emulator.errors",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("batchwright"):
            raise
        message = f"{error.name} is not installed; install it with: pip install 'batchwright[local]'"
        raise ModuleNotFoundError(message, name=error.name) from error


def __dir__() -> list[str]:
    return sorted(__all__)
