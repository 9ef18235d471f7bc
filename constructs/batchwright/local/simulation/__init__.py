"""A workload tried at cloud size before it is paid for: the local engine on a simulated clock, and jobs that only last.

from batchwright.local.simulation import load_workload, simulate

report = simulate(load_workload(Path("workload.json")))
print(report.makespan_seconds)
"""

from __future__ import annotations

from batchwright.local.simulation.reading import load_workload, read_workload
from batchwright.local.simulation.report import End, Report
from batchwright.local.simulation.simulation import Progress, Simulation, simulate
from batchwright.local.simulation.workload import After, Stream, Workload

__all__ = [
    "After",
    "End",
    "Progress",
    "Report",
    "Simulation",
    "Stream",
    "Workload",
    "load_workload",
    "read_workload",
    "simulate",
]
