"""What the sandbox gives on this machine, what is missing, what that means, what mends it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.kernels.sandbox import Given, Report, probe
from autograder.kernels.sandbox.report import CONTAINER, SYSTEMS

NEWEST_ABI = 7
# What each Landlock ABI brought: without it, what is so.
_SINCE = {
    2: "files can't be renamed from one folder to another",
    3: "files that may be read only may be emptied where their mode allows it",
    4: "TCP is refused by seccomp alone",
    5: "device files answer every ioctl",
    6: "signals and abstract sockets are bounded by seccomp alone",
}
_OUTSIDE = "grade outside a container (inside one, more rights for it would cost more)"
_SYSCTLS = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": ("1", "0"),
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "1"),
    "/proc/sys/user/max_user_namespaces": ("0", "15000"),
}


class State(StrEnum):
    """How much of a layer there is."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True)
class Row:
    """One layer: what it is, how much of it there is, what follows, what mends it."""

    layer: str
    state: State
    meaning: str
    remedy: str = ""


def examine(report: Report) -> list[Row]:
    """The layers, the necessary ones first."""
    if report.system != "linux":
        name = SYSTEMS.get(report.system, report.system)
        meaning = f"{name} has no Landlock and no seccomp: `autograder grade` refuses"
        return [Row("sandbox", State.NO, meaning, CONTAINER)]
    if report.given is None:
        return [_refused(report.reasons.get("sandbox", ""))]
    given = report.given
    return [_landlock(given.landlock_abi), _seccomp(), *_namespaces(report, given), _user(given)]


def _refused(why: str) -> Row:
    remedy = f"`{CONTAINER}` on a Linux that has both"
    if "Landlock" in why:
        remedy = "Linux 5.13 or newer, started with landlock in the kernel's `lsm=` list"
    elif "seccomp" in why:
        remedy = "sudo apt-get install libseccomp2  (Fedora: dnf install libseccomp)"
    return Row("sandbox", State.NO, f"{why} `autograder grade` refuses", remedy)


def _landlock(abi: int) -> Row:
    missing = [words for since, words in _SINCE.items() if abi < since]
    meaning = "; ".join(missing) or "a notebook reads the interpreter and writes its work folder"
    state = State.PARTLY if missing else State.YES
    return Row(f"Landlock (ABI {abi})", state, meaning, "a newer Linux" if missing else "")


def _seccomp() -> Row:
    return Row("seccomp and rlimits", State.YES, "no network; memory, time and processes bounded")


def _namespaces(report: Report, given: Given) -> list[Row]:
    if not given.namespaces:
        meaning = (
            "the disk is bounded by a watch, not a wall; a notebook can't connect to named "
            "sockets (multiprocessing.Manager)"
        )
        if not given.signals:
            meaning += ", nor signal its own processes"
        why = report.reasons.get("namespaces", "left out")
        return [Row("namespaces", State.NO, f"{meaning} ({why})", _namespace_remedy())]
    rows = [Row("namespaces", State.YES, "a root folder, network and work disk of its own")]
    if "pid" in given.namespaces:
        return [*rows, Row("PID namespace", State.YES, "what a notebook starts ends with it")]
    why = report.reasons.get("pid", "left out")
    meaning = f"what a notebook starts is ended one by one ({why})"
    return [*rows, Row("PID namespace", State.NO, meaning, _OUTSIDE)]


def _namespace_remedy() -> str:
    for path, (bad, good) in _SYSCTLS.items():
        if Path(path).exists() and Path(path).read_text().strip() == bad:
            name = path.removeprefix("/proc/sys/").replace("/", ".")
            return f"sudo sysctl -w {name}={good}"
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return _OUTSIDE
    return "a Linux with CONFIG_USER_NS"


def _user(given: Given) -> Row:
    if given.reads_as_root:
        meaning = "the interpreter is in a folder closed to other users: Landlock alone hides files"
        return Row("unprivileged user", State.PARTLY, meaning, "keep the environment out of /root")
    return Row("unprivileged user", State.YES, f"a notebook runs as uid {given.uid}, no capability")


def show(*, as_json: bool, report: Report | None = None, console: Console | None = None) -> int:
    """Print what there is; the exit code: 0 where grading can go on, else 1."""
    found = report or probe()
    rows, out = examine(found), console or Console()
    if as_json:
        content = {"can_grade": found.given is not None, "layers": [asdict(row) for row in rows]}
        out.print_json(json.dumps(content))
    else:
        out.print(_table(rows))
        out.print(_verdict(found))
    return 0 if found.given else 1


def _table(rows: list[Row]) -> Table:
    table = Table("layer", "given", "what it means", "what mends it", title="Sandbox")
    for row in rows:
        table.add_row(row.layer, row.state, row.meaning, row.remedy)
    return table


def _verdict(report: Report) -> str:
    if report.given is None:
        return "`autograder grade` refuses here, unless told --sandbox=none."
    return "Students' notebooks can be graded here."
