"""Settings of Docker on the hosts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from batchwright.hosts.part import Contribution, HostAccess, Stage
from batchwright.hosts.sections import section
from batchwright.model.host_settings import docker_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from batchwright.model import Problem

_CLAIM: Final = "Docker's daemon.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerSettings:
    """Settings of the Docker daemon, merged into its `daemon.json` before it starts.

    Attributes:
        default_runtime: Runtime of containers that name none. `nvidia` lets every container of a GPU host see all its
            GPUs, also those that ask for none.
        settings: Further keys, such as `{"max-concurrent-downloads": 10}`. Docker does not start, and the host takes
            no jobs, with a key that its service sets by a flag too.

    Source: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
    """

    default_runtime: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    def problems(self) -> Sequence[Problem]:
        """Find what the file cannot hold."""
        return docker_problems(default_runtime=self.default_runtime, settings=self.settings)

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the script that merges them."""
        runtime = {} if self.default_runtime is None else {"default-runtime": self.default_runtime}
        text = json.dumps({**runtime, **self.settings}, separators=(",", ":"), sort_keys=True)
        return Contribution(
            sections=[section("docker-settings", {"SETTINGS": text}, stage=Stage.DOCKER)],
            claims=[_CLAIM],
        )

    def permit(self, access: HostAccess) -> None:
        """Nothing."""
