"""Writes values as JSON and reads the same values from it: tuples, bytes, data classes and the like too."""

from __future__ import annotations

import base64
import json
from collections import OrderedDict, defaultdict, deque
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_MARK: Final = "$"
# Below this, a file of its own costs more than it spares.
_LARGE: Final = 1_024
_PLAIN: Final = (str, int, float, bool, type(None))
_FACTORIES: Final[dict[str, Callable[[], Any]]] = {"dict": dict, "list": list, "set": set, "int": int}


class Blobs(Protocol):
    """Where large bytes are kept beside the text."""

    def put(self, content: bytes) -> str:
        """Keep some bytes and return what they are found by."""
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes."""
        ...


class Codec:
    """Reads and writes values of known kinds only; nothing that is read can run.

    Args:
        blobs: Takes large bytes.
        kinds: Data classes, named tuples and enumerations that are known besides Python's own types.
        stores: Classes whose one attribute `_data` is all that they have.
    """

    def __init__(self, *, blobs: Blobs, kinds: Iterable[type] = (), stores: Iterable[type] = ()) -> None:
        self._blobs = blobs
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._stores = {kind.__name__: kind for kind in stores}
        self._writers = self._all_writers()
        self._looser: tuple[tuple[type, Callable[[Any], Any]], ...] = (
            (str, str),
            (int, int),
            (list, self._list),
            (dict, self._mapping),
            (tuple, lambda value: {_MARK: "tuple", "v": self._list(value)}),
        )
        self._readers = self._all_readers()

    def dumps(self, value: Any) -> str:  # noqa: ANN401 - any value
        """Write a value.

        Raises:
            TypeError: It has a value of a kind that is not known.
        """
        return self.text(self.plain(value))

    def plain(self, value: Any) -> Any:  # noqa: ANN401 - any value
        """Return a copy of a value that `text` writes, later and elsewhere: nobody else has it.

        Raises:
            TypeError: It has a value of a kind that is not known.
        """
        return self._written(value)

    def text(self, plain: Any) -> str:  # noqa: ANN401 - any value
        """Write what `plain` returned; large bytes go to where they are kept."""
        return json.dumps(plain, separators=(",", ":"), default=self._blobs.put)

    def loads(self, text: str) -> Any:  # noqa: ANN401 - any value
        """Read a value.

        Raises:
            ValueError: The text is no JSON, or names a kind that is not known.
        """
        return json.loads(text, object_hook=self._read)

    def _written(self, value: Any) -> Any:  # noqa: ANN401 - any value
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is list:
            return [self._written(one) for one in value]
        if kind is dict:
            return self._mapping(value)
        known = self._writers.get(kind)
        if known is not None:
            return {_MARK: kind.__name__, "v": known(value)}
        # A kind of text, number, list or mapping that only behaves otherwise while it is used.
        for base, write in self._looser:
            if isinstance(value, base):
                return write(value)
        raise TypeError(f"a {kind.__module__}.{kind.__qualname__} cannot be kept")

    def _list(self, values: Iterable[Any]) -> list[Any]:
        # Copied first: another thread may still add to it.
        return [self._written(one) for one in list(values)]

    def _mapping(self, value: Mapping[Any, Any]) -> dict[str, Any]:
        # Copied first: another thread may still add to it.
        items = list(value.items())
        if all(type(key) is str and key != _MARK for key, _ in items):
            return {key: self._written(one) for key, one in items}
        return {_MARK: "dict", "v": [[self._written(key), self._written(one)] for key, one in items]}

    def _bytes(self, value: bytes) -> Any:  # noqa: ANN401 - JSON
        if len(value) < _LARGE:
            return base64.b64encode(value).decode("ascii")
        # Put where it belongs when it is written.
        return [bytes(value)]

    def _default(self, value: defaultdict[Any, Any]) -> list[Any]:
        factory = getattr(value.default_factory, "__name__", "")
        if factory not in _FACTORIES:
            raise TypeError(f"a defaultdict of {factory or 'nothing'} cannot be kept")
        return [factory, self._mapping(value)]

    def _all_writers(self) -> dict[type, Callable[[Any], Any]]:
        writers: dict[type, Callable[[Any], Any]] = {
            tuple: self._list,
            deque: lambda value: [value.maxlen, self._list(value)],
            set: lambda value: self._list(sorted(value, key=repr)),
            frozenset: lambda value: self._list(sorted(value, key=repr)),
            bytes: self._bytes,
            bytearray: self._bytes,
            datetime: datetime.isoformat,
            Decimal: str,
            OrderedDict: self._mapping,
            defaultdict: self._default,
        }
        for kind in self._kinds.values():
            writers[kind] = self._writer(kind)
        for kind in self._stores.values():
            writers[kind] = lambda value: self._mapping(value._data)
        return writers

    def _writer(self, kind: type) -> Callable[[Any], Any]:
        if is_dataclass(kind):
            names = [each.name for each in fields(kind)]
            return lambda value: {name: self._written(getattr(value, name)) for name in names}
        if issubclass(kind, Enum):
            return lambda value: value.value
        return self._list

    def _all_readers(self) -> dict[str, Callable[[Any], Any]]:
        readers: dict[str, Callable[[Any], Any]] = {
            "dict": lambda pairs: dict(pairs),
            "tuple": tuple,
            "deque": lambda both: deque(both[1], both[0]),
            "set": set,
            "frozenset": frozenset,
            "bytes": self._content,
            "bytearray": lambda value: bytearray(self._content(value)),
            "datetime": datetime.fromisoformat,
            "Decimal": Decimal,
            "OrderedDict": OrderedDict,
            "defaultdict": lambda both: defaultdict(_FACTORIES[both[0]], both[1]),
        }
        for name, kind in self._kinds.items():
            readers[name] = _reader(kind)
        for name, kind in self._stores.items():
            readers[name] = lambda data, kind=kind: _store(kind, data)  # type: ignore[misc]
        return readers

    def _read(self, found: dict[str, Any]) -> Any:  # noqa: ANN401 - any value
        if _MARK not in found:
            return found
        reader = self._readers.get(found[_MARK])
        if reader is None:
            raise ValueError(f"{found[_MARK]!r} is not known")
        return reader(found["v"])

    def _content(self, value: str | list[str]) -> bytes:
        return base64.b64decode(value) if isinstance(value, str) else self._blobs.get(value[0])


def _reader(kind: type) -> Callable[[Any], Any]:
    make: Callable[..., Any] = kind
    if is_dataclass(kind):
        return lambda values: make(**values)
    if issubclass(kind, Enum):
        return lambda value: make(value)
    return lambda values: make(*values)


def _store(kind: Any, data: dict[Any, Any]) -> Any:  # noqa: ANN401 - a class of ministack
    made = kind()
    made._data.update(data)
    return made
