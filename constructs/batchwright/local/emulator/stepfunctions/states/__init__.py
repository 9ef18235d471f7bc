"""Kinds of states, and the fields, paths and templates that they share."""

from __future__ import annotations
