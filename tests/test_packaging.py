"""What the project says of itself agrees from file to file; the built packages have a test of
their own in tests/verification."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository import ROOT

PYTHONS = ("3.11", "3.12", "3.13")
PIN = re.compile(r'[a-z0-9-]+==[0-9][0-9a-z.]*( ; python_version (<|>=) "3\.[0-9]+")?')


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pinned(python: str) -> dict[str, str]:
    """Name to version of what was tested with a Python."""
    requirements = [Requirement(line) for line in pins()]
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in requirements
        if each.marker is None or Marker(str(each.marker)).evaluate({"python_version": python})
    }


def wanted() -> list[Requirement]:
    about = project()
    groups = [about["dependencies"], *about["optional-dependencies"].values()]
    return [Requirement(line) for group in groups for line in group]


def test_constraints_hold_versions_and_markers_only() -> None:
    assert [line for line in pins() if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_is_pinned_within_its_bounds(python: str) -> None:
    versions = pinned(python)
    outside = [
        str(each)
        for each in wanted()
        if not each.specifier.contains(versions.get(canonicalize_name(each.name), "0"))
    ]
    assert outside == []


def test_the_citation_is_of_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project()['version']}\n" in citation
