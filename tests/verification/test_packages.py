"""The built wheel and sdist hold what they must, and the wheel works in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.repository import ROOT, project_files

pytest.importorskip("hatchling", reason="needs the build backend: pip install -e '.[dev]'")


def build(project: Path, target: str, out: Path) -> Path:
    """The package that the build backend makes of a project folder, without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)]
    subprocess.run(command, cwd=project, check=True)
    (built,) = out.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return built


def names_in_wheel(wheel: Path) -> set[str]:
    """The names in a wheel, those of its own metadata aside."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def project_names() -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in project_files()}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_both_packages_and_the_configurations(wheel: Path) -> None:
    code = {name for name in project_names() if name.startswith(("sim/", "experiments/"))}
    configs = {f"sim/_{name}" for name in project_names() if name.startswith("configs/")}
    assert names_in_wheel(wheel) == code | configs


def test_the_wheel_holds_what_is_not_python(wheel: Path) -> None:
    names = names_in_wheel(wheel)
    assert "sim/_configs/groups/semangat72.yaml" in names
    assert "sim/_configs/scenarios/package_2019.yaml" in names
    suffixes = {PurePosixPath(name).suffix for name in names if name.startswith("experiments/")}
    assert {".typ", ".yaml"} <= suffixes


def test_the_sdist_is_complete(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert project_names() - held == set()


def test_the_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # absent before 3.11.4
        archive.extractall(tmp_path)
    (unpacked,) = tmp_path.iterdir()
    rebuilt = build(unpacked, "wheel", tmp_path / "out")
    assert names_in_wheel(rebuilt) == names_in_wheel(wheel)


def test_the_installed_command_finds_the_case_in_an_empty_folder(
    wheel: Path, tmp_path: Path
) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", str(site), str(wheel)], check=True)
    (command,) = (site / ("Scripts" if os.name == "nt" else "bin")).glob("semangat*")
    installed = {**os.environ, "PYTHONPATH": str(site)}
    for arguments in (["--help"], ["check", "semangat72"], ["check", "package_2019"]):
        ran = subprocess.run(
            [str(command), *arguments], cwd=empty, env=installed, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
