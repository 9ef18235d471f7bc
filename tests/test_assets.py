from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import batchwright.assets
from batchwright import container_folder, lambda_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_what_ships_is_found_in_a_checkout(root: Path) -> None:
    assert container_folder("embed") == root / "containers" / "embed"
    assert lambda_folder("split_manifest") == root / "lambdas" / "split_manifest"


@pytest.mark.parametrize("name", ["nothing", "", "..", "../containers"])
def test_what_does_not_ship_is_refused_with_what_does(name: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"no container named .* there are: .*embed"):
        container_folder(name)


def test_an_installed_package_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lambdas" / "mine").mkdir(parents=True)
    monkeypatch.setattr(batchwright.assets, "_SHIPPED", tmp_path)
    assert lambda_folder("mine") == tmp_path / "lambdas" / "mine"
    with pytest.raises(FileNotFoundError, match="there are: none"):
        container_folder("mine")
