from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from embed.cores import usable_cores
from embed.errors import EmbedError
from embed.exit_code import ExitCode
from embed.settings import SHIPPED_MODEL, VARIABLES, Settings

if TYPE_CHECKING:
    from pathlib import Path

LEAST = {"MANIFEST_URI": "s3://b/m.json", "TABLE_NAME": "t", "AWS_REGION": "eu-west-1"}


def test_defaults() -> None:
    settings = Settings.from_environment(LEAST)
    assert (settings.model_uri, settings.model_sha256) == (str(SHIPPED_MODEL), None)
    assert (settings.batch_size, settings.download_threads, settings.index, settings.attempt) == (16, 16, 0, 1)
    assert settings.decode_threads == settings.vcpus >= 1
    assert settings.job == "local"


def test_all_problems_are_named_at_once() -> None:
    wrong = {
        "MANIFEST_URI": "https://b/m.json",
        "MODEL_URI": "http://host/net.onnx",
        "MODEL_SHA256": "12",
        "BATCH_SIZE": "1e3",
        "VCPUS": "0",
        "DOWNLOAD_THREADS": "257",
        "AWS_BATCH_JOB_ARRAY_INDEX": "-1",
    }
    with pytest.raises(EmbedError) as caught:
        Settings.from_environment(wrong)
    assert caught.value.code is ExitCode.SETTINGS
    for name in [*wrong, "TABLE_NAME", "AWS_REGION"]:
        assert name in str(caught.value)
    assert "from 1 to 256" in str(caught.value)


def test_a_digest_may_be_in_capitals_and_the_other_region_variable_counts() -> None:
    environment = {"MANIFEST_URI": "s3://b/m", "TABLE_NAME": "t", "AWS_DEFAULT_REGION": "eu-west-1"}
    settings = Settings.from_environment({**environment, "MODEL_URI": "/net.onnx", "MODEL_SHA256": "AB" * 32})
    assert settings.model_sha256 == "ab" * 32
    assert settings.region == "eu-west-1"


def test_the_help_names_every_variable_that_is_read() -> None:
    class Recorder(dict):
        def get(self, name: str, default: str | None = None) -> str | None:
            asked.add(name)
            return super().get(name, default)

    asked: set[str] = set()
    Settings.from_environment(Recorder(LEAST))
    told_by_batch = {"AWS_BATCH_JOB_ID", "AWS_BATCH_JOB_ATTEMPT"}
    assert {name for name in asked if name not in VARIABLES} == told_by_batch


@pytest.mark.parametrize(
    ("content", "most"),
    [("max 100000\n", 1024), ("100000 100000\n", 1), ("150000 100000\n", 2), ("", 1024), ("x y", 1024)],
)
def test_a_cgroup_quota_bounds_the_cores(tmp_path: Path, content: str, most: int) -> None:
    (tmp_path / "cpu.max").write_text(content)
    without = usable_cores(quota_file=tmp_path / "none")
    assert usable_cores(quota_file=tmp_path / "cpu.max") == min(without, most)
