"""What students do by right goes on working, on every machine and as any user."""

from __future__ import annotations

from functools import cache

import pytest

from .inside import MACHINES, Inside, run

EVERYDAY = """
import asyncio, os, random, subprocess, sys, tempfile, threading
from pathlib import Path

def matplotlib_draws():
    import matplotlib; matplotlib.use("agg")
    import matplotlib.pyplot as plt
    plt.plot([1, 2]); plt.title("x²"); plt.savefig("figure.png")
    assert Path("figure.png").stat().st_size > 1000

def ipywidgets_are_made():
    import ipywidgets
    assert ipywidgets.IntSlider(3).value == 3

def a_subprocess_of_python():
    out = subprocess.run([sys.executable, "-c", "import numpy; print(6 * 7)"],
                         capture_output=True, text=True, check=True).stdout
    assert out == "42\\n"

def a_shell_command():
    assert subprocess.check_output("echo hello | tr a-z A-Z", shell=True) == b"HELLO\\n"

def threads():
    got = []
    crowd = [threading.Thread(target=got.append, args=(i,)) for i in range(20)]
    for each in crowd: each.start()
    for each in crowd: each.join()
    assert sorted(got) == list(range(20))

def asyncio_runs():
    async def both():
        return await asyncio.gather(asyncio.sleep(0.01, 1), asyncio.to_thread(lambda: 2))
    assert asyncio.run(both()) == [1, 2]

def multiprocessing_with_a_queue():
    import multiprocessing as mp
    context = mp.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=queue.put, args=([1, 2],))
    child.start()
    assert queue.get(timeout=20) == [1, 2]
    child.join()

def a_large_tensor():
    import torch
    assert torch.ones(125_000_000).sum() == 125_000_000

def training():
    import torch
    model = torch.nn.Linear(3, 1)
    model(torch.ones(4, 3)).sum().backward()
    torch.save(model.state_dict(), "model.pt")
    model.load_state_dict(torch.load("model.pt"))

def a_data_loader_with_workers():
    import torch
    from torch.utils.data import DataLoader, TensorDataset
    data = TensorDataset(torch.arange(40.0).reshape(10, 4))
    total = sum(batch[0].sum() for batch in DataLoader(data, batch_size=3, num_workers=2))
    assert total == torch.arange(40.0).sum()

def its_own_data_file():
    assert Path("data.csv").read_text() == "1,2\\n"
    Path("data.csv").write_text("3\\n")
    os.replace("data.csv", "other.csv")

def temporary_files():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a").write_text("b")
        assert os.getcwd() in folder

def a_ctypes_callback():
    import ctypes
    assert ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)() == 7

def its_home_and_name():
    import getpass
    assert os.path.expanduser("~") == os.getcwd()
    getpass.getuser()
    Path.home().joinpath("made").touch()

def the_memory_and_processors_are_told():
    import psutil
    assert psutil.virtual_memory().total > 0 and os.cpu_count() >= 1
    assert psutil.Process().memory_info().rss > 0

def zmq_is_told_that_there_is_no_network():
    import zmq
    with zmq.Context() as context, context.socket(zmq.PUSH) as pipe:
        try:
            pipe.bind_to_random_port("tcp://127.0.0.1")
        except zmq.ZMQError:
            return
    raise AssertionError("it found one")

def the_course():
    from course import check, observe
    observe("one", int, "1")

def reproducible_numbers():
    import numpy, torch
    random.seed(0); numpy.random.seed(0); torch.manual_seed(0)
    assert torch.rand(1) == torch.rand(1, generator=torch.Generator().manual_seed(0))
"""
RUN = """
import traceback
result = {}
for name, function in list(globals().items()):
    if getattr(function, "__module__", "") == "student" and callable(function):
        try:
            function()
            result[name] = ""
        except BaseException:
            result[name] = traceback.format_exc()
"""
NAMES = [line[4:-3] for line in EVERYDAY.splitlines() if line.startswith("def ")]
COMPILE = """
import torch
result = torch.compile(lambda x: torch.sin(x) + torch.cos(x))(torch.zeros(3)).tolist()
"""
WARM = ("torch", "torch.utils.data", "matplotlib.pyplot", "ipywidgets")
# One poorer machine as each user is enough: the calls refused there are the same.
WHERE = [("full", False), ("full", True), ("without_namespaces", False), ("landlock_4", True)]


@cache
def everyday(machine: str, ordinary: bool) -> Inside:
    code = EVERYDAY + RUN
    return run(code, machine, ordinary=ordinary, warm=WARM, files={"data.csv": "1,2\n"})


@pytest.mark.parametrize(("machine", "ordinary"), WHERE)
@pytest.mark.parametrize("name", NAMES)
def test_works(name: str, machine: str, ordinary: bool) -> None:
    inside = everyday(machine, ordinary)
    assert not inside.error, inside.output
    assert inside.result[name] == ""


@pytest.mark.parametrize(
    ("machine", "ordinary"),
    [("full", True), pytest.param("without_namespaces", False, marks=pytest.mark.long)],
)
def test_torch_compile_works(machine: str, ordinary: bool) -> None:
    inside = run(COMPILE, machine, ordinary=ordinary, warm=("torch",), limit_s=400)
    assert inside.result == [1.0, 1.0, 1.0], inside.output


@pytest.mark.parametrize("machine", MACHINES)
def test_says_what_was_given(machine: str) -> None:
    given = run("", machine).given
    assert given is not None
    assert bool(given.namespaces) is given.connects is (machine in ("full", "without_pid"))
    assert ("pid" in given.namespaces) is (machine == "full")
    assert given.uid != 0


def test_a_check_of_what_works_can_fail() -> None:
    inside = run("def broken():\n    1 / 0\n" + RUN)
    assert "ZeroDivisionError" in inside.result["broken"]
