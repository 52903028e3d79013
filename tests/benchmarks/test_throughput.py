"""What the README quotes can be measured anew; and what does not depend on the machine holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.stages import kernel_pss_mb

ROOT = Path(__file__).parents[2]
MOST_PSS_MB, MOST_OWN_CPU_MS = 80, 150


def test_a_kernel_takes_little_memory_before_a_students_code() -> None:
    assert kernel_pss_mb("pytorch-mechanics") < MOST_PSS_MB


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_comparison_with_stock_nbgrader(tmp_path: Path) -> None:
    found_at = tmp_path / "found.json"
    options = ("--submissions", "4", "--repetitions", "1", "--notebooks", "small")
    command = [sys.executable, "-m", "benchmarks.throughput", *options, "--json", str(found_at)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "small: 4 submissions" in said
    found = json.loads(found_at.read_text())
    assert found["kernel"]["warm_kernel_pss_mb"] < MOST_PSS_MB
    # A few submissions on a busy machine show the order of magnitude; the README's run, the figure.
    assert found["small"]["ratios"]["after the start"][0] > 10
    assert found["kernel"]["own_cpu_ms"] < MOST_OWN_CPU_MS
