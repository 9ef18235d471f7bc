"""Keeps ministack away from Docker: it removes containers at its start that may belong to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchwright.local.emulator.ministack.guard import Hooks


def install(hooks: Hooks) -> None:
    """Tell ministack that there is no engine; containers are the business of our own runner."""
    application = hooks.module("app")
    hooks.replace(application, "_docker_socket_present", lambda: False)
    hooks.replace(application, "_stop_docker_containers", lambda *_: None)
    hooks.replace(hooks.get(application, "container_reaper"), "start", lambda *_: None)
