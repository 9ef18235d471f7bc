"""The Task state: attempts, integrations, tokens of callbacks and activities."""

from __future__ import annotations
