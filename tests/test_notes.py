"""The way back: a form becomes inputs, only what was said changes, and it can be forgotten."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from experiments.advice.learning import changed
from experiments.packet.again import apply, round_trip
from experiments.packet.facts import Facts, read_facts
from experiments.packet.form import make_form
from experiments.packet.notes import Notes, load_notes, scale_of
from experiments.packet.plan import load_plan
from experiments.questions import question_for
from sim.parameters import ParameterError
from sim.scenario import ConfigError, register_of
from tests.commands import call
from tests.packets import comparison, pages

PLAN = load_plan().model_copy(update={"ask": ("price_opak", "price_bolu", "payment_lag")})


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return comparison(tmp_path_factory.mktemp("notes") / "compare", villages=10, replications=2)


@pytest.fixture(scope="module")
def facts(results: Path) -> Facts:
    return read_facts(results, PLAN, "id")


@pytest.fixture
def form(facts: Facts, tmp_path: Path) -> Path:
    return make_form(facts, tmp_path)[1]


def filled(form: Path, **cells: object) -> Path:
    """The form with values by code; a tuple fills the answer and the cells after it."""
    book = load_workbook(form)
    wanted = {code.replace("__", "."): value for code, value in cells.items()}
    for row in book.active.iter_rows():
        value = wanted.pop(str(row[0].value), None)
        for i, each in enumerate(value if isinstance(value, tuple) else (value,)):
            if each is not None:
                row[2 + i].value = each
    assert not wanted, f"the form has no row {wanted}"
    book.save(form)
    return form


def test_the_form_is_a_page_and_a_workbook(facts: Facts, tmp_path: Path) -> None:
    page, book = make_form(facts, tmp_path)
    words = " ".join(" ".join(pages(page)).split())
    assert "Berapa harga jual satu Opak ketan?" in words and "Bukan ramalan" in words
    assert "Pesantren Assanusi" in words
    codes = [row[0].value for row in load_workbook(book).active.iter_rows()]
    assert {"date", "seeds.C", "heard.price_opak", "partner.pasar", "order.fgd"} <= set(codes)
    first = book.read_bytes()
    assert make_form(facts, tmp_path)[1].read_bytes() == first


def test_what_is_written_comes_back(facts: Facts, form: Path) -> None:
    notes = load_notes(
        filled(
            form, date="2026-05-03", present=18, silent=3, seeds__A=2, seeds__C="30",
            heard__price_opak="Rp 7.000,-", heard__price_bolu=(None, 0, 2, 10, 4),
            partner__pesantren_assanusi="x", new__1=("Kantin Balong", "school", "2,5", "luar desa"),
            order__audience=1, order__negotiation=2,
            rejected__1=("Tidak pernah terlambat", "Betul"),
        ),
        facts,
    )  # fmt: skip
    assert (notes.present, notes.silent, notes.seeds) == (18, 3, {"A": 2, "C": 30})
    assert notes.heard["price_opak"].said == 7_000
    assert notes.heard["price_bolu"].seeds == (0, 2, 10, 4, 0)
    assert notes.struck == ("pesantren_assanusi",)
    assert (notes.added[0].km, notes.added[0].place) == (2.5, "outside")
    assert notes.order == ("audience", "negotiation")
    assert notes.rejected[0].quote == "Betul"


def test_only_what_was_said_changes(facts: Facts, tmp_path: Path) -> None:
    notes = Notes.model_validate({
        "id": "catatan", "date": "2026-05-03", "group": "semangat72",
        "heard": {
            "price_opak": {"said": 7_000},
            "payment_lag": {"scale": [0, 1, 2], "seeds": [5, 15, 0]},
            "distance_km_pasar": {"said": 3},
        },
        "struck": ["pesantren_assanusi"],
        "added": [{"name": "Kantin <b>", "kind": "school", "km": 2}],
        "order": ["audience"],
    })  # fmt: skip
    applied = apply(notes, facts, tmp_path)
    before, after = facts.group.model_dump(), applied.group.model_dump()
    paths = {path.rsplit(".", 1)[0] for path in changed(before, after)}
    assert {p.split(".")[0] for p in changed(before, after)} <= {"id", "parameters", "outlets"}
    assert {p.split(".")[1] for p in paths if p.startswith("parameters.")} <= {
        "price_opak", "payment_lag",
    }  # fmt: skip
    register = register_of(applied.group)
    assert register["price_opak"].default == register["price_opak"].high == 7_000
    lag = register["payment_lag"]
    assert (lag.low, lag.default, lag.high) == (0, 1, 1)
    assert register["distance_km_pasar"].default == 3
    assert "distance_km_pesantren_assanusi" not in register
    visits = [
        plan.outlet for plan in applied.scenarios[1].interventions if plan.kind == "negotiation"
    ]
    assert "pesantren_assanusi" not in visits and "fgd_1" in visits
    weeks = {plan.kind: plan.week for plan in reversed(applied.scenarios[1].interventions)}
    assert weeks["audience"] == min(weeks.values())
    assert len(applied.declared) == 6
    others = set(register) - {"price_opak", "payment_lag", "distance_km_pasar"}
    old = register_of(facts.group)
    assert all(register[name] == old[name] for name in others & set(old))


def test_a_change_that_nobody_told_is_refused(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = Notes.model_validate({
        "id": "catatan", "date": "2026-05-03", "group": "semangat72",
        "heard": {"price_opak": {"said": 7_000}},
    })  # fmt: skip
    from experiments.advice import learning

    real = learning.set_number

    def meddle(group: dict, name: str, quantity: dict) -> None:
        real(group, name, quantity)
        group["members"]["count"] = 19

    monkeypatch.setattr(learning, "set_number", meddle)
    with pytest.raises(ParameterError, match=r"do not tell of 'group\.members\.count'"):
        apply(notes, facts, tmp_path)


def test_saying_nothing_changes_nothing(facts: Facts, tmp_path: Path) -> None:
    notes = Notes.model_validate({"id": "c", "date": "2026-05-03", "group": "semangat72"})
    lines = round_trip(notes, facts, PLAN, tmp_path / "n", "id", 1)
    assert "Tidak ada yang dibetulkan; hasilnya tetap sama." in lines
    same = read_facts(tmp_path / "n" / "compare", PLAN, "id")
    assert [(o.up, o.tries, o.gains) for o in same.options] == [
        (o.up, o.tries, o.gains) for o in facts.options
    ]


def test_mistakes_in_the_form_are_told_by_row(facts: Facts, form: Path) -> None:
    wrong = filled(
        form, date="kemarin", present="banyak", heard__price_opak=(7_000, 1),
        partner__pasar="mungkin", new__1=("Kantin", "toko besar"), order__fgd=1, order__audience=1,
    )  # fmt: skip
    book = load_workbook(wrong)
    book.active.append(["zzz", "", 3])
    book.save(wrong)
    with pytest.raises(ConfigError) as told:
        load_notes(wrong, facts)
    assert len(told.value.problems) == 7
    assert all(problem.line for problem in told.value.problems)
    words = str(told.value)
    for expected in ("bukan tanggal", "bukan jumlah", "jangan dua-duanya", "tulis x", "toko besar",
                     "dipakai dua kali", "'zzz' tidak ada"):  # fmt: skip
        assert expected in words, expected
    with pytest.raises(ConfigError, match="is no date"):
        load_notes(wrong, facts, "en")


def test_more_women_than_there_are_cannot_be_present(facts: Facts, form: Path) -> None:
    with pytest.raises(ConfigError, match="180 hadir, padahal anggota 20 ibu"):
        load_notes(filled(form, date="2026-05-03", present=180), facts)
    again = make_form(facts, form.parent / "again")[1]
    with pytest.raises(ConfigError, match="tanggal belum diisi"):
        load_notes(filled(again, present=18), facts)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"group": "contoh"}, "these results are about 'semangat72'"),
        ({"struck": ["toko"]}, "no such outlet"),
        ({"heard": {"attend_trust": {"said": 1}}}, "nothing that people can be asked about"),
        ({"heard": {"price_opak": {"said": -5}}}, "-5 is outside"),
        ({"present": 10, "silent": 12}, "12 tidak bicara, padahal yang hadir 10"),
        ({"heard": {"price_opak": {}}}, "a number or seeds"),
        ({"menurut": "x"}, "menurut"),
    ],
)
def test_mistakes_in_the_notes_are_told(
    facts: Facts, tmp_path: Path, change: dict, words: str
) -> None:
    path = tmp_path / "catatan.yaml"
    path.write_text(json.dumps({"date": "2026-05-03", "group": "semangat72"} | change), "utf-8")
    with pytest.raises(ConfigError, match=words):
        load_notes(path, facts)


def test_a_broken_workbook_is_told(facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "notulen.xlsx"
    path.write_bytes(b"PK not a workbook")
    with pytest.raises(ConfigError, match="not a filled form"):
        load_notes(path, facts)


def test_seeds_lie_on_a_scale_of_people_s_units(facts: Facts) -> None:
    register = register_of(facts.group)
    for name, row in register.items():
        question = question_for(row, facts.group, "id")
        if question and row.drawn:
            scale = scale_of(row, question)
            assert list(scale) == sorted(set(scale)) and 2 <= len(scale) <= 5, name
            assert question.in_model_units(question.in_people_units(row.low)) == pytest.approx(
                row.low
            )


def test_the_whole_way_by_command(results: Path, tmp_path: Path) -> None:
    before = _bytes(results)
    assert call("notes", "new", results, "--out", tmp_path).code == 0
    answer = filled(tmp_path / "notulen.xlsx", date="2026-05-03", seeds__B=12)
    record = tmp_path / "fgd"
    told = call("notes", "read", answer, "--results", results, "--out", record, "--workers", 1)
    assert told.code == 0, told.err
    assert told.out.startswith("Apa yang berubah setelah masukan ibu-ibu")
    assert "Biji untuk tiap pilihan: B: 12." in told.out
    again = call("notes", "read", answer, "--results", results, "--out", record, "--workers", 1)
    assert again.code == 2 and "forget them first" in again.err
    assert _bytes(results) == before  # the results that were discussed stay as they are
    assert call("notes", "forget", record, "--yes").code == 0
    assert not record.exists() and _bytes(results) == before
    nothing = call("notes", "forget", results, "--yes")
    assert nothing.code == 2 and "holds no records" in nothing.err and _bytes(results) == before


def _bytes(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
