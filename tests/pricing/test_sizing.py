"""Sizes as clusters write them, and value paths: exact, strict, and told where they are wrong (5.3, Sizing)."""

from __future__ import annotations

import decimal
from decimal import Decimal

import pytest
from hypothesis import given

from billcore.kernel import InvalidNumber, InvalidValue, MissingValue
from billcore.kernel import exact as ex
from billcore.pricing import Component, ComputePlan, SizingUnit, ValuePath, cluster_quantity, size_in
from billcore.testing import laws, strategies

TREE = {
    "spec": {
        "parameters": {"size": {"disk": "50Gi", "memory": "4Gi", "cpu": "500m"}, "instances": 3, "none": None},
        "disks": [{"size": "10Gi"}, {"size": "20Gi"}],
        "flag": True,
        "share": 0.5,
    },
    "metadata": {"labels": {"app.kubernetes.io/name": "redis", "tier": "2"}},
}


@pytest.mark.parametrize(
    ("written", "unit", "size"),
    [
        ("512Mi", SizingUnit.GIB, "0.5"),
        ("20Gi", SizingUnit.GIB, "20"),
        ("1Ti", SizingUnit.GIB, "1024"),
        ("500M", SizingUnit.GIB, "0.4656612873077392578125"),
        ("1073741824", SizingUnit.GIB, "1"),
        ("2Gi", SizingUnit.MIB, "2048"),
        ("2Gi", SizingUnit.GB, "2.147483648"),
        ("1500M", SizingUnit.GB, "1.5"),
        ("500m", SizingUnit.VCPU, "0.5"),
        ("2", SizingUnit.VCPU, "2"),
        ("1e3", SizingUnit.COUNT, "1000"),
        ("12E-1", SizingUnit.COUNT, "1.2"),
        ("1E", SizingUnit.COUNT, "1000000000000000000"),
        ("+.5Gi", SizingUnit.GIB, "0.5"),
        ("100n", SizingUnit.COUNT, "0.0000001"),
        ("9223372036854775807", SizingUnit.BYTE, "9223372036854775807"),
        (3, SizingUnit.INSTANCE, "3"),
        (Decimal("0.25"), SizingUnit.VCPU, "0.25"),
    ],
)
def test_sizes(written: str | int | Decimal, unit: SizingUnit, size: str) -> None:
    """5.3: 512Mi is 0.5 GiB, 20Gi 20, 1Ti 1024, 500M 0.46566..., and 1073741824 bytes are 1."""
    assert ex.text(size_in(written, unit)) == size


def test_half_a_gibibyte() -> None:
    """R4-15: 512Mi is exactly 0.5 GiB, and a plan may have so much memory."""
    half = size_in("512Mi", SizingUnit.GIB)

    assert half == Decimal("0.5")
    assert ComputePlan(code="tiny", cpu=1, ram_gib=half, price="0.0080").ram_gib == Decimal("0.5")


@pytest.mark.parametrize(
    "written",
    [
        *("", "Gi", "1 Gi", "1gi", "1KI", "1K", "1Gib", "1e", "1e3Gi", "0x10", "1_000", "\uff11", "NaN", "Infinity"),
        *("1,5", "1Gi\n", "1e99", "9223372036854775808", "8Ei", "0.1n", "1e-10", "0." + "0" * 40, "1" * 41),
        *(0.5, True, None),
    ],
)
def test_what_is_no_quantity(written: object) -> None:
    """Another form, a float, more than a cluster holds and finer than it keeps are refused, and the place is told."""
    with pytest.raises(InvalidNumber, match=r"^disk: "):
        cluster_quantity(written, "disk")  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize("written", ["-1", "-512Mi", -1, Decimal("-0.5")])
def test_no_size_is_negative(written: str | int | Decimal) -> None:
    """Less than nothing is no size."""
    with pytest.raises(InvalidValue, match="disk: must not be negative"):
        size_in(written, SizingUnit.GIB, "disk")


@given(strategies.cluster_quantities())
def test_a_unit_changes_no_size(written: str) -> None:
    """Law: a size counted in any unit, times the unit, is the quantity."""
    laws.size_is_exact(written)


def test_the_threads_context_does_not_touch_a_size() -> None:
    """A host with six digits gets the same size."""
    with decimal.localcontext(prec=6):
        assert ex.text(size_in("500M", SizingUnit.GIB)) == "0.4656612873077392578125"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("spec.parameters.size.disk", ("50Gi",)),
        ("spec.disks[1].size", ("20Gi",)),
        ('metadata.labels["app.kubernetes.io/name"]', ("redis",)),
        ('metadata["labels"].tier', ("2",)),
        ("spec.parameters.size.disk * spec.parameters.instances", ("50Gi", 3)),
        ("spec.parameters.instances*spec.parameters.instances", (3, 3)),
    ],
)
def test_paths(path: str, found: tuple[str | int, ...]) -> None:
    """Names, indexes and keys in quotes lead to what stands there; a product to all its factors."""
    assert ValuePath.parse(path).find(TREE) == found


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("spec.parameters.size.ssd", "spec.parameters.size.ssd: missing value (nothing below spec.parameters.size)"),
        ("spec.parameters.none", "spec.parameters.none: missing value (nothing below spec.parameters)"),
        ("status", "status: missing value"),
        ("spec.disks[2].size", "spec.disks[2].size: missing value (nothing below spec.disks)"),
        ("spec.disks.size", "spec.disks.size: missing value (nothing below spec.disks)"),
        ("spec.disks[0].size.unit", "spec.disks[0].size.unit: missing value (nothing below spec.disks[0].size)"),
    ],
)
def test_a_missing_value_names_its_path(path: str, told: str) -> None:
    """R4-19: nothing at a path is an error with the path and where it ends, never a zero."""
    with pytest.raises(MissingValue) as caught:
        ValuePath.parse(path).find(TREE)

    assert str(caught.value) == told
    assert caught.value.place == path


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("spec.parameters", "spec.parameters: not a size (got 'a table'; text or a number is asked for)"),
        ("spec.disks", "spec.disks: not a size (got 'a list'; text or a number is asked for)"),
        ("spec.flag", "spec.flag: not a size (got 'true'; text or a number is asked for)"),
    ],
)
def test_what_is_no_size_is_told(path: str, told: str) -> None:
    """A table, a list or a truth where a size should stand is refused."""
    with pytest.raises(InvalidValue) as caught:
        ValuePath.parse(path).find(TREE)

    assert str(caught.value) == told


def test_a_float_in_a_tree_is_refused_where_it_stands() -> None:
    """A configuration read by a lenient parser has floats, which are not exact: the message says what to write."""
    share = Component(code="share", product_id="share", value_path="spec.share")

    with pytest.raises(InvalidNumber, match=r'^spec.share: a float is not exact \(got 0.5; write Decimal\("0.5"\)\)$'):
        share.quantity(TREE)


@pytest.mark.parametrize(
    ("path", "at"),
    [
        *(("a..b", 2), ("a.", 2), (".a", 1), ("a[", 2), ("a[-1]", 2), ("a[01]", 2), ("a['b']", 2), ('a[""]', 2)),
        *(("a b", 2), ("a + b", 2), ("a *", 4), ("* a", 1), ("a ** b", 4), ("1a", 1), ("a.b()", 4), ("a;b", 2)),
        *(('__import__("os")', 11), ("a.1", 2), (" a", 1), ("a ", 2), ("é", 1)),
    ],
)
def test_what_is_no_path_is_told_by_its_character(path: str, at: int) -> None:
    """A path is read whole or refused, with the character at which it stops being one."""
    with pytest.raises(InvalidValue, match=rf"^value_path: .* is asked for at character {at} "):
        ValuePath.parse(path)


@pytest.mark.parametrize("path", ["", "a\nb", "a" * 501, "a" + ".b" * 64, 3, None])
def test_a_path_has_bounds(path: object) -> None:
    """Empty, unprintable and endless paths are refused."""
    with pytest.raises(InvalidValue, match="value_path"):
        ValuePath.parse(path)  # type: ignore[arg-type]  # the point of the test


@given(strategies.value_paths())
def test_a_path_reads_back(path: str) -> None:
    """Law: a path as it is written reads back to the same path."""
    laws.path_reads_back(path)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("code", "a b", "code: not an id"),
        ("product_id", "a-{size}", "product_id: no such name in a product id (got 'size'; one of plan, service, sla"),
        ("product_id", "a-{plan", "product_id: not an id"),
        ("product_id", "a-{{plan}}", "product_id: not an id"),
        ("product_id", "", "product_id: not an id"),
        ("product_id", 3, "product_id: not a product id"),
        ("value_path", "a..b", "value_path: "),
        ("unit", "GiB", "unit: wrong kind of value"),
    ],
)
def test_a_component_refuses_to_be_wrong(field: str, value: object, told: str) -> None:
    """A wrong spec is refused when it is written, not when an instance is billed."""
    right = {"code": "disk", "product_id": "ssd", "value_path": "spec.disk", "unit": SizingUnit.GIB}

    with pytest.raises(InvalidValue) as caught:
        Component(**{**right, field: value})  # type: ignore[arg-type]  # the point of the test

    assert str(caught.value).startswith(told)


def test_text_is_no_list() -> None:
    """A place in a list is asked for where text stands: nothing is there, not its first letter."""
    with pytest.raises(MissingValue, match=r"^metadata.labels.tier\[0\]: "):
        ValuePath.parse("metadata.labels.tier[0]").find(TREE)
