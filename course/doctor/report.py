"""The doctor's report: a table of the facts, then what is wrong and what mends it; or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from course.doctor.facts import Facts
from course.doctor.faults import Finding, Level, examine
from course.doctor.probe import collect


def report(console: Console | None = None) -> None:
    """Look at this machine and print what was found; a notebook calls this."""
    facts = collect()
    (console or Console()).print(render(facts, examine(facts)))


def healthy(findings: Sequence[Finding]) -> bool:
    """Can the course be worked through? (Warnings only make it slower.)"""
    return all(finding.level is not Level.FAULT for finding in findings)


def as_json(facts: Facts, findings: Sequence[Finding]) -> str:
    """{"ok", "findings": [{level, sentence, mend}], "facts"}."""
    told: dict[str, Any] = {
        "ok": healthy(findings),
        "findings": [asdict(finding) for finding in findings],
        "facts": asdict(facts),
    }
    return json.dumps(told, indent=2)


def render(facts: Facts, findings: Sequence[Finding]) -> RenderableType:
    """The report for a terminal or a notebook."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in rows(facts):
        table.add_row(Text(name, style="bold"), Text(value))
    return Group(table, Text(), *(_finding(one) for one in findings), _conclusion(findings))


def rows(facts: Facts) -> list[tuple[str, str]]:
    """(name, what was found), from Python to the measured speed."""
    return [
        ("Python", f"{'.'.join(map(str, facts.python))}  {facts.executable}"),
        ("System", f"{facts.system} {facts.machine}"),
        ("Memory", f"{_gib(facts.memory_gib)}, {_gib(facts.free_gib)} free"),
        ("torch", f"{facts.torch.version}, built for {facts.torch.build}" if facts.torch else "-"),
        ("Accelerator", _accelerator(facts)),
        ("Driver", _driver(facts)),
        ("Matrix product", _speed(facts)),
    ]


def _gib(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} GiB"


def _accelerator(facts: Facts) -> str:
    found = facts.torch.accelerator if facts.torch else None
    if found is None:
        return "none: the lessons run on the CPU"
    memory = "" if found.memory_gib is None else f", {_gib(found.memory_gib)}"
    return f"{found.kind}, {found.name}{memory}"


def _driver(facts: Facts) -> str:
    if facts.driver is None:
        return "no NVIDIA driver"
    cuda = f", CUDA up to {facts.driver.cuda}" if facts.driver.cuda else ""
    return f"NVIDIA {facts.driver.version}{cuda}"


def _speed(facts: Facts) -> str:
    speed = facts.torch.speed if facts.torch else None
    if speed is None or speed.gflops is None:
        return "not measured"
    shape = f"({speed.size}, {speed.size})"
    return f"{speed.gflops:,.0f} GFLOP/s, {speed.dtype}, {shape} @ {shape} on {speed.device}"


def _finding(finding: Finding) -> RenderableType:
    mark = ("✗ ", "bold red") if finding.level is Level.FAULT else ("! ", "bold yellow")
    return Text.assemble(mark, finding.sentence, "\n  → ", (finding.mend, "bold"), "\n")


def _conclusion(findings: Sequence[Finding]) -> Text:
    if not healthy(findings):
        return Text("The course can't run here yet: mend what is marked ✗.", style="bold red")
    return Text("✓ All is well: the course runs here.", style="bold green")
