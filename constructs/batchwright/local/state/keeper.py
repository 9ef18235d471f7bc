"""Brings a server back to where it ended, and keeps where it is."""

from __future__ import annotations

import json
import logging
import re
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.engine.archive.jobs import ARCHIVED
from batchwright.local.state import saver
from batchwright.local.state.blobs import Blobs
from batchwright.local.state.codec import Codec
from batchwright.local.state.folder import StateFolder
from batchwright.local.state.journals import Journals
from batchwright.local.state.manifest import Saved
from batchwright.local.state.services import Services

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.workplace import Workplace

_log = logging.getLogger("batchwright.local")
_SERVICE: Final = "service/"
_BATCH: Final = "batch/"
_IMAGES: Final = "images"


class Keeper:
    """Holds the folder of a server's state.

    What happens to jobs is in a journal before anybody hears of it. Everything else is saved every few seconds.

    Args:
        path: The folder.
        account: Account of the server.
        region: Its home region.

    Attributes:
        journals: What is written down of jobs.

    Raises:
        LocalAwsError: The folder cannot be used, or its state is of another server or damaged.
    """

    def __init__(self, path: str | os.PathLike[str], *, account: str, region: str) -> None:
        self._account = account
        self._region = region
        self._hosts: tuple[str, ...] = ()
        self._port = 0
        self._workplace: Workplace | None = None
        self._services: Services | None = None
        self._between: Callable[[Callable[[], Any]], Any] = lambda call: call()
        self._saver: saver.Saver | None = None
        self._saving = threading.Lock()
        self._images: dict[str, Any] = {}
        self._stacks: list[tuple[str, str]] = []
        self._parts_found: dict[str, str] = {}
        self._folder = StateFolder(_folder(path))
        try:
            self._saved = self._folder.read(account=account, region=region)
        except BaseException:
            self.close()
            raise
        self._blobs = Blobs(self._folder)
        self._now = self._saved or Saved(account=account, region=region, port=0)
        self.journals = Journals(self._folder, codec=Codec(blobs=self._blobs, kinds=ARCHIVED))

    @property
    def port(self) -> int:
        """The port of the server before, which URLs in its state name; 0 when there was none."""
        return 0 if self._saved is None else self._saved.port

    @property
    def label(self) -> str:
        """What the containers of the server before are labelled with; empty when there was none."""
        return "" if self._saved is None else self._saved.label

    def settle(self, workplace: Workplace, *, port: int, hosts: tuple[str, ...]) -> None:
        """Put jobs and images back; what the server before left running is removed first.

        Args:
            workplace: Where they belong, and from where they are taken later.
            port: The port of this server: it takes the place of the one before in URLs of the state.
            hosts: The names that such URLs have for this machine.
        """
        self._hosts, self._workplace, self._port = hosts, workplace, port
        self._blobs.names.update(self._now.blobs)
        parts = {name: file for name, file in self._now.parts.items() if not name.startswith(_BATCH)}
        if self.label:
            workplace.remove_leftovers(self.label)
        saved = dict(self._parts(_BATCH, port))
        try:
            for region, archive in self.journals.archives(saved, self._now.journals, partial(self._readdressed, port)):
                workplace.restore(region, archive)
                parts[_BATCH + region] = self.journals.put(archive)
            for _, text in self._parts(_IMAGES, port):
                workplace.put_images(json.loads(text))
            self._parts_found = parts
        except OSError as error:
            raise self._unwritable(error) from error

    def restore(self, hooks: Hooks, between_requests: Callable[[Callable[[], Any]], Any]) -> None:
        """Put the services back; nothing may be served yet.

        Args:
            hooks: Hooks of the server.
            between_requests: Makes a call while no request is carried out, later.
        """
        services = self._services = Services(hooks)
        codec = Codec(blobs=self._blobs, stores=services.stores)
        for name, text in self._parts(_SERVICE, self._port):
            services.put(name, self._loaded(codec, name, text))
        self._stacks = services.resume()
        self._between = between_requests
        try:
            # Only now that all was read. The services are kept as they are, with the port of before in their URLs.
            self._commit(self._parts_found, port=self.port or self._port)
        except OSError as error:
            raise self._unwritable(error) from error

    def go_on(self) -> None:
        """Have jobs go on, roll back stacks in the middle of an update, and save from now on; all is served."""
        workplace = self._settled()
        workplace.go_on(self._stacks)
        self._saver = saver.Saver(save=self._save, tend=self._tend, seconds=saver.SAVE_SECONDS)

    def touch(self) -> None:
        """Note that a request may have changed something."""
        if self._saver is not None:
            self._saver.touch()

    def leave(self) -> None:
        """Have jobs as they are now: that they end with the server is not kept, so that they go on after it."""
        if self._saver is not None:
            self._saver.close()
        self.journals.end()

    def save(self) -> None:
        """Keep everything; nothing may be served any more, and `leave` was called.

        Raises:
            LocalAwsError: It could not be saved; the state before is still there.
        """
        try:
            self._save()
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            raise self._unwritable(error) from error

    def save_now(self) -> None:
        """Keep everything as it is now, while all is served; what cannot be saved is tried again later."""
        try:
            self._save()
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            self.touch()
            _log.warning("%s", self._unwritable(error))

    def close(self) -> None:
        """Let another server have the folder. May be called twice."""
        if self._saver is not None:
            self._saver.close()
        self._folder.close()

    def _save(self) -> None:
        """Save what differs from the save before."""
        if self._services is None:
            raise RuntimeError("nothing was restored yet")
        workplace = self._settled()
        with self._saving, self._blobs.anew():
            parts = dict(self._of_services(self._services))
            for region, file in self.journals.saved():
                # One that is not saved anew goes on from where it was.
                kept = file or self._now.parts.get(_BATCH + region)
                parts.update({} if kept is None else {_BATCH + region: kept})
            self._images = workplace.images_known()
            parts[_IMAGES] = self._folder.put(json.dumps(self._images).encode())
            now = self._now
            if (parts, self.journals.numbers, self._port) != (now.parts, now.journals, now.port):
                self._commit(parts, port=self._port)

    def _of_services(self, services: Services) -> Iterator[tuple[str, str]]:
        codec = Codec(blobs=self._blobs, stores=services.stores)
        for name, plain in services.take(self._between, codec):
            yield _SERVICE + name, self._folder.put(codec.text(plain).encode())

    def _commit(self, parts: dict[str, str], *, port: int) -> None:
        saved = Saved(
            account=self._account,
            region=self._region,
            port=port,
            label=self._settled().label,
            parts=parts,
            blobs=sorted(self._blobs.names),
            journals=dict(self.journals.numbers),
        )
        self._folder.commit(saved)
        self._now = saved
        self.journals.committed()

    def _tend(self) -> bool:
        """Do what is due each second; say whether all is to be saved at once."""
        self.journals.sync()
        if self.journals.failed:
            self.touch()
        # Jobs cannot run without what says where their programs are.
        return self._settled().images_known() != self._images

    def _parts(self, prefix: str, port: int) -> list[tuple[str, str]]:
        """Return the parts of a kind, by name without the kind, with the address that the server has now."""
        names = [(name, file) for name, file in self._now.parts.items() if name.startswith(prefix)]
        return [
            (name.removeprefix(prefix), self._readdressed(port, self._folder.get(file).decode()))
            for name, file in names
        ]

    def _readdressed(self, port: int, text: str) -> str:
        before = self.port
        if before in (0, port):
            return text
        hosts = "|".join(map(re.escape, self._hosts))
        return re.sub(rf"//({hosts}):{before}(?!\d)", rf"//\g<1>:{port}", text)

    def _loaded(self, codec: Codec, name: str, text: str) -> Any:  # noqa: ANN401 - any state
        try:
            return codec.loads(text)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise self._folder.damaged(f"{name}: {error}") from error

    def _settled(self) -> Workplace:
        if self._workplace is None:
            raise RuntimeError("nothing was restored yet")
        return self._workplace

    def _unwritable(self, error: Exception) -> LocalAwsError:
        return LocalAwsError(f"state: {self._folder.path} could not be written, it has the state of before: {error}")


def _folder(path: str | os.PathLike[str]) -> Path:
    from pathlib import Path

    try:
        return Path(path).expanduser().absolute()
    except TypeError:
        raise LocalAwsError(f"state_dir: {path!r} is not allowed; give the path of a folder") from None
