"""Which unknowns go together with a result."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.drivers import TOPICS, drivers, leading_topics, topic_of
from tests.worlds import DRAWN, GROUP

COUNT = 60


def villages(seed: int = 0, parameters: int = 40) -> pd.DataFrame:
    """Villages with independent parameters p00, p01, ..."""
    drawn = np.random.default_rng(seed).random((COUNT, parameters))
    frame = pd.DataFrame(drawn, columns=[f"p{i:02d}" for i in range(parameters)])
    return frame.assign(village_id=range(1, COUNT + 1))


def result_of(table: pd.DataFrame, values: pd.Series[float]) -> pd.Series[float]:
    """A result by village."""
    return pd.Series(values.to_numpy(), index=table["village_id"])


@pytest.mark.parametrize("seed", range(5))
def test_the_true_drivers_come_first(seed: int) -> None:
    """A steep curve of one, some of another, a little noise: ranks see through the curve."""
    table = villages(seed)
    noise = 0.1 * np.random.default_rng(seed + 100).normal(size=COUNT)
    found = drivers(table, result_of(table, np.exp(4 * table["p07"] - 2 * table["p31"] + noise)))
    assert list(found["parameter"][:2]) == ["p07", "p31"]
    assert found["rho"][0] > 0.7
    assert found["rho"][1] < -0.3
    assert len(found) == 40


def test_the_strongest_comes_first_whatever_its_sign() -> None:
    table = villages()
    found = drivers(table, result_of(table, 1 - table["p05"]))
    assert (found["parameter"][0], found["rho"][0]) == ("p05", pytest.approx(-1))
    assert list(found["rho"].abs()) == sorted(found["rho"].abs(), reverse=True)


def test_the_correlation_by_hand() -> None:
    """Ranks 1 2 3 4 against 2 1 4 3: rho = 1 - 6 * 4 / (4 * 15)."""
    table = pd.DataFrame({"village_id": [1, 2, 3, 4], "x": [1.0, 10, 100, 1000]})
    found = drivers(table, pd.Series([20.0, 10, 40, 30], index=[1, 2, 3, 4]))
    assert found["rho"][0] == pytest.approx(0.6)


def test_villages_are_matched_by_their_number() -> None:
    table = villages()
    result = result_of(table, table["p03"])
    for mixed in (table.sample(frac=1, random_state=2), table):
        found = drivers(mixed, result.sample(frac=1, random_state=3))
        assert (found["parameter"][0], found["rho"][0]) == ("p03", pytest.approx(1))


def test_what_does_not_vary_drives_nothing() -> None:
    table = villages().assign(p00=3.0)
    assert "p00" not in set(drivers(table, result_of(table, table["p01"]))["parameter"])
    still = pd.Series(1.0, index=table["village_id"])
    assert drivers(table, still).empty


@pytest.mark.parametrize(
    ("parameter", "topic"),
    [
        ("demand_warung_opak", "demand"),
        ("attend_intercept", "attendance"),
        ("price_bolu", "prices"),
        ("cost_pisang", "prices"),
        ("payment_lag", "payment"),
        ("working_capital_0", "payment"),
        ("farm_days_oct", "fields"),
        ("farm_wage_day", "fields"),
        ("trust_base_outside", "outlets"),
        ("session_hours", "time"),
        ("train_gain_proposal", ""),
        ("no_such_parameter", ""),
    ],
)
def test_what_people_can_be_asked(parameter: str, topic: str) -> None:
    assert topic_of(parameter) == topic


def test_every_topic_is_about_something_that_is_drawn() -> None:
    assert {topic_of(name) for name in DRAWN} == {*TOPICS, ""}


def test_products_and_outlets_of_any_group_have_a_topic() -> None:
    for product in GROUP.products:
        assert topic_of(f"price_{product.id}") == topic_of(f"cost_{product.id}") == "prices"
    for outlet in GROUP.outlets:
        assert topic_of(f"size_{outlet.id}") == "demand"
        assert topic_of(f"distance_km_{outlet.id}") == "time"


def test_leading_topics_go_by_their_strongest_parameter() -> None:
    table = pd.DataFrame({"topic": ["", "time", "demand", "", "time", "prices", "fields"]})
    assert leading_topics(table, 3) == ["time", "demand", "prices"]
    assert leading_topics(table.iloc[:1], 3) == list(TOPICS)[:3]
    assert leading_topics(table.iloc[:2], 3) == ["time", *list(TOPICS)[:2]]


def test_a_topic_is_asked_once() -> None:
    table = pd.DataFrame({"topic": ["demand", "demand", "attendance"]})
    assert leading_topics(table, 7) == list(dict.fromkeys(["demand", "attendance", *TOPICS]))
