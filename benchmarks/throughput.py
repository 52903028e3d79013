"""How fast a class is graded: stock `nbgrader autograde` beside `autograder grade`.

The README's figures:

    python -m benchmarks.throughput --submissions 40 --repetitions 3

from the repository's root, with `.[instructor]` installed, on a machine that does nothing
else. The same submissions are graded by both, in turn, on the same cores: a small notebook
that only imports torch, and the built lesson 01. Stock nbgrader runs its plain python3 kernel
with its own configuration; PYTORCH_MECHANICS_JUDGE lets the lesson's observations run there
instead of refusing (they are then judged by nobody). The answer key, and what nbgrader needs
in its gradebook, are made before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import stages
from benchmarks.courses import LESSON, SMALL, copy_course, make_course
from benchmarks.measure import Run, run

WHOLE, STEADY, CPU = "whole run", "after the start", "CPU"


def main() -> None:
    """Measure, print a table, and write JSON where asked."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        found = {name: _compare(Path(folder), name, options) for name in options.notebooks}
        found["kernel"] = _kernel(Path(folder), options)
    _print(found, options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=40, help="In the class.")
    parser.add_argument("--repetitions", type=int, default=3, help="Of each side, in turn.")
    parser.add_argument("--cores", type=int, default=2, help="Given to both sides.")
    parser.add_argument("--json", type=Path, help="Write the figures here too.")
    parser.add_argument("--notebooks", nargs="+", choices=(SMALL, LESSON), default=[SMALL, LESSON])
    return parser.parse_args()


def _compare(folder: Path, assignment: str, options: argparse.Namespace) -> dict[str, Any]:
    prepared = _prepared(folder / assignment, assignment, options.submissions)
    runs: dict[str, list[Run]] = {"nbgrader": [], "autograder": []}
    for number in range(options.repetitions):
        for side, ours in (("nbgrader", False), ("autograder", True)):
            print(f"{assignment}: {side}, {number + 1} of {options.repetitions}", file=sys.stderr)
            runs[side].append(_measured(prepared, assignment, options, ours, memory=False))
    memory = _measured(prepared, assignment, options, True, memory=True).peak_pss_mb
    return {
        "submissions": options.submissions,
        "runs": {side: [asdict(each) for each in found] for side, found in runs.items()},
        "ratios": _ratios(runs["nbgrader"], runs["autograder"]),
        "autograder_peak_pss_mb": round(memory),
    }


def _prepared(course: Path, assignment: str, students: int) -> Path:
    """The course with its source in the gradebook and its answer key made."""
    make_course(course, assignment, students)
    _quietly([_program("nbgrader"), "generate_assignment", assignment], course)
    first = "student_0000"
    _quietly([_program("autograder"), "grade", assignment, first], course)
    for made in ("autograded", "feedback"):
        shutil.rmtree(course / made, ignore_errors=True)
    shutil.rmtree(course / ".autograder" / "results", ignore_errors=True)
    return course


def _measured(
    prepared: Path, assignment: str, options: argparse.Namespace, ours: bool, *, memory: bool
) -> Run:
    course = copy_course(prepared, prepared.with_name("under_way"))
    try:
        command = [_program("nbgrader"), "autograde", assignment, "--force"]
        if ours:
            workers = ["--workers", str(options.cores), "--force"]
            command = [_program("autograder"), "grade", assignment, *workers]
        graded = f"autograded/*/{assignment}/*.ipynb"
        cores = options.cores
        return run(command, course, graded, stock=not ours, cores=cores, memory=memory)
    finally:
        shutil.rmtree(course)


def _ratios(stock: list[Run], ours: list[Run]) -> dict[str, list[float]]:
    """How many times as fast, repetition by repetition."""
    pairs = list(zip(stock, ours, strict=True))
    return {
        WHOLE: [round(a.wall_s / b.wall_s, 1) for a, b in pairs],
        STEADY: [round(b.steady / a.steady, 1) for a, b in pairs],
        CPU: [round(a.cpu_s / b.cpu_s, 1) for a, b in pairs],
    }


def _kernel(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    course = _prepared(folder / "steps", SMALL, 20)
    imports = "import torch"
    steps, empty = stages.cpu_ms_by_step(course, SMALL), stages.empty_kernel_cpu_ms()
    ours = sum(spent for step, spent in steps.items() if step != stages.KERNEL)
    return {
        "cpu_ms_by_step": steps,
        "empty_warm_kernel_cpu_ms": empty,
        "own_cpu_ms": round(ours + empty, 1),
        "warm_kernel_pss_mb": stages.kernel_pss_mb("pytorch-mechanics"),
        "warm_kernel_with_torch_pss_mb": stages.kernel_pss_mb("pytorch-mechanics", imports),
        "stock_kernel_with_torch_pss_mb": stages.kernel_pss_mb("python3", imports),
        "cores": options.cores,
    }


def _print(found: dict[str, Any], options: argparse.Namespace) -> None:
    for name in options.notebooks:
        _print_class(name, found[name])
    kernel = found["kernel"]
    print("\nCPU a submission of the small notebook, in milliseconds")
    for step, spent in kernel["cpu_ms_by_step"].items():
        print(f"  {step:52} {spent:7.1f}")
    print(f"  {'(a warm kernel that runs no cell)':52} {kernel['empty_warm_kernel_cpu_ms']:7.1f}")
    print(f"  {'the autograder, without what the cells do':52} {kernel['own_cpu_ms']:7.1f}")
    print("\nPSS of a kernel, in megabytes")
    for what in ("warm_kernel", "warm_kernel_with_torch", "stock_kernel_with_torch"):
        print(f"  {what.replace('_', ' '):52} {kernel[f'{what}_pss_mb']:7.1f}")


def _print_class(name: str, found: dict[str, Any]) -> None:
    count = found["submissions"]
    print(f"\n{name}: {count} submissions")
    print(f"  {'':12}{'s, whole run':>14}{'a minute, after start':>24}{'CPU s each':>14}")
    for side, runs in found["runs"].items():
        wall, steady, cpu = (
            statistics.median(each[key] for each in runs) for key in ("wall_s", "steady", "cpu_s")
        )
        print(f"  {side:12}{wall:14.1f}{60 * steady:24.0f}{cpu / count:14.3f}")
    for what, ratios in found["ratios"].items():
        spread = f"{min(ratios):g} to {max(ratios):g}"
        print(f"  {what:16} {statistics.median(ratios):6.1f} times ({spread})")
    print(f"  all processes of autograder at once: {found['autograder_peak_pss_mb']} MB of PSS")


def _program(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise SystemExit(f"There is no {name} beside {sys.executable}: pip install '.[instructor]'")
    return found


def _quietly(command: list[str], folder: Path) -> None:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, "PATH": path}
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
