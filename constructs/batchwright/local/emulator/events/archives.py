"""Archives and replays: refused, since nothing here would ever be replayed to its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from batchwright.local.emulator.ministack.guard import Hooks

_REFUSED: Final = ("_create_archive", "_update_archive", "_start_replay", "_cancel_replay")


def install(hooks: Hooks) -> None:
    """Refuse what makes an archive or a replay; there are none to describe or list then."""
    module = hooks.module("services.eventbridge")
    refuse = hooks.get(module, "error_response_json")
    text = "the local AWS keeps no archives of events and replays none"

    def call(_request: Any) -> Any:  # noqa: ANN401 - ministack's response
        return refuse("UnsupportedOperationException", text, 400)

    for name in _REFUSED:
        hooks.replace(module, name, call)
