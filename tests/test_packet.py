"""The FGD packet as its readers meet it: in the PDF, as numbers, and made of awkward groups."""

from __future__ import annotations

import io
import json
import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread
from openpyxl import load_workbook
from pypdf import PdfReader
from scipy.stats import nbinom

from experiments.analysis.asking import worth_asking
from experiments.messages import FORBIDDEN, text
from experiments.packet import almanac, explorer, pictures, sheets
from experiments.packet.facts import FUTURES, read_facts
from experiments.packet.make import _writer, drawings, make_packet
from experiments.packet.numbers import nearest, share_out
from experiments.packet.plan import Problem, load_plan
from experiments.packet.problems import PacketError
from experiments.plots.style import BLUE, INK, ORANGE
from experiments.typesetting import as_images
from sim.config.values import Text
from sim.parameters import ParameterError
from sim.scenario import ConfigError, Group, load_group, load_scenario
from tests.commands import call
from tests.packets import EMPTY, SCENARIOS, WEEKS, comparison, pages, plan
from tests.test_sheet import lightness, near, stripes

HOSTILE = '<script>alert(1)</script> #eval("1") =cmd() ../../x $x$ *a* @b \\n 😀🧕 ꦱꦩꦔꦠ'
SHEETS = 13  # eleven, and sheet 5 once for each of three options


ASKING = plan(ask=("price_opak", "price_bolu", "payment_lag"))  # whether they matter or not


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return comparison(tmp_path_factory.mktemp("packet") / "compare")


@pytest.fixture(scope="module")
def made(results: Path) -> Path:
    make_packet(results, ASKING, results / "packet")
    return results / "packet"


# --- The files -----------------------------------------------------------------------------------


def test_the_files_are_small_and_the_same_on_a_repeat(results: Path, made: Path) -> None:
    again = make_packet(results, ASKING, results / "again")
    for file in again.files:
        assert file.read_bytes() == (made / file.name).read_bytes(), file.name
    cards = sorted(path.name for path in (made / "wa").iterdir())
    assert len(cards) == SHEETS and "lembar_5C.png" in cards
    assert imread(made / "wa" / cards[0]).shape[1] == 1080
    assert (made / "paket.pdf").stat().st_size <= 2_000_000
    assert (made / "jelajah.html").stat().st_size <= explorer.MOST_BYTES


def test_each_sheet_is_one_page_with_one_box_and_not_a_forecast(made: Path) -> None:
    walls = pages(made / "dinding.pdf")
    assert len(walls) == SHEETS
    labels = ["1", "2", "3", "4", "5A", "5B", "5C", "6", "7", "8", "9", "10", "11"]
    for words, label in zip(walls, labels, strict=True):
        assert words.startswith(f"Lembar {label}")
        assert words.count("Pertanyaan untuk ibu-ibu") == 1
        assert "Bukan ramalan" in words
        assert "NASKAH" in words
    for label, source in (("1", "Tabel 2"), ("2", "Gambar 1"), ("4", "Tabel 3"), ("8", "Tabel 4"),
                          ("10", "Tabel 5")):  # fmt: skip
        assert source in walls[labels.index(label)]


def test_no_forbidden_word_on_a_participants_sheet(made: Path) -> None:
    for name in ("dinding.pdf", "lintingan.pdf"):
        for words in pages(made / name):
            assert not FORBIDDEN.search(words), FORBIDDEN.search(words)
    shown = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", (made / "jelajah.html").read_text(),
                   flags=re.DOTALL)  # fmt: skip
    assert not FORBIDDEN.search(shown), FORBIDDEN.search(shown)
    charts = " ".join(pages(made / "dinding.pdf"))
    assert "Bulan ke-" in charts and "ribu rupiah sebulan" in charts  # words inside drawings too


def test_fonts_are_embedded_and_words_large_enough(made: Path) -> None:
    wall = PdfReader(made / "dinding.pdf")
    assert [round(float(x)) for x in wall.pages[0].mediabox[2:]] == [842, 1191]  # A3
    for page in PdfReader(made / "paket.pdf").pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile" in str(inner["/FontDescriptor"].get_object())
    sheets_of = PdfReader(made / "paket.pdf").pages
    start = next(i for i, page in enumerate(sheets_of) if "Lembar 1" in page.extract_text()[:20])
    sizes: list[tuple[float, str]] = []

    def visit(words: str, outer: list[float], inner: list[float], _: object, size: float) -> None:
        if words.strip():
            sizes.append((abs(size * inner[3] * outer[3]), words))

    for page in sheets_of[start : start + SHEETS]:
        page.extract_text(visitor_text=visit)
    assert len(sizes) > 200
    assert min(sizes)[0] > 8.8, min(sizes)  # points
    assert sum(size > 17 for size, _ in sizes) >= SHEETS  # headlines


def test_both_papers_hold_the_same_sheets(made: Path) -> None:
    packet = pages(made / "paket.pdf")
    start = next(i for i, words in enumerate(packet) if words.startswith("Lembar 1"))
    for small, wall in zip(packet[start:], pages(made / "dinding.pdf"), strict=False):
        assert small.split() == wall.split()


def test_slips_are_twenty_for_each_option(made: Path) -> None:
    slips = pages(made / "lintingan.pdf")
    assert len(slips) == 3
    for words in slips:
        assert words.count("Andai ke-") == FUTURES
        assert words.count("bukan ramalan") == FUTURES


# --- Numbers -------------------------------------------------------------------------------------


def test_every_number_is_made_again_from_the_tables(results: Path, made: Path) -> None:
    told = json.loads((made / "packet_manifest.json").read_text())
    numbers = told["numbers"]
    assert len(numbers) > 30
    for each in numbers:
        again = AGAIN[each["statistic"]](results / "tables", each)
        assert again == each["value"], each["key"]
    keys = {each["key"] for each in numbers}
    assert {"B.women_up", "C.futures", "CB.tries", "A.paying", "B.gains"} <= keys
    assert {"price_opak.values", "payment_lag.women", "warung.pisang.10"} <= keys


def _sql(tables: Path, question: str, **values: object) -> list[tuple]:
    names = set(re.findall(r"\$(\w+)", question))
    source = re.sub(r"from (\w+)", lambda m: f"from '{tables / m[1]}.parquet'", question)
    given_values = {name: values[name] for name in names}
    return duckdb.execute(source, given_values).fetchall()


def _half_up(value: float, unit: float = 1) -> float:
    return unit * np.floor(value / unit + 0.5)


CASH = f"""
with cash as (select scenario_id, village_id, replication_id, member_id,
  (kube_income + farm_income) / {WEEKS} as rp from women),
pairs as (select a.village_id, a.replication_id, sum((a.rp - b.rp > $margin)::int) as better,
  sum((a.rp - b.rp < -$margin)::int) as worse
  from_ cash a join cash b using (village_id, replication_id, member_id)
  where a.scenario_id = $scenario_id and b.scenario_id = $baseline group by 1, 2)
""".replace("from_", "FROM")


def _women(tables: Path, each: dict, what: str = "better") -> list[float]:
    return [float(n) for (n,) in _sql(tables, f"{CASH} select {what} FROM pairs", **each["where"])]


def _women_better(tables: Path, each: dict) -> int:
    return int(_half_up(np.quantile(_women(tables, each), each["where"]["quantile"])))


def _women_worse(tables: Path, each: dict) -> int:
    where = each["where"]
    worse = _half_up(np.quantile(_women(tables, each, "worse"), 0.5))
    return int(min(worse, where["size"] - where["up"]))


def _women_in_tries(tables: Path, each: dict) -> list[int]:
    women = np.array(_women(tables, each))
    none, many = (women == 0).mean() * 20, (women > each["where"]["half"]).mean() * 20
    return _shared([none, 20 - none - many, many])


def _usual_limit(tables: Path, each: dict) -> int:
    poor = f"""{CASH},
    poor as (select village_id, replication_id from_ pairs where better <= $half)
    select binding, count(*) FROM '{tables}/weekly.parquet' semi join poor
    using (village_id, replication_id) where scenario_id = $scenario_id
    group by 1 order by 2 desc, 1
    """.replace("from_", "FROM")
    return int(_sql(tables, poor, **each["where"])[0][0])


def _shared(exact: list[float]) -> list[int]:
    """Whole numbers that add up to twenty, by the largest remainders."""
    told = [int(part + 1e-9) for part in exact]
    for i in sorted(range(3), key=lambda i: told[i] - exact[i])[: 20 - sum(told)]:
        told[i] += 1
    return told


def _of_twenty(tables: Path, each: dict) -> int:
    column = each["column"]
    question = f"select avg({column}) from runs where scenario_id = $scenario_id"
    return int(_half_up(20 * _sql(tables, question, **each["where"])[0][0]))


def _median(tables: Path, each: dict) -> float:
    question = f"select median({each['column']}) from runs where scenario_id = $scenario_id"
    unit, value = each["where"]["unit"], _sql(tables, question, **each["where"])[0][0]
    return round(value, 1) if unit == 0.1 else int(_half_up(value, unit))


RANKED = """select village_id, replication_id, kube_income from runs
where scenario_id = $scenario_id order by kube_income, village_id, replication_id"""


def _picked(tables: Path, each: dict) -> list[tuple]:
    runs = _sql(tables, RANKED, **each["where"])
    return [runs[int((i + 0.5) / 20 * len(runs))] for i in range(20)]


def _twenty_runs(tables: Path, each: dict) -> list[int]:
    return [int(_half_up(kube * 52 / 12, 1_000)) for *_, kube in _picked(tables, each)]


def _weekly(tables: Path, each: dict, run: tuple, column: str) -> list[tuple]:
    question = f"""select week, {column} from weekly where scenario_id = $scenario_id
    and village_id = $village and replication_id = $replication order by week"""
    where = {**each["where"], "village": run[0], "replication": run[1]}
    return _sql(tables, question, **where)


def _by_month(tables: Path, each: dict) -> list[list[int]]:
    months = round(WEEKS / (52 / 12))
    lines = []
    for run in _picked(tables, each):
        paid: dict[int, list[float]] = {}
        for week, amount in _weekly(tables, each, run, "kube_income"):
            paid.setdefault(week * months // WEEKS, []).append(amount)
        lines.append([round(float(np.mean(paid[m])) * 52 / 12) for m in sorted(paid)])
    return lines


def _last_week(tables: Path, each: dict) -> list[int]:
    return [_weekly(tables, each, run, "outlets_active")[-1][1] for run in _picked(tables, each)]


def _events(tables: Path, each: dict) -> list[list | None]:
    months, found = round(WEEKS / (52 / 12)), []
    question = """select kind, min(week), count(*), count(distinct subject)
    from events where scenario_id = $scenario_id
    and village_id = $village and replication_id = $replication group by kind"""
    for run in _picked(tables, each):
        rows = _sql(tables, question, **each["where"], village=run[0], replication=run[1])
        kinds = {
            kind: [kind, week * months // WEEKS + 1, who if kind in ("dropped", "accepted") else n]
            for kind, week, n, who in rows
        }
        told = ("group_ended", "core_failed", "dropped", "grant", "accepted")
        found.append(next((kinds[kind] for kind in told if kind in kinds), None))
    return found


GAPS = """select a.net_income - b.net_income FROM '{0}/runs.parquet' a join '{0}/runs.parquet' b
using (village_id, replication_id) where a.scenario_id = $scenario_id
and b.scenario_id = $baseline order by 1"""


def _gaps(tables: Path, each: dict) -> list[float]:
    return [gap for (gap,) in _sql(tables, GAPS.format(tables), **each["where"])]


def _tries(tables: Path, each: dict) -> list[int]:
    gaps, margin = np.array(_gaps(tables, each)), each["where"]["margin"]
    better, worse = (gaps > margin).mean() * 20, (gaps < -margin).mean() * 20
    return _shared([better, 20 - better - worse, worse])


def _differences(tables: Path, each: dict) -> list[int]:
    gaps = _gaps(tables, each)
    picked = [gaps[int((i + 0.5) / 20 * len(gaps))] for i in range(20)]
    return [int(_half_up(gap * 52 / 12, 1_000)) for gap in picked]


def _fifths(tables: Path, each: dict) -> tuple[list, list]:
    """Rows (village_id, value) of the bad and the good fifth."""
    name = each["where"].get("parameter", each["column"])
    rows = _sql(tables, f"select village_id, {name} from villages order by 2, 1")
    count = max(1, len(rows) // 5)
    low, high = rows[:count], rows[-count:]
    return (low, high) if each["where"]["low_is_bad"] else (high, low)


def _fifth_values(tables: Path, each: dict) -> list[float]:
    return [float(np.median([value for _, value in part])) for part in _fifths(tables, each)]


def _fifth_women(tables: Path, each: dict) -> list[int]:
    rows = _sql(tables, f"{CASH} select village_id, better FROM pairs", **each["where"])
    return [
        int(_half_up(np.median([n for village, n in rows if village in {v for v, _ in part}])))
        for part in _fifths(tables, each)
    ]


def _sold_out(tables: Path, each: dict) -> int:
    columns, (mean_known, spread_known) = each["column"].split(", "), each["where"]["defaults"]
    there = {row[0] for row in _sql(tables, "describe select * from villages")}
    names = [
        name if name in there else str(known)
        for name, known in zip(columns, (mean_known, spread_known), strict=True)
    ]
    rows = _sql(tables, f"select {', '.join(names)} from villages")
    q = each["where"]["quantity"]
    chances = [1 - sum(nbinom.pmf(k, r, r / (r + mean)) for k in range(q)) for mean, r in rows]
    return int(_half_up(10 * float(np.mean(chances))))


def _partners(tables: Path, each: dict) -> int:
    """Initial outlets; then with whoever the plans visit or ask."""
    asked = json.loads((tables.parent / "manifest.json").read_text())["question"]
    group, count = asked["group"], int(asked["defaults"]["n_outlets_init"])
    ties = {outlet["id"] for outlet in group["outlets"] if outlet["initial"]}
    assert len(ties) == count
    if each["where"]["when"] == "after":
        shown = [s for s in asked["scenarios"] if s["id"] in SCENARIOS]
        plans = [plan for scenario in shown for plan in scenario["interventions"]]
        ties |= {plan[who] for plan in plans for who in ("outlet", "donor") if plan.get(who)}
        if any(plan["kind"] == "audience" for plan in plans):
            ties |= {d["id"] for d in group["donors"] if d["kind"] == "village_government"}
    return len(ties)


def _farm_days(tables: Path, each: dict) -> list[float]:
    defaults = json.loads((tables.parent / "manifest.json").read_text())["question"]["defaults"]
    return [value for name, value in defaults.items() if name.startswith("farm_days_")][:12]


def _worth_asking(tables: Path, each: dict) -> float:
    """The largest of a column; `worth_asking` is tried on known answers above."""
    rows = _sql(
        tables, """select village_id, scenario_id, avg(net_income) from runs group by 1, 2"""
    )
    worth = pd.DataFrame(rows, columns=["v", "s", "x"]).pivot(index="v", columns="s", values="x")
    facts = read_facts(tables.parent, ASKING, "id")
    assert worth[facts.manifest["question"]["scenarios"][0]["id"]].notna().all()
    return float(facts.found[each["column"]].max())


AGAIN = {
    "partners": _partners,
    "register_by_month": _farm_days,
    "largest_worth_asking": _worth_asking,
    "women_better": _women_better,
    "women_worse": _women_worse,
    "women_better_in_tries": _women_in_tries,
    "usual_limit": _usual_limit,
    "of_twenty": _of_twenty,
    "median": _median,
    "twenty_runs": _twenty_runs,
    "twenty_runs_by_month": _by_month,
    "twenty_runs_last_week": _last_week,
    "twenty_runs_events": _events,
    "tries_of_twenty": _tries,
    "twenty_differences": _differences,
    "medians_of_fifths": _fifth_values,
    "women_better_in_fifths": _fifth_women,
    "sold_out_of_ten": _sold_out,
}


def test_counts_on_paper_are_those_of_the_results(results: Path, made: Path) -> None:
    facts = read_facts(results, ASKING, "id")
    walls = " ".join(" ".join(pages(made / "dinding.pdf")).split())
    for option in facts.options[1:]:
        assert option.up + option.same + option.down == facts.size == 20
        said = f"{option.up} ibu naik, {option.same} ibu tetap, {option.down} ibu turun"
        assert "Naik = uangnya bertambah lebih dari Rp 1.000 seminggu." in walls
        assert said in walls
        none, some, many = option.tries
        assert none + some + many == 20
        assert f"{none} kali tidak ada ibu yang naik, {some} kali paling banyak 10 ibu" in walls
    html = (made / "jelajah.html").read_text()
    drawn = [int(n) for n in re.findall(r'data-up="(\d+)"', html)]
    ends = [n for d in facts.drivers for n in (d.women_good, d.women_bad)]
    assert drawn == [*(option.up for option in facts.options[1:]), *ends]


def test_all_options_are_drawn_on_one_scale(results: Path) -> None:
    facts = read_facts(results, ASKING, "id")
    top = pictures.ceiling(facts.options, None)
    limits = {
        pictures.futures(option, top, None, "id").axes[0].get_ylim() for option in facts.options
    }
    assert limits == {(0, top)}
    lines = [m for option in facts.options for f in option.futures for m in f.monthly]
    assert max(lines) / 1_000 < top
    assert pictures.ceiling(facts.options, 1_500.0 * top) > 1.5 * top  # a near need fits
    assert pictures.ceiling(facts.options, 1e8) == top  # a far one is told in words
    drawn = pictures.svg(pictures.futures(facts.options[0], top, 1e8, "id"))
    assert "jauh di atas gambar ini" in drawn


def test_the_drawings_can_be_told_apart_in_grey(results: Path) -> None:
    shades = sorted(lightness(colour) for colour in (INK, BLUE, ORANGE))
    assert min(np.diff(shades)) >= 20
    facts = read_facts(results, ASKING, "id")
    writer = _writer(facts, ASKING, "id")
    drawn = drawings(writer)
    assert set(re.findall(r"#[0-9a-fA-F]{6}", "".join(drawn[f"masa_{x}.svg"] for x in "ABC"))) <= {
        "#333333", "#8a8a8a", "#0072b2", "#e69f00", "#dddddd", "#ffffff",
    }  # fmt: skip
    page = next(each for each in sheets.sheets(writer) if each["number"] == "6")
    content = {"paper": "a4", "lang": "id", "title": "x", "pages": [page]}
    image = imread(io.BytesIO(as_images("paket", content, drawn)[0]))[..., :3]
    assert near(image, BLUE).sum() > 500 and near(image, ORANGE).sum() > 500
    assert stripes(near(image, ORANGE)) > 2 * stripes(near(image, BLUE))  # told apart in grey, too


# --- What the results suggest --------------------------------------------------------------------


def test_an_unknown_that_turns_the_choice_is_worth_asking() -> None:
    luck = np.random.default_rng(1)
    turns, idle = luck.uniform(-1, 1, 2_000), luck.uniform(-1, 1, 2_000)
    worth = pd.DataFrame({"a": np.zeros(2_000), "b": 1_000 * turns})
    villages = pd.DataFrame({"idle": idle, "turns": turns})
    found = worth_asking(villages, worth, worth["b"]).set_index("parameter")
    assert found.index[0] == "turns"
    assert found.loc["turns", "value"] == pytest.approx(250, abs=30)  # E max(0, 1000 u) - 0
    assert found.loc["turns", "flips"] == pytest.approx(0.5, abs=0.1)
    assert found.loc["turns", "matters"] and not found.loc["idle", "matters"]
    assert found.loc["idle", "noise"] < 40
    assert found.loc["turns", "share"] > 0.95 > 0.05 > found.loc["idle", "share"]


def test_nothing_is_worth_asking_when_one_option_is_always_best() -> None:
    luck = np.random.default_rng(2)
    worth = pd.DataFrame({"a": luck.normal(0, 1, 500), "b": luck.normal(50, 1, 500)})
    found = worth_asking(pd.DataFrame({"x": luck.normal(size=500)}), worth, worth["b"])
    assert found["value"].max() == pytest.approx(0, abs=1e-9) and found["flips"].max() == 0
    assert not found["matters"].any()


def test_a_plan_without_options_gets_them_from_the_results(results: Path) -> None:
    facts = read_facts(results, EMPTY, "id")
    names = [option.scenario.id for option in facts.options]
    assert names[0] == "none" and len(names) == 3 and set(names) == set(SCENARIOS)
    assert facts.options[1].days <= facts.options[2].days  # the lighter one first


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=6), st.integers(0, 60))
def test_shares_add_up(counts: list[float], total: int) -> None:
    shares = share_out(counts, total)
    assert sum(shares) == (total if sum(counts) > 0 else 0)
    assert all(share >= 0 for share in shares)


def test_amounts_are_rounded_half_up() -> None:
    assert [nearest(x) for x in (499, 500, 1_499, -500, 2_500)] == [0, 1_000, 1_000, 0, 3_000]


# --- Awkward groups ------------------------------------------------------------------------------


def _group(**changes: object) -> Group:
    return Group.model_validate({**load_group().model_dump(), **changes})


@pytest.mark.parametrize("size", [5, 60])
def test_groups_of_other_sizes_are_counted_out_of_their_own(tmp_path: Path, size: int) -> None:
    group = _group(members={"count": size, "officers": ["ketua"]})
    folder = comparison(tmp_path / "c", group, villages=6)
    make_packet(folder, plan(), tmp_path / "p")
    words = " ".join(" ".join(pages(tmp_path / "p" / "dinding.pdf")).split())
    assert f"dari {size} ibu" in words
    assert len(pages(tmp_path / "p" / "dinding.pdf")) == SHEETS


def test_hostile_names_print_and_run_nowhere(tmp_path: Path) -> None:
    base = load_group()
    wall = (HOSTILE * 6)[:300]
    outlets = [
        outlet.model_copy(update={"name": wall if i % 2 else HOSTILE})
        for i, outlet in enumerate(base.outlets)
    ]
    group = base.model_copy(update={"name": wall, "outlets": tuple(outlets)})
    scenarios = [
        load_scenario(name, base).model_copy(update={"title": Text(id=wall, en=HOSTILE)})
        for name in SCENARIOS
    ]
    folder = comparison(tmp_path / "c", group, scenarios, villages=6)
    before = set(tmp_path.rglob("*"))
    awkward = plan(decision=HOSTILE, monthly_need=150_000.0)
    for lang in ("id", "en"):
        made = make_packet(folder, awkward, tmp_path / "p", lang)
        assert len(pages(tmp_path / "p" / "dinding.pdf")) == SHEETS
    made_in = {path.parent for path in set(tmp_path.rglob("*")) - before}
    assert made_in <= {tmp_path, tmp_path / "p", tmp_path / "p" / "wa"}
    html = (tmp_path / "p" / "jelajah.html").read_text()
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html
    assert not re.search(r"(src|href)=\"?https?:|url\(https?:|@import", html)
    book = load_workbook(tmp_path / "p" / "data.xlsx")
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert any("=cmd()" in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)
    assert made.facts.group.name == wall


def test_options_that_are_alike_say_so(tmp_path: Path) -> None:
    base = load_scenario("none")
    copies = [base.model_copy(update={"id": name}) for name in ("none", "lain", "lagi")]
    folder = comparison(tmp_path / "c", scenarios=copies, villages=6)
    options = plan(options=("none", "lain", "lagi"))
    made = make_packet(folder, options, tmp_path / "p")
    assert made.facts.pairs == dict.fromkeys(("BA", "CA", "CB"), (0, 20, 0))
    words = " ".join(" ".join(pages(tmp_path / "p" / "dinding.pdf")).split())
    assert "hampir sama saja" in words
    assert "belum ada ibu yang jelas naik uangnya" in words
    assert made.facts.drivers == ()


def test_results_without_enough_runs_are_refused(tmp_path: Path) -> None:
    folder = comparison(tmp_path / "few", villages=3, replications=2)
    with pytest.raises(PacketError, match="6 runs of each scenario, and a packet shows 20"):
        read_facts(folder, plan(), "id")
    shutil.rmtree(folder / "tables")
    told = call("packet", folder)
    assert told.code == 2 and "has no table 'runs'" in told.err


def test_a_plan_that_asks_for_what_is_not_there_is_refused(results: Path) -> None:
    with pytest.raises(ParameterError, match="'everything' was not compared"):
        read_facts(results, plan(options=("none", "everything")), "id")
    with pytest.raises(ParameterError, match="the first is to stay as now, 'none'"):
        read_facts(results, plan(options=("package_2019", "none")), "id")
    with pytest.raises(ParameterError, match="nothing that people can be asked about"):
        read_facts(results, plan(ask=("attend_trust",)), "id")


def test_the_command_says_what_is_blank_and_worth_asking(results: Path, tmp_path: Path) -> None:
    told = call("packet", results, "--out", tmp_path / "p")
    assert told.code == 0
    assert "belum menjawab pertanyaan: 3" in told.out
    assert "Yang paling perlu ditanyakan" in told.out
    english = call("packet", results, "--out", tmp_path / "p", "--lang", "en")
    assert "Most worth asking" in english.out
    assert pages(tmp_path / "p" / "dinding.pdf")[0].startswith("Sheet 1")
    nowhere = call("packet", tmp_path)
    assert nowhere.code == 2 and "holds no comparison" in nowhere.err


def test_local_words_replace_the_catalogues(tmp_path: Path, results: Path) -> None:
    path = tmp_path / "fgd.yaml"
    path.write_text("title: x\nwords:\n  packet.s11.what: Gaweyan\n", "utf-8")
    make_packet(results, load_plan(path), tmp_path / "p")
    assert "Gaweyan" in pages(tmp_path / "p" / "dinding.pdf")[-1]
    assert text("id", "packet.s11.what") == "Kegiatan"
    path.write_text("title: x\nwords:\n  packet.s6.tries: tanpa apa-apa\n  huh: x\n"
        "  packet.s5.up: naik 50 persen\n", "utf-8")  # fmt: skip
    with pytest.raises(ConfigError) as wrong:
        load_plan(path)
    assert "expected the blanks {better}, {letter}, {other}, {same}, {worse}" in str(wrong.value)
    assert "'persen' is no word for a participants' sheet" in str(wrong.value)
    assert "no text has the key 'huh'" in str(wrong.value)


def test_a_plan_is_checked_and_has_a_schema(tmp_path: Path) -> None:
    shipped = call("check", "configs/fgd/semangat72.yaml")
    assert shipped.code == 0 and "fgdplan 'semangat72'" in shipped.out
    path = tmp_path / "fgd.yaml"
    path.write_text("title: x\ndecision: y\nminutes: 5\noptions: [none]\nbahan: z\n", "utf-8")
    told = call("check", path)
    assert told.code == 2
    for words in ("minutes", "options", "bahan"):
        assert words in told.err
    made = json.loads(call("schema", "fgd").out)
    assert "monthly_need" in made["properties"] and "id" not in made["properties"]


def test_a_plan_with_more_than_a_page_holds_is_refused_and_leaves_nothing(
    results: Path, tmp_path: Path
) -> None:
    row = Problem(aspect="a", problem="kata " * 60, strength="kata " * 60, need="kata " * 60)
    rows = tuple(row.model_copy(update={"aspect": str(i)}) for i in range(8))
    with pytest.raises(PacketError, match="sheet 1 has no room"):
        make_packet(results, plan(problems=rows), tmp_path / "p")
    assert not (tmp_path / "p").exists()


def test_many_activities_are_counted(tmp_path: Path) -> None:
    scenarios = [load_scenario(name) for name in ("none", "everything")]
    folder = comparison(tmp_path / "c", scenarios=scenarios, villages=6)
    make_packet(folder, plan(options=("none", "everything")), tmp_path / "p")
    kinds = {each.kind for each in scenarios[1].interventions}
    fourth = next(w for w in pages(tmp_path / "p" / "dinding.pdf") if w.startswith("Lembar 4"))
    assert f"dan {len(kinds) - sheets.MOST_ACTIVITIES} kegiatan lain" in " ".join(fourth.split())


def test_blank_answers_may_be_left_empty(tmp_path: Path) -> None:
    path = tmp_path / "fgd.yaml"
    path.write_text("title: x\noptions:\nask:\npeople:\nwhen: {date: , time: }\n", "utf-8")
    blank = load_plan(path)
    assert (blank.options, blank.ask, blank.when.date) == ((), (), None)


def test_the_calendar_is_that_of_the_fgd() -> None:
    group = load_group()
    assert almanac.year_of(group).fasting.index(True) == 3  # April and May 2020
    later = almanac.year_of(group, date(2026, 1, 10))
    assert [i for i, on in enumerate(later.fasting, 1) if on] == [2, 3]
    assert later.span == "1/2026-1/2027" and 2 not in later.free
