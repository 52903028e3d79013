"""What no submission can do: each file of `reach`, `exhaust` and `marks` tries one thing.

The attack stands in a notebook between two exercises that are solved honestly; the exercise it
stands in for is not solved. All are graded in one class, as any class is.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import course

from .conftest import BOUNDED_BY_ITSELF, CONTROLS, DAEMON, KINDS, POORLY_BOUNDED, Class
from .graded import attacks
from .lesson import POINTS

ALL = [name for kind in KINDS for name in attacks(kind)]
# These win the exercise whose test asserts in the kernel, as in a plain nbgrader course: the
# attack works, and is of no use against observations.
FOOLS_ASSERTS = [
    "cannot_drop_asserts_by_an_ast_transformer",
    "cannot_drop_tests_by_an_input_transformer",
    "cannot_hook_imports",
    "cannot_patch_torch",
    "cannot_replace_modules",
    "cannot_return_what_equals_everything",
    "cannot_skip_tests_by_wrapping_do_execute",
    "cannot_skip_tests_by_wrapping_run_cell",
]


def test_there_are_attacks_of_every_kind() -> None:
    assert {kind: len(attacks(kind)) for kind in KINDS} == {"reach": 18, "marks": 36, "exhaust": 12}


@pytest.mark.parametrize("name", ALL)
def test_earns_no_mark(name: str, locked: Class) -> None:
    assert locked.graded[name].entry.graded, locked.graded[name].entry.result.reason
    assert locked.graded[name].mark("target") == 0


@pytest.mark.parametrize("name", ALL)
def test_costs_no_honest_mark(name: str, locked: Class) -> None:
    assert locked.graded[name].keeps_the_honest


@pytest.mark.parametrize("name", ALL)
def test(name: str, locked: Class) -> None:
    assert not locked.graded[name].reached


def test_no_harm_is_done(locked: Class) -> None:
    assert locked.harm == set()


@pytest.mark.parametrize("name", [*attacks("reach"), *POORLY_BOUNDED])
def test_on_a_poor_machine(name: str, poor: Class) -> None:
    graded = poor.graded[name]
    assert graded.entry.graded, graded.entry.result.reason
    assert graded.mark("target") == 0
    assert graded.keeps_the_honest
    assert not graded.reached


def test_on_a_poor_machine_no_harm_is_done(poor: Class) -> None:
    assert poor.harm == set()


def test_the_course_is_untouched(course_before: str, locked: Class) -> None:
    assert hashlib.sha256(Path(course.__file__).read_bytes()).hexdigest() == course_before


def test_no_daemon_is_left(locked: Class, poor: Class) -> None:
    for each in (locked, poor):
        assert each.graded[DAEMON].entry.graded
        assert each.daemons == 0


def test_in_a_stock_kernel_daemons_are_left(stock: Class) -> None:
    assert stock.daemons > 0


@pytest.mark.parametrize("name", attacks("exhaust"))
def test_costs_bounded_time_and_space(name: str, locked: Class) -> None:
    graded = locked.graded[name]
    assert graded.entry.result.wall_s < 60
    assert graded.notebook.stat().st_size < 8 << 20


@pytest.mark.parametrize("name", FOOLS_ASSERTS)
def test_against_asserts_it_succeeds(name: str, locked: Class) -> None:
    assert locked.graded[name].mark("plain") == POINTS["plain"]


@pytest.mark.parametrize("name", [*CONTROLS, *BOUNDED_BY_ITSELF])
def test_in_a_stock_kernel_it_succeeds(name: str, stock: Class) -> None:
    assert stock.graded[name].reached


def test_in_a_stock_kernel_harm_is_done(stock: Class) -> None:
    assert stock.harm == {
        *("tcp", "udp", "abstract", "named", "writable", "made", "victim", "kernel")
    }


def test_who_reads_the_key_earns_the_mark(stock: Class) -> None:
    """What the judge is sent decides: all rests on the key being out of reach."""
    assert stock.graded["cannot_read_the_answer_key"].mark("target") == POINTS["target"]
