from __future__ import annotations

import types

import pytest

from batchwright.local.emulator.errors import EmulatorHookError
from batchwright.local.emulator.ministack.guard import Hooks


def test_changes_are_taken_back_in_reverse() -> None:
    owner = types.SimpleNamespace(value=1)
    table = {"kept": 1}
    hooks = Hooks()

    hooks.replace(owner, "value", 2)
    hooks.wrap(owner, "value", lambda old: old + 40)
    hooks.put(table, "kept", 2)
    hooks.put(table, "added", 3)
    assert (owner.value, table) == (42, {"kept": 2, "added": 3})

    hooks.undo()
    hooks.undo()
    assert (owner.value, table) == (1, {"kept": 1})


def test_a_name_that_is_gone_is_an_error_with_the_version() -> None:
    owner = types.ModuleType("ministack.services.example")

    with pytest.raises(
        EmulatorHookError, match=r"ministack .* has no ministack\.services\.example\.gone; .*==1\.5\.33"
    ):
        Hooks().replace(owner, "gone", None)


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchwright.local.emulator.ministack.guard.metadata.version", lambda name: "1.6.0")  # noqa: ARG005

    with pytest.raises(EmulatorHookError, match=r"ministack 1\.6\.0 is installed; .*ministack==1\.5\.33"):
        Hooks.check_version()
