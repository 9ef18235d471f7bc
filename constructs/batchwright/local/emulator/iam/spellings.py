"""ARNs as policies spell them, for services whose requests ministack judges on another spelling."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.iam.batch_access import Alternatives

_DEFAULT_BUS = ":rule/default/"
_DEFAULT_GROUP = ":schedule/default/"
_ACCESS_ENTRY = re.compile(r"/clusters/([^/]+)/access-entries/(arn:.+?)(?:/access-policies(?:/.*)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that is to be judged.

    Attributes:
        arn: The resource as ministack found it.
        body: Body of the request.
        query: Parameters of its URL.
        region: Region of the request.
        account: Account of the request.
        path: Path of its URL, already unquoted.
    """

    arn: str
    body: bytes
    query: Mapping[str, Any]
    region: str
    account: str
    path: str = ""

    def request(self) -> Mapping[str, Any]:
        """Return the body as JSON, empty when it is none."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


def spell(service: str, asked: Asked) -> list[Alternatives] | None:
    """Return the resources of a request, each in every spelling that counts as it; None where ministack is right."""
    found = _SPELLINGS.get(service)
    return None if found is None else found(asked)


def _events(asked: Asked) -> list[Alternatives]:
    # A rule of the default bus has no bus in its ARN.
    return [(asked.arn.replace(_DEFAULT_BUS, ":rule/"),)]


def _logs(asked: Asked) -> list[Alternatives]:
    if ":log-group:" not in asked.arn:
        return [(asked.arn,)]
    group = asked.arn.removesuffix(":*")
    stream = asked.request().get("logStreamName")
    # Policies name a log group with :* at the end, which stands for its streams.
    return [(f"{group}:log-stream:{stream}", f"{group}:*", group) if stream else (f"{group}:*", group)]


def _states(asked: Asked) -> list[Alternatives]:
    return [(str(asked.request().get("mapRunArn") or asked.arn),)]


def _ecr(asked: Asked) -> list[Alternatives]:
    request = asked.request()
    found = request.get("repositoryNames") or [request.get("repositoryName")]
    names = [name for name in (found if isinstance(found, list) else [found]) if isinstance(name, str)]
    prefix = f"arn:aws:ecr:{asked.region}:{asked.account}:repository/"
    return [(prefix + name,) for name in names] or [(str(request.get("resourceArn") or asked.arn),)]


def _eks(asked: Asked) -> list[Alternatives]:
    # An access entry has an ARN of its own: cluster, kind, account and name of the principal, and an id at the end.
    found = _ACCESS_ENTRY.fullmatch(asked.path)
    if found is None:
        return [(asked.arn,)]
    cluster, principal = found.groups()
    *_, owner, named = principal.split(":", 5)
    kind, _, name = named.partition("/")
    entry = f"access-entry/{cluster}/{kind}/{owner}/{name.rpartition('/')[2]}/entry"
    return [(f"arn:aws:eks:{asked.region}:{asked.account}:{entry}",)]


def _scheduler(asked: Asked) -> list[Alternatives]:
    group = asked.request().get("GroupName") or asked.query.get("groupName")
    if isinstance(group, list):
        group = group[0] if group else None
    return [(asked.arn.replace(_DEFAULT_GROUP, f":schedule/{group}/") if group else asked.arn,)]


def _ssm(asked: Asked) -> list[Alternatives]:
    request = asked.request()
    names = request.get("Names") or [name for name in (request.get("Path"),) if name]
    if not isinstance(names, list) or not names:
        return [(asked.arn,)]
    prefix = f"arn:aws:ssm:{asked.region}:{asked.account}:parameter/"
    return [(str(name) if str(name).startswith("arn:") else prefix + str(name).strip("/"),) for name in names]


_SPELLINGS = {
    "ecr": _ecr,
    "eks": _eks,
    "events": _events,
    "logs": _logs,
    "states": _states,
    "scheduler": _scheduler,
    "ssm": _ssm,
}
