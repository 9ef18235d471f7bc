"""What `mkdocs build` calls: adds the pages that lie outside docs/, and points links at them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

# mkdocs loads this file by its path.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.website.pages import RENAMED, ROOT, contents, linked, page_of, place, with_links_of_the_site
from tools.website.reference import reference

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page


def on_config(config: MkDocsConfig) -> None:
    """Add the reference to the tabs."""
    pages = [{title: f"reference/{name}"} for name, (title, _) in reference().items()]
    config.nav = [*(config.nav or []), {"Reference": pages}]


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the pages of the repository's root, of everything that a page links to, and of the public names."""
    written = {f"docs/{file.src_uri}": file.content_string for file in files.documentation_pages()}
    for path in RENAMED:
        written[path] = (ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, place(path), content=written[path]))
    wanted = {target for path, text in written.items() for target in linked(path, text)} - written.keys()
    while wanted:
        path = wanted.pop()
        if not path.endswith(".md") and files.get_file_from_path(place(path)) is None:
            files.append(File.generated(config, place(path), content=page_of(path)))
            wanted.update(contents(path))
    for name, (_, text) in reference().items():
        files.append(File.generated(config, f"reference/{name}", content=text))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str | None:
    """Point links at where the files stand in the site."""
    del config, files
    back = {there: path for path, there in RENAMED.items()}
    path = back.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    return with_links_of_the_site(path, markdown) if (ROOT / path).is_file() else None
