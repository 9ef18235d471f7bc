"""BW503: a job with an EFA device runs on hosts that have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import text
from batchwright.checks.views.efa import efa_devices, has_efa
from batchwright.model.efa import efa_device_problems, efa_interface_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for path, device in efa_devices(definition):
            problems = efa_device_problems(
                host_path=text(device.get("HostPath")) or "", container_path=text(device.get("ContainerPath"))
            )
            for problem in problems:
                yield Violation(resource=definition.resource, path=f"{path}.ContainerPath", problem=problem)
            for queue in definition.queues:
                interfaces = [has_efa(each) for each in queue.environments]
                for problem in efa_interface_problems(interfaces if queue.complete else []):
                    yield Violation(resource=definition.resource, path=path, problem=problem)


RULE: Final = Rule(
    id="BW503",
    severity=Severity.ERROR,
    title="A job with an EFA device runs on hosts that have one",
    what=(
        "Jobs with a device `/dev/infiniband/uverbs...`: it has the same path in the container, and the launch "
        "template of an environment of each queue they are submitted to attaches an EFA interface. Silent when a "
        "launch template is open."
    ),
    why="The device is not there, and the container does not start.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/efa.html",
    check=_check,
)
