"""Brings a server back to where it ended, and keeps where it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.engine.archive.jobs import ARCHIVED
from batchwright.local.state.codec import Codec
from batchwright.local.state.folder import Saved, StateFolder
from batchwright.local.state.services import Services

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    from batchwright.local.emulator.guard import Hooks
    from batchwright.local.workplace import Workplace

_SERVICE: Final = "service/"
_BATCH: Final = "batch/"
_IMAGES: Final = "images"


class Keeper:
    """Holds the folder of a server's state.

    Args:
        path: The folder.
        account: Account of the server.
        region: Its home region.

    Raises:
        LocalAwsError: The folder cannot be used, or its state is of another server or damaged.
    """

    def __init__(self, path: str | os.PathLike[str], *, account: str, region: str) -> None:
        self._account = account
        self._region = region
        self._names: set[str] = set()
        self._hosts: tuple[str, ...] = ()
        self._port = 0
        self._workplace: Workplace | None = None
        self._services: Services | None = None
        self._folder = StateFolder(_folder(path))
        try:
            self._saved = self._folder.read(account=account, region=region)
        except BaseException:
            self.close()
            raise

    @property
    def port(self) -> int:
        """The port of the server before, which URLs in its state name; 0 when there was none."""
        return 0 if self._saved is None else self._saved.port

    def settle(self, workplace: Workplace, *, port: int, hosts: tuple[str, ...]) -> None:
        """Put jobs and images back.

        Args:
            workplace: Where they belong, and from where they are taken later.
            port: The port of this server: it takes the place of the one before in URLs of the state.
            hosts: The names that such URLs have for this machine.
        """
        self._port, self._hosts, self._workplace = port, hosts, workplace
        codec = Codec(blobs=self, kinds=ARCHIVED)
        for name, text in self._parts(_BATCH):
            workplace.restore(name, self._loaded(codec, name, text))
        for name, text in self._parts(_IMAGES):
            workplace.put_images(self._loaded(codec, name, text))

    def restore(self, hooks: Hooks) -> None:
        """Put the services back; nothing may be served yet."""
        services = self._services = Services(hooks)
        codec = Codec(blobs=self, stores=services.stores)
        for name, text in self._parts(_SERVICE):
            services.put(name, self._loaded(codec, name, text))
        services.resume()

    def save(self) -> None:
        """Keep everything; nothing may be served any more.

        Raises:
            LocalAwsError: It could not be saved; the state before is still there.
        """
        if self._services is None or self._workplace is None:
            raise RuntimeError("nothing was restored yet")
        self._names.clear()
        try:
            parts = dict(self._taken(self._services, self._workplace))
            names = tuple(sorted(self._names))
            saved = Saved(account=self._account, region=self._region, port=self._port, parts=parts, blobs=names)
            self._folder.commit(saved)
        except (OSError, TypeError, ValueError) as error:
            raise LocalAwsError(
                f"state: {self._folder.path} could not be written, it has the state of before: {error}"
            ) from error

    def close(self) -> None:
        """Let another server have the folder. May be called twice."""
        self._folder.close()

    def put(self, content: bytes) -> str:
        """Keep large bytes of the state that is being saved."""
        name = self._folder.put(content)
        self._names.add(name)
        return name

    def get(self, name: str) -> bytes:
        """Return large bytes of the state."""
        return self._folder.get(name)

    def _taken(self, services: Services, workplace: Workplace) -> Mapping[str, str]:
        parts: dict[str, str] = {}

        def add(codec: Codec, name: str, value: Any) -> None:  # noqa: ANN401 - any state
            try:
                parts[name] = self._folder.put(codec.dumps(value).encode())
            except TypeError as error:
                raise TypeError(f"{name}: {error}") from error

        codec = Codec(blobs=self, stores=services.stores)
        for name, value in services.take():
            add(codec, _SERVICE + name, value)
        codec = Codec(blobs=self, kinds=ARCHIVED)
        for region, archive in workplace.archives():
            add(codec, _BATCH + region, archive)
        add(codec, _IMAGES, workplace.images_known())
        return parts

    def _parts(self, prefix: str) -> list[tuple[str, str]]:
        """Return the parts of a kind, by name without the kind, with the address that the server has now."""
        if self._saved is None:
            return []
        found = []
        for name, file in self._saved.parts.items():
            if name.startswith(prefix):
                text = self._folder.get(file).decode()
                found.append((name.removeprefix(prefix), self._readdressed(text, self._saved.port)))
        return found

    def _readdressed(self, text: str, before: int) -> str:
        if before == self._port:
            return text
        hosts = "|".join(map(re.escape, self._hosts))
        return re.sub(rf"//({hosts}):{before}(?!\d)", rf"//\g<1>:{self._port}", text)

    def _loaded(self, codec: Codec, name: str, text: str) -> Any:  # noqa: ANN401 - any state
        try:
            return codec.loads(text)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise self._folder.damaged(f"{name}: {error}") from error


def _folder(path: str | os.PathLike[str]) -> Path:
    from pathlib import Path

    try:
        return Path(path).expanduser().absolute()
    except TypeError:
        raise LocalAwsError(f"state_dir: {path!r} is not allowed; give the path of a folder") from None
