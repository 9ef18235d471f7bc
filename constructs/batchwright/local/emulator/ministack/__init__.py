"""Between us and ministack: its import, settings and log lines, and `guard`, through which every hook goes."""

from __future__ import annotations
