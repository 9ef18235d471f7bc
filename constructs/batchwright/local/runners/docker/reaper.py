"""Removes what a server made in the Docker engine when that server is killed: run as a program by `Lifeline`.

The server holds the other end of standard input, which says how it ended: `closed` means in order, with nothing left.
"""

from __future__ import annotations

import sys
import time
from typing import Final

CLOSED: Final = "closed"
_AGAIN_SECONDS: Final = 1.0


def main() -> None:
    """Wait for the server's end, then remove what servers left whose process is gone."""
    if sys.stdin.read().strip() == CLOSED:
        return
    # Not before: nobody needs them while the server lives.
    import docker

    from batchwright.local.runners.docker.janitor import Janitor

    client = docker.from_env()
    janitor = Janitor(api=client.api)
    try:
        janitor.remove_abandoned()
        # What the engine was still making when the server was killed.
        time.sleep(_AGAIN_SECONDS)
        janitor.remove_abandoned()
    finally:
        janitor.close()
        client.close()


if __name__ == "__main__":
    main()
