"""Made-up tables in the shape of the real ones, for the tests of the figures."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

START = date(2026, 8, 21)
HOSTILE = [
    "<script>alert('x')</script> & \"kutip\"",
    "$x_1$ berharga $5 {isi} %s \\alpha",
    "Pondok Pesantren " + "yang namanya panjang sekali " * 10,
    "W" * 300,
    "Warung 👩‍🍳🍌 ꦮꦫꦸꦁ",
    "=cmd()|' /C calc'!A0",
    "../../etc/passwd\nbaris kedua\tdan tab",
    "A",
    "Kantin \u202eterbalik\u202c",
]
KINDS = ["fgd", "proposal_training", "negotiation", "audience", "capital_proposal", "mentoring"]


def titles(count: int, hostile: bool = False) -> dict[str, str]:
    plain = [
        "Siklus pertama saja",
        "Paket 2019",
        "Paket 2019 dengan pendampingan",
        "Hanya musyawarah",
        "Hanya pelatihan proposal",
        "Hanya negosiasi mitra",
        "Hanya audiensi",
        "Hanya proposal modal",
        "Hanya pendampingan",
    ]
    names = HOSTILE if hostile else plain
    return {f"s{i}": names[i] for i in range(count)}


def weekly(
    scenarios: int, villages: int = 20, replications: int = 3, weeks: int = 52
) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    shape = (scenarios, villages, replications, weeks)
    index = pd.MultiIndex.from_product(
        [
            [f"s{i}" for i in range(scenarios)],
            range(1, villages + 1),
            range(replications),
            range(weeks),
        ],
        names=["scenario_id", "village_id", "replication_id", "week"],
    )
    level = rng.normal(4000, 3000, (1, villages, 1, 1))
    growth = np.arange(scenarios).reshape(-1, 1, 1, 1) * np.linspace(0, 1200, weeks)
    season = 1500 * np.sin(np.arange(weeks) / 8)
    income = level + growth + season + rng.normal(0, 1200, shape)
    frame = pd.DataFrame({"net_income": income.ravel()}, index=index).reset_index()
    dates = [START + timedelta(days=7 * w) for w in range(weeks)]
    return frame.assign(date=pd.to_datetime(frame["week"].map(dict(enumerate(dates)))))


def events(scenarios: int) -> pd.DataFrame:
    weeks = {
        "fgd": [0],
        "proposal_training": [2],
        "negotiation": [4, 5, 6, 7, 8],
        "audience": [5],
        "capital_proposal": [7],
        "mentoring": list(range(26)),
    }
    rows = [
        (f"s{i}", week, kind)
        for i in range(1, scenarios)
        for kind in (KINDS if i < 3 else [KINDS[i - 3]])
        for week in weeks[kind]
    ]
    return pd.DataFrame(rows, columns=["scenario_id", "week", "kind"])


def differences(scenarios: int, villages: int = 100) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = [
        pd.DataFrame(
            {
                "scenario_id": f"s{i}",
                "village_id": range(1, villages + 1),
                "difference": rng.gamma(2, 700 * i, villages) - 800,
            }
        )
        for i in range(1, scenarios + 1)
    ]
    return pd.concat(rows, ignore_index=True)


def points(partners: int = 12, villages: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    level = rng.normal(1, 0.5, villages)
    rows = [
        (
            n,
            trust,
            v + 1,
            9000 * level[v] * start * (1 - np.exp(-n / 4)) + rng.normal(0, 300) - 1000,
        )
        for n in range(partners + 1)
        for trust, start in {"low": 0.7, "middle": 0.9, "high": 1.0}.items()
        for v in range(villages)
    ]
    frame = pd.DataFrame(rows, columns=["partners", "trust", "village_id", "net_income"])
    return frame.assign(gross_income=frame["net_income"] + 2500)


def binding(partners: int = 12) -> pd.DataFrame:
    rows = []
    for n in range(partners + 1):
        trips = min(0.4, 0.04 * n)
        cash = 0.1 + 0.015 * n
        parts = {"cash": cash, "hands": 0.05, "trips": trips, "none": 0.08}
        parts = {"demand": 1 - sum(parts.values()), **parts}
        rows += [(n, t, b, s) for t in ("low", "middle", "high") for b, s in parts.items()]
    return pd.DataFrame(rows, columns=["partners", "trust", "binding", "share"])


def nodes(tied: set[str], names: list[str] | None = None) -> pd.DataFrame:
    rows = [
        ("warung_lama", "Warung lama", "warung", "outlet", 0.5, "in_village"),
        ("kantin_lama", "Kantin pesantren lama", "pesantren", "outlet", 1.0, "in_village"),
        ("warung_amat", "Warung Amat", "warung", "outlet", 0.3, "in_village"),
        ("warung_gres", "Warung Gres", "warung", "outlet", 0.8, "in_village"),
        ("al_mubarakah", "Pesantren Al Mubarakah", "pesantren", "outlet", 1.5, "in_village"),
        ("assanusi", "Pesantren Assanusi", "pesantren", "outlet", 8.0, "outside"),
        ("smp", "Kantin SMP Pesantren", "school", "outlet", 1.5, "in_village"),
        ("pasar", "Pasar Ciwaringin", "market", "outlet", 7.0, "outside"),
        ("online", "Media sosial", "online", "outlet", 0.0, "in_village"),
        ("kebon_jambu", "Pesantren Kebon Jambu", "pesantren", "donor", 9.0, "outside"),
        ("desa", "Pemerintah Desa Tangkil", "village_government", "donor", 1.0, "in_village"),
        ("pkk", "PKK", "supporter", "supporter", 1.0, "in_village"),
    ]
    columns = ["id", "name", "kind", "role", "distance_km", "place"]
    frame = pd.DataFrame(rows, columns=columns)
    if names:
        frame["name"] = [names[i % len(names)] for i in range(len(frame))]
    return frame.assign(tie=frame["id"].isin(tied))


def cells(columns: int = 6, rows: int = 5) -> pd.DataFrame:
    grid = [(x, y) for x in range(columns) for y in range(rows)]
    frame = pd.DataFrame(grid, columns=["x", "y"]).assign(y=lambda f: f["y"] / 10)
    value = 600.0 * frame["x"] + 6000 * frame["y"] - 800
    return frame.assign(value=value, lo=value - 500, hi=value + 500)


def lines(scenarios: int, steps: int = 7) -> pd.DataFrame:
    rows = [
        (f"s{i}", x, 900.0 * i + 400 * x, 900.0 * i + 300 * x - 200, 900.0 * i + 500 * x + 300)
        for i in range(scenarios)
        for x in range(1, steps + 1)
    ]
    return pd.DataFrame(rows, columns=["scenario_id", "x", "value", "lo", "hi"])
