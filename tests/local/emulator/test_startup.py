from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from batchwright.local.emulator import startup
from batchwright.local.emulator.errors import LocalAwsError

ENDPOINT = "http://127.0.0.1:4566"


def test_a_plain_shell_needs_no_more_than_a_way_past_proxies() -> None:
    assert startup.overrides({"PATH": "/bin"}, ENDPOINT) == {
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def test_what_leads_elsewhere_is_replaced() -> None:
    shell = {"AWS_ENDPOINT_URL_S3": "https://elsewhere", "AWS_SESSION_TOKEN": "t", "NO_PROXY": "a"}

    replaced = startup.overrides(shell, ENDPOINT)

    assert replaced["AWS_ENDPOINT_URL_S3"] == ENDPOINT
    assert replaced["AWS_SESSION_TOKEN"] == ""
    assert replaced["NO_PROXY"] == "a,127.0.0.1,localhost"
    assert "AWS_PROFILE" not in replaced


def test_a_profile_becomes_the_root_of_the_local_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in startup.overrides({"AWS_PROFILE": "production"}, ENDPOINT).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)

    credentials = Session().get_credentials()

    assert (credentials.access_key, credentials.secret_key) == ("test", "test")
    assert Path(startup._PROFILE_FILE).is_file()


@pytest.mark.parametrize("name", ["max_jobs_per_minute", "max_containers"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, "many"])
def test_a_guard_is_a_whole_number(name: str, value: Any) -> None:  # noqa: ANN401
    with pytest.raises(LocalAwsError, match=rf"{name}: .* give a whole number from 1 up"):
        startup.check(port=0, account="123456789012", region="us-east-1", runner="auto", **{name: value})
