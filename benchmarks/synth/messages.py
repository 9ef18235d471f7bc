"""Counts the messages that a CDK app sends to jsii: `python messages.py SCRIPT` prints the counts by kind as JSON.

The count is the same in every run, so it shows a change that the noise of a clock would hide.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections import Counter
from typing import Any

# Private to jsii, and the only place that every message passes. There is no public counter.
from jsii._kernel.providers.process import _NodeProcess


def main() -> None:
    """Run the script that the command line names, and print what it sent."""
    counts: Counter[str] = Counter()
    send = _NodeProcess.send

    def counted(self: _NodeProcess, request: Any, response_type: Any) -> Any:  # noqa: ANN401 - jsii's own types
        counts[type(request).__name__] += 1
        return send(self, request, response_type)

    _NodeProcess.send = counted  # type: ignore[method-assign]
    runpy.run_path(sys.argv[1], run_name="__main__")
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
