"""BW318: a pod has only the security settings that CloudFormation knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each, pods
from batchwright.checks.templates import fields
from batchwright.model.eks import eks_unknown_setting_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System

_OF_CONTAINERS: Final = {
    "Capabilities": "capabilities",
    "SeccompProfile": "seccomp_profile",
    "AppArmorProfile": "app_armor_profile",
    "SeLinuxOptions": "se_linux_options",
    "WindowsOptions": "windows_options",
    "ProcMount": "proc_mount",
}


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for path, pod in pods(definition.resource):
            if pod.get("SecurityContext") is not None:
                problems = eks_unknown_setting_problems("pod security_context")
                yield from at(definition.resource, f"{path}.SecurityContext", problems)
            for key in ("Containers", "InitContainers"):
                for place, container in each(pod.get(key), f"{path}.{key}"):
                    context = fields(container.get("SecurityContext"))
                    for name, setting in _OF_CONTAINERS.items():
                        if context.get(name) is not None:
                            problems = eks_unknown_setting_problems(setting)
                            yield from at(definition.resource, f"{place}.SecurityContext.{name}", problems)


RULE: Final = Rule(
    id="BW318",
    severity=Severity.ERROR,
    title="Security settings of a pod are those that CloudFormation knows",
    what="A pod has no `SecurityContext` of its own, and that of a container none of `Capabilities`, "
    "`SeccompProfile`, `AppArmorProfile`, `SeLinuxOptions`, `WindowsOptions` and `ProcMount`: Batch has only user, "
    "group, privileges and the read-only root.",
    why="CloudFormation refuses properties it does not know; tools that drop them leave a pod less locked up than its "
    "author thinks.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainerSecurityContext.html",
    check=_check,
)
