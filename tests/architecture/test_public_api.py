"""Each package has one door: what it lists is what it gives, and the top one opens without loading the house."""

import subprocess
import sys
from types import ModuleType

import pytest

import billcore
from tests.architecture.source import packages

PACKAGES = list(packages())


def ruff_order(name: str) -> tuple[int, str]:
    """The order that ruff's RUF022 keeps: constants, classes, the rest; each by name."""
    if name.isupper():
        return 0, name
    return (1 if name[0].isupper() else 2), name


def unlisted(package: ModuleType) -> set[str]:
    """Public names of billcore's own that the package shows without listing them; its modules do not count."""
    return {
        name
        for name, value in vars(package).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and str(getattr(value, "__module__", "")).startswith("billcore")
        and name not in package.__all__
    }


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_all_is_sorted_and_has_no_name_twice(package: ModuleType) -> None:
    """A reader finds a name in ``__all__`` where they look for it."""
    assert sorted(set(package.__all__), key=ruff_order) == list(package.__all__)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_listed_name_can_be_imported(package: ModuleType) -> None:
    """What ``__all__`` lists is there, lazily resolved or not."""
    assert [name for name in package.__all__ if not hasattr(package, name)] == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_no_public_name_is_unlisted(package: ModuleType) -> None:
    """What can be imported from a package without an underscore is listed in ``__all__``."""
    assert unlisted(package) == set()


def test_a_name_that_is_shown_but_not_listed_is_found() -> None:
    """The check above bites: a class of ours that ``__all__`` forgets is reported."""
    package = ModuleType("billcore.planted")
    vars(package).update(__all__=["Listed"], Listed=type("Listed", (), {}), Forgotten=type("Forgotten", (), {}))
    package.Listed.__module__ = package.Forgotten.__module__ = "billcore.planted"

    assert unlisted(package) == {"Forgotten"}


def test_dir_shows_what_the_top_package_lists() -> None:
    """Completion in an editor or a shell offers the lazy names too."""
    assert set(getattr(billcore, "__all__", [])) <= set(dir(billcore))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The lazy door refuses what it does not have, as any module does."""
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(billcore, "no_such_" + "name")


def test_importing_the_top_package_loads_nothing_else() -> None:
    """``import billcore`` is quick: names resolve on first use (PEP 562), so no package and no dependency is loaded."""
    script = (
        "import sys, billcore\n"
        "heavy = {'attr', 'attrs', 'babel', 'cattrs', 'dateutil', 'decimal', 'sqlite3'}\n"
        "print(sorted(n for n in sys.modules if n.startswith('billcore.') or n in heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603 - our own script

    assert done.stdout.strip() == "[]"
