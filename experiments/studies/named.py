"""What a study varies, in words: factors, their levels, and inputs of Sobol' indices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.messages import choice, has_text, number, parameter_name, text
from experiments.studies.described import AS_IS, NONE
from experiments.studies.design import OTHERS
from sim.scenario import Group


def factor_name(name: str, lang: str) -> str:
    """What is varied, in words."""
    if name.startswith("shift_"):
        kind = name.removeprefix("shift_")
        key = f"activity.{kind}"
        activity = text(lang, key) if has_text(lang, key) else text(lang, "study.all_activities")
        return text(lang, "study.shift", activity=activity)
    key = f"study.factor.{name}"
    return text(lang, key) if has_text(lang, key) else parameter_name(name, lang)


def input_name(name: str, lang: str) -> str:
    """An input of Sobol' indices: a topic or a parameter, in words."""
    if name == OTHERS:
        return text(lang, "study.others")
    key = f"topic.{name}"
    return text(lang, key) if has_text(lang, key) else parameter_name(name, lang)


def level_name(name: str, level: Any, group: Group, lang: str) -> str:
    """One level of what is varied, in words."""
    if not isinstance(level, str):
        return number(float(level), lang, 4)
    if name == "partners":
        names: Mapping[str, str] = {each.id: each.name for each in group.outlets}
        told = [names[each] for each in level.split("+")] if level != NONE else []
        return ", ".join(told) or text(lang, "study.no_partner")
    if name == "shock":
        key = "study.no_shock" if level == NONE else f"study.shocks.{level}"
        return text(lang, key) if has_text(lang, key) else level.replace("_", " ")
    if name == "alternative":
        if level == AS_IS:
            return text(lang, "ablate.form.full")
        switch, _, form = level.partition("=")
        keys = (f"ablate.form.{switch}_{form}", f"ablate.form.{switch}")
        key = next((key for key in keys if has_text(lang, key)), "")
        return text(lang, key) if key else f"{parameter_name(switch, lang)}: {form}"
    return choice(level, lang)
