"""The documentation points at things that exist, and shows code that the tests run."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from constructs import Construct

import batchwright

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDES = [ROOT / "docs" / f"{name}.md" for name in ("environments", "hosts", "queues", "jobs", "getting-started")]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_ANCHOR = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"^```python\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
_EXAMPLE = re.compile(r"examples/([\w/]+\.py)\)")
_SPAN = re.compile(r"`([^`\n]+)`")
# What code in a sentence calls objects.
_OBJECTS = {"queue": "JobQueue", "job": "ContainerJob", "namespace": "EksNamespace"}


def prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    targets = [target for target in _LINK.findall(prose(page)) if "://" not in target and "mailto:" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_headings(page: Path) -> None:
    links = [(page.parent / target if target else page, anchor) for target, anchor in _ANCHOR.findall(prose(page))]
    inside = [(target, anchor) for target, anchor in links if target.suffix == ".md" and target.exists()]
    assert [anchor for target, anchor in inside if anchor not in anchors(target)] == []


def anchors(page: Path) -> set[str]:
    """The headings of a page as code hosts name them in links."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose(page))}


def test_every_page_is_linked_from_another() -> None:
    linked = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target
    }
    entrances = {ROOT / "README.md"}
    assert sorted(str(page.relative_to(ROOT)) for page in set(PAGES) - linked - entrances) == []


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_code_in_a_guide_is_a_part_of_the_example_named_before_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = list(_CODE.finditer(text))
    assert blocks
    for block in blocks:
        name = _EXAMPLE.findall(text[: block.start()])[-1]
        assert is_part(block[1], ROOT / "examples" / name), f"{name} has no such lines:\n{block[1]}"


def is_part(block: str, example: Path) -> bool:
    """Whether an example has these lines one after another, indented or not."""
    lines, count = example.read_text(encoding="utf-8").splitlines(), len(block.splitlines())
    runs = ("\n".join(lines[start : start + count]) for start in range(len(lines) - count + 1))
    return any(textwrap.dedent(run) == block for run in runs)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_linked(example: Path) -> None:
    assert any(f"examples/{example.name})" in prose(page) for page in PAGES)


@pytest.mark.parametrize("page", [*GUIDES, ROOT / "README.md"], ids=lambda page: page.stem)
def test_names_in_a_guide_are_public_and_take_what_is_shown(page: Path) -> None:
    wrong = [(span, fault) for span in _SPAN.findall(prose(page)) for fault in faults(span)]
    assert wrong == []


def faults(span: str) -> list[str]:
    """What a piece of code in a sentence names that there is not; text that is no code is not judged."""
    try:
        tree = ast.parse(span, mode="eval")
    except SyntaxError:
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (owner := public(node.value)) is not None:
            found += [] if hasattr(owner, node.attr) else [f".{node.attr}"]
        if isinstance(node, ast.Call) and (called := public(node.func)) is not None:
            found += [f"{word.arg}=" for word in node.keywords if word.arg not in options(called)]
    return found


def options(called: Any) -> set[str]:  # noqa: ANN401
    """What a class or a function takes; the CDK hides that of a construct behind a metaclass."""
    return set(inspect.signature(called.__init__ if inspect.isclass(called) else called).parameters)


def public(node: ast.expr) -> Any:  # noqa: ANN401
    """The public class, or the member of one, that an expression names or makes."""
    match node:
        case ast.Name(id=name):
            return getattr(batchwright, _OBJECTS.get(name, name), None)
        case ast.Attribute(value=owner, attr=name):
            return getattr(public(owner), name, None)
        case ast.Call(func=ast.Name() as made):
            return public(made)
    return None


def test_every_construct_is_on_a_page() -> None:
    words = {word for page in PAGES for span in _SPAN.findall(prose(page)) for word in re.findall(r"\w+", span)}
    public = {name: getattr(batchwright, name) for name in batchwright.__all__}
    constructs = {name for name, each in public.items() if isinstance(each, type) and issubclass(each, Construct)}
    assert len(constructs) > 20
    assert sorted(constructs - words) == []


@pytest.mark.parametrize(
    "target", ["make demo", "make test", "make bench", "make check", "make docs", "make lock", "make snapshots"]
)
def test_the_targets_that_the_texts_name_exist(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target.removeprefix('make ')}:", makefile, flags=re.MULTILINE)
