"""pytest fixtures: `local_aws` and `deployed_stack`.

The plugin is loaded in every pytest run where batchwright is installed, so nothing heavy is imported with it.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchwright.local.server import LocalAws

_NEEDED = ("ministack", "boto3", "docker", "hypercorn")


class DeployStack(Protocol):
    """Deploys an app for one test."""

    def __call__(self, app: Any, *, parameters: Mapping[str, str] | None = None) -> dict[str, dict[str, str]]:  # noqa: ANN401
        """Deploy a folder that `cdk synth` wrote, or an `aws_cdk.App`; returns the outputs of each stack."""
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the fixture local_aws."""
    group = parser.getgroup("batchwright")
    group.addoption(
        "--local-aws-runner",
        choices=("auto", "docker", "process"),
        default="auto",
        help="how jobs of the local AWS run: in containers, as processes, or containers when an engine answers",
    )
    group.addoption(
        "--local-aws-scope",
        choices=("session", "module"),
        default="session",
        help="how long a local AWS lives; a process has one at a time, so tests that start their own need `module`",
    )
    group.addoption(
        "--local-aws-iam", action="store_true", default=False, help="check requests to the local AWS against policies"
    )


def _scope(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:
    del fixture_name
    return "module" if config.option.local_aws_scope == "module" else "session"


@pytest.fixture(scope=_scope)
def local_aws(request: pytest.FixtureRequest) -> Iterator[LocalAws]:
    """An AWS account on this machine, one for the whole session (or each module, see --local-aws-scope)."""
    _skip_without_extra()
    from batchwright.local.server import LocalAws

    options = request.config.option
    with LocalAws(runner=options.local_aws_runner, iam=options.local_aws_iam) as server:
        yield server


@pytest.fixture
def deployed_stack(local_aws: LocalAws) -> Iterator[DeployStack]:
    """A function that deploys an app into `local_aws`; its stacks are deleted when the test ends."""
    deployed: list[Path] = []
    folders: list[Path] = []

    def deploy(app: Any, *, parameters: Mapping[str, str] | None = None) -> dict[str, dict[str, str]]:  # noqa: ANN401
        if isinstance(app, (str, Path)):
            assembly = Path(app)
        else:
            assembly = Path(app.synth().directory)
            if not assembly.is_dir():
                # An app that was deployed before: its folder went with that test.
                assembly = Path(app.synth(force=True).directory)
            if assembly.resolve().parent == Path(tempfile.gettempdir()).resolve():
                # An App without outdir leaves its folder in the temporary directory.
                folders.append(assembly)
        deployed.append(assembly)
        return local_aws.deploy(assembly, parameters=parameters)

    with ExitStack() as steps:
        # Each is done even when the one before fails.
        yield deploy
        for folder in folders:
            steps.callback(shutil.rmtree, folder, ignore_errors=True)
        for assembly in deployed:
            steps.callback(local_aws.destroy, assembly)


def _skip_without_extra() -> None:
    for name in _NEEDED:
        if util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed; install it with: pip install 'batchwright[local]'")
