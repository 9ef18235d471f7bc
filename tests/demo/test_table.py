from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from rich.console import Console

from tools.demo.results import Summary
from tools.demo.screen import Phase
from tools.demo.table import closing_table

if TYPE_CHECKING:
    from tools.demo.job_log import JobLog


def test_the_table_has_the_numbers_of_the_run_the_events_and_the_phases(recorded: JobLog) -> None:
    summary = Summary(
        images=1_201, embedded=1_199, failed=2, children=3, seconds=9.84, images_per_second=122.05, reasons=()
    )
    phases = [Phase("synthesize", seconds=8.26), Phase("run", seconds=10.0)]
    console = Console(file=io.StringIO(), width=60)  # one table below the other
    console.print(closing_table(summary=summary, jobs=recorded, items=1_199, phases=phases))
    lines = ([cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in console.file.getvalue().splitlines())
    rows = {cells[0]: cells[1:] for cells in lines if cells}
    assert rows["images"] == ["1,201"]
    assert rows["vectors in the table"] == ["1,199"]
    assert rows["images that failed"] == ["2"]
    assert rows["jobs"] == ["2 SUCCEEDED, 1 FAILED"]
    assert rows["attempts"] == ["4"]
    assert rows["images per second"] == ["122.0"]
    assert rows["RUNNING"] == ["4", "3.50", "6.00"]
    assert rows["synthesize"] == ["8.3"]
    assert rows["all"] == ["18.3"]
