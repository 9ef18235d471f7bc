"""Definitions of state machines: what AWS refuses when one is made."""

from __future__ import annotations
