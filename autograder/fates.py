"""What can become of a cell that does not run to its end, and how it is told from the outside."""

from __future__ import annotations

import signal
from enum import StrEnum


class Fate(StrEnum):
    """What became of a cell that did not run to its end."""

    TIMEOUT = "timeout"  # past its time, interrupted
    HUNG = "hung"  # past its time, and deaf to the interrupt: the kernel was ended
    EXITED = "exited"  # it ended the kernel itself
    CRASHED = "crashed"  # a segmentation fault or the like
    MEMORY = "memory"  # ended for the memory it took
    CPU = "cpu"  # ended for the processor time of the whole notebook
    DISK = "disk"  # ended for what it wrote
    FORBIDDEN = "forbidden"  # ended for a call that the sandbox refuses
    DIED = "died"  # the kernel ended while it ran, for another reason
    UNREACHED = "unreached"  # the kernel had been ended too often to go on
    OVERTIME = "overtime"  # the notebook as a whole was past its time

    @property
    def ends_kernel(self) -> bool:
        """Whether there is no kernel any more after it."""
        return self is not Fate.TIMEOUT


_BY_BOUND = {"memory": Fate.MEMORY, "cpu": Fate.CPU, "disk": Fate.DISK}
_BY_SIGNAL = {
    # Not from us, so from Linux when it had no memory left.
    "SIGKILL": Fate.MEMORY,
    "SIGXCPU": Fate.CPU,
    "SIGXFSZ": Fate.DISK,
    "SIGSYS": Fate.FORBIDDEN,
    "SIGSEGV": Fate.CRASHED,
    "SIGBUS": Fate.CRASHED,
    "SIGFPE": Fate.CRASHED,
    "SIGILL": Fate.CRASHED,
    "SIGABRT": Fate.CRASHED,
}


def of_end(status: int | None, exceeded: str | None = None) -> Fate:
    """The fate of the cell that ran when its kernel ended.

    status: an exit code, or the negative number of a signal; None when it is not known.
    exceeded: the bound for which the kernel was ended from outside, if it was.
    """
    if exceeded in _BY_BOUND:
        return _BY_BOUND[exceeded]
    if status is None:
        return Fate.DIED
    if status >= 0:
        return Fate.EXITED
    try:
        return _BY_SIGNAL.get(signal.Signals(-status).name, Fate.DIED)
    except ValueError:
        return Fate.DIED
