"""A forked kernel is as a fresh process: nothing of another one, or of us, is in it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from .running import results, run

TORCH_DRAWS = "import torch; print(torch.rand(4).tolist())"


def test_two_kernels_share_no_state() -> None:
    assert results(run("marker = 1", "import math; math.marker = 1"))[0] is None
    assert results(run("marker", "import math; math.marker")) == ["NameError", "AttributeError"]


@pytest.mark.parametrize(
    "draw",
    [
        "import random; random.random()",
        "import numpy; numpy.random.rand()",
        "import torch; torch.rand(1).item()",
        "import torch; torch.initial_seed()",
        "import os; os.urandom(8)",
        "import multiprocessing as mp; bytes(mp.current_process().authkey)",
        "import tempfile, os; os.path.basename(tempfile.mkdtemp())",
    ],
)
def test_each_draws_its_own_random_numbers(draw: str) -> None:
    drawn = {results(run(draw))[0] for _ in range(3)}
    assert len(drawn) == 3


def test_a_fresh_process_draws_its_own_too() -> None:
    """The oracle of the test above: it is not for us to make torch draw the same each time."""
    command = [sys.executable, "-c", TORCH_DRAWS]
    assert subprocess.check_output(command) != subprocess.check_output(command)


def test_a_seed_gives_what_it_gives_anywhere() -> None:
    code = "import torch; torch.manual_seed(3); print(torch.rand(4).tolist())"
    fresh = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert results(run(code))[0] == fresh.strip()


def test_the_environment_is_the_kernels_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_TOKEN", "hunter2")
    said = results(
        run(
            "import os; sorted(os.environ)",
            "print(open('/proc/self/environ').read().replace(chr(0), ' '))",
            "os.environ['PYTORCH_MECHANICS_JUDGE'], os.environ['NBGRADER_EXECUTION']",
            env={"NBGRADER_EXECUTION": "autograde"},
        )
    )
    assert "REGISTRY_TOKEN" not in str(said[0])
    assert "hunter2" not in str(said[1])
    assert said[2] == "('1', 'autograde')"


def test_folders_are_the_kernels_own() -> None:
    work, *others = results(
        run(
            "import os, tempfile, matplotlib; os.getcwd()",
            "tempfile.gettempdir()",
            "os.path.expanduser('~')",
            "matplotlib.get_cachedir()",
            "get_ipython().history_manager.hist_file",
        )
    )
    assert all(str(other)[1:].startswith(str(work)[1:-1]) for other in others[:3])
    assert others[3] == "':memory:'"


def test_no_descriptor_of_ours_is_open_in_it() -> None:
    with open(__file__) as _:
        listing = "import os; sorted(os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if os.path.lexists(f'/proc/self/fd/{n}'))"  # noqa: E501
        said = str(results(run(listing))[0])
    assert __file__ not in said
    assert "zygote" not in said


def test_torch_has_its_threads() -> None:
    threads = os.cpu_count() or 1
    code = "import torch; a = torch.ones(600, 600); ((a @ a).sum().item(), torch.get_num_threads())"
    assert results(run(code))[0] == f"({600.0**3}, {threads})"


def test_figures_and_widgets_are_shown() -> None:
    done = run(
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
        "import ipywidgets; ipywidgets.IntSlider()",
        "from ipywidgets import interact\n@interact(x=3)\ndef f(x): print(x)",
    )
    assert "image/png" in done.nb.cells[0].outputs[-1].data
    mime = "application/vnd.jupyter.widget-view+json"
    assert mime in done.nb.cells[1].outputs[-1].data
    assert mime in done.nb.cells[2].outputs[0].data


def test_what_a_kernel_is() -> None:
    code = "import sys; (sys.argv, __name__, sys.path[0] in ('', None) or sys.path[0])"
    assert "'__main__'" in str(results(run(code))[0])
