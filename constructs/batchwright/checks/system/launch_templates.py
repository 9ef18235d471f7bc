"""Launch templates, with their user data decoded."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from batchwright.checks.system.parts import LaunchTemplate
from batchwright.checks.templates import Encoded, Text

if TYPE_CHECKING:
    from batchwright.checks.templates import Absent, Resource, Value


def launch_template_of(resource: Resource) -> LaunchTemplate:
    """Read a launch template."""
    start, whole = _decoded(resource.get("LaunchTemplateData.UserData"))
    return LaunchTemplate(
        resource=resource,
        data=resource.object("LaunchTemplateData"),
        user_data=start if whole else None,
        user_data_start=start,
    )


def _decoded(value: Value | Absent) -> tuple[str | None, bool]:
    """User data as far as it is known from its beginning, and whether that is all of it."""
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True).decode(), True
        except (binascii.Error, ValueError):  # not base64, or not text: compressed user data, for example
            return None, False
    content = value.content if isinstance(value, Encoded) else None
    if isinstance(content, Text) and isinstance(content.parts[0], str):
        return content.parts[0], False
    return None, False
