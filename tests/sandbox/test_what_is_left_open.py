"""What the warm process had open is no way past the walls."""

from __future__ import annotations

import pytest

from .inside import run

# The harness leaves the machine's root folder open, as a careless warm process would.
CODE = """
import os
result = []
for descriptor in range(3, 64):
    try:
        result.append(os.listdir(descriptor))
    except OSError:
        pass
"""


@pytest.mark.parametrize("machine", ["full", "without_namespaces"])
def test_cannot_use_a_folder_that_was_left_open(machine: str) -> None:
    assert run(CODE, machine).result == []


def test_unlocked_it_can() -> None:
    assert run(CODE, unlocked=True).result != []
