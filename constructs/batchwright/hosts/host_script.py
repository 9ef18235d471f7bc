"""A script of your own on the hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batchwright.hosts.part import Contribution, HostAccess, Section, Stage
from batchwright.model import Problem
from batchwright.model.arguments import flag_problems
from batchwright.model.host_arguments import is_a, is_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct


@dataclass(frozen=True, slots=True, kw_only=True)
class HostScript:
    """Lines of bash of your own, between those of the other parts.

    The first line that fails ends it. `log TEXT` writes to the console; `fail TEXT` ends it too.

    Attributes:
        script: The lines, without a first line of their own.
        variables: Values that it sees under these names; any text, also one known only at deployment.
        stage: When it runs; `Stage.DRIVES` and `Stage.DOCKER` at every boot before Docker starts, the others once,
            before the ECS agent starts.
        essential: Whether a host on which it fails takes no jobs.
    """

    script: str
    variables: Mapping[str, str] = field(default_factory=dict)
    stage: Stage = Stage.SERVICES
    essential: bool = True

    def problems(self) -> Sequence[Problem]:
        """Find variables and a stage that are none; the launch template looks at the rest."""
        found: list[Problem] = []
        if not is_mapping(self.variables):
            found.append(Problem("variables", self.variables, "a mapping of names to texts", "Use {'NAME': 'value'}."))
        if not is_a(self.stage, Stage):
            found.append(Problem("stage", self.stage, "a Stage", "Use Stage.SERVICES."))
        return [*found, *flag_problems("essential", self.essential)]

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the script."""
        each = Section(script=self.script, variables=self.variables, stage=self.stage, essential=self.essential)
        return Contribution(sections=[each])

    def permit(self, access: HostAccess) -> None:
        """Nothing; grant the hosts' role what the script needs."""
