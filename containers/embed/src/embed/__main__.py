"""`python -m embed`."""

from __future__ import annotations

import os
import sys

from embed.stopping import stop_on_sigterm

if __name__ == "__main__":
    stop = stop_on_sigterm()
    # Imported late: loading ONNX Runtime takes a moment, in which SIGTERM must already count.
    from embed.main import main

    sys.exit(main(sys.argv[1:], environment=os.environ, stop=stop))
