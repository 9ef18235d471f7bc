"""Keeps a local AWS in a folder, from its end to its next start."""

from __future__ import annotations

from batchwright.local.state.keeper import Keeper

__all__ = ["Keeper"]
