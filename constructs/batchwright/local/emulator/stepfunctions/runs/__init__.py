"""Executions: how they start, go from state to state, are stopped, end, and go on after a redrive."""

from __future__ import annotations
