from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.shapes import group, nodes

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from local.engine.harness import Batch


def arns(batch: Batch) -> dict[str, str]:
    return {
        "queue": batch.queue("q", "environment", tags={"a": "1"}),
        "definition": batch.register("d", tags={"a": "1"}),
        "policy": batch("CreateSchedulingPolicy", name="p", tags={"a": "1"})["arn"],
        "job": batch.job(batch.submit(tags={"a": "1"}))["jobArn"],
        "environment": batch.environment("e"),
    }


@pytest.mark.parametrize("kind", ["queue", "definition", "policy", "job", "environment"])
def test_tags_of_every_resource(batch: Batch, kind: str) -> None:
    arn = arns(batch)[kind]
    batch("TagResource", resourceArn=arn, tags={"a": "2", "b": "3"})
    assert batch("ListTagsForResource", resourceArn=arn)["tags"] == {"a": "2", "b": "3"}
    batch("UntagResource", resourceArn=arn, tagKeys=["a", "none"])
    assert batch("ListTagsForResource", resourceArn=arn)["tags"] == {"b": "3"}


def test_tags_show_where_the_resource_is_described(batch: Batch) -> None:
    found = arns(batch)
    batch("TagResource", resourceArn=found["job"], tags={"b": "2"})
    assert batch("DescribeJobs", jobs=[found["job"]])["jobs"][0]["tags"] == {"a": "1", "b": "2"}
    batch("TagResource", resourceArn=found["definition"], tags={"b": "2"})
    assert batch("DescribeJobDefinitions", jobDefinitions=["d:1"])["jobDefinitions"][0]["tags"] == {"a": "1", "b": "2"}


def test_tags_of_children_and_nodes_are_not_supported(batch: Batch) -> None:
    batch.register_as("nodes", type="multinode", nodeProperties=nodes(2, group(":")))
    for job, mark in ((batch.submit(arrayProperties={"size": 2}), ":0"), (batch.submit(jobDefinition="nodes"), "#1")):
        arn = f"{batch.job(job)['jobArn']}{mark}"
        for operation, members in (
            ("TagResource", {"tags": {"a": "1"}}),
            ("UntagResource", {"tagKeys": ["a"]}),
            ("ListTagsForResource", {}),
        ):
            with pytest.raises(BatchError, match="not supported"):
                batch(operation, resourceArn=arn, **members)


def test_bad_tags(batch: Batch) -> None:
    arn = arns(batch)["queue"]
    for tags, words in (({"aws:a": "1"}, "aws:"), ({"x" * 129: "1"}, "128"), ({"a": "x" * 257}, "256")):
        with pytest.raises(BatchError, match=words):
            batch("TagResource", resourceArn=arn, tags=tags)
    with pytest.raises(BatchError, match="at most 50"):
        batch("TagResource", resourceArn=arn, tags={f"k{n}": "v" for n in range(50)})
    for operation, members in (("ListTagsForResource", {}), ("UntagResource", {"tagKeys": ["a"]})):
        with pytest.raises(BatchError, match="not found"):
            batch(operation, resourceArn=f"{arn}-none", **members)
