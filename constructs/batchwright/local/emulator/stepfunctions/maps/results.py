"""Results of a Distributed Map, as its state's output or as files in S3.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_RESOURCE = ":states:::s3:putObject"
_STATUSES = ("FAILED", "PENDING", "SUCCEEDED")
_TRANSFORMATIONS = ("NONE", "COMPACT", "FLATTEN")
_OUTPUT_TYPES = ("JSON", "JSONL")


class ResultWriterError(ValueError):
    """The field ResultWriter is not one that Step Functions takes; the text says why."""


def check(writer: Mapping[str, Any]) -> None:
    """Raise ResultWriterError for a field that is empty, or whose values there are not."""
    config = writer.get("WriterConfig")
    exports = "Resource" in writer
    if not exports and not config:
        raise ResultWriterError("ResultWriter needs WriterConfig, or Resource and Parameters")
    if exports and not str(writer["Resource"]).endswith(_RESOURCE):
        raise ResultWriterError(f"ResultWriter has the Resource {writer['Resource']}; only s3:putObject is supported")
    transformation, output = _config(writer)
    if transformation not in _TRANSFORMATIONS:
        raise ResultWriterError(
            f"Transformation is {transformation}; it has to be one of {', '.join(_TRANSFORMATIONS)}"
        )
    if output not in _OUTPUT_TYPES:
        raise ResultWriterError(f"OutputType is {output}; it has to be one of {', '.join(_OUTPUT_TYPES)}")
    if not exports and output == "JSONL":
        raise ResultWriterError("the local AWS writes OutputType JSONL to S3 only: the output of a state is JSON")


def _config(writer: Mapping[str, Any] | None) -> tuple[str, str]:
    config = (writer or {}).get("WriterConfig") or {}
    default = "NONE" if writer and "Resource" in writer else "COMPACT"
    return config.get("Transformation", default), config.get("OutputType", "JSON")


def state_output(children: Sequence[Mapping[str, Any]], writer: Mapping[str, Any] | None) -> list[Any]:
    """Return what the state gives when nothing is written to S3.

    Args:
        children: Records of the child executions, in the order of their items.
        writer: The field ResultWriter, or None.
    """
    return _transformed(children, _config(writer)[0])


def write(
    children: Sequence[Mapping[str, Any]],
    *,
    writer: Mapping[str, Any],
    bucket: str,
    prefix: str,
    map_run: str,
    put: Callable[[str, bytes], object],
) -> dict[str, Any]:
    """Write a file for each status and the manifest, and return the output of the state.

    Args:
        children: Records of the child executions, in the order of their items.
        writer: The field ResultWriter.
        bucket: Bucket that is written to.
        prefix: Beginning of the keys, or an empty text.
        map_run: ARN of the Map Run.
        put: Writes an object of the bucket: key and content.
    """
    transformation, output = _config(writer)
    folder = "/".join(part for part in (prefix.strip("/"), map_run.rsplit(":", 1)[-1]) if part)
    files: dict[str, list[dict[str, Any]]] = {status: [] for status in _STATUSES}
    for status in _STATUSES:
        chosen = [child for child in children if _written_as(child) == status]
        if not chosen:
            continue
        body = _body(_transformed(chosen, transformation), output)
        key = f"{folder}/{status}_0.{output.lower()}"
        put(key, body)
        files[status].append({"Key": key, "Size": len(body)})
    manifest = {"DestinationBucket": bucket, "MapRunArn": map_run, "ResultFiles": files}
    put(f"{folder}/manifest.json", _json(manifest))
    return {"MapRunArn": map_run, "ResultWriterDetails": {"Bucket": bucket, "Key": f"{folder}/manifest.json"}}


def _written_as(child: Mapping[str, Any]) -> str:
    """Everything that did not end well by itself is failed, but for what never started."""
    status = str(child["status"])
    return status if status in {"SUCCEEDED", "PENDING"} else "FAILED"


def _transformed(children: Sequence[Mapping[str, Any]], transformation: str) -> list[Any]:
    results: list[Any] = []
    for child in children:
        if transformation == "NONE" or child["status"] != "SUCCEEDED":
            results.append(_entry(child))
            continue
        output = json.loads(child["output"])
        if transformation == "FLATTEN" and isinstance(output, list):
            results.extend(output)
        else:
            results.append(output)
    return results


def _entry(child: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of one execution with the keys in the order of AWS, which is that of the alphabet."""
    status = child["status"]
    entry = {
        "ExecutionArn": child["executionArn"],
        "Input": child["input"],
        "InputDetails": {"Included": True},
        "Name": child["name"],
        "StateMachineArn": child["stateMachineArn"],
        "Status": status,
        "StartDate": child.get("startDate"),
        "StopDate": child.get("stopDate"),
        "RedriveCount": child.get("redriveCount", 0),
        "RedriveStatus": "NOT_REDRIVABLE" if status == "SUCCEEDED" else "REDRIVABLE",
    }
    if status == "SUCCEEDED":
        entry |= {
            "Output": child["output"],
            "OutputDetails": {"Included": True},
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        }
    else:
        entry |= {"Error": child.get("error"), "Cause": child.get("cause")}
    return {key: entry[key] for key in sorted(entry) if entry[key] is not None}


def _body(results: Sequence[Any], output: str) -> bytes:
    if output == "JSON":
        return _json(results)
    return b"".join(_json(result) + b"\n" for result in results)


def _json(value: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
