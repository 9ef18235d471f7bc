from __future__ import annotations

from batchwright.model.environment_changes import CHANGES
from tools.environment_updates import FILE, page


def test_the_page_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == page(CHANGES), "run `make docs`"


def test_each_property_has_its_row_with_its_source() -> None:
    rows = [line for line in page(CHANGES).splitlines() if line.startswith("| ")][2:]
    assert len(rows) == len(CHANGES)
    assert all("](https://docs.aws.amazon.com/" in row for row in rows)
