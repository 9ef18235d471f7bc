"""User data of Batch hosts: one MIME multi-part text, the only form that Batch merges with its own."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from batchwright.model import Problem
from batchwright.model.user_data import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def setting_problems(settings: Mapping[str, str]) -> Sequence[Problem]:
    """Find settings that the agent's configuration cannot hold, and text that is too long for user data."""
    found = [
        Problem(
            "agent_settings",
            f"{name}={value}",
            "names of capital letters, digits and _, with values of one line",
            "Write one setting an entry, as in {'ECS_ENABLE_TASK_IAM_ROLE': 'true'}.",
        )
        for name, value in settings.items()
        if not _NAME.fullmatch(name) or len(value.splitlines()) > 1 or value.endswith(("\n", "\r"))
    ]
    size = len(render(settings).encode())
    if size > MAX_BYTES:
        found.append(
            Problem("agent_settings", f"{size:,} bytes of user data", f"up to {MAX_BYTES:,} bytes", "Leave some out.")
        )
    return found


def render(settings: Mapping[str, str]) -> str:
    """Render the agent's settings as MIME multi-part user data.

    Batch refuses launch templates whose user data is not MIME multi-part.
    Source: https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html
    """
    lines = "\n".join(f"echo {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    return f"""MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="{_BOUNDARY}"

--{_BOUNDARY}
Content-Type: text/x-shellscript; charset="utf-8"
MIME-Version: 1.0

#!/bin/bash
# Settings of the ECS agent, which starts after this script.
mkdir -p /etc/ecs
{{
{lines}
}} >> /etc/ecs/ecs.config

--{_BOUNDARY}--
"""
