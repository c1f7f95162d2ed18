"""One command's work: a results folder and a plan become the files of a packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from experiments import store
from experiments.messages import local_words
from experiments.packet import almanac, explorer, guide, pictures, sheets, slips, workbook
from experiments.packet.facts import Facts, read_facts
from experiments.packet.plan import FgdPlan
from experiments.packet.problems import PacketError
from experiments.packet.writer import Writer, plain
from experiments.report import provenance
from experiments.typesetting import as_images, compiled

FILES = ("paket.pdf", "dinding.pdf", "lintingan.pdf", "jelajah.html", "data.xlsx")
MANIFEST = "packet_manifest.json"
MADE = (*FILES, MANIFEST)
PPI = 130.6  # of the sheets as pictures for a phone: an A4 page is 1,080 pixels wide


@dataclass(frozen=True)
class Packet:
    """What was made, and what the facilitator should know of it."""

    facts: Facts
    writer: Writer
    files: tuple[Path, ...]


def make_packet(results: Path, plan: FgdPlan, out: Path, lang: str = "id") -> Packet:
    """Write the packet into `out`, each sheet also as a picture in `wa`; the same on a repeat.

    Raises FileNotFoundError without a comparison, PacketError when no packet can be made of it,
    ParameterError when the plan asks for what was not compared.
    """
    with local_words(plan.words):
        facts = read_facts(results, plan, lang)
        writer = _writer(facts, plan, lang)
        try:
            made = _contents(writer)
        except typst.TypstError as error:
            raise PacketError(
                f"the packet cannot be laid out ({error}): shorten the plan's texts or take fewer"
            ) from None
    out.mkdir(parents=True, exist_ok=True)
    (out / "wa").mkdir(exist_ok=True)
    for stale in (out / "wa").glob("lembar_*.png"):  # of an earlier packet with other options
        stale.unlink()
    for name, content in made.items():
        (out / name).write_bytes(content)
    store.write_json(out / MANIFEST, _manifest(facts, lang))
    return Packet(facts, writer, tuple(out / name for name in MADE))


def _writer(facts: Facts, plan: FgdPlan, lang: str) -> Writer:
    bargains = almanac.bargains(facts, facts.book)
    year = almanac.year_of(facts.group, plan.when.date)
    return Writer(facts, plan, year, bargains, provenance(facts.manifest, lang), lang)


def _contents(w: Writer) -> dict[str, bytes]:
    """Every file but the manifest."""
    facts = w.facts
    drawn = drawings(w)
    wall = sheets.sheets(w)
    whole = [*guide.guide(w), *wall, *guide.summary(w)]
    group = plain(facts.group.name, 60)
    common = {"lang": w.lang}
    papers: dict[str, tuple[str, Mapping[str, Any]]] = {
        "paket.pdf": ("paket", {"paper": "a4", "pages": whole,
                                "title": w.say("title", group=group)}),
        "dinding.pdf": ("paket", {"paper": "a3", "pages": wall,
                                  "title": w.say("sheets_title", group=group)}),
        "lintingan.pdf": ("lintingan", {"pages": slips.slips(w),
                                        "title": w.say("slips_title", group=group)}),
    }  # fmt: skip
    made = {
        name: compiled(layout, {**common, **content}, drawn)
        for name, (layout, content) in papers.items()
    }
    cards = as_images("paket", {**common, "paper": "a4", "pages": wall, "title": group}, drawn, PPI)
    return made | {
        **{f"wa/lembar_{page['number']}.png": card for page, card in zip(wall, cards, strict=True)},
        "jelajah.html": explorer.page(w).encode(),
        "data.xlsx": workbook.book(w),
    }


def drawings(w: Writer) -> dict[str, str]:
    """SVG by the names that the layouts use."""
    facts = w.facts
    top = pictures.ceiling(facts.options, w.plan.monthly_need)
    figures = {
        f"masa_{option.letter}.svg": pictures.futures(option, top, w.plan.monthly_need, w.lang)
        for option in facts.options
    }
    figures |= {
        "peta.svg": pictures.partner_map(facts, w.lang),
        "peneliti.svg": pictures.analyst(facts, w.lang),
        "titik.svg": pictures.dots(facts, w.lang),
    }
    return {name: pictures.svg(figure) for name, figure in figures.items()}


def _manifest(facts: Facts, lang: str) -> dict[str, Any]:
    """Where every number comes from; a test makes all of them again."""
    return {
        "results": facts.manifest["config_hash"],
        "lang": lang,
        "weeks": facts.weeks,
        "margin": facts.margin,
        "options": {option.letter: option.scenario.id for option in facts.options},
        "numbers": facts.book.listed(),
    }
