"""The cash book: as people write it, and what is wrong with it by row and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from experiments.advice.cashbook import CashBook, read_book, template
from experiments.advice.dates import day_meant
from sim.scenario import ConfigError, load_group

GROUP = load_group("contoh")  # begins 2026-01-03, 12 women, outlets warung_mawar, kantin_sd ...
HEAD = "tanggal;hadir;kas;terjual_warung_mawar;uang_warung_mawar\n"


def written(folder: Path, words: str, encoding: str = "utf-8") -> Path:
    path = folder / "buku.csv"
    path.write_bytes(words.encode(encoding))
    return path


def book(folder: Path, words: str, encoding: str = "utf-8") -> CashBook:
    return read_book(written(folder, words, encoding), GROUP, "en")


def problems(folder: Path, words: str) -> str:
    with pytest.raises(ConfigError) as told:
        book(folder, words)
    return str(told.value)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("2026-01-03", date(2026, 1, 3)),
        ("3/1/2026", date(2026, 1, 3)),
        ("03.01.2026", date(2026, 1, 3)),
        ("3 Januari 2026", date(2026, 1, 3)),
        ("Sabtu, 3 Jan 2026", date(2026, 1, 3)),
        ("17 Agt 2026", date(2026, 8, 17)),
        ("5 Mei 2026", date(2026, 5, 5)),
        ("31/2/2026", None),
        ("3/1/26", None),
        ("besok", None),
    ],
)
def test_days_as_people_write_them(words: str, meant: date | None) -> None:
    assert day_meant(words) == meant


def test_numbers_as_people_write_them(tmp_path: Path) -> None:
    """A byte-order mark, Indonesian numbers, blanks, a comment, rows out of order."""
    told = book(
        tmp_path,
        "# Buku kas; kami\n" + HEAD + "10/1/2026;8;Rp 1.500.000;12;\n\n3/1/2026;7,5;1,4 juta;-;0\n",
        "utf-8-sig",
    )
    assert told.names == ["came", "cash", "sold_warung_mawar", "paid_warung_mawar"]
    assert told.series.index.tolist() == [0, 1]
    assert told.series["came"].tolist() == [7.5, 8]
    assert told.series["cash"].tolist() == [1_400_000, 1_500_000]
    assert np.isnan(told.series["sold_warung_mawar"][0])
    assert told.series["sold_warung_mawar"][1] == 12
    assert told.series["paid_warung_mawar"][0] == 0
    assert told.warnings == ()


def test_english_headers_commas_and_week_numbers(tmp_path: Path) -> None:
    words = 'week,attendance,cash,sold_kantin_sd,notes\n0,7,"Rp 900,50",3,rain\n1,"7,5",800,4,\n'
    told = book(tmp_path, words)
    assert told.names == ["came", "cash", "sold_kantin_sd"]
    assert told.series["came"].tolist() == [7, 7.5]
    assert told.series["cash"].tolist() == [900.5, 800]


def test_a_day_in_the_midst_of_a_week_belongs_to_it(tmp_path: Path) -> None:
    told = book(tmp_path, HEAD + "2026-01-09;7;1000;;\n2026-01-10;8;1000;;\n")
    assert told.series.index.tolist() == [0, 1]
    assert (told.last, told.day(1)) == (1, date(2026, 1, 10))


def test_records_may_begin_later_and_have_gaps(tmp_path: Path) -> None:
    told = book(tmp_path, HEAD + "2026-02-07;7;1000;1;\n2026-02-28;8;1000;2;\n")
    assert told.series.index.tolist() == [5, 6, 7, 8]
    assert np.isnan(told.series["came"][6])
    assert len(told.warnings) == 1
    assert "2 weeks without a row" in told.warnings[0] and "buku.csv:3" in told.warnings[0]


def test_rows_before_the_group_begins_are_left_out(tmp_path: Path) -> None:
    told = book(tmp_path, HEAD + "2025-12-27;7;1000;1;\n2026-01-03;8;1000;2;\n")
    assert told.series.index.tolist() == [0]
    assert "buku.csv:2" in told.warnings[0] and "2026-01-03" in told.warnings[0]


def test_amounts_a_thousand_times_off_are_told(tmp_path: Path) -> None:
    rows = "".join(f"2026-01-{d};8;{c};1;\n" for d, c in (("03", 900_000), ("10", 950_000),
                                                          ("17", 950)))  # fmt: skip
    (warning,) = book(tmp_path, HEAD + rows).warnings
    assert "Rp 950" in warning and "2026-01-17" in warning and "kas" in warning


def test_more_women_than_the_file_has(tmp_path: Path) -> None:
    """Twelve founded it, the rule allows twenty."""
    assert "has 12" in book(tmp_path, HEAD + "2026-01-03;15;1;;\n").warnings[0]
    assert "buku.csv:2: hadir: '21' women" in problems(tmp_path, HEAD + "2026-01-03;21;1;;\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (HEAD + "2026-01-03;-2;1;;\n", "buku.csv:2: hadir: '-2' is below zero"),
        (HEAD + "2026-01-03;7;banyak;;\n", "buku.csv:2: kas: 'banyak' is no number"),
        (HEAD + "2026-01-03;7;1,500;;\n", "expected 1.5 or 1500"),
        (HEAD + "x;7;1;;\n", "buku.csv:2: tanggal: 'x' is no date"),
        (HEAD + ";7;1;;\n", "buku.csv:2: tanggal: the row has neither"),
        (HEAD + "2026-01-03;7;1;;\n2026-01-05;7;1;;\n", "buku.csv:3: the week from 2026-01-03"),
        (HEAD + "2040-01-03;7;1;;\n", "later than ten years"),
        (HEAD + "2026-01-03;7;1;;;9\n", "6 cells, and the header has 5"),
        (HEAD, "nothing is written down"),
        ("", "nothing is written down"),
        (HEAD + "2026-01-03;;;;\n", "nothing is written down"),
        ("tanggal;terjual_warung_mawr\n2026-01-03;1\n", "did you mean 'warung_mawar'"),
        ("tanggal;laba\n2026-01-03;1\n", "buku.csv:1: laba: no such column"),
        ("tanggal;kas;cash\n2026-01-03;1;1\n", "the same as column 'kas'"),
        ("hadir;kas\n1;1\n", "no column tanggal"),
        ("tanggal;catatan\n2026-01-03;a\n", "no column to compare with"),
        ("minggu;kas\n-1;5\n", "buku.csv:2: minggu: '-1' is no week"),
        ("tanggal;minggu;kas\n2026-01-10;3;5\n", "by its date this is week 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_row_and_column(tmp_path: Path, words: str, said: str) -> None:
    assert said in problems(tmp_path, words)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    words = HEAD + "2026-01-03;-2;1;;\n2026-01-10;7;x;;\n"
    assert len(problems(tmp_path, words).splitlines()) == 2


def test_spreadsheets_and_missing_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "buku.csv").write_bytes(b"PK\x03\x04")
    with pytest.raises(ConfigError, match="spreadsheet"):
        read_book(tmp_path / "buku.csv", GROUP, "en")
    with pytest.raises(FileNotFoundError, match="berkas ini tidak ada"):
        read_book(tmp_path / "none.csv", GROUP, "id")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_template_is_a_book_once_it_is_filled(tmp_path: Path, lang: str) -> None:
    empty = template(GROUP, 2, lang)
    assert "nothing is written" in problems(tmp_path, empty)
    told = book(tmp_path, empty.replace("2026-01-10;", "2026-01-10;9"))
    assert (told.names, told.series.loc[1, "came"]) == (["came"], 9)
    assert all(f"_{outlet.id}" in empty for outlet in GROUP.outlets)
