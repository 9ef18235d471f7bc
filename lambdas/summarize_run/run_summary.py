"""From the children's reports to the summary of a run. Pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class InvalidManifest(Exception):  # noqa: N818 - the name is what Step Functions catches
    """The manifest is missing or is none."""


def summarize(manifest: Mapping[str, Any], reports: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Add up what the children report.

    A report counts only if it was made for this very list of images: one that an earlier run of the same name left is
    as good as missing.

    Args:
        manifest: Of the run.
        reports: By index; a child that has none is missing.
    """
    digest = manifest["images_sha256"]
    counted = [report for _, report in sorted(reports.items()) if report["images_sha256"] == digest]
    found = {report["index"] for report in counted}
    missing = [index for index in range(manifest["size"]) if index not in found]
    done = sum(report["images"] for report in counted)
    seconds = _seconds(counted)
    models = sorted({report["model_digest"] for report in counted})
    return {
        "format": 1,
        "run_id": manifest["run_id"],
        "complete": not missing,
        "images": manifest["images"],
        "embedded": sum(report["embedded"] for report in counted),
        "failed": sum(report["failed"] for report in counted),
        # More than 0 only with missing reports: images of which nobody has said what became of them.
        "unknown": manifest["images"] - done,
        "children": manifest["size"],
        "missing_reports": missing,
        "failed_lists": manifest["failed"],
        "children_with_failed_images": [report["index"] for report in counted if report["failed"]],
        "seconds": round(seconds, 3),
        "child_seconds": round(sum(report["seconds"] for report in counted), 3),
        "images_per_second": round(done / seconds, 2) if seconds else 0.0,
        "model_digest": models[0] if len(models) == 1 else None,
        "model_digests": models,
    }


def _seconds(reports: list[Mapping[str, Any]]) -> float:
    """From the first child's beginning to the last one's end."""
    if not reports:
        return 0.0
    first = min(report["started"] for report in reports)
    last = max(report["finished"] for report in reports)
    return float(max(last - first, 0.001))
