"""Simulates so many jobs, and prints what it took as JSON."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from batchwright.local.simulation import End, Simulation, read_workload

_ARRAY = 10_000
_VCPUS = 10_000


def main() -> None:
    """Simulate as many jobs as the argument says, all in arrays, on hosts that boot."""
    jobs = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "template.json").write_text(json.dumps({"Resources": _resources()}), encoding="utf-8")
        workload = read_workload(_workload(jobs), where="benchmark", folder=Path(folder))
        simulation = Simulation(workload)
    started = time.perf_counter()
    report = simulation.run()
    seconds = time.perf_counter() - started
    if report.end is not End.COMPLETE or report.streams[0].succeeded != jobs:
        sys.exit(f"{report.streams[0].succeeded} of {jobs} jobs succeeded: {report.end}")
    # Linux counts in KiB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"jobs": jobs, "seconds": seconds, "mebibytes": peak}))


def _workload(jobs: int) -> dict[str, Any]:
    array = min(jobs, _ARRAY)
    stream = {
        "name": "a",
        "array": array,
        "count": jobs // array,
        "arrival": {"every_seconds": 60},
        "duration_seconds": {"lognormal": {"median": 60, "sigma": 0.5}},
    }
    return {"template": "template.json", "jobs": [stream], "cloud": {}}


def _resources() -> dict[str, Any]:
    compute = {
        "Type": "EC2",
        "MinvCpus": 0,
        "MaxvCpus": _VCPUS,
        "InstanceTypes": ["c7i.4xlarge"],
        "InstanceRole": "role",
        "Subnets": ["subnet-1"],
    }
    requirements = [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "1024"}]
    container = {"Image": "image", "ResourceRequirements": requirements}
    return {
        "Environment": {
            "Type": "AWS::Batch::ComputeEnvironment",
            "Properties": {"Type": "MANAGED", "ComputeResources": compute},
        },
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "Priority": 1,
                "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Environment"}}],
            },
        },
        "Job": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {"Type": "container", "ContainerProperties": container},
        },
    }


if __name__ == "__main__":
    main()
