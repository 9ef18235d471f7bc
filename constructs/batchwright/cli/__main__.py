"""`python -m batchwright.cli`."""

from __future__ import annotations

import sys

from batchwright.cli import main

if __name__ == "__main__":
    sys.exit(main())
