"""Whatever is done to an engine in whatever order: its promises hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from local.engine.histories import History, clouds, steps

if TYPE_CHECKING:
    from batchwright.local.engine import CloudModel


@settings(max_examples=60, deadline=None)
@given(drawn=steps, cloud=clouds)
def test_promises_hold_in_every_history(drawn: list[tuple[str, Any]], cloud: CloudModel | None) -> None:
    history = History(cloud)
    try:
        for step in drawn:
            history.do(step)
        history.end()
    finally:
        history.batch.engine.close()
