"""Job definitions and their revisions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.names import Names, check_name
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.definitions.defaults import with_defaults
from batchwright.local.engine.definitions.rules import check_definition, platform_of
from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.tasks.container import Platform

_MAX_DESCRIBED: Final = 100
_REVISION: Final = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(slots=True, kw_only=True)
class JobDefinition:
    """One revision of a job definition; `record` is as DescribeJobDefinitions shows it."""

    name: str
    arn: str
    revision: int
    record: dict[str, Any]

    @property
    def active(self) -> bool:
        """True until the revision is deregistered."""
        return bool(self.record["status"] == "ACTIVE")

    @property
    def platform(self) -> Platform:
        """What the definition is for: EC2 unless it says otherwise."""
        return platform_of(self.record)

    @property
    def multi_node(self) -> bool:
        """True for the type multinode."""
        return str(self.record["type"]).lower() == "multinode"


class JobDefinitions:
    """The operations on job definitions.

    Args:
        names: Forms the ARNs.
        limits: The shortest timeout and the most attempts.
    """

    def __init__(self, *, names: Names, limits: EngineLimits) -> None:
        self._names = names
        self._limits = limits
        self._revisions: dict[str, list[JobDefinition]] = {}
        self._all: list[JobDefinition] = []

    def register(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """RegisterJobDefinition. Revisions count up from 1 and are never given twice."""
        name = check_name("jobDefinitionName", request["jobDefinitionName"])
        check_definition(request, self._limits)
        revisions = self._revisions.setdefault(name, [])
        revision = len(revisions) + 1
        arn = self._names.arn("job-definition", f"{name}:{revision}")
        platform = platform_of(request)
        record = {
            "parameters": {},
            "tags": {},
            **with_defaults(request, platform),
            "jobDefinitionArn": arn,
            "revision": revision,
            "status": "ACTIVE",
            "containerOrchestrationType": "EKS" if platform == "EKS" else "ECS",
        }
        definition = JobDefinition(name=name, arn=arn, revision=revision, record=record)
        revisions.append(definition)
        self._all.append(definition)
        return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": revision}

    def deregister(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DeregisterJobDefinition. Needs a revision; jobs that were submitted go on."""
        ident = request["jobDefinition"]
        definition = self.find(ident)
        if definition is None or not ident.endswith(f":{definition.revision}"):
            raise BatchError(f"JobDefinition {ident} not found.")
        definition.record = {**definition.record, "status": "INACTIVE"}
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeJobDefinitions: by a list of revisions, or by name and status, in the order of registration."""
        idents = request.get("jobDefinitions")
        if idents and len(idents) > _MAX_DESCRIBED:
            raise BatchError(f"jobDefinitions can have at most {_MAX_DESCRIBED} entries, but has {len(idents)}.")
        found, rest = page(self._chosen(request), request)
        return {"jobDefinitions": [definition.record for definition in found], **rest}

    def everything(self) -> tuple[JobDefinition, ...]:
        """Return all revisions in the order of registration."""
        return tuple(self._all)

    def put(self, records: Iterable[dict[str, Any]]) -> None:
        """Put revisions back, in the order of registration."""
        for record in records:
            name, arn, revision = record["jobDefinitionName"], record["jobDefinitionArn"], record["revision"]
            definition = JobDefinition(name=name, arn=arn, revision=revision, record=record)
            self._revisions.setdefault(name, []).append(definition)
            self._all.append(definition)

    def find(self, ident: str) -> JobDefinition | None:
        """Return the revision that a name, `name:revision` or ARN stands for: without a revision the newest active."""
        name, _, revision = ident.removeprefix(self._names.arn("job-definition", "")).partition(":")
        revisions = self._revisions.get(name, [])
        if not revision:
            return next((d for d in reversed(revisions) if d.active), None)
        index = int(revision) - 1 if _REVISION.fullmatch(revision) else -1
        return revisions[index] if 0 <= index < len(revisions) else None

    def usable(self, ident: str) -> JobDefinition:
        """Return the active revision for SubmitJob, or raise BatchError in AWS's words."""
        definition = self.find(ident)
        if definition is not None and definition.active:
            return definition
        if ident.startswith("arn:"):
            raise BatchError(f"JobDefinition {ident} not found or is not in ACTIVE status.")
        raise BatchError(f"JobDefinition name {ident} does not exist or is not in ACTIVE status")

    def _chosen(self, request: Mapping[str, Any]) -> Iterator[tuple[int, JobDefinition]]:
        idents, name, status = request.get("jobDefinitions"), request.get("jobDefinitionName"), request.get("status")
        arns = None if not idents else {found.arn for ident in idents if (found := self.find(ident))}
        for position, definition in enumerate(self._all):
            wanted = arns is None or definition.arn in arns
            if wanted and name in (None, definition.name) and status in (None, definition.record["status"]):
                yield position, definition
