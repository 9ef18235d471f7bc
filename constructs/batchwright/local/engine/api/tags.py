"""Tags of any resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from batchwright.local.engine.errors import BatchError

_MAX_TAGS: Final = 50
_MAX_KEY: Final = 128
_MAX_VALUE: Final = 256

Setter = Callable[[dict[str, str]], None]


class Tags:
    """TagResource, UntagResource and ListTagsForResource.

    Args:
        find: Returns the tags of an ARN and how to replace them, or None when there is no such resource.
    """

    def __init__(self, *, find: Callable[[str], tuple[Mapping[str, str], Setter] | None]) -> None:
        self._find = find

    def add(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """TagResource."""
        tags, replace = self._found(request["resourceArn"])
        changed = {**tags, **request["tags"]}
        check_tags(changed)
        replace(changed)
        return {}

    def remove(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UntagResource."""
        tags, replace = self._found(request["resourceArn"])
        replace({key: value for key, value in tags.items() if key not in request["tagKeys"]})
        return {}

    def list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListTagsForResource."""
        return {"tags": dict(self._found(request["resourceArn"])[0])}

    def _found(self, arn: str) -> tuple[Mapping[str, str], Setter]:
        found = self._find(arn)
        if found is None:
            raise BatchError(f"resourceArn {arn} not found.")
        return found


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise BatchError for more than 50 tags, or a key or value that is too long or reserved."""
    if len(tags) > _MAX_TAGS:
        raise BatchError(f"A resource can have at most {_MAX_TAGS} tags, but this one would have {len(tags)}.")
    for key, value in tags.items():
        if not 1 <= len(key) <= _MAX_KEY or len(value) > _MAX_VALUE:
            raise BatchError(
                f"Tag {key[:_MAX_KEY]!r}: a key has 1 to {_MAX_KEY} characters, a value up to {_MAX_VALUE}."
            )
        if key.lower().startswith("aws:"):
            raise BatchError(f"Tag {key!r} must not start with aws: (reserved).")
