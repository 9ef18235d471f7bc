"""Where each file of the repository stands in the site, and pages for those that are no pages yet."""

from __future__ import annotations

import os.path
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
RENAMED: Final = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
_DOCS: Final = "docs/"
_SOURCE: Final = "source"
_LANGUAGES: Final = {".py": "python", ".json": "json", ".sh": "sh", ".toml": "toml", ".yml": "yaml"}
_FENCE: Final = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK: Final = re.compile(r"\]\((?!\w+:)([^)#\s]+)(#[^)\s]*)?\)")


def place(path: str) -> str:
    """Return where a file or folder of the repository stands in the site."""
    if path in RENAMED:
        return RENAMED[path]
    return path.removeprefix(_DOCS) if path.startswith(_DOCS) and path.endswith(".md") else f"{_SOURCE}/{path}.md"


def linked(path: str, text: str) -> Iterator[str]:
    """Name the files and folders that a page of the repository links to."""
    for found in _LINK.finditer(_FENCE.sub("", text)):
        yield _target(path, found[1])


def with_links_of_the_site(path: str, text: str) -> str:
    """Return the text of a page with links to where their targets stand in the site."""

    def link(found: re.Match[str]) -> str:
        return f"]({_from(path, _target(path, found[1]))}{found[2] or ''})"

    parts: list[str] = []
    end = 0
    for fence in _FENCE.finditer(text):
        parts += [_LINK.sub(link, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, _LINK.sub(link, text[end:])])


def page_of(path: str) -> str:
    """Return a page that shows a file, or lists a folder."""
    whole = ROOT / path
    if whole.is_dir():
        rows = "".join(f"- [{PurePosixPath(child).name}]({_from(path, child)})\n" for child in contents(path))
        return f"# {path}\n\n{rows}"
    language = _LANGUAGES.get(whole.suffix, "dockerfile" if whole.name == "Dockerfile" else "text")
    return f"# {path}\n\n```{language}\n{whole.read_text(encoding='utf-8').rstrip()}\n```\n"


def contents(path: str) -> list[str]:
    """Name the files of a folder; nothing for a file."""
    whole = ROOT / path
    if not whole.is_dir():
        return []
    return sorted(
        f"{path}/{child.name}" for child in whole.iterdir() if not child.name.startswith((".", "__pycache__"))
    )


def _from(path: str, there: str) -> str:
    """Return the link from the page of one file to that of another."""
    return os.path.relpath(place(there), PurePosixPath(place(path)).parent)


def _target(path: str, link: str) -> str:
    return os.path.normpath(PurePosixPath(path).parent / link)
