"""How a chart looks, in a light and in a dark mode. Plain colours, no variables: programs that draw SVG
without a browser know none. Every rule begins with the chart's class, so that no page around it changes."""

from __future__ import annotations

from functools import cache

from wfllm.shortcuts.chart_kinds import COLOURS

FONT = 'Inter,"SF Pro Text","Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif'
LIGHT = {
    "paper": "#ffffff", "card": "#ffffff", "line": "#d5dae2", "ink": "#1b2430", "soft": "#566273",
    "road": "#8b97a8", "ref": "#1d5fd0", "note": "#fff8dc", "note_line": "#e6d48f", "note_ink": "#6b5a17",
    "if": "#eef4ff", "if_line": "#8fb2ee", "loop": "#f1f4f9", "loop2": "#e7ecf4", "loop_line": "#cbd4e1",
    "case": "#e9eef6", "case_ink": "#35445a", "start": "#1b2430", "start_ink": "#ffffff", "stop": "#b3372f",
    "out": "#e6effd", "out_line": "#a9c6f5", "mark": "#f59e0b", "makes": "#16a34a", "takes": "#9333ea",
}  # fmt: skip
DARK = {
    "paper": "#11151b", "card": "#1d232c", "line": "#39424f", "ink": "#e7ecf3", "soft": "#a4afbd",
    "road": "#6f7c8e", "ref": "#82b1ff", "note": "#2c2816", "note_line": "#5c5126", "note_ink": "#e3d493",
    "if": "#1a2538", "if_line": "#436199", "loop": "#171c24", "loop2": "#1d2430", "loop_line": "#333d4b",
    "case": "#283240", "case_ink": "#c5d0de", "start": "#e7ecf3", "start_ink": "#11151b", "stop": "#e2665d",
    "out": "#1c2b45", "out_line": "#3a5688", "mark": "#fbbf24", "makes": "#4ade80", "takes": "#c084fc",
}  # fmt: skip

_SHAPES = f"""
.wfc{{font-family:{FONT};font-size:12px}}
.wfc a{{text-decoration:none}}
.wfc .t{{font-size:13px;font-weight:600}}
.wfc .h{{font-size:10px;font-weight:700;letter-spacing:.06em}}
.wfc .c,.wfc .o{{font-size:11.5px}}
.wfc .w{{font-size:11px;font-weight:600}}
.wfc .u{{font-size:13px;font-weight:700;fill:#fff}}
.wfc .e{{fill:none;stroke-width:1.6}}
.wfc .back{{stroke-dasharray:5 3}}
.wfc .dead{{stroke-dasharray:1.5 4}}
.wfc .g{{fill:none;stroke:#fff;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}}
.wfc .m{{text-anchor:middle}}
.wfc .b{{stroke-width:1}}
.wfc .v{{font-weight:500}}
.wfc [data-i]{{cursor:pointer}}
.wfc .n:target .b,.wfc .n.on .b{{stroke-width:3}}
.wfc .n.makes .b,.wfc .n.takes .b{{stroke-width:2.5}}
"""
_COLOURED = """
.wfc .paper{{fill:{paper}}}
.wfc .b{{fill:{card};stroke:{line}}}
.wfc .t{{fill:{ink}}}
.wfc .l,.wfc .h,.wfc .w{{fill:{soft}}}
.wfc .v{{fill:{ref}}}
.wfc .e{{stroke:{road}}}
.wfc .a{{fill:{road}}}
.wfc .k-note .b{{fill:{note};stroke:{note_line}}}
.wfc .k-note .l{{fill:{note_ink}}}
.wfc .k-if .b{{fill:{if};stroke:{if_line}}}
.wfc .k-if .l{{fill:{ink}}}
.wfc .f{{fill:{loop};stroke:{loop_line}}}
.wfc .f.odd{{fill:{loop2}}}
.wfc .k-case .b{{fill:{case};stroke:{case}}}
.wfc .c{{fill:{case_ink}}}
.wfc .k-start .b,.wfc .k-end .b{{fill:{start};stroke:{start}}}
.wfc .k-start .t,.wfc .k-end .t{{fill:{start_ink}}}
.wfc .k-stop .b{{stroke:{stop}}}
.wfc .k-merge .b,.wfc .k-next .b{{fill:{card};stroke:{road}}}
.wfc .k-next .g{{stroke:{road}}}
.wfc .p{{fill:{out};stroke:{out_line}}}
.wfc .o{{fill:{ref}}}
.wfc .n:target .b,.wfc .n.on .b{{stroke:{mark}}}
.wfc .n.makes .b{{stroke:{makes}}}
.wfc .n.takes .b{{stroke:{takes}}}
"""


@cache
def chart_style() -> str:
    """The rules for any number of charts on a page (class `wfc`)."""
    signs = "".join(f".wfc .s-{kind}{{fill:{colour}}}\n" for kind, colour in COLOURS.items())
    dark = _COLOURED.format(**DARK)
    return f"{_SHAPES}{signs}{_COLOURED.format(**LIGHT)}@media (prefers-color-scheme:dark){{{dark}}}\n"
