from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_the_stack_in_the_readme_is_the_quickstart_example(root: Path) -> None:
    example = (root / "examples" / "quickstart.py").read_text(encoding="utf-8")
    readme = (root / "README.md").read_text(encoding="utf-8")

    assert example.rstrip("\n") in re.findall(r"^```python\n(.*?)\n```$", readme, flags=re.DOTALL | re.MULTILINE)
