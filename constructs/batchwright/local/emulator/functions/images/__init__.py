"""Lambda functions of container images, run in the local Docker engine."""

from __future__ import annotations
