from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.pipelines import statements_of
from support.problems import fields, refused
from support.synthesis import Template, synthesize
from support.systems import new_app

from batchwright import Fargate, Instances, OnDemand, Spot
from stacks.embeddings import ImageEmbeddings, Model

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGEST = "0123456789abcdef" * 4


def stack_with(**options: Any) -> ImageEmbeddings:  # noqa: ANN401
    return ImageEmbeddings(new_app(), "Embeddings", **options)


@pytest.fixture(scope="module")
def template() -> Template:
    return synthesize(stack_with())


def granted(template: Template, role: str, action: str) -> list[str]:
    """What a role may do this to, as text."""
    found = [s for s in statements_of(template, logical_id_prefix=role) if action in (*_listed(s["Action"]),)]
    return [str(resource) for statement in found for resource in _listed(statement["Resource"])]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("capacity", "platform"),
    [
        (None, "linux/amd64"),
        ([Spot(Instances.graviton()), OnDemand(Instances.graviton())], "linux/arm64"),
        ([Fargate(spot=True), Fargate()], "linux/amd64"),
    ],
)
def test_the_image_is_built_for_the_hosts(capacity: Sequence[Spot | OnDemand | Fargate] | None, platform: str) -> None:
    app = new_app()
    ImageEmbeddings(app, "Embeddings", capacity=capacity)
    manifest = json.loads(Path(app.synth().directory, "Embeddings.assets.json").read_text("utf-8"))
    (image,) = manifest["dockerImages"].values()
    assert image["source"]["platform"] == platform


def test_the_job_is_tried_again_unless_its_exit_code_says_that_this_is_no_use(template: Template) -> None:
    strategy = template.only("AWS::Batch::JobDefinition")["RetryStrategy"]
    assert strategy["Attempts"] == 3
    assert strategy["EvaluateOnExit"][2:] == [
        {"Action": "EXIT", "OnExitCode": "1*"},
        {"Action": "EXIT", "OnExitCode": "2*"},
    ]


def test_each_part_reads_and_writes_what_it_needs(template: Template) -> None:
    for role, reads, writes in (
        ("Split", ["requests/*"], ["manifests/*"]),
        ("Summarize", ["manifests/*", "reports/*"], ["summaries/*"]),
        ("EmbedJobRole", ["*"], ["failed/*", "reports/*"]),
    ):
        objects = [one.partition("/")[2] for one in granted(template, role, "s3:GetObject*") if "/" in one]
        assert objects == reads, role
        assert [one.partition("/")[2] for one in granted(template, role, "s3:PutObject")] == writes, role
    assert len(granted(template, "EmbedJobRole", "dynamodb:BatchWriteItem")) == 1


def test_what_a_run_would_refuse_is_refused_now() -> None:
    wrong = Model(uri="net.onnx", sha256="abc")
    assert fields(refused(lambda: stack_with(images_per_job=0, model=wrong))) == [
        "images_per_job",
        "model.uri",
        "model.sha256",
    ]
    assert fields(refused(lambda: stack_with(images_per_job=1_000_001))) == ["images_per_job"]


def test_another_network_is_named_to_the_job() -> None:
    model = Model(uri="s3://models/net.onnx", sha256=DIGEST)
    job = synthesize(stack_with(model=model)).only("AWS::Batch::JobDefinition")
    variables = {entry["Name"]: entry["Value"] for entry in job["ContainerProperties"]["Environment"]}
    assert variables["MODEL_URI"] == model.uri
    assert variables["MODEL_SHA256"] == DIGEST
