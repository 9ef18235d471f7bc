"""EventBridge and its Scheduler: ministack's services, with targets for Batch, retries and dead letters.

An event of Batch comes in by `pump`, one of a schedule by `schedules`. `targets` delivers it, under the brake against
loops in `chain`; `told` makes an error of what ministack only logs, `redelivery` tries again what may do better later,
and `dead_letters` keeps the rest. `expressions` and `archives` refuse what would never happen.
"""

from __future__ import annotations
