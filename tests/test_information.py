"""Values of information against closed forms, brute force, and pure luck."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from experiments.analysis import information, together
from experiments.analysis.asking import (
    best_at_ends,
    explained,
    worth_asking,
    worth_of_groups,
)
from experiments.analysis.information import Floats, basis, naive, worth_of_knowing
from experiments.analysis.together import worth_of_all
from tests.problems import linear, pair, straight_line

COUNT = 1_000


def alone(x: Floats, worth: Floats, seed: int = 0) -> tuple[float, float, float]:
    """Value, error and flips of one parameter."""
    known = worth_of_knowing(basis(x)[None], worth, seed)
    return float(known.value[0]), float(known.error[0]), float(known.flips[0])


# --- One parameter -------------------------------------------------------------------------------


def test_a_straight_line_has_a_closed_form() -> None:
    """max(0, a + b x) for a standard normal x: b (phi(a/b) + a/b Phi(a/b)) - max(0, a)."""
    x = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    worth = np.column_stack([np.zeros(20_000), 100 * x - 50])
    assert straight_line(-50, 100) == pytest.approx(19.78, abs=0.01)
    value, _, flips = alone(x, worth)
    assert value == pytest.approx(straight_line(-50, 100), rel=0.01)
    assert flips == pytest.approx(norm.cdf(-0.5), abs=0.01)


def test_the_error_covers_the_truth_in_about_95_of_100_studies() -> None:
    told = np.array([alone(*linear(seed)[:2], seed)[:2] for seed in range(100)])
    truth = linear(0)[2]
    inside = np.abs(told[:, 0] - truth) <= 1.96 * told[:, 1]
    assert 88 <= inside.sum() <= 100
    assert told[:, 0].mean() == pytest.approx(truth, abs=3 * told[:, 0].std() / 10)
    assert told[:, 1].mean() == pytest.approx(told[:, 0].std(), rel=0.25)


def test_luck_is_worth_nothing_though_its_naive_value_is_high() -> None:
    luck = np.random.default_rng(3)
    worth = 100 * luck.normal(size=(COUNT, 2)) + [0, 30]
    value, error, _ = alone(luck.normal(size=COUNT), worth)
    assert value <= 1.96 * error < 15
    assert naive(worth) > 30


def test_levels_by_brute_force() -> None:
    """Three levels, two options: the mean of the better one at each level, by counting."""
    luck = np.random.default_rng(4)
    x = luck.integers(0, 3, COUNT).astype(float)
    gives = np.array([[0.0, -30.0], [0.0, 20.0], [0.0, 5.0]])
    worth = gives[x.astype(int)] + luck.normal(0, 0.01, (COUNT, 2))
    shares = np.bincount(x.astype(int)) / COUNT
    truth = shares @ gives.max(axis=1) - (shares @ gives).max()
    value, error, flips = alone(x, worth)
    assert value == pytest.approx(truth, abs=0.01)
    wrong = (gives.argmax(axis=1) != (shares @ gives).argmax())[x.astype(int)]
    assert flips == pytest.approx(wrong.mean())
    assert error > 0


def test_a_bent_line_is_followed() -> None:
    """E max(0, x^2 - 1) = 2 phi(1) for a standard normal x."""
    x = norm.ppf((np.arange(5_000) + 0.5) / 5_000)
    worth = np.column_stack([np.zeros(5_000), x**2 - 1.05])
    assert alone(x, worth)[0] == pytest.approx(2 * norm.pdf(1), rel=0.08)


def test_a_basis_is_orthonormal_and_begins_with_the_constant() -> None:
    luck = np.random.default_rng(5)
    for x in (luck.normal(size=80), luck.integers(0, 2, 80), luck.integers(0, 9, 80), np.ones(80)):
        made = basis(np.asarray(x, float))
        used = made[:, np.abs(made).sum(axis=0) > 0]
        assert np.allclose(used.T @ used, np.eye(used.shape[1]))
        assert np.allclose(np.abs(made[:, 0]), 80**-0.5)
    assert used.shape[1] == 1  # what does not vary has the constant alone


def test_shuffled_parameters_mean_nothing_but_are_as_they_were() -> None:
    x = np.random.default_rng(6).normal(size=60)
    idle = information.shuffled(basis(x)[None], 0)
    assert len(idle) == information.SHUFFLES
    assert np.allclose(np.sort(idle[7], axis=0), np.sort(basis(x), axis=0))
    assert not np.allclose(idle[0], idle[1])


def test_options_that_are_never_better_are_left_out() -> None:
    worth = np.array([[1.0, 3.0, 2.0, 3.0], [5.0, 4.0, 3.0, 4.0]])
    kept = information.undominated(worth)
    assert kept.tolist() == [[1.0, 3.0], [5.0, 4.0]]
    assert alone(np.arange(2.0), kept) == (0, 0, 0)  # too few villages to tell anything


# --- Several at once -----------------------------------------------------------------------------


@pytest.mark.parametrize("product", [False, True])
def test_two_numbers_together(product: bool) -> None:
    """A sum of two has a closed form; a product is worth nothing alone, and much together."""
    numbers, worth, truth = pair(1, product)
    rule = worth_of_all(numbers, worth)
    assert abs(rule.value - truth) <= 1.96 * rule.error
    assert rule.value > 0.6 * truth
    if product:
        value, error, _ = alone(numbers[:, 0], worth)
        assert value < 1.96 * error < truth


def test_a_rule_learns_nothing_from_luck() -> None:
    luck = np.random.default_rng(7)
    worth = 100 * luck.normal(size=(COUNT, 3)) + [0, 20, 0]
    rule = worth_of_all(luck.normal(size=(COUNT, 30)), worth)
    assert rule.value <= 1.96 * rule.error
    assert rule.value < naive(worth) / 4


def test_the_kernel_and_its_features_say_the_same() -> None:
    luck = np.random.default_rng(8)
    known, asked = luck.normal(size=(40, 3)), luck.normal(size=(5, 3))
    inner = (1 + known @ known.T) ** 2
    centred = inner - inner.mean(axis=0) - inner.mean(axis=1)[:, None] + inner.mean()
    sizes, vectors, reach = together._decomposed(known, asked)
    assert np.allclose(vectors * sizes @ vectors.T, centred)
    padded = np.column_stack([known, np.zeros((40, 20))])
    also, turned, there = together._decomposed(padded, np.column_stack([asked, np.zeros((5, 20))]))
    told = luck.normal(size=40)

    def predicted(sizes: Floats, vectors: Floats, reach: Floats) -> Floats:
        return reach @ (vectors.T @ (told - told.mean()) / (sizes + 1))

    assert np.allclose(predicted(sizes, vectors, reach), predicted(also, turned, there))


def test_a_rule_needs_villages_and_a_choice() -> None:
    assert worth_of_all(np.zeros((5, 2)), np.zeros((5, 2))) == (0, 0, 0)
    assert worth_of_all(np.zeros((50, 2)), np.zeros((50, 1))) == (0, 0, 0)
    assert worth_of_all(np.ones((50, 2)), np.zeros((50, 2))).value == 0


# --- The tables ----------------------------------------------------------------------------------


def made() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Villages with a number that turns the choice, one that only adds, and idle ones."""
    luck = np.random.default_rng(9)
    names = ["turns", "adds", *(f"idle_{i}" for i in range(8))]
    villages = pd.DataFrame(luck.uniform(-1, 1, (COUNT, len(names))), columns=names)
    noise = luck.normal(0, 50, (2, COUNT))
    worth = pd.DataFrame(
        {"a": 300 * villages["adds"] + noise[0],
         "b": 300 * villages["adds"] + 200 * villages["turns"] - 40 + noise[1]}
    )  # fmt: skip
    return villages, worth


def test_what_turns_the_choice_comes_before_what_only_adds() -> None:
    villages, worth = made()
    found = worth_asking(villages, worth, worth["b"]).set_index("parameter")
    assert list(found.index[:2]) == ["turns", "adds"]
    assert found.loc["turns", "value"] > found.loc["turns", "noise"] >= found.loc["adds", "value"]
    assert found["matters"].to_dict() == {n: n in ("turns", "adds") for n in found.index}
    assert found.loc["adds", "share"] > found.loc["turns", "share"]
    again = worth_asking(villages, worth, worth["b"]).set_index("parameter")
    pd.testing.assert_frame_equal(found, again)


def test_the_best_option_at_both_ends() -> None:
    villages, worth = made()
    ends = best_at_ends(villages, worth).set_index("parameter")
    assert tuple(ends.loc["turns"]) == ("a", "b")
    assert ends.loc["idle_0", "low"] == ends.loc["idle_0", "high"]


def test_a_group_is_worth_at_least_its_best_member() -> None:
    villages, worth = made()
    found = worth_asking(villages, worth, worth["b"])
    members = {"one": ["turns", "idle_0"], "none": ["idle_1", "idle_2"], "gone": ["nothing"]}
    groups = worth_of_groups(villages, worth, found, members).set_index("group")
    single = found.set_index("parameter").loc["turns", "value"]
    assert list(groups.index) == ["one", "none"]
    assert groups.loc["one", "value"] >= single and groups.loc["one", "matters"]
    assert not groups.loc["none", "matters"]


def test_explained_variance_is_that_of_a_line() -> None:
    x = np.random.default_rng(10).normal(size=COUNT)
    noise = np.random.default_rng(11).normal(size=COUNT)
    shares = explained(information.bases(pd.DataFrame({"x": x, "y": noise})), x + noise)
    assert shares == pytest.approx([0.5, 0.5], abs=0.06)
    assert explained(basis(x)[None], np.ones(COUNT)).tolist() == [0]


def test_too_few_villages_tell_nothing() -> None:
    villages = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    worth = pd.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 2, 1]})
    assert worth_asking(villages, worth, worth["a"]).empty
