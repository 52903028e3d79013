"""Whoever asks jupyter_client for the kernel by its name gets a warm one, in the sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from autograder.kernels import KERNEL_NAME
from autograder.kernels.client import Zygote
from autograder.kernels.provisioner import WarmProvisioner
from autograder.kernels.sandbox import SandboxError, refuse_at_first_sight

from .running import Left, leftovers, notebook

WHO = "import os, sys; print(os.getpid(), 'torch' in sys.modules, os.listdir())"
SPEC = {"name": KERNEL_NAME, "display_name": "", "language": "python"}


def test_it_is_registered(left: Left) -> None:
    spec = KernelSpecManager().get_kernel_spec(KERNEL_NAME)
    assert spec.language == "python"
    manager = KernelManager(kernel_name=KERNEL_NAME)
    manager.start_kernel()
    try:
        assert isinstance(manager.provisioner, WarmProvisioner)
        assert manager.is_alive()
    finally:
        manager.shutdown_kernel(now=True)
    assert (left(), leftovers()) == ([], set())


def test_nbclient_runs_a_notebook_in_it(tmp_path: Path, left: Left) -> None:
    (tmp_path / "beside.csv").touch()
    nb = notebook(WHO, "1 / 0", "2")
    client = NotebookClient(
        nb, kernel_name=KERNEL_NAME, allow_errors=True, resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    assert nb.cells[0].outputs[0].text.startswith("1 True")
    assert "beside.csv" in nb.cells[0].outputs[0].text
    assert nb.cells[2].outputs[0].data["text/plain"] == "2"
    assert (left(), leftovers()) == ([], set())


def test_it_restarts_and_is_interrupted(left: Left) -> None:
    manager = KernelManager(kernel_name=KERNEL_NAME)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive("x = 1", timeout=60)
        client.execute("import time; time.sleep(60)")
        manager.interrupt_kernel()
        first = manager.provisioner.pid
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        reply = client.execute_interactive("x", timeout=60, output_hook=lambda _: None)
        assert reply["content"]["ename"] == "NameError"
        assert manager.provisioner.pid != first
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert (left(), leftovers()) == ([], set())


def test_where_there_is_no_sandbox_it_is_refused_with_the_way(
    left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.kernels.provisioner.shared", Zygote)
    looks = sys.modules[refuse_at_first_sight.__module__]
    monkeypatch.setattr(looks, "sys", SimpleNamespace(platform="darwin"))
    manager = KernelManager(kernel_name=KERNEL_NAME)
    with pytest.raises(SandboxError, match=r"no sandbox on macOS.*docker build.*--sandbox=none"):
        manager.start_kernel()
    manager.cleanup_resources()
    assert (left(), leftovers()) == ([], set())


@pytest.mark.parametrize("name", ["01_any"])
def test_nbgrader_autograde_runs_in_it(tmp_path: Path, name: str) -> None:
    """Stock nbgrader, without our configuration: the notebook names the kernel."""
    test = new_code_cell("assert answer() == (1, True)")
    test.metadata["nbgrader"] = {
        "schema_version": 3, "grade_id": "t", "grade": True, "solution": False, "locked": True,
        "task": False, "points": 3,
    }  # fmt: skip
    answer = "import os, sys\ndef answer(): return os.getpid(), 'torch' in sys.modules"
    nb = new_notebook(cells=[new_code_cell(answer), test], metadata={"kernelspec": SPEC})
    for place in ("source", "submitted/ada"):
        path = tmp_path / place / name / "any.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(nb, path)
    for command in (("generate_assignment",), ("autograde",)):
        subprocess.run(
            [_program("nbgrader"), *command, name],
            cwd=tmp_path, check=True, capture_output=True, env=_environment(),
        )  # fmt: skip
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        assert gradebook.find_submission(name, "ada").score == 3


def _program(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found is not None
    return found


def _environment() -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": os.pathsep.join((programs, os.environ["PATH"]))}
