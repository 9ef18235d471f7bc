from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from support.dictionary_s3 import DictionaryS3

MANIFEST = "s3://data/manifests/monday/manifest.json"


def _manifest(s3: DictionaryS3, size: int = 3, images: int = 30) -> None:
    manifest = {
        "format": 1,
        "run_id": "monday",
        "images": images,
        "images_sha256": "abc",
        "size": size,
        "reports": "s3://data/reports/monday/",
        "failed": "s3://data/failed/monday/",
    }
    s3.objects["manifests/monday/manifest.json"] = json.dumps(manifest).encode()


def _report(s3: DictionaryS3, index: int, **changed: object) -> None:
    report = {
        "index": index,
        "images_sha256": "abc",
        "images": 10,
        "embedded": 10,
        "failed": 0,
        "started": 100.0 + index,
        "finished": 105.0 + index,
        "seconds": 5.0,
        "model_digest": "d1",
        **changed,
    }
    s3.objects[f"reports/monday/{index}.json"] = json.dumps(report).encode()


def test_adds_up_the_reports_of_all_children(summarizer: ModuleType, s3: DictionaryS3) -> None:
    _manifest(s3)
    _report(s3, 0)
    _report(s3, 1, embedded=8, failed=2)
    _report(s3, 2)
    s3.objects["reports/monday/notes.txt"] = b"not a report"
    summary = summarizer.summarize_run({"run_id": "monday", "manifest": MANIFEST, "size": 3}, s3=s3)
    assert summary.pop("summary") == "s3://data/summaries/monday.json"
    assert json.loads(s3.objects["summaries/monday.json"]) == summary
    assert summary == {
        "format": 1,
        "run_id": "monday",
        "complete": True,
        "images": 30,
        "embedded": 28,
        "failed": 2,
        "unknown": 0,
        "children": 3,
        "missing_reports": [],
        "failed_lists": "s3://data/failed/monday/",
        "children_with_failed_images": [1],
        "seconds": 7.0,
        "child_seconds": 15.0,
        "images_per_second": 4.29,
        "model_digest": "d1",
        "model_digests": ["d1"],
    }


def test_a_missing_report_makes_the_summary_incomplete(summarizer: ModuleType, s3: DictionaryS3) -> None:
    _manifest(s3)
    _report(s3, 1)
    summary = summarizer.summarize_run({"manifest": MANIFEST}, s3=s3)
    assert (summary["complete"], summary["missing_reports"]) == (False, [0, 2])
    assert (summary["embedded"], summary["unknown"]) == (10, 20)


def test_no_report_at_all(summarizer: ModuleType, s3: DictionaryS3) -> None:
    _manifest(s3, size=2, images=20)
    summary = summarizer.summarize_run({"manifest": MANIFEST}, s3=s3)
    assert (summary["complete"], summary["missing_reports"], summary["unknown"]) == (False, [0, 1], 20)
    assert (summary["seconds"], summary["images_per_second"], summary["model_digest"]) == (0.0, 0.0, None)


def test_a_report_of_an_earlier_run_of_the_same_name_does_not_count(summarizer: ModuleType, s3: DictionaryS3) -> None:
    _manifest(s3, size=1, images=10)
    _report(s3, 0, images_sha256="older")
    _report(s3, 7, images_sha256="older")
    summary = summarizer.summarize_run({"manifest": MANIFEST}, s3=s3)
    assert (summary["complete"], summary["missing_reports"], summary["embedded"]) == (False, [0], 0)


def test_different_networks_in_one_run_are_shown(summarizer: ModuleType, s3: DictionaryS3) -> None:
    _manifest(s3, size=2, images=20)
    _report(s3, 0)
    _report(s3, 1, model_digest="d2")
    summary = summarizer.summarize_run({"manifest": MANIFEST}, s3=s3)
    assert (summary["model_digest"], summary["model_digests"]) == (None, ["d1", "d2"])


def test_ten_thousand_missing_reports_fit_into_what_step_functions_passes_on(
    summarizer: ModuleType, s3: DictionaryS3
) -> None:
    _manifest(s3, size=10_000, images=1_000_000)
    summary = summarizer.summarize_run({"manifest": MANIFEST}, s3=s3)
    assert len(json.dumps(summary)) < 256 * 1024


@pytest.mark.parametrize(
    ("event", "content", "words"),
    [
        ({}, None, "manifest is None"),
        ({"manifest": "manifest.json"}, None, "s3://bucket/key"),
        ({"manifest": "s3://data/none.json"}, None, "does not exist"),
        ({"manifest": MANIFEST}, b"{", "no JSON"),
        ({"manifest": MANIFEST}, b'{"format": 2}', "no manifest of format 1"),
        ({"manifest": MANIFEST}, b"[]", "no manifest of format 1"),
    ],
)
def test_a_wrong_manifest_is_named(
    summarizer: ModuleType, s3: DictionaryS3, event: dict[str, str], content: bytes | None, words: str
) -> None:
    if content is not None:
        s3.objects["manifests/monday/manifest.json"] = content
    with pytest.raises(Exception, match=words) as caught:
        summarizer.summarize_run(event, s3=s3)
    assert type(caught.value).__name__ == "InvalidManifest"
    assert "fix" in str(caught.value)


def test_the_handler_uses_its_client(summarizer: ModuleType, s3: DictionaryS3, monkeypatch: pytest.MonkeyPatch) -> None:
    _manifest(s3, size=1, images=10)
    _report(s3, 0)
    monkeypatch.setattr(summarizer, "_client", lambda: s3)
    assert summarizer.handler({"manifest": MANIFEST}, None)["complete"] is True
