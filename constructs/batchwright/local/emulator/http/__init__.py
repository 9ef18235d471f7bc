"""The server's own HTTP: the gateway that listens, the web pages that it keeps out, the paths that it closes."""

from __future__ import annotations
