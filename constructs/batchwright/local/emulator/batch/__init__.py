"""AWS Batch over HTTP: which operation a request is, and its way to the engine."""

from __future__ import annotations
