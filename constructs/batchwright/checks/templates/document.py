"""One template as it was read, before anything in it is worked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A template with what is known about the stack that is made from it.

    Attributes:
        name: The file as the user named it, or the name given with a template in memory.
        content: The template.
        path: Its file; None for a template in memory.
        account: The account it is for; None when a deployment decides.
        region: The Region, likewise.
        stack_name: The stack's name, likewise.
        parameters: Parameter values that the cloud assembly fixes.
        constructs: Construct paths by logical id.
        assets: Files of the cloud assembly by the hash under which they are uploaded: where nested stacks are found.
    """

    name: str
    content: Mapping[str, object]
    path: Path | None = None
    account: str | None = None
    region: str | None = None
    stack_name: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    constructs: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, Path] = field(default_factory=dict)
