"""How far the model can be trusted: each check, in how many villages it holds, and its verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.messages import number, text
from experiments.plots.lettering import fit
from experiments.plots.style import (
    BODY,
    GREY,
    HALF_BAND,
    INK,
    PALE,
    SMALL,
    WHITE,
    WIDTH,
    drawn,
    new_figure,
)

ROW = 0.42  # inches: a line of words and a line with the marks
HUNDRED = 100


@drawn
def validation(summary: pd.DataFrame, headline: str, lang: str = "id") -> Figure:
    """One row a check: dots at the shares of plausible villages, the verdict at the right.

    summary: check, kind, share, knock_out_share, verdict (see `validation.validate.summarise`).
    """
    full = Line2D([], [], marker="o", color=INK, linestyle="", label=text(lang, "validate.held"))
    hollow = Line2D([], [], marker="o", color=GREY, markerfacecolor=WHITE, linestyle="",
                    label=text(lang, "validate.knocked"))  # fmt: skip
    figure = new_figure(
        ROW * len(summary) + 0.5, text(lang, "validate.title"), headline, [full, hollow]
    )
    ax = figure.add_subplot()
    for row, check in enumerate(summary.to_dict("records")):
        evidence = check["verdict"] == "evidence"
        ax.axhspan(row, row + 1, color=PALE if row % 2 else WHITE, linewidth=0)
        name = f"{check['check']}  {text(lang, 'validate.check.' + check['check'])}"
        blanks = {"share": ""} if check["verdict"] == "default_only" else {}
        said = text(lang, f"validate.verdict.{check['verdict']}", **blanks).partition(":")[0]
        place = {"transform": ax.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
        ax.text(0, row + 0.3, fit(name, WIDTH - 1.5, SMALL), **place)
        weight = "bold" if evidence else "normal"
        ax.text(1, row + 0.3, said, ha="right", weight=weight, **place)
        line = row + 0.72
        share, knocked = HUNDRED * check["share"], HUNDRED * check["knock_out_share"]
        if not np.isnan(share):
            ax.plot([0, share], [line] * 2, color=HALF_BAND, linewidth=3, zorder=1)
        if not np.isnan(knocked):
            ax.plot(knocked, line, "o", color=GREY, markerfacecolor=WHITE, markersize=6, zorder=2)
        if not np.isnan(share):
            ax.plot(share, line, "o", color=INK, markersize=6, zorder=3)
    ax.set_ylim(len(summary), 0)
    ax.set_xlim(-2, HUNDRED + 2)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(lambda value, _: number(value, lang, 0))
    ax.set_xlabel(text(lang, "validate.axis"), fontsize=BODY)
    return figure
