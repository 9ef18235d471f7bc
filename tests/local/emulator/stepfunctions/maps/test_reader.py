from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from batchwright.local.emulator.stepfunctions.maps.reader import ItemReaderError, read

OBJECT = "arn:aws:states:::s3:getObject"
LIST = "arn:aws:states:::s3:listObjectsV2"
MADE = datetime(2026, 1, 2, tzinfo=UTC)


class Store:
    """Stands for a client of S3 with one bucket."""

    def __init__(self, **objects: bytes) -> None:
        self._objects = {name.replace("__", "/").replace("_", "."): body for name, body in objects.items()}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert Bucket == "data"
        if Key not in self._objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "none"}}, "GetObject")
        return {"Body": io.BytesIO(self._objects[Key])}

    def get_paginator(self, name: str) -> Store:
        assert name == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803 - boto3's names
        assert Bucket == "data"
        names = [name for name in self._objects if name.startswith(Prefix)]
        return [
            {"Contents": [{"ETag": "e", "Key": name, "LastModified": MADE, "Size": len(self._objects[name])}]}
            for name in names
        ]


def items(store: Store, key: str, **config: Any) -> list[Any]:  # noqa: ANN401
    return read({"Resource": OBJECT, "ReaderConfig": config}, {"Bucket": "data", "Key": key}, store)


@pytest.mark.parametrize(
    ("body", "config", "expected"),
    [
        (b"[1, 2]", {}, [1, 2]),
        (b'{"a": {"b/c": [[1]]}}', {"InputType": "JSON", "ItemsPointer": "/a/b~1c/0"}, [1]),
        (b'{"n": 1}\n\n{"n": 2}\n', {"InputType": "JSONL"}, [{"n": 1}, {"n": 2}]),
        (b"id,name\n1,a\n2\n", {"InputType": "CSV"}, [{"id": "1", "name": "a"}, {"id": "2", "name": ""}]),
        (
            b"1|a|more\n",
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["id", "name"], "CSVDelimiter": "PIPE"},
            [{"id": "1", "name": "a"}],
        ),
        (b"", {"InputType": "CSV"}, []),
    ],
)
def test_files(body: bytes, config: dict[str, Any], expected: list[Any]) -> None:
    assert items(Store(rows=body), "rows", **config) == expected


def test_a_file_may_be_compressed() -> None:
    assert items(Store(rows_gz=gzip.compress(b"[3]")), "rows.gz") == [3]


def test_an_inventory() -> None:
    manifest = {"fileFormat": "CSV", "fileSchema": "Bucket, Key, Size", "files": [{"key": "part.gz"}]}
    store = Store(manifest_json=json.dumps(manifest).encode(), part_gz=gzip.compress(b'"data","a.txt","5"\n'))

    found = items(store, "manifest.json", InputType="MANIFEST", ManifestType="S3_INVENTORY")

    assert found == [{"Bucket": "data", "Key": "a.txt", "Size": "5"}]


def test_a_listing_and_the_content_of_what_it_lists() -> None:
    store, place = Store(in__a=b"[1]", in__b=b"[2, 3]", out=b"[4]"), {"Bucket": "data", "Prefix": "in/"}

    listed = read({"Resource": LIST}, place, store)
    flat = read({"Resource": LIST, "ReaderConfig": {"Transformation": "LOAD_AND_FLATTEN"}}, place, store)

    assert [one["Key"] for one in listed] == ["in/a", "in/b"]
    assert listed[0] == {"Etag": "e", "Key": "in/a", "LastModified": 1767312000, "Size": 3, "StorageClass": "STANDARD"}
    assert flat == [1, 2, 3]


@pytest.mark.parametrize(
    ("key", "config", "cause"),
    [
        ("nowhere", {}, "NoSuchKey"),
        ("bad", {}, "Expecting property name"),
        ("object", {}, "of a JSON array only"),
        ("object", {"ItemsPointer": "/b"}, "does not have 'b'"),
        ("bad", {"InputType": "PARQUET"}, "does not read the InputType PARQUET"),
        ("object", {"InputType": "MANIFEST"}, "manifests of S3 Inventory in CSV only"),
        ("binary", {}, "codec can't decode"),
        ("broken.gz", {}, "gzip"),
        ("short.gz", {}, "the data is damaged"),
        ("list", {"InputType": "MANIFEST"}, "the data does not have"),
        ("wide", {"InputType": "CSV"}, "the data is damaged: field larger than field limit"),
    ],
)
def test_what_cannot_be_read(key: str, config: dict[str, Any], cause: str) -> None:
    store = Store(
        bad=b"{",
        object=b'{"a": 1}',
        binary=b"\xff",
        broken_gz=b"no",
        short_gz=gzip.compress(b"[1]")[:-9],
        list=b"[]",
        wide=b"a\n" + b"x" * 200_000,
    )

    with pytest.raises(ItemReaderError, match=cause):
        items(store, key, **config)
