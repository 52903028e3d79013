"""A cell that hangs, or ends its kernel, costs itself: what was right before and after counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from autograder.fates import Fate, of_end
from autograder.kernels.provisioner import WarmProvisioner
from autograder.kernels.session import Session
from autograder.missing import FATES

from .running import Left, results, run

DEAF = """import time
while True:
    try:
        time.sleep(1)
    except KeyboardInterrupt:
        pass"""
DEAFER = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"


def test_the_state_is_built_again_after_each_end(left: Left) -> None:
    done = run(
        "x = 1",
        "import os; os._exit(3)",
        "x += 1; x",
        "import ctypes; ctypes.string_at(0)",
        "x",
        "import os; os.abort()",
        "x + 10",
    )
    assert done.fates == {1: Fate.EXITED, 3: Fate.CRASHED, 5: Fate.CRASHED}
    assert [results(done)[index] for index in (2, 4, 6)] == ["2", "2", "12"]
    assert left() == []


def test_what_a_cell_put_out_first_is_kept_when_it_runs_again() -> None:
    done = run("import random; print(random.random())", "import os; os._exit(0)", "1")
    again = run("import random; print(random.random())")
    assert results(done)[0] != results(again)[0]
    assert len(done.nb.cells[0].outputs) == 1


def test_what_a_dying_cell_had_sent_is_kept() -> None:
    # zmq sends from a thread of its own, which os._exit ends too: give it its moment.
    code = "import os, time; print('last', flush=True); time.sleep(1); os._exit(1)"
    assert results(run(code))[0] == "last"


def test_an_interrupted_cell_leaves_the_kernel_as_it_is() -> None:
    done = run("x = 1", "x = 2\nwhile True: pass", "x", timeout_s=4)
    assert done.fates == {1: Fate.TIMEOUT}
    assert results(done) == [None, "KeyboardInterrupt", "2"]


@pytest.mark.parametrize("deaf", [DEAF, DEAFER])
def test_a_cell_that_swallows_the_interrupt_is_ended(deaf: str, left: Left) -> None:
    done = run("x = 1", deaf, "x", timeout_s=4)
    assert done.fates == {1: Fate.HUNG}
    assert results(done)[2] == "1"
    assert left() == []


@pytest.mark.parametrize("without", [(), ("namespaces",)])
def test_the_next_kernel_finds_the_folder_as_the_first_did(
    without: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = WarmProvisioner._policy
    monkeypatch.setattr(
        WarmProvisioner, "_policy", lambda *given: replace(usual(*given), without=without)
    )
    listed = "[name for name in os.listdir() if not name.startswith('.')]"
    done = run(
        f"import os; {listed}",
        "open('big', 'w').write('x' * 100); os._exit(1)",
        f"open('small', 'w').close(); {listed}",
    )
    assert done.fates == {1: Fate.EXITED}
    assert results(done) == ["[]", None, "['small']"]


def test_restarts_are_bounded() -> None:
    done = run("1", *["import os; os._exit(1)"] * 6, "2")
    fates = list(done.fates.values())
    assert fates == [Fate.EXITED] * 4 + [Fate.UNREACHED] * 3
    assert results(done)[0] == "1"


def test_a_cell_that_dies_only_when_it_runs_again_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, started = Session.__aenter__, []

    async def with_a_mark(session: Session) -> Session:
        # No file of a kernel's is there for the next one, so this one is ours.
        if started:
            (session._workdir / "again").touch()
        started.append(session)
        return await start(session)

    monkeypatch.setattr(Session, "__aenter__", with_a_mark)
    done = run(
        "x = 5",
        "import os\nif os.path.exists('again'): os._exit(1)\ny = 6",
        "os._exit(1)",
        "x, 'y' in globals()",
    )
    assert done.fates == {2: Fate.EXITED}
    assert results(done)[3] == "(5, False)"


def test_the_whole_notebook_has_a_time() -> None:
    done = run("import time; time.sleep(60)", "1", "2", total_s=1.2)
    # Cut off when the notebook's time is over, whether or not its kernel is quick to answer then.
    assert done.fates.pop(0) in (Fate.TIMEOUT, Fate.HUNG)
    assert done.fates == {1: Fate.OVERTIME, 2: Fate.OVERTIME}
    assert results(done)[1:] == [None, None]
    assert done.wall_s < 50


def test_a_kernel_that_starts_slowly_costs_the_notebook_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = Session.__aenter__

    async def slowly(session: Session) -> Session:
        await asyncio.sleep(3)
        return await start(session)

    monkeypatch.setattr(Session, "__aenter__", slowly)
    done = run("1", total_s=2.5)
    assert (done.fates, results(done)) == ({}, ["1"])


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        ("import os; os._exit(0)", Fate.EXITED),
        ("import ctypes; ctypes.string_at(0)", Fate.CRASHED),
    ],
)
def test_each_end_has_its_own_fate(code: str, fate: Fate) -> None:
    assert run(code).fates == {0: fate}


@pytest.mark.parametrize(
    ("status", "exceeded", "fate"),
    [
        (0, None, Fate.EXITED),
        (-11, None, Fate.CRASHED),
        (-9, None, Fate.MEMORY),
        (-9, "memory", Fate.MEMORY),
        (-9, "cpu", Fate.CPU),
        (-9, "disk", Fate.DISK),
        (-24, None, Fate.CPU),
        (-25, None, Fate.DISK),
        (-31, None, Fate.FORBIDDEN),
        (-1000, None, Fate.DIED),
        (None, None, Fate.DIED),
    ],
)
def test_fate_of_an_end(status: int | None, exceeded: str | None, fate: Fate) -> None:
    assert of_end(status, exceeded) is fate


def test_every_fate_has_a_sentence_of_its_own() -> None:
    assert set(FATES) == set(Fate)
    assert len(set(FATES.values())) == len(Fate)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("x = bytearray(64 << 30)", "MemoryError"),
        ("import torch; x = torch.zeros(16 << 30)", "RuntimeError"),
        ("open('big', 'wb').write(bytes(300 << 20))", "OSError"),
    ],
)
def test_a_limit_met_in_python_is_an_error_that_the_kernel_survives(code: str, error: str) -> None:
    done = run(code, "1")
    assert done.fates == {}
    assert results(done) == [error, "1"]
