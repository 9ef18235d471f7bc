"""What a side of the comparison hands back: it runs in a process of its own, so as text."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.embedding.memory_aws import MemoryAws


@dataclass(frozen=True, slots=True)
class Side:
    """One run of one side.

    Attributes:
        seconds: From the first image to the last item written; loading programs and networks is not in it.
        calls: Calls to the services.
        vectors: What was written, by image: float32, little-endian.
    """

    seconds: float
    calls: int
    vectors: dict[str, bytes]

    @property
    def rate(self) -> float:
        """Images per second."""
        return len(self.vectors) / self.seconds

    @classmethod
    def parse(cls, output: str) -> Side:
        """Read what `report` printed."""
        fields = json.loads(output.splitlines()[-1])
        vectors = {image: base64.b64decode(vector) for image, vector in fields["vectors"].items()}
        return cls(fields["seconds"], fields["calls"], vectors)


def report(aws: MemoryAws, *, seconds: float) -> None:
    """Print the result of a run."""
    vectors = {image: base64.b64encode(item["Vector"]["B"]).decode() for image, item in aws.items.items()}
    print(json.dumps({"seconds": seconds, "calls": aws.calls, "vectors": vectors}))
