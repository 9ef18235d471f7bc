"""ItemReader of a Distributed Map: items from objects in S3, read as the state machine's role.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DELIMITERS: Final = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_LIST: Final = "s3:listObjectsV2"


class ItemsError(ValueError):
    """What should be the items of the state is no array."""


class ItemReaderError(ValueError):
    """The items cannot be read; the text says why."""


def read(reader: Mapping[str, Any], place: Mapping[str, Any], client: Any) -> list[Any]:  # noqa: ANN401 - boto3's
    """Return the items.

    Args:
        reader: The field ItemReader, without paths and expressions.
        place: Its Parameters or Arguments, evaluated.
        client: A client of S3.

    Raises:
        ItemReaderError: there are none to read, or what is there is not what the reader says.
    """
    try:
        return list(_items(reader, place, client))
    except (BotoCoreError, ClientError, OSError, ValueError) as error:
        raise ItemReaderError(str(error)) from error
    except (EOFError, zlib.error, csv.Error) as error:
        raise ItemReaderError(f"the data is damaged: {error}") from error
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ItemReaderError(f"the data does not have {error}") from error


def _items(reader: Mapping[str, Any], place: Mapping[str, Any], client: Any) -> Iterator[Any]:  # noqa: ANN401 - boto3's
    config = reader.get("ReaderConfig") or {}
    bucket = str(place["Bucket"])
    if not str(reader.get("Resource", "")).endswith(_LIST):
        yield from _of_object(client, bucket, str(place["Key"]), config)
        return
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=str(place.get("Prefix", "")))
    for page in pages:
        for entry in page.get("Contents", []):
            if config.get("Transformation") == "LOAD_AND_FLATTEN":
                yield from _of_object(client, bucket, entry["Key"], config)
                continue
            yield {
                "Etag": entry["ETag"],
                "Key": entry["Key"],
                "LastModified": int(entry["LastModified"].timestamp()),
                "Size": entry["Size"],
                "StorageClass": entry.get("StorageClass", "STANDARD"),
            }


def _of_object(client: Any, bucket: str, key: str, config: Mapping[str, Any]) -> Iterator[Any]:  # noqa: ANN401 - boto3's
    kind = config.get("InputType", "JSON")
    text = _text(client, bucket, key)
    if kind == "JSON":
        yield from _array(text, str(config.get("ItemsPointer", "")))
    elif kind == "JSONL":
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
    elif kind == "CSV":
        yield from _rows(text, config)
    elif kind == "MANIFEST":
        yield from _inventory(client, bucket, text, config)
    else:
        raise ItemReaderError(f"the local AWS does not read the InputType {kind}")


def _text(client: Any, bucket: str, key: str) -> str:  # noqa: ANN401 - boto3's
    body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    return (gzip.decompress(body) if key.endswith(".gz") else body).decode()


def _array(text: str, pointer: str) -> list[Any]:
    data = json.loads(text)
    for part in pointer.strip("/").split("/") if pointer else []:
        name = part.replace("~1", "/").replace("~0", "~")
        data = data[int(name)] if isinstance(data, list) else data[name]
    if not isinstance(data, list):
        raise ItemReaderError("the local AWS reads the items of a JSON array only, and this is none")
    return data


def _rows(text: str, config: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    delimiter = _DELIMITERS[config.get("CSVDelimiter", "COMMA")]
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    if config.get("CSVHeaderLocation") == "GIVEN":
        headers = list(config["CSVHeaders"])
    else:
        headers, rows = (rows[0], rows[1:]) if rows else ([], [])
    # Missing fields are empty, and those without a header are left out.
    yield from (dict(zip(headers, [*row, *[""] * len(headers)], strict=False)) for row in rows)


def _inventory(client: Any, bucket: str, text: str, config: Mapping[str, Any]) -> Iterator[dict[str, str]]:  # noqa: ANN401
    """Read the objects that a report of S3 Inventory lists."""
    manifest = json.loads(text)
    kind = config.get("ManifestType", "S3_INVENTORY")
    if kind != "S3_INVENTORY" or manifest.get("fileFormat") != "CSV":
        raise ItemReaderError("the local AWS reads manifests of S3 Inventory in CSV only")
    headers = [name.strip() for name in manifest["fileSchema"].split(",")]
    for file in manifest["files"]:
        yield from _rows(_text(client, bucket, file["key"]), {"CSVHeaderLocation": "GIVEN", "CSVHeaders": headers})
