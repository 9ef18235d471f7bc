"""EventBridge: targets for Batch, our events, and the brake against loops."""

from __future__ import annotations
