"""The HTTP server: hypercorn in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.http import web_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_STOP_SECONDS = 15.0
_CANCEL_SECONDS = 2.0
_TURN_SECONDS = 60.0
_BACKLOG = 512
_PORT_ATTEMPTS = 10


class Gateway:
    """Listens on the given addresses with one port."""

    def __init__(self, *, sockets: Sequence[socket.socket], port: int) -> None:
        self.port = port
        self._sockets = list(sockets)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._ready = threading.Event()
        self._mounted: dict[str, Any] = {}
        self._told: Callable[[], None] = _nobody

    def mount(self, prefix: str, application: Any) -> None:  # noqa: ANN401 - an ASGI application
        """Let an application of its own answer all requests below a path."""
        self._mounted[prefix] = application

    @classmethod
    def bind(cls, *, addresses: Sequence[str], port: int) -> Gateway:
        """Take the port on every address, a free one for port 0.

        Raises:
            LocalAwsError: the port is taken, or an address is not of this machine.
        """
        # A port that is free on the first address may be taken on the next.
        attempts = 1 if port else _PORT_ATTEMPTS
        while True:
            attempts -= 1
            try:
                sockets = _listen_on_all(addresses, port)
            except LocalAwsError as error:
                if not attempts or not is_taken(error):
                    raise
            else:
                return cls(sockets=sockets, port=sockets[0].getsockname()[1])

    def start(self, application: Any, timeout: float) -> None:  # noqa: ANN401 - an ASGI application
        """Serve; returns when requests are accepted."""
        self._thread = threading.Thread(
            target=self._serve, args=(application,), name="batchwright-gateway", daemon=True
        )
        self._thread.start()
        if not self._ready.wait(timeout) or self._failure is not None:
            failure = self._failure
            self.close()
            message = f"the local AWS did not start within {timeout:.0f} s" if failure is None else str(failure)
            raise LocalAwsError(f"the local AWS could not start: {message}") from failure

    def between_requests(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the call returns
        """Make a call on the thread that serves, while it works for no request; at once when nothing is served.

        Raises:
            TimeoutError: A request holds the thread for a minute.
        """
        if self._loop is None or self._loop.is_closed() or self._thread is None or not self._thread.is_alive():
            return call()

        async def made() -> Any:  # noqa: ANN401 - what the call returns
            return call()

        return asyncio.run_coroutine_threadsafe(made(), self._loop).result(_TURN_SECONDS)

    def on_request(self, call: Callable[[], None]) -> None:
        """Call this at the begin and the end of each request, on the thread that serves."""
        self._told = call

    def close(self) -> None:
        """Stop serving and free the port. May be called twice."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)
        for opened in self._sockets:
            opened.close()
        self._sockets = []

    def _serve(self, application: Any) -> None:  # noqa: ANN401 - an ASGI application
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(self._run(application))
        except BaseException as error:
            self._failure = error
        finally:
            _end(loop)
            self._ready.set()

    async def _run(self, application: Any) -> None:  # noqa: ANN401 - an ASGI application
        from hypercorn.asyncio import serve
        from hypercorn.config import Config

        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        logger = logging.getLogger("batchwright.local.gateway")
        config = Config()
        config.bind = [f"fd://{opened.detach()}" for opened in self._sockets]
        self._sockets = []
        config.accesslog = None
        config.errorlog = logger
        config.graceful_timeout = 1
        config.shutdown_timeout = 5
        config.backlog = _BACKLOG
        await serve(self._announced(application), config, shutdown_trigger=self._stop.wait)

    def _announced(self, application: Any) -> Any:  # noqa: ANN401 - an ASGI application
        """Wrap the application to learn when its start is complete, and to keep web pages out."""

        async def wrapped(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
            if scope["type"] != "lifespan":
                refusal = web_pages.refusal(scope["headers"])
                if refusal is not None:
                    await web_pages.refuse(refusal, scope, send)
                    return
                self._told()
                try:
                    await self._answering(scope, application)(scope, receive, send)
                finally:
                    self._told()
                return

            async def told(message: Any) -> None:  # noqa: ANN401 - ASGI
                await send(message)
                if message["type"] == "lifespan.startup.complete":
                    self._ready.set()

            await application(scope, receive, told)

        return wrapped

    def _answering(self, scope: Mapping[str, Any], application: Any) -> Any:  # noqa: ANN401 - ASGI applications
        path = scope["path"]
        return next((own for prefix, own in self._mounted.items() if path.startswith(prefix)), application)


def _nobody() -> None:
    """Tell nobody."""


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is left and close the loop, without waiting for work that no cancellation reaches."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
        # A stack may be waiting for a signal in a thread of its own; that it is dropped here is intended.
        setattr(task, "_log_destroy_pending", False)  # noqa: B010 - asyncio has no public name for it
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=_CANCEL_SECONDS))
    executor = getattr(loop, "_default_executor", None)
    if executor is not None:
        executor.shutdown(wait=False, cancel_futures=True)
    loop.close()


def is_taken(error: LocalAwsError) -> bool:
    """Say whether a port could not be had because something else listens there."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE


def _listen_on_all(addresses: Sequence[str], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            sockets.append(_listen(address, port))
            port = sockets[0].getsockname()[1]
    except OSError as error:
        for opened in sockets:
            opened.close()
        message = f"cannot listen on {address} port {port}: {error.strerror or error}; port=0 takes a free port"
        raise LocalAwsError(message) from error
    return sockets


def _listen(address: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address, port))
        opened.listen(_BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened
