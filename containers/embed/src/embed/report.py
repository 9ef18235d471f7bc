"""What a child leaves in S3 beside its vectors: the list of images that failed, and a report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embed.objects import S3Uri

if TYPE_CHECKING:
    from embed.manifest import Manifest
    from embed.network import Network
    from embed.objects import Objects
    from embed.pipeline import Outcome
    from embed.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one child did, ready to be written.

    Attributes:
        outcome: What became of the images.
        model_sha256: Digest of the network.
        started: Seconds since 1970.
        finished: Likewise.
    """

    settings: Settings
    manifest: Manifest
    network: Network
    outcome: Outcome
    model_sha256: str
    started: float
    finished: float

    def write(self, objects: Objects) -> S3Uri:
        """Write both objects and return the report's address.

        The list of failed images comes first and is written even when it is empty, so that one of an earlier attempt
        does not stay; the report comes last: where it is, the child is done.

        Raises:
            EmbedError: S3 refuses or fails.
        """
        index = self.settings.index
        failed = S3Uri.parse(f"{self.manifest.failed}{index}.jsonl")
        report = S3Uri.parse(f"{self.manifest.reports}{index}.json")
        objects.write(failed, self._failed().encode(), content_type="application/x-ndjson")
        content = json.dumps(self._fields(failed), indent=2) + "\n"
        objects.write(report, content.encode(), content_type="application/json")
        return report

    def _failed(self) -> str:
        prefix = f"s3://{self.manifest.bucket}/"
        lines = ({"key": one.image.removeprefix(prefix), "reason": one.reason} for one in self.outcome.failed)
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    def _fields(self, failed: S3Uri) -> dict[str, object]:
        seconds = max(self.finished - self.started, 1e-3)
        return {
            "format": 1,
            "run_id": self.manifest.run_id,
            "index": self.settings.index,
            "manifest": str(self.manifest.uri),
            "images_sha256": self.manifest.images_sha256,
            "images": self.outcome.done,
            "embedded": self.outcome.embedded,
            "failed": len(self.outcome.failed),
            "failed_list": str(failed),
            "started": round(self.started, 3),
            "finished": round(self.finished, 3),
            "seconds": round(seconds, 3),
            "images_per_second": round(self.outcome.done / seconds, 2),
            "model": self.settings.model_uri,
            "model_digest": self.model_sha256,
            "dimension": self.network.dimension,
            "provider": self.network.provider,
            "job": self.settings.job,
            "attempt": self.settings.attempt,
        }
