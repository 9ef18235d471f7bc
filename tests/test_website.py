from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import batchwright
from tools.website.pages import place, with_links_of_the_site

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site; `strict` makes a link that leads nowhere an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    variables = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=300, check=False)
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    return folder


@pytest.mark.slow
def test_every_public_name_is_in_the_reference(site: Path) -> None:
    shown = "".join(page.read_text(encoding="utf-8") for page in (site / "reference").glob("*.html"))

    assert [name for name in batchwright.__all__ if f'.{name}"' not in shown] == []


@pytest.mark.slow
def test_every_page_of_the_docs_is_there_and_linked_from_the_menu(site: Path) -> None:
    pages = sorted(path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md"))
    menu = (site / "index.html").read_text(encoding="utf-8")

    assert [page for page in pages if not (site / page).is_file()] == []
    assert [page for page in pages if page.parent.name != "rules" and f'href="{page}"' not in menu] == []


@pytest.mark.slow
def test_examples_have_pages_of_their_own(site: Path) -> None:
    assert "Quickstart" in (site / "source" / "examples" / "quickstart.py.html").read_text(encoding="utf-8")
    assert "word_count.py.html" in (site / "source" / "examples" / "word_count.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_pages_load_nothing_from_the_network(site: Path) -> None:
    loaded = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//[^\"> ]*")

    assert [found for page in site.rglob("*.html") for found in loaded.findall(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("README.md", "index.md"),
        ("docs/jobs.md", "jobs.md"),
        ("docs/rules/index.md", "rules/index.md"),
        ("examples/quickstart.py", "source/examples/quickstart.py.md"),
    ],
)
def test_where_files_stand(path: str, there: str) -> None:
    assert place(path) == there


@pytest.mark.parametrize(
    ("path", "link", "there"),
    [
        ("README.md", "docs/jobs.md#roles", "jobs.md#roles"),
        ("docs/jobs.md", "../examples/eks_pod.py", "source/examples/eks_pod.py.md"),
        ("docs/rules/bw101.md", "../checks.md", "../checks.md"),
        ("docs/systems/embeddings.md", "../../README.md", "../index.md"),
        ("README.md", "https://docs.aws.amazon.com/batch/", "https://docs.aws.amazon.com/batch/"),
        ("README.md", "#examples", "#examples"),
    ],
)
def test_links_lead_to_where_files_stand(path: str, link: str, there: str) -> None:
    code = f"```md\n[a]({link})\n```\n"

    assert with_links_of_the_site(path, f"{code}[a]({link}) b\n{code}") == f"{code}[a]({there}) b\n{code}"
