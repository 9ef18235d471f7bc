"""User data of Batch hosts: one MIME multi-part text, the only form that Batch merges with its own."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from batchwright.hosts.part import Stage
from batchwright.hosts.sections import prelude, program
from batchwright.model import Problem
from batchwright.model.host_arguments import is_mapping, is_text
from batchwright.model.user_data import MAX_BYTES, part_size_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.hosts.part import Section

# Any text that no part contains; fixed, so that the same settings always render the same template.
_BOUNDARY: Final = "==batchwright=="
_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")

AGENT_SETTINGS: Final[Mapping[str, str]] = {
    # A host that Spot takes back stops accepting new jobs first.
    "ECS_ENABLE_SPOT_INSTANCE_DRAINING": "true",
    # A pulled image serves the next job on that host; pulls are the usual bottleneck of short jobs.
    "ECS_IMAGE_PULL_BEHAVIOR": "prefer-cached",
    # Unpacking a large layer may take longer than the minute without progress that the agent waits by default.
    "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT": "10m",
}
"""ECS agent settings of every host.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html"""


def setting_problems(settings: Mapping[str, str] | None, *, ecs_agent: bool = True) -> Sequence[Problem]:
    """Find settings that the agent's configuration cannot hold, or that no agent reads."""
    if settings is None:
        return []
    if not is_mapping(settings):
        fix = "Use {'ECS_ENABLE_TASK_IAM_ROLE': 'true'}."
        return [Problem("agent_settings", settings, "a mapping of names to texts", fix)]
    if settings and not ecs_agent:
        return [Problem("agent_settings", dict(settings), "nothing with ecs_agent=False", "Leave them out.")]
    return [
        Problem(
            "agent_settings",
            f"{name}={value}" if is_text(name) and is_text(value) else {name: value},
            "names of capital letters, digits and _, with values of one line of ASCII",
            "Write one setting an entry, as in {'ECS_ENABLE_TASK_IAM_ROLE': 'true'}.",
        )
        for name, value in settings.items()
        if not is_text(name) or not _NAME.fullmatch(name) or not _is_line(value)
    ]


def size_problems(settings: Mapping[str, str], sections: Sequence[tuple[str, Section]]) -> Sequence[Problem]:
    """Find text that is too long for user data, with what each part adds to it."""
    total = len(render(settings, sections).encode())
    if not sections and total > MAX_BYTES:
        fix = "Leave some out."
        return [Problem("agent_settings", f"{total:,} bytes of user data", f"up to {MAX_BYTES:,} bytes", fix)]
    sizes: dict[str, int] = {}
    for part, each in sections:
        sizes[part] = sizes.get(part, 0) + len(_section(part, each).encode())
    return part_size_problems(total, sizes)


def render(settings: Mapping[str, str], sections: Sequence[tuple[str, Section]] = ()) -> str:
    """Render scripts of parts, each with its part's name, and the agent's settings as MIME multi-part user data.

    Batch refuses launch templates whose user data is not MIME multi-part.
    Source: https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html
    """
    # sorted() keeps the order within a stage.
    ordered = sorted(sections, key=lambda pair: pair[1].stage)
    first = [_mime("cloud-boothook", prelude())] if sections else []
    before = [_section(part, each) for part, each in ordered if each.stage < Stage.AGENT]
    after = [_section(part, each) for part, each in ordered if each.stage >= Stage.AGENT]
    parts = "".join([*first, *before, *([_settings(settings)] if settings else []), *after])
    return f"""MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="{_BOUNDARY}"

{parts}--{_BOUNDARY}--
"""


def _settings(settings: Mapping[str, str]) -> str:
    lines = "\n".join(f"echo {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    script = f"""#!/bin/bash
# Settings of the ECS agent, which starts after this script.
mkdir -p /etc/ecs
{{
{lines}
}} >> /etc/ecs/ecs.config
"""
    return _mime("x-shellscript", script)


def _section(part: str, each: Section) -> str:
    return _mime("cloud-boothook" if each.stage.before_docker else "x-shellscript", program(part, each))


def _mime(subtype: str, script: str) -> str:
    return f"""--{_BOUNDARY}
Content-Type: text/{subtype}; charset="utf-8"
MIME-Version: 1.0

{script}
"""


def _is_line(value: object) -> bool:
    return (
        isinstance(value, str) and value.isascii() and len(value.splitlines()) <= 1 and not value.endswith(("\n", "\r"))
    )
