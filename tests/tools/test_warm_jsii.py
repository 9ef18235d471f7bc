"""The jsii cache is warmed once for each version of the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.lib import warm_jsii

if TYPE_CHECKING:
    import pytest


def test_an_index_counts_only_for_its_own_version(tmp_path: Path) -> None:
    index = tmp_path / "aws-cdk-lib/2.1.0/abc/.jsii.runtime.v1.json"
    index.parent.mkdir(parents=True)
    index.touch()
    assert warm_jsii.is_indexed(tmp_path, "2.1.0")
    assert not warm_jsii.is_indexed(tmp_path, "2.2.0")


def test_the_cache_is_where_jsii_puts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", raising=False)
    monkeypatch.setattr(warm_jsii.sys, "platform", "linux")
    assert warm_jsii.cache_folder() == Path.home() / ".cache/aws/jsii/package-cache"
    monkeypatch.setenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", "/elsewhere")
    assert warm_jsii.cache_folder() == Path("/elsewhere")


def test_a_cache_that_is_switched_off_is_not_warmed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JSII_RUNTIME_PACKAGE_CACHE", "disabled")
    monkeypatch.setenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(tmp_path))
    assert warm_jsii.main() == 0
    assert list(tmp_path.iterdir()) == []
