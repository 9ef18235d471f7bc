"""Hooks into ministack, the emulator below the local AWS.

ministack answers the AWS APIs; what it lacks for Batch pipelines is added here, one small file a hook. Every hook goes
through `ministack.guard.Hooks`, which refuses a version of ministack that does not have the name and takes every change
back when the server closes. `emulator` puts all of it together.

- `http`: the server that listens; `ministack`: the import of ministack and its settings.
- `batch`: requests to AWS Batch, on their way to the engine.
- `cloudformation`, `stepfunctions`, `events`, `functions`: what these services lack.
- `iam`: who may do what.
"""

from __future__ import annotations
