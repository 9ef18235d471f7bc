"""What a state folder says of itself, and which versions may read it."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, Self

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.ministack.guard import SUPPORTED_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# To be raised with every change of what is kept, or of how: no other number is read.
_FORMAT: Final = 3
_CHECK: Final = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a folder has.

    Attributes:
        account: Account of the server.
        region: Its home region.
        port: The port that it listened on.
        label: What the containers of its jobs are labelled with.
        parts: Names of what was kept, and of the files with it.
        blobs: Further files that the parts name.
        journals: For each region the number of the file with what happened since.
        format: Form of the folder.
        batchwright: Version that wrote it.
        ministack: Version of ministack that it was written with.
    """

    account: str
    region: str
    port: int
    label: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    blobs: Sequence[str] = ()
    journals: Mapping[str, int] = field(default_factory=dict)
    format: int = _FORMAT
    batchwright: str = field(default_factory=lambda: metadata.version("batchwright"))
    ministack: str = SUPPORTED_VERSION

    def text(self) -> str:
        """Write it, with a checksum."""
        values = asdict(self)
        return json.dumps({**values, _CHECK: _checksum(values)})

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what `text` wrote.

        Raises:
            ValueError: It is something else, or was changed.
            TypeError: It has other members.
        """
        values = json.loads(text)
        if not isinstance(values, dict) or values.pop(_CHECK, None) != _checksum(values):
            raise ValueError("the checksum is wrong")
        return cls(**values)


def _checksum(values: Mapping[str, Any]) -> str:
    return f"{zlib.crc32(json.dumps(values, sort_keys=True).encode()):08x}"


def check_versions(text: str, path: Path) -> None:
    """Refuse a state of another version; what says no version at all is left to who reads it.

    What is kept follows the insides of batchwright and ministack, so a state is for the versions that wrote it: nothing
    is converted. An upgrade begins with a new folder and a deployment.

    Args:
        text: The manifest.
        path: The folder.

    Raises:
        LocalAwsError: The versions differ.
    """
    try:
        found: Any = json.loads(text)
        was = (found["format"], found["batchwright"], found["ministack"])
    except (ValueError, KeyError, TypeError):
        return
    now = (_FORMAT, metadata.version("batchwright"), SUPPORTED_VERSION)
    if was != now:
        raise LocalAwsError(
            f"state: {path} was written by batchwright {was[1]} (format {was[0]}) with ministack {was[2]}, this is "
            f"{now[1]} (format {now[0]}) with {now[2]}: install that version, or give another folder and deploy again"
        )
