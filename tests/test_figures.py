"""Each figure shows what its table says, and the table what the runs say."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection

from experiments.plots import strip
from experiments.plots.differences import cloud, difference_table, paired_differences
from experiments.plots.fans import fan_table, fans
from experiments.plots.map import apart, map_table, network_map
from experiments.plots.network import network_response, response_table
from experiments.plots.sweep import sweep_heatmap, sweep_lines
from tests import plot_data as made
from tests.drawn import clashes, words

OLD = {"warung_lama", "kantin_lama"}
NEW = OLD | {"warung_amat", "assanusi", "kebon_jambu", "pkk"}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_panel_and_a_strip_for_each_scenario(count: int) -> None:
    weekly = made.weekly(count, 4, 2, 30)
    figure = fans(weekly, "net_income", made.titles(count), made.events(count))
    reading = sorted(figure.axes, key=lambda ax: (-ax.get_position().y0, ax.get_position().x0))
    panels = [ax for ax in reading if ax.get_title("left")]
    lanes = [ax for ax in reading if not ax.get_title("left")]
    assert [p.get_title("left").replace("\n", " ") for p in panels] == [
        *made.titles(count).values()
    ]
    assert len(lanes) == count
    for panel, lane in zip(panels, lanes, strict=True):
        above, below = panel.get_position(), lane.get_position()
        assert (above.x0, above.x1) == pytest.approx((below.x0, below.x1))
        assert above.y0 > below.y1
        assert panel.get_ylim() == panels[0].get_ylim() and lane.get_xlim() == panel.get_xlim()
    silent = [word for word in words(figure) if word.text == "tanpa kegiatan"]
    assert len(silent) == 1  # s0 does nothing


def test_fans_show_the_quantiles_of_all_runs() -> None:
    weekly, events = made.weekly(2), made.events(2)
    table = fan_table(weekly, "net_income", events)
    assert (table["low80"] <= table["low50"]).all() and (table["high50"] <= table["high80"]).all()
    assert table["middle"].between(table["low50"], table["high50"]).all()
    one = weekly[(weekly["scenario_id"] == "s1") & (weekly["week"] == 5)]["net_income"]
    row = table[(table["scenario_id"] == "s1") & (table["week"] == 5)].iloc[0]
    assert row["middle"] == np.median(one) and row["low80"] == np.quantile(one, 0.1)
    assert row["activities"] == "audience; mentoring; negotiation"
    figure = fans(weekly, "net_income", made.titles(2), events)
    lines = [line.get_ydata() for line in figure.axes[1].lines]
    shown = table[table["scenario_id"] == "s1"]
    for column in ["middle", *(f"run_{i}" for i in range(1, 6))]:
        assert any(np.array_equal(y, shown[column] / 1000) for y in lines if len(y) == len(shown))


def test_example_runs_are_the_same_real_runs_in_every_panel() -> None:
    weekly = made.weekly(3)
    table = fan_table(weekly, "net_income", made.events(3))
    runs = weekly.pivot(
        index=["village_id", "replication_id"], columns=["scenario_id", "week"], values="net_income"
    )
    for i in range(1, 6):
        line = table.set_index(["scenario_id", "week"])[f"run_{i}"]
        assert (runs[line.index] == line).all(axis=1).sum() == 1


def test_fans_of_one_run_and_of_gaps() -> None:
    weekly = made.weekly(1, 1, 1).assign(attendance=0.5)
    weekly.loc[3, "attendance"] = np.nan
    figure = fans(weekly, "attendance", made.titles(1), made.events(1), "en")
    assert any(word.text == "0.2" for word in words(figure))
    assert "run_2" not in fan_table(weekly, "attendance", made.events(1))


def test_fans_refuse_what_they_cannot_show() -> None:
    weekly, events = made.weekly(1, 2, 1, 4), made.events(1)
    with pytest.raises(ValueError, match="no weeks of scenario: s1"):
        fans(weekly, "net_income", made.titles(2), events)
    with pytest.raises(ValueError, match="0 scenarios; a figure holds 1 to 9"):
        fans(weekly, "net_income", {}, events)
    with pytest.raises(ValueError, match=r"no mark in strip.MARKS for: party"):
        strip.kinds_in(pd.DataFrame({"kind": ["fgd", "party"]}))


def test_spells_join_weeks_without_a_gap() -> None:
    assert list(strip.spells(pd.Series([7, 1, 0, 2, 2, 9]))) == [(0, 2), (7, 7), (9, 9)]


def test_difference_counts_equal_the_data() -> None:
    diff = made.differences(5, 40)
    diff.loc[3, "difference"] = np.nan
    figure = paired_differences(diff, made.titles(6), 1500, "Siklus pertama")
    shown = [word.text for word in words(figure)]
    middles = []
    for scenario, rows in diff.groupby("scenario_id"):
        values = rows["difference"].dropna()
        above = int((values > 1500).sum())
        place = shown.index(made.titles(6)[scenario])
        assert shown[place + 1] == f"naik di {above} dari {len(values)} desa"
        middles.append((place, values.median()))
    ordered = [middle for _, middle in sorted(middles)]
    assert ordered == sorted(ordered, reverse=True)
    best = difference_table(diff, 1500).iloc[0]
    title = f"lebih tinggi di {best['raised']:.0f} dari {best['villages']:.0f} desa andaian"
    assert title in figure.get_label()
    assert "hampir sama (selisih paling banyak Rp 1.500)" in shown


def test_no_difference_is_not_sold_as_one() -> None:
    diff = made.differences(2, 20).assign(difference=0.0)
    figure = paired_differences(diff, made.titles(3), 1000, "Siklus pertama")
    assert (
        figure.get_label() == "Belum ada pilihan yang jelas lebih tinggi daripada “Siklus pertama”"
    )
    assert sum(word.text == "naik di 0 dari 20 desa" for word in words(figure)) == 2


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_dots_keep_to_their_row(values: list[float]) -> None:
    offsets = cloud(np.array(values))
    assert (np.abs(offsets) <= 1).all()
    assert np.array_equal(offsets, cloud(np.array(values)))


def test_the_next_partner_adds_the_difference_of_means() -> None:
    points = made.points(4, 10)
    table = response_table(points, made.binding(4)).set_index(["trust", "partners"])
    means = points.groupby(["trust", "partners"])["net_income"].mean()
    for trust in ("low", "middle", "high"):
        expected = means[trust].diff().to_numpy()
        assert table.loc[trust, "added"].to_numpy() == pytest.approx(expected, nan_ok=True)
    inner = table.dropna()
    assert (inner["added_low"] < inner["added"]).all()
    assert (inner["added"] < inner["added_high"]).all()
    assert table.filter(like="share_").sum(axis=1).to_numpy() == pytest.approx(1)
    assert list(table.index.unique("trust")) == ["low", "middle", "high"]
    wide = response_table(points[points["partners"] != 1], made.binding(4))
    step = wide[(wide["trust"] == "low") & (wide["partners"] == 2)]["added"].item()
    assert step == pytest.approx((means["low", 2] - means["low", 0]) / 2)


def test_limits_stack_to_ten_weeks() -> None:
    figure = network_response(made.points(3, 5), made.binding(3), "en")
    assert len(figure.axes) == 3
    tops = [bar.get_y() + bar.get_height() for bar in figure.axes[2].patches]
    assert max(tops) == pytest.approx(10)
    assert len(figure.axes[2].patches) == 6 * 4  # limits, 0 to 3 partners


def test_one_village_has_no_interval() -> None:
    table = response_table(made.points(2, 1), made.binding(2))
    assert table["added_low"].isna().all() and table["added"].notna().sum() == 6
    network_response(made.points(2, 1), made.binding(2))


def test_partners_never_move() -> None:
    figure = network_map(made.nodes(OLD), made.nodes(NEW))
    before, after = figure.axes
    dots = [[c for c in ax.collections if isinstance(c, PathCollection)] for ax in (before, after)]
    spots = [[tuple(dot.get_offsets()[0]) for dot in panel] for panel in dots]
    assert spots[0] == spots[1] and len(set(spots[0])) == len(made.nodes(OLD)) + 1
    empty = [sum(dot.get_facecolor()[0].min() == 1 for dot in panel) for panel in dots]
    assert empty == [len(made.nodes(OLD)) - len(OLD), len(made.nodes(OLD)) - len(NEW)]
    titles = [ax.get_title("left") for ax in (before, after)]
    counts = [(nodes["tie"] & (nodes["role"] == "outlet")).sum()
              for nodes in (made.nodes(OLD), made.nodes(NEW))]  # fmt: skip
    assert titles[0].startswith(f"Dulu: {counts[0]} tempat titip, {len(OLD) - counts[0]} ")
    assert titles[1].startswith(f"Rencana: {counts[1]} tempat titip, {len(NEW) - counts[1]} ")


def test_a_given_angle_wins_and_outlets_come_first() -> None:
    before = made.nodes(OLD).assign(angle=np.nan)
    before.loc[before["id"] == "pkk", "angle"] = 77.0
    table = map_table(before.iloc[::-1], made.nodes(NEW).assign(angle=np.nan))
    assert table.set_index("id").loc["pkk", "angle"] == 77.0
    assert list(table["role"]) == sorted(table["role"], key=["outlet", "donor", "supporter"].index)
    assert set(table.loc[table["after"], "id"]) == NEW
    with pytest.raises(ValueError, match=r"no shape in map.SHAPES for: kiosk"):
        network_map(before.assign(kind="kiosk"), before.assign(kind="kiosk"))


@given(st.lists(st.floats(-3, 3), max_size=8).map(lambda ys: sorted(ys, reverse=True)))
def test_labels_are_moved_apart(heights: list[float]) -> None:
    moved = apart(heights, 0.5, 3)
    assert len(moved) == len(heights)
    assert all(above - below >= 0.5 - 1e-9 for above, below in pairwise(moved))
    assert all(-3 <= y <= 3 for y in moved)


def test_the_heatmap_marks_threshold_and_doubt() -> None:
    cells = made.cells(4, 3)
    figure = sweep_heatmap(cells, "mitra", "harga", threshold=1000)
    shown = [word.text for word in words(figure)]
    doubtful = cells[(cells["lo"] <= 1000) & (cells["hi"] > 1000)]
    assert sum(bool(re.fullmatch(r"[-\d,]+\?", text)) for text in shown) == len(doubtful)
    above = cells.assign(above=cells["value"] > 1000).pivot(index="y", columns="x", values="above")
    grid = above.to_numpy()
    sides = (grid[1:] != grid[:-1]).sum() + (grid[:, 1:] != grid[:, :-1]).sum()
    assert len(figure.axes[0].collections[-1].get_segments()) == sides
    assert "garis batas Rp 1.000" in shown


def test_a_heatmap_with_gaps_and_names_and_one_without_room() -> None:
    cells = made.cells(3, 2).iloc[1:]
    sweep_heatmap(cells.assign(x=cells["x"].map({0: "sama", 1: "hadir", 2: "bonus"})), "a", "b")
    crowded = sweep_heatmap(made.cells(40, 2), "a", "b")
    assert len(crowded.axes) == 2  # a colour bar instead of words
    assert clashes(words(crowded)) == []


def test_sweep_lines_show_every_scenario() -> None:
    cells = made.lines(3)
    figure = sweep_lines(cells, made.titles(3), "pertemuan", lang="en")
    ax = figure.axes[0]
    for scenario, rows in cells.groupby("scenario_id"):
        assert any(np.array_equal(line.get_ydata(), rows["value"] / 1000) for line in ax.lines), (
            scenario
        )
    assert len(ax.collections) == 3  # bands
    assert set(made.titles(3).values()) <= {word.text for word in words(figure)}
    sweep_lines(cells.assign(x=cells["x"].map(str)), made.titles(3), "pilihan")


def test_every_level_of_a_switch_is_named_on_the_map_of_cells() -> None:
    cells = made.cells(3, 2)
    names = {0: "beta", 1: "multiplicative"}
    figure = sweep_heatmap(cells.assign(y=cells["y"].map(names)), "a", "trust_form")
    shown = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(shown) == 2
    assert "beta" in shown


def test_outlets_and_donors_are_counted_apart() -> None:
    figure = network_map(made.nodes(OLD), made.nodes(NEW), "en", plan="The package")
    after = figure.axes[1].get_title("left")
    nodes = made.nodes(NEW)
    tied = nodes[nodes["tie"]]
    assert after.startswith(f"The package: {(tied['role'] == 'outlet').sum()} outlets")
    assert after.endswith("if all agree")
