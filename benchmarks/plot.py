"""Draws the table on standard input (tab-separated, heading first) as bars into the SVG file that is named.

Runs in an environment of its own, which has matplotlib and nothing of DocGen.
"""

import sys

import matplotlib as mpl
from matplotlib import pyplot as plt


def main(path: str) -> None:
    """Draw one panel for each document, one bar for each engine, on a logarithmic scale."""
    mpl.rcParams["svg.hashsalt"] = "docgen"
    heading, *rows = [line.split("\t") for line in sys.stdin.read().splitlines()]
    cases = heading[1:-1]
    figure, panels = plt.subplots(1, len(cases), figsize=(3.2 * len(cases), 3.4), sharey=True, squeeze=False)
    for column, (case, panel) in enumerate(zip(cases, panels[0], strict=True), 1):
        values = [_value(row[column]) for row in rows]
        colours = ["#1a6d4f" if number == 0 else "#9aa5b1" for number in range(len(rows))]
        bars = panel.barh([row[0] for row in rows], [value or 0 for value in values], color=colours, log=True)
        panel.bar_label(bars, labels=[row[column] for row in rows], padding=3, fontsize=7)
        panel.set_title(case, fontsize=10)
        panel.set_xlim(right=max(value for value in values if value) * 30)
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=8)
    panels[0][0].invert_yaxis()
    figure.supxlabel("milliseconds a document, logarithmic: shorter is better", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def _value(cell: str) -> float | None:
    try:
        return float(cell.split(" ", maxsplit=1)[0].replace(",", ""))
    except ValueError:
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])
