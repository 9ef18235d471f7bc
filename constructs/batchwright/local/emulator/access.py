"""IAM: enforcement as a switch, and plain HTTP that counts as TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchwright.local.emulator.guard import Hooks


class Access:
    """Switches IAM enforcement. The keys test/test are the account's root and always allowed."""

    def __init__(self, hooks: Hooks) -> None:
        self._application: Any = hooks.module("app")
        hooks.replace(self._application, "AUTH", False)
        # Inside one machine plain HTTP stands for TLS: policies that ask for aws:SecureTransport would deny everything.
        hooks.wrap(
            self._application,
            "pin_request_origin",
            lambda pin: lambda source_ip, secure_transport: pin(source_ip, True),  # noqa: ARG005
        )

    def enforce(self, *, on: bool) -> None:
        """Switch enforcement on or off, at once and for every later request."""
        self._application.AUTH = on
