"""Build the sdist and the wheel, check what is in them, and use the wheel as a stranger would.

    python .ci/package.py OUT

Needs uv_build (the `package` dependency group) and nothing else; leaves the two files in OUT.
"""

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path

import uv_build

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Code, the marker of typed packages, and the data that code reads; anything else came in by accident.
MODULE_FILE = re.compile(r"billcore/(?:[a-z0-9_]+/)*(?:[a-z0-9_]+\.(?:py|sql|json)|py\.typed)")
METADATA_FILE = re.compile(r"billcore-[^/]+\.dist-info/(?:METADATA|RECORD|WHEEL|entry_points\.txt|licenses/LICENSE)")
# uv_build keeps the file as it was written beside the one that it made explicit.
SDIST_FILES = {"CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "pyproject.toml.orig"}


def require(condition: object, message: str) -> None:
    """Stop with a message unless the condition holds."""
    if not condition:
        sys.exit(f"package: {message}")


def check_contents(names: Iterable[str], source_files: set[str]) -> None:
    """Every file of the tree is in the wheel, and nothing else is."""
    packed = {name for name in names if not name.endswith("/")}
    strange = sorted(name for name in packed if not (MODULE_FILE.fullmatch(name) or METADATA_FILE.fullmatch(name)))
    require(not strange, f"not on the allow-list: {strange}")
    modules = {name for name in packed if MODULE_FILE.fullmatch(name)}
    require(modules == source_files, f"wheel and tree differ in {sorted(modules ^ source_files)}")


def check_metadata(text: str) -> None:
    """The metadata say what pyproject.toml says, with the licence as PEP 639 has it."""
    found = email.message_from_string(text)
    wanted = {
        "Name": PROJECT["name"],
        "Version": PROJECT["version"],
        "License-Expression": "Apache-2.0",
        "License-File": "LICENSE",
        "Requires-Python": PROJECT["requires-python"],
        "Description-Content-Type": "text/markdown",
    }
    wrong = {name: found[name] for name, value in wanted.items() if found[name] != value}
    require(not wrong, f"metadata differ from pyproject.toml: {wrong}")
    extras = set(found.get_all("Provides-Extra", []))
    require(extras == set(PROJECT["optional-dependencies"]), f"extras are {sorted(extras)}")


def check_wheel(wheel: Path) -> None:
    """Look into the wheel."""
    source_files = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "billcore").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        check_contents(archive.namelist(), source_files)
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        check_metadata(archive.read(metadata).decode("utf-8"))
        (scripts,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        require(b"billcore = billcore.cli:main" in archive.read(scripts), "the billcore command is missing")


def check_sdist(sdist: Path) -> None:
    """Look into the sdist: the sources, and the few files beside them."""
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    beside = {name for name in names if not name.startswith("src/")}
    require(beside == SDIST_FILES, f"beside src/ the sdist has {sorted(beside)}, not {sorted(SDIST_FILES)}")
    strange = sorted(name for name in names - beside if not MODULE_FILE.fullmatch(name.removeprefix("src/")))
    require(not strange, f"not on the allow-list: {strange}")


def readme_command() -> str:
    """What README's first command does after it has installed billcore."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    first = re.search(r"^\$ pip install [^&]*&& (?P<rest>billcore .*)$", text, re.MULTILINE)
    if first is None:
        sys.exit("package: README has no `$ pip install ... && billcore ...`")
    return first["rest"]


def use_wheel(wheel: Path) -> None:
    """Install the wheel where nothing else is, and run README's first command there."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        venv.create(home / "venv", with_pip=True)
        scripts = home / "venv" / ("Scripts" if os.name == "nt" else "bin")
        environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"}
        environment.pop("PYTHONPATH", None)
        if (ROOT / "examples").is_dir():
            shutil.copytree(ROOT / "examples", home / "examples")
        for command in (f"pip install --quiet '{wheel}[cli]'", readme_command()):
            # Away from the checkout, so that nothing but the wheel can answer.
            subprocess.run(command, shell=True, check=True, cwd=home, env=environment, stdin=subprocess.DEVNULL)  # noqa: S602 - README is written for a shell


def main(out: Path) -> None:
    """Build, look, use."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("billcore-*"):
        old.unlink()
    os.chdir(ROOT)  # a build backend builds the project it stands in
    sdist = out / uv_build.build_sdist(str(out))
    wheel = out / uv_build.build_wheel(str(out))
    check_sdist(sdist)
    check_wheel(wheel)
    use_wheel(wheel)
    sys.stdout.write(f"package: {sdist.name} and {wheel.name} are good\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
