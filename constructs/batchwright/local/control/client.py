"""Asks a local AWS in another process."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

from batchwright.local.control.endpoint import PREFIX, TOKEN_HEADER
from batchwright.local.emulator.clients import Clients
from batchwright.local.emulator.errors import LocalAwsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from batchwright.local.control.records import Record


class ControlClient:
    """Speaks to the server of a record.

    Args:
        record: The server.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self._clients = Clients(endpoint=record.endpoint, region=record.region)

    def client(self, service: str) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a boto3 client that speaks to the server as the account's root."""
        return self._clients.client(service)

    def deploy(
        self, assembly: Path, *, stacks: Sequence[str] | None, parameters: Mapping[str, str] | None
    ) -> dict[str, dict[str, str]]:
        """Deploy the stacks of a synthesized app; returns the outputs of each.

        Raises:
            LocalAwsError: It failed, for the reason in the text, or the server ended.
        """
        request = {"assembly": str(assembly.resolve()), "stacks": stacks, "parameters": parameters}
        outputs: dict[str, dict[str, str]] = self._ask("deploy", request)["outputs"]
        return outputs

    def destroy(self, assembly: Path, *, stacks: Sequence[str] | None) -> None:
        """Delete the stacks of a synthesized app.

        Raises:
            LocalAwsError: It failed, for the reason in the text, or the server ended.
        """
        self._ask("destroy", {"assembly": str(assembly.resolve()), "stacks": stacks})

    def _ask(self, action: str, request: Mapping[str, Any]) -> dict[str, Any]:
        # Without a limit in time: an image may take as long as it takes. The end of the server ends it too.
        connection = http.client.HTTPConnection("127.0.0.1", self.record.port)
        try:
            headers = {TOKEN_HEADER: self.record.token, "content-type": "application/json"}
            connection.request("POST", f"{PREFIX}{action}", json.dumps(request), headers)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise LocalAwsError(f"the local AWS at {self.record.endpoint} ended or did not answer: {reason}") from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise LocalAwsError(str(answer.get("error", answer)))
        return answer
