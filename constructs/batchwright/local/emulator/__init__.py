"""Hooks into ministack, the emulator below the local AWS.

ministack answers the AWS APIs; what it lacks for Batch pipelines is added here, one small file a hook. Every hook goes
through `guard.Hooks`, which refuses a version of ministack that does not have the name and takes every change back
when the server closes.
"""

from __future__ import annotations
