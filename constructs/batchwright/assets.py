"""Finds the Lambda functions and container images that ship with the package, in a checkout and in a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_SHIPPED: Final = _PACKAGE / "_shipped"
_CHECKOUT: Final = _PACKAGE.parents[1]


def lambda_folder(name: str) -> Path:
    """Folder of a Lambda function that ships with Batchwright.

    Raises:
        FileNotFoundError: There is none of that name; the text lists those there are.
    """
    return _find("lambdas", name)


def container_folder(name: str) -> Path:
    """Folder of a container image that ships with Batchwright, for `JobImage.from_folder`.

    Raises:
        FileNotFoundError: There is none of that name; the text lists those there are.
    """
    return _find("containers", name)


def _find(kind: str, name: str) -> Path:
    root = (_SHIPPED if _SHIPPED.is_dir() else _CHECKOUT) / kind
    names = sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    if name not in names:
        message = f"Batchwright ships no {kind[:-1]} named {name!r}; there are: {', '.join(names) or 'none'}"
        raise FileNotFoundError(message)
    return root / name
