from __future__ import annotations

import json
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from types import ModuleType

    from support.dictionary_s3 import DictionaryS3


def _put(s3: DictionaryS3, *keys: str) -> None:
    for key in keys:
        s3.objects[key] = b"x"


def _lists(s3: DictionaryS3, run_id: str) -> tuple[dict[str, object], list[list[str]]]:
    manifest = json.loads(s3.objects[f"manifests/{run_id}/manifest.json"])
    content = s3.objects[f"manifests/{run_id}/images.jsonl"]
    offsets = manifest["offsets"]
    parts = [content[one:two] for one, two in pairwise(offsets)]
    return manifest, [[json.loads(line) for line in part.splitlines()] for part in parts]


def test_splits_all_images_below_the_prefixes_into_lists(splitter: ModuleType, s3: DictionaryS3) -> None:
    _put(s3, *(f"images/{n:02}.jpg" for n in range(7)), "images/readme.txt", "images/", "other/a.png")
    result = splitter.split_manifest(
        {"prefixes": ["images/"], "images_per_job": 3, "run_id": "monday"}, s3=s3, bucket="data"
    )
    assert result == {
        "run_id": "monday",
        "manifest": "s3://data/manifests/monday/manifest.json",
        "size": 3,
        "images": 7,
        "images_per_job": 3,
    }
    manifest, lists = _lists(s3, "monday")
    assert [len(one) for one in lists] == [3, 3, 1]
    assert list(chain(*lists)) == [f"images/{n:02}.jpg" for n in range(7)]
    assert manifest["reports"] == "s3://data/reports/monday/"
    assert manifest["size"] == 3


def test_suffixes_count_in_any_case_and_overlapping_prefixes_list_nothing_twice(
    splitter: ModuleType, s3: DictionaryS3
) -> None:
    _put(s3, "images/a.JPG", "images/cats/b.Jpeg", "images/cats/c.webp", "images2/d.png")
    event = {"prefixes": ["images/cats/", "images", "images/"], "run_id": "r"}
    assert splitter.split_manifest(event, s3=s3, bucket="data")["images"] == 4
    assert _lists(s3, "r")[1] == [["images/a.JPG", "images/cats/b.Jpeg", "images/cats/c.webp", "images2/d.png"]]


def test_keys_with_line_breaks_and_other_alphabets_survive(splitter: ModuleType, s3: DictionaryS3) -> None:
    odd = ["images/a\nb.png", 'images/"q".png', "images/\u2028.png", "images/写真.png"]
    _put(s3, *odd)
    splitter.split_manifest({"prefixes": ["images/"], "images_per_job": 1, "run_id": "r"}, s3=s3, bucket="data")
    content = s3.objects["manifests/r/images.jsonl"]
    offsets = json.loads(s3.objects["manifests/r/manifest.json"])["offsets"]
    parts = [content[one:two] for one, two in pairwise(offsets)]
    assert sorted(json.loads(part) for part in parts) == sorted(odd)


def test_a_retry_writes_the_same_objects_and_the_manifest_last(splitter: ModuleType, s3: DictionaryS3) -> None:
    _put(s3, "images/a.png", "images/b.png")
    event = {"request": {"prefixes": ["images/"]}, "execution": "e-1"}
    first = splitter.split_manifest(event, s3=s3, bucket="data")
    before = dict(s3.objects)
    assert splitter.split_manifest(event, s3=s3, bucket="data") == first
    assert s3.objects == before
    assert first["run_id"] == "e-1"
    assert s3.writes[:2] == ["manifests/e-1/images.jsonl", "manifests/e-1/manifest.json"]


def _created(key: str, bucket: str = "data") -> dict[str, object]:
    return {
        "detail-type": "Object Created",
        "source": "aws.s3",
        "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
    }


def test_an_uploaded_request_object_starts_a_run_named_after_it(splitter: ModuleType, s3: DictionaryS3) -> None:
    _put(s3, "images/a.png")
    s3.objects["requests/spring sale.json"] = json.dumps({"prefixes": ["images/"]}).encode()
    event = {"request": _created("requests/spring sale.json"), "execution": "uuid"}
    run_id = splitter.split_manifest(event, s3=s3, bucket="data")["run_id"]
    assert run_id.startswith("spring-sale-")
    assert splitter.split_manifest(_created("requests/spring sale.json"), s3=s3, bucket="data")["run_id"] == run_id


def test_what_an_s3_trigger_sends_names_the_run_alike(splitter: ModuleType, s3: DictionaryS3) -> None:
    _put(s3, "images/a.png")
    s3.objects["requests/monday.json"] = json.dumps({"prefixes": ["images/"]}).encode()
    triggered = {"bucket": "data", "key": "requests/monday.json", "size": 23, "etag": "e", "eventId": "1"}
    assert splitter.split_manifest({"request": triggered}, s3=s3, bucket="data")["run_id"] == "monday"


def test_without_a_name_the_request_itself_names_the_run(splitter: ModuleType, s3: DictionaryS3) -> None:
    _put(s3, "images/a.png")
    one = splitter.split_manifest({"prefixes": ["images/"]}, s3=s3, bucket="data")["run_id"]
    other = splitter.split_manifest({"prefixes": ["images/a"]}, s3=s3, bucket="data")["run_id"]
    assert one != other
    assert one == splitter.split_manifest({"prefixes": ["images/"]}, s3=s3, bucket="data")["run_id"]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({}, ["prefixes is missing", "fix"]),
        ({"prefixes": "images/"}, ['prefixes is "images/"', "list"]),
        ({"prefixes": []}, ["prefixes is []"]),
        ({"prefixes": [""]}, ["prefixes"]),
        ({"prefixes": ["i/"], "images_per_job": 0}, ["images_per_job is 0", "1 to 1000000"]),
        ({"prefixes": ["i/"], "images_per_job": True}, ["images_per_job is true"]),
        ({"prefixes": ["i/"], "images_per_job": "100"}, ['images_per_job is "100"']),
        ({"prefixes": ["i/"], "image_per_job": 5}, ["image_per_job is 5", "images_per_job", "remove it"]),
        ({"prefixes": ["i/"], "run_id": "../etc"}, ['run_id is "../etc"']),
        ({"prefixes": ["i/"], "run_id": ""}, ["run_id"]),
        ({"request": {"prefixes": ["i/"]}, "execution": 5}, ["execution is 5", "$$.Execution.Name"]),
        ({"request": ["i/"]}, ["the request is", "JSON object"]),
        (_created("requests/none.json"), ["s3://data/requests/none.json", "existing object"]),
        (_created("requests/broken.json"), ["s3://data/requests/broken.json", "valid JSON"]),
        (_created("requests/list.json"), ["the request is"]),
        (_created("images/a.png"), ["key", "requests/<name>.json"]),
        (_created("requests/a.json", bucket="elsewhere"), ["bucket", "elsewhere", "'data'"]),
        ({"detail-type": "Object Deleted"}, ["detail-type", "Object Deleted"]),
    ],
)
def test_a_wrong_request_is_named_with_field_value_and_fix(
    splitter: ModuleType, s3: DictionaryS3, event: dict[str, object], words: list[str]
) -> None:
    s3.objects["requests/broken.json"] = b"{"
    s3.objects["requests/list.json"] = b"[1]"
    with pytest.raises(Exception, match="fix") as caught:
        splitter.split_manifest(event, s3=s3, bucket="data")
    assert type(caught.value).__name__ == "InvalidRequest"
    for word in [*words, "allowed", "fix"]:
        assert word in str(caught.value)
    assert not s3.writes


def test_no_image_is_an_error_of_its_own(splitter: ModuleType, s3: DictionaryS3) -> None:
    _put(s3, "images/readme.txt")
    with pytest.raises(Exception, match=r"images/.*data.*\.jpg.*fix") as caught:
        splitter.split_manifest({"prefixes": ["images/"]}, s3=s3, bucket="data")
    assert type(caught.value).__name__ == "NoImages"


def test_lists_grow_so_that_an_array_job_takes_them_all_unless_a_size_was_asked_for(splitter: ModuleType) -> None:
    sizes = splitter.images_per_list
    assert sizes(1_000_000, None) == 100
    assert sizes(1_000_001, None) == 101
    assert sizes(25_000_000, None, default=10) == 2500
    assert sizes(20_000, 2) == 2
    with pytest.raises(Exception, match=r"images_per_job is 1, which makes 10001 lists.*10000.*set .* to 2") as caught:
        sizes(10_001, 1)
    assert type(caught.value).__name__ == "InvalidRequest"


def test_the_handler_takes_bucket_and_default_from_the_environment(
    splitter: ModuleType, s3: DictionaryS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(s3, "images/a.png", "images/b.png")
    monkeypatch.setattr(splitter, "_client", lambda: s3)
    monkeypatch.setenv("BUCKET", "data")
    monkeypatch.setenv("IMAGES_PER_JOB", "1")
    assert splitter.handler({"prefixes": ["images/"]}, None)["size"] == 2
    monkeypatch.setenv("IMAGES_PER_JOB", "many")
    with pytest.raises(Exception, match="IMAGES_PER_JOB"):
        splitter.handler({"prefixes": ["images/"]}, None)


@given(keys=st.lists(st.text(min_size=1), unique=True, min_size=1, max_size=60), per_job=st.integers(1, 20))
def test_no_key_is_lost_and_every_list_but_the_last_is_full(
    splitter: ModuleType, keys: list[str], per_job: int
) -> None:
    keys = [key for key in keys if key.isprintable() or "\n" in key] or ["a"]
    made = splitter.split(keys, images_per_job=per_job)
    parts = [made.content[one:two] for one, two in pairwise(made.offsets)]
    lists = [[json.loads(line) for line in part.decode().split("\n")[:-1]] for part in parts]
    assert list(chain(*lists)) == keys
    assert made.offsets[-1] == len(made.content)
    assert all(len(one) == per_job for one in lists[:-1])
    assert 1 <= len(lists[-1]) <= per_job


@given(st.text(min_size=1))
def test_any_name_gives_a_run_id_that_is_allowed(splitter: ModuleType, name: str) -> None:
    from image_lists import is_run_id, run_id_from

    assert is_run_id(run_id_from(name))
    assert run_id_from(name) == run_id_from(name)
