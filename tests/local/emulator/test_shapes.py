from __future__ import annotations

import datetime

import pytest

from batchwright.local.emulator import shapes


def test_keys_take_the_case_of_the_model_and_map_keys_stay() -> None:
    shape = shapes.operation("batch", "SubmitJob").input_shape
    request = {
        "JobName": "a",
        "Parameters": {"Key": "Value"},
        "ContainerOverrides": {"Environment": [{"Name": "N", "Value": 1}], "Command": ["x"]},
        "ArrayProperties": {"Size": "3"},
        "PropagateTags": "true",
    }

    assert shapes.to_api(shape, request) == {
        "jobName": "a",
        "parameters": {"Key": "Value"},
        "containerOverrides": {"environment": [{"name": "N", "value": "1"}], "command": ["x"]},
        "arrayProperties": {"size": 3},
        "propagateTags": True,
    }


def test_an_unknown_key_is_named_with_its_place() -> None:
    shape = shapes.operation("batch", "SubmitJob").input_shape

    with pytest.raises(shapes.UnknownMemberError) as caught:
        shapes.to_api(shape, {"ContainerOverrides": {"Comand": ["x"]}})

    assert (caught.value.path, caught.value.member) == ("ContainerOverrides", "Comand")


def test_answers_become_pascal_case() -> None:
    shape = shapes.operation("batch", "DescribeJobs").output_shape
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

    assert shapes.to_pascal({"jobs": [{"jobId": "1", "parameters": {"key": "v"}, "at": moment}]}, shape) == {
        "Jobs": [{"JobId": "1", "Parameters": {"key": "v"}, "At": "2026-01-01T00:00:00+00:00"}]
    }
