"""One digest of everything that a synthesis reads."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

INPUTS: Final = (
    "app.py",
    "cdk.json",
    "stacks",
    "constructs",
    "lambdas",
    "containers",
    "requirements/dev.txt",
    "tools/demo/checked_app.py",
    "tools/demo/synthesis.py",
)
"""Files and folders, from the checkout's root."""

_NOT_READ: Final = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"})


def fingerprint(root: Path, *, inputs: Iterable[str] = INPUTS, extra: Iterable[str] = ()) -> str:
    """Return the SHA-256 over names and contents of all input files, in hexadecimal.

    Args:
        root: The checkout.
        inputs: Files and folders below it; one that is missing counts as such.
        extra: Further texts that the result depends on, such as the version of Python.
    """
    digest = hashlib.sha256()
    for text in extra:
        _add(digest, b"text", text.encode())
    for file in sorted(set(_files(root, inputs))):
        _add(digest, str(file.relative_to(root)).encode(), file.read_bytes())
    return digest.hexdigest()


def _files(root: Path, inputs: Iterable[str]) -> Iterator[Path]:
    for name in inputs:
        path = root / name
        if path.is_file():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = [one for one in folders if one not in _NOT_READ]
            yield from (Path(folder, one) for one in names if not one.endswith(".pyc"))


def _add(digest: hashlib._Hash, name: bytes, content: bytes) -> None:
    # With their lengths, so that no two lists of files make the same stream.
    digest.update(b"%d %d\n" % (len(name), len(content)))
    digest.update(name)
    digest.update(content)
