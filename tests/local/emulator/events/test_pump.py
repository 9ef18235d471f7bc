from __future__ import annotations

import logging
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.events.chain import ChainGuard
from batchwright.local.emulator.events.pump import EventPump

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class Bus:
    """Stands for the hooks and for EventBridge."""

    def __init__(self) -> None:
        self.delivered: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def module(self, name: str) -> Any:  # noqa: ANN401
        return SimpleNamespace(__name__=name)

    def get(self, owner: Any, name: str) -> Callable[..., Any]:  # noqa: ANN401
        del owner
        return self.put if name == "_put_events" else lambda *_: None

    def put(self, request: dict[str, Any], *, allow_aws_source: bool) -> None:
        assert allow_aws_source
        assert self.gate.wait(30)
        self.delivered.append(request["Entries"][0]["Resources"][0])


def event(number: int) -> dict[str, Any]:
    return {"source": "aws.batch", "detail-type": "t", "detail": {"jobId": "j"}, "resources": [str(number)]}


def test_every_event_arrives_in_order_also_behind_a_bad_subscriber(caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus()
    pump = EventPump(bus, ChainGuard())  # type: ignore[arg-type]
    heard: list[str] = []
    pump.subscribe(lambda one: heard.append(one["resources"][0]))
    end = pump.subscribe(lambda one: one["missing"])

    for number in range(3000):
        pump.publish("us-east-1", event(number))
    end()
    pump.close()

    assert bus.delivered == heard == [str(number) for number in range(3000)]
    assert "delivery of a t event failed" in caplog.text


def test_the_end_is_not_held_back_by_a_delivery_that_hangs(caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus()
    bus.gate.clear()
    pump = EventPump(bus, ChainGuard())  # type: ignore[arg-type]
    for number in range(5):
        pump.publish("us-east-1", event(number))

    with caplog.at_level(logging.ERROR):
        pump.close(timeout=0.05)

    assert "a delivery of a Batch event did not end" in caplog.text
    bus.gate.set()
    pump._thread.join(30)
    assert len(bus.delivered) == 5
