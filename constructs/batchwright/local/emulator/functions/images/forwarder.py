"""Lets containers reach the server, which itself may listen on loopback only."""

from __future__ import annotations

import selectors
import socket
import socketserver
import threading

_CHUNK = 65_536


class Forwarder:
    """Passes every connection on to a port of 127.0.0.1.

    Args:
        address: Address to listen on; the port is a free one.
        port: Port of 127.0.0.1 that it leads to.
    """

    def __init__(self, address: str, port: int) -> None:
        self._server = _Server((address, 0), _handler(port))
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="batchwright-forwarder", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more connections."""
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _handler(port: int) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                with socket.create_connection(("127.0.0.1", port)) as server:
                    _pass_on(self.request, server)
            except OSError:
                # Either side is gone: so is the connection.
                return

    return Handler


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    """Copy both ways until both sides have ended."""
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while selector.get_map():
            for key, _ in selector.select():
                source, target = key.fileobj, key.data
                data = source.recv(_CHUNK)  # type: ignore[union-attr]
                if data:
                    target.sendall(data)
                else:
                    selector.unregister(source)
                    target.shutdown(socket.SHUT_WR)
