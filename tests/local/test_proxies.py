from __future__ import annotations

import pytest

from batchwright.local.proxies import names_proxy, without_proxy


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "127.0.0.1,here"),
        ({"NO_PROXY": "a, b"}, "a,b,127.0.0.1,here"),
        ({"NO_PROXY": "a", "no_proxy": "127.0.0.1,b"}, "127.0.0.1,b,here"),
        ({"no_proxy": "*"}, "*"),
    ],
)
def test_hosts_are_added_to_those_that_are_there(environment: dict[str, str], expected: str) -> None:
    added = without_proxy(("127.0.0.1", "here"), environment)

    assert added == {"NO_PROXY": expected, "no_proxy": expected}


def test_a_proxy_is_seen_in_either_case() -> None:
    assert names_proxy({"https_proxy": "http://proxy"})
    assert names_proxy({"HTTP_PROXY": "http://proxy"})
    assert not names_proxy({"NO_PROXY": "a", "PROXY": "b"})
