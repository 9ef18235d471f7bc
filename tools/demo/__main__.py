"""Entry point of `python -m tools.demo`."""

from __future__ import annotations

from tools.demo.cli import app

if __name__ == "__main__":
    app(prog_name="make demo")
