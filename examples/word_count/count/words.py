"""Counts the words of one book, or adds up the counts of all."""

import json
import os
import sys
from collections import Counter
from typing import Any

import boto3


class Folder:
    """The objects of a bucket below a prefix."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.s3: Any = boto3.client("s3")
        self.bucket = bucket
        self.prefix = prefix

    def names(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        return sorted(item["Key"].removeprefix(self.prefix) for page in pages for item in page.get("Contents", []))

    def read(self, name: str) -> str:
        text: str = self.s3.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read().decode()
        return text

    def write(self, name: str, text: str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=text.encode())


def count(bucket: str) -> None:
    """One child of the array: the book at its index. An array of one book is a single job, without an index."""
    index = int(os.environ.get("AWS_BATCH_JOB_ARRAY_INDEX", "0"))
    books = Folder(bucket, "books/")
    names = books.names()
    if index >= len(names):
        sys.exit(f"there is no book {index}: books/ holds {len(names)}")
    words = Counter(books.read(names[index]).lower().split())
    print(f"{names[index]}: {words.total()} words")
    Folder(bucket, "counts/").write(f"{index}.json", json.dumps(words))


def total(bucket: str) -> None:
    """Add up what the children have written."""
    words: Counter[str] = Counter()
    counts = Folder(bucket, "counts/")
    for name in counts.names():
        words.update(json.loads(counts.read(name)))
    print(f"{words.total()} words, {len(words)} different ones")
    Folder(bucket, "").write("total.json", json.dumps(dict(words.most_common())))


if __name__ == "__main__":
    {"count": count, "total": total}[sys.argv[1]](os.environ["BUCKET"])
