"""Delivers the events of Batch to EventBridge, in order and off the engine's threads."""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.events.chain import ChainGuard
    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.events")
_END: Any = object()
# The engine renders an event only when there is room: what waits there takes a fraction of the memory.
_ROOM = 1_000


class EventPump:
    """One thread that takes events from a queue to subscribers and then to the default event bus.

    A slow target, or one that calls the engine again, holds back neither the jobs nor what answers requests.
    """

    def __init__(self, hooks: Hooks, chain: ChainGuard) -> None:
        responses = hooks.module("core.responses")
        self._set_region = hooks.get(responses, "set_request_region")
        self._put_events = hooks.get(hooks.module("services.eventbridge"), "_put_events")
        self._chain = chain
        self._queue: queue.Queue[tuple[str, Mapping[str, Any]]] = queue.Queue(_ROOM)
        self._subscribers: list[Callable[[Mapping[str, Any]], None]] = []
        self._thread = threading.Thread(target=self._run, name="batchwright-events", daemon=True)
        self._thread.start()

    def subscribe(self, callback: Callable[[Mapping[str, Any]], None]) -> Callable[[], None]:
        """Call `callback` with every event, on the pump's thread; returns what ends the subscription."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def publish(self, region: str, event: Mapping[str, Any]) -> None:
        """Queue one event, once there is room for it."""
        self._queue.put((region, event))

    def close(self, timeout: float = 10.0) -> None:
        """Deliver what is queued and end the thread; an error is logged when a delivery does not end in time."""
        deadline = time.monotonic() + timeout
        with suppress(queue.Full):
            self._queue.put(_END, timeout=timeout)
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            _log.error("a delivery of a Batch event did not end; up to %d more are lost", self._queue.qsize())

    def _run(self) -> None:
        while (entry := self._queue.get()) is not _END:
            region, event = entry
            for subscriber in list(self._subscribers):
                self._guarded(subscriber, event)
            self._guarded(lambda one, region=region: self._deliver(region, one), event)  # type: ignore[misc]

    def _guarded(self, call: Callable[[Mapping[str, Any]], None], event: Mapping[str, Any]) -> None:
        try:
            call(event)
        except Exception:
            # One bad subscriber or rule must not end the delivery of every later event.
            _log.exception("delivery of a %s event failed", event.get("detail-type"))

    def _deliver(self, region: str, event: Mapping[str, Any]) -> None:
        self._set_region(region)
        entry = {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
            "Resources": event.get("resources", []),
        }
        with self._chain.event_of_job(str(event["detail"].get("jobId", ""))):
            self._put_events({"Entries": [entry]}, allow_aws_source=True)
