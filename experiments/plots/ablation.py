"""Where the gain comes from: what is left of it when one mechanism is switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from experiments.messages import rupiah, text
from experiments.plots.axes import number_axis, scale
from experiments.plots.lettering import fit
from experiments.plots.style import BLUE, HALF_BAND, INK, SMALL, WHITE, WIDTH, drawn, new_figure

ROW = 0.42  # inches
NEARLY_SURE = 1.96  # standard errors to either side


def ablation_table(summary: Mapping[str, object], forms: Sequence[str]) -> pd.DataFrame:
    """form, mean, median (Rp a member and week), share of the full model's mean, error."""
    left: Mapping[str, Mapping[str, float]] = summary["left"]  # type: ignore[assignment]
    errors: Mapping[str, float] = summary["error"]  # type: ignore[assignment]
    return pd.DataFrame([{"form": form, **left[form], "error": errors[form]} for form in forms])


@drawn
def ablation(table: pd.DataFrame, plan: str, lang: str = "id") -> Figure:
    """One bar a form of the model, the model itself first; whiskers: of the difference to it.

    plan: the title of the plan whose gain is taken apart.
    """
    figure = new_figure(
        ROW * len(table) + 0.5, text(lang, "ablate.title"), text(lang, "ablate.subtitle", plan=plan)
    )
    ax = figure.add_subplot()
    unit = scale("net_income")
    for row, form in enumerate(table.to_dict("records")):
        colour = BLUE if form["form"] == "full" else HALF_BAND
        ax.barh(row + 0.7, form["mean"] / unit, height=0.38, color=colour)
        if form["error"] > 0:
            ax.errorbar(
                form["mean"] / unit, row + 0.7, xerr=NEARLY_SURE * form["error"] / unit,
                color=INK, linewidth=1.2, capsize=2,
            )  # fmt: skip
        place = {"transform": ax.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
        place["bbox"] = {"facecolor": WHITE, "edgecolor": "none", "pad": 0.5}  # over the zero line
        name = text(lang, f"ablate.form.{form['form']}")
        ax.text(0, row + 0.26, fit(name, WIDTH - 1.2, SMALL), **place)
        ax.text(1, row + 0.26, rupiah(form["mean"], lang), ha="right", **place)
    ax.axvline(table.iloc[0]["mean"] / unit, color=INK, linewidth=0.8, linestyle=":")
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_ylim(len(table), 0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    number_axis(ax.xaxis, lang, 6)
    ax.set_xlabel(text(lang, "ablate.axis"))
    return figure
