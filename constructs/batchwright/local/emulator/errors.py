"""Errors of the local AWS that the user can act on."""

from __future__ import annotations


class LocalAwsError(RuntimeError):
    """The local AWS cannot start or cannot do what was asked; the text says why and what to change."""


class EmulatorHookError(LocalAwsError):
    """The installed ministack is not the one that batchwright hooks into."""
