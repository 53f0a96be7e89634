"""The house's checks, one session each; `.ci/run` runs those that need only one Python in one environment.

Inside an environment that has the `dev` group, `nox --no-venv --no-install -s lint types` makes no environment at all.
"""

import os
import tempfile

import nox

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "imports", "types", "tests", "tests_lowest", "docs", "package"]
# A developer without Python 3.13 still gets the other answers; a build server without it is set up wrong.
nox.options.error_on_missing_interpreters = "CI" in os.environ
# A test run must not fetch interpreters behind one's back.
nox.options.download_python = "never"


def install(session: nox.Session, *groups: str, extras: str = "cli,http,plot,tax,testing") -> None:
    """Install billcore with its extras and the named dependency groups."""
    chosen = [argument for group in groups for argument in ("--group", group)]
    session.install("-e", f".[{extras}]", *chosen)


@nox.session(python=PYTHONS[0])
def lint(session: nox.Session) -> None:
    """Style: ruff, its formatter, and a docstring on every public name and every test."""
    session.install("--group", "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("interrogate", "src")
    session.run("interrogate", "--ignore-module", "--whitelist-regex", "test_.*", "tests")


@nox.session(python=PYTHONS[0])
def imports(session: nox.Session) -> None:
    """Import direction, and which package may import what from outside."""
    install(session, "imports")
    session.run("lint-imports")


@nox.session(python=PYTHONS[0])
def types(session: nox.Session) -> None:
    """Mypy, strict, over source and tests."""
    install(session, "types", "tests", "package")
    session.run("mypy")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The whole suite with coverage, on each Python of the classifiers."""
    install(session, "tests")
    session.run("pytest", "--cov", "--cov-report=term", *session.posargs)


@nox.session(python=PYTHONS[0], venv_backend="uv")
def tests_lowest(session: nox.Session) -> None:
    """The whole suite on the lowest versions that pyproject.toml declares."""
    session.install("--resolution", "lowest-direct", "-e", ".[cli,http,tax,testing]")
    session.run("pytest", *session.posargs)


@nox.session(python=PYTHONS[0])
def contracts(session: nox.Session) -> None:
    """Our own adapters under the contract suites that billcore ships."""
    install(session)
    session.run("pytest", "tests/contracts", *session.posargs)


@nox.session(python=PYTHONS[0])
def docs(session: nox.Session) -> None:
    """Build the docs with every warning an error, and run their examples."""
    install(session, "docs")
    with tempfile.TemporaryDirectory() as built:
        session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", built)
    session.run("pytest", "docs", "README.md", *session.posargs)


@nox.session(python=PYTHONS[0])
def bench(session: nox.Session) -> None:
    """Print the benchmarks' ratios."""
    install(session)
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=PYTHONS[0])
def mutation(session: nox.Session) -> None:
    """Mutate kernel and pricing; at least 95 % must be noticed: `nox -s mutation -- --sample 300 --seed 1`."""
    install(session, "tests")
    session.run("python", "-m", "tests.laws.mutation", *session.posargs)


@nox.session(python=PYTHONS[0])
def package(session: nox.Session) -> None:
    """Build sdist and wheel into dist/, check what is in them, and run README's first command from the wheel."""
    session.install("--group", "package")
    session.run("python", ".ci/package.py", "dist")
