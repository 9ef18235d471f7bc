"""How other processes find a local AWS that runs, and what they can ask of it besides AWS's own APIs."""

from batchwright.local.control.client import ControlClient
from batchwright.local.control.endpoint import Control
from batchwright.local.control.records import Record, ServerRecords

__all__ = ["Control", "ControlClient", "Record", "ServerRecords"]
