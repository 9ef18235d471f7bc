"""Chooses, from this machine's own pip configuration, what pip needs inside an image as well."""

from __future__ import annotations

import ast
import subprocess
import sys
from urllib.parse import urlsplit

ADDRESSES = frozenset({"index-url", "extra-index-url", "find-links"})
PLAIN = frozenset({"trusted-host", "timeout", "default-timeout", "retries"})


def for_image() -> str:
    """The text of a pip.conf for the image; empty when the machine's pip has no setting that matters there."""
    asked = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    return render(asked.stdout) if asked.returncode == 0 else ""


def render(listing: str) -> str:
    """Turns the output of `pip config list` into a pip.conf.

    Folders of this machine are left out, for the image does not have them, and so are addresses with a password in
    them, for images are copied around.
    """
    chosen: dict[str, str] = {}
    for line in listing.splitlines():
        key, separator, quoted = line.partition("=")
        name = key.removeprefix(":env:.").removeprefix("global.")
        if not separator or "." in name or name not in ADDRESSES | PLAIN:
            continue
        value = str(ast.literal_eval(quoted))
        kept = [word for word in value.split() if name in PLAIN or _travels(word)]
        if kept:
            chosen[name.replace("default-timeout", "timeout")] = " ".join(kept)
    if not chosen:
        return ""
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in sorted(chosen.items()))


def _travels(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and parts.username is None
