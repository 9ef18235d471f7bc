"""The app of the reference systems, synthesized once, and a local AWS for each way that jobs can run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.embedding_system import EmbeddingSystem

from batchwright.local import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `cdk synth` writes for app.py."""
    root = Path(__file__).resolve().parents[2]
    folder = tmp_path_factory.mktemp("app") / "cdk.out"
    context = json.loads((root / "cdk.json").read_text())["context"]
    environment = {**os.environ, "CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": json.dumps(context)}
    subprocess.run([sys.executable, "app.py"], cwd=root, env=environment, check=True, timeout=300)
    return folder


@pytest.fixture(
    scope="module", params=[pytest.param("docker", marks=pytest.mark.docker), "process"], ids=["docker", "process"]
)
def system(request: pytest.FixtureRequest, assembly: Path) -> Iterator[EmbeddingSystem]:
    """The image embeddings, deployed, with IAM enforced from then on."""
    with LocalAws(runner=request.param) as aws:
        outputs = aws.deploy(assembly)["ImageEmbeddings"]
        aws.enforce_iam(True)
        yield EmbeddingSystem(aws, outputs)
