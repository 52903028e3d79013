"""Inside a kernel: put the names and random states of a lesson back between two answers.

This file's text is run in the kernel that judges the candidates of a lesson; the autograder's
own process never imports it. What it can't put back (an object changed in place, a function of
torch replaced) is found by the reference solution, which must earn everything afterwards.

Candidates after the first have a limit of processor time, by what the reference took: a mutant
may loop.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from typing import Any

# A cell of a candidate may take so many times what the reference's cells took, and so much.
TIMES, SHORTEST_S = 10, 2.0

_kept: dict[str, tuple[dict[str, Any], list[Callable[[], Any]]]] = {}
_begun = _slowest_s = _limit_s = 0.0


def keep(label: str) -> None:
    """Remember the lesson's names and random states before the exercise `label`."""
    global _slowest_s, _limit_s
    _kept[label] = (dict(_shell().user_ns), _random_states())
    _slowest_s = _limit_s = 0.0


def control(label: str) -> None:
    """Put everything back for the reference."""
    global _begun, _limit_s
    _restore(label)
    _begun, _limit_s = time.process_time(), 0.0


def after_control(label: str) -> None:
    """Put everything back for a further candidate, whose cells have a limit from now on."""
    global _slowest_s, _limit_s
    _slowest_s = max(_slowest_s, time.process_time() - _begun)
    _restore(label)
    _limit_s = max(SHORTEST_S, TIMES * _slowest_s)


def _restore(label: str) -> None:
    kept, random_states = _kept[label]
    names = _shell().user_ns
    for name in names.keys() - kept.keys():
        del names[name]
    names.update(kept)
    for put_back in random_states:
        put_back()


def _random_states() -> list[Callable[[], Any]]:
    """A function for each generator that puts its state back."""
    found: list[Callable[[], Any]] = []
    if "random" in sys.modules:
        random, state = sys.modules["random"], sys.modules["random"].getstate()
        found.append(lambda: random.setstate(state))
    if "numpy" in sys.modules:
        numpy, of_numpy = sys.modules["numpy"], sys.modules["numpy"].random.get_state()
        found.append(lambda: numpy.random.set_state(of_numpy))
    if "torch" in sys.modules:
        torch, of_torch = sys.modules["torch"], sys.modules["torch"].get_rng_state()
        found.append(lambda: torch.set_rng_state(of_torch))
    return found


def _shell() -> Any:
    from IPython import get_ipython  # type: ignore[attr-defined,unused-ignore]

    return get_ipython()  # type: ignore[no-untyped-call,unused-ignore]


def watch() -> None:
    """Limit the time of cells: armed as one begins, disarmed before the kernel goes on."""
    # A traceback of a thousand frames takes longer to write than the cell had.
    _shell().run_line_magic("xmode", "Minimal")
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, _ring)
        _shell().events.register("pre_run_cell", _arm)
        _shell().events.register("post_run_cell", _disarm)


def _ring(*_: object) -> None:
    raise KeyboardInterrupt


def _arm(_: object) -> None:
    signal.setitimer(signal.ITIMER_PROF, _limit_s)


def _disarm(_: object) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
