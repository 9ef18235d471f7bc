"""The page around the drawing of `timeline`: its style and its frame."""

from __future__ import annotations

from string import Template
from typing import Final

# The colours of the states go from grey over warm (waiting) to blue (working); they differ in brightness as well, so
# that they can be told apart without seeing colours.
PAGE: Final = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --ink: #1d1b18; --faint: #625d54; --rule: #e3dfd6;
  --step: #8a6fb3; --submitted: #c9c4b9; --pending: #9d968a; --runnable: #e3a72f; --starting: #7fb8d8;
  --running: #1f6fb2; --succeeded: #2c7a3f; --failed: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171613; --ink: #ece8e0; --faint: #a59f93; --rule: #34312b;
    --step: #a68bd0; --submitted: #57534b; --pending: #79736a; --runnable: #c98f1d; --starting: #8cc4e2;
    --running: #3d8fd4; --succeeded: #6cc283; --failed: #f2897f;
  }
}
body {
  margin: 0 auto; padding: 2.5rem 1.5rem; max-width: 1140px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif;
}
h1 { margin: 0 0 .25rem; font-size: 1.6rem; font-weight: 600; }
p { margin: 0 0 1.25rem; color: var(--faint); }
ul { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: 0 0 1.5rem; padding: 0; list-style: none; }
li { display: flex; align-items: center; gap: .45rem; font-size: .85rem; }
svg { display: block; width: 100%; height: auto; }
svg.key { width: 14px; height: 14px; }
.drawing { overflow-x: auto; }
.drawing svg { min-width: 720px; }
.grid { stroke: var(--rule); stroke-width: 1; }
.tick, .label { fill: var(--faint); font-size: 12px; }
.tick { text-anchor: middle; }
.label { text-anchor: end; fill: var(--ink); }
.name { fill: var(--paper); font-size: 11px; pointer-events: none; }
.row:hover .label { font-weight: 600; }
rect:hover { opacity: .8; }
.step { fill: var(--step); } .submitted { fill: var(--submitted); } .pending { fill: var(--pending); }
.runnable { fill: var(--runnable); } .starting { fill: var(--starting); } .running { fill: var(--running); }
.step { stroke: var(--paper); stroke-width: 1; }
.mark { font-size: 14px; font-weight: 700; }
.mark.succeeded { fill: var(--succeeded); color: var(--succeeded); }
.mark.failed { fill: var(--failed); color: var(--failed); }
details { margin-top: 1.75rem; }
summary { cursor: pointer; }
table { margin-top: .75rem; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; }
th, td { padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--rule); text-align: left; font-weight: 400; }
thead th { font-weight: 600; }
td:nth-child(n+3) { text-align: right; }
</style>
</head>
<body>
<h1>$title</h1>
<p>$subtitle</p>
<ul aria-label="Legend">
$legend
</ul>
<div class="drawing">
$drawing
</div>
<details>
<summary>The same as a table</summary>
<table>
<thead><tr><th scope="col">Job</th><th scope="col">State</th><th scope="col">From (s)</th><th scope="col">To (s)</th>
<th scope="col">Seconds</th></tr></thead>
<tbody>
$table
</tbody>
</table>
</details>
</body>
</html>
""")
