"""Step Functions: ministack's service, with the parts in which it differs from AWS replaced.

`service` puts the parts together. An execution comes in by `runs.operations` (what the API refuses) and `runs.starts`
(which definition it runs), and `runs.chain` takes it from state to state:

    service ─> maps, tasks ─> states ─> runs ─> definitions

- `definitions`: whether a definition is taken at all.
- `runs`: executions from the start to the end; stops, time limits, histories, redrives.
- `states`: what each kind of state does, and the paths and templates that it is written in.
- `tasks`: the Task state, its integrations, tokens, Retry and Catch.
- `maps`: Distributed Map: reading items, batches, children, results.

ministack keeps the records, JSONata, intrinsic functions and the integrations that are not in `tasks`. Every name of it
that is replaced or used is asked for through `Hooks`, which refuses to start when it is gone.
"""

from __future__ import annotations
