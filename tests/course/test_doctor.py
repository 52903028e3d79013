"""Each outcome of the doctor, by made-up facts; and the probe on this machine."""

import json
import sys
from dataclasses import replace

import pytest
import torch
from rich.console import Console

from course.doctor import Facts, Level, collect, examine, probe, torch_probe
from course.doctor.facts import Accelerator, Driver, Speed, Torch
from course.doctor.faults import NEEDED
from course.doctor.report import as_json, healthy, render

CPU_SPEED = Speed("cpu", "float32", 1024, 140.0)
CPU_TORCH = Torch("2.13.0+cpu", "cpu", speed=CPU_SPEED)
WELL = Facts(
    python=(3, 11, 7),
    executable="/venv/bin/python",
    system="Linux",
    machine="x86_64",
    memory_gib=16.0,
    free_gib=8.0,
    packages=dict.fromkeys(("torch", *NEEDED), "1.0"),
    torch=CPU_TORCH,
)
GPU = Driver("NVIDIA GeForce RTX 4070", "560.35", "12.6")
CUDA_TORCH = Torch("2.13.0", "cuda 13.0", speed=CPU_SPEED)
WHEELS = "--force-reinstall torch --index-url https://download.pytorch.org/whl"


def only(facts: Facts):
    (finding,) = examine(facts)
    return finding


@pytest.mark.parametrize(
    "facts",
    [
        WELL,
        replace(WELL, python=(3, 13, 0)),
        replace(WELL, memory_gib=None, free_gib=None),
        # the wheels that Linux gets from PyPI are CUDA builds, also where there is no GPU
        replace(WELL, torch=replace(CUDA_TORCH, cuda_error="Found no NVIDIA driver")),
        replace(
            WELL,
            driver=GPU,
            adapters=("nvidia",),
            torch=replace(
                CUDA_TORCH,
                accelerator=Accelerator("cuda", GPU.name, 12.0),
                speed=Speed("cuda", "float32", 4096, 20_000.0),
            ),
        ),
        replace(
            WELL,
            system="Darwin",
            machine="arm64",
            torch=Torch("2.13.0", "mps", mps_built=True, accelerator=Accelerator("mps", "mps")),
        ),
        replace(
            WELL,
            adapters=("amd",),
            torch=Torch("2.13.0", "rocm 6.4", accelerator=Accelerator("cuda", "AMD MI300X")),
        ),
        replace(
            WELL,
            adapters=("intel",),
            torch=Torch("2.13.0", "xpu", accelerator=Accelerator("xpu", "Intel Arc")),
        ),
    ],
)
def test_nothing_is_wrong(facts):
    assert examine(facts) == ()


OUTCOMES = {
    "old Python": (
        replace(WELL, python=(3, 10, 4)),
        Level.FAULT,
        "This is Python 3.10.4; the course runs on Python 3.11 to 3.13.",
        "python3.13 -m venv .venv",
    ),
    "new Python": (replace(WELL, python=(3, 14, 0)), Level.FAULT, "This is Python 3.14.0", "3.13"),
    "no torch": (
        replace(WELL, torch=None, packages={**WELL.packages, "torch": None}),
        Level.FAULT,
        "torch is not installed.",
        'python -m pip install "torch>=2.6"',
    ),
    "broken torch": (
        replace(WELL, torch=None, torch_error="libcudart.so.13: cannot open shared object file"),
        Level.FAULT,
        "torch 1.0 is installed but can't be used: libcudart.so.13: cannot open shared",
        "--force-reinstall",
    ),
    "old torch": (
        replace(WELL, torch=replace(CPU_TORCH, version="2.5.1"), driver=GPU, adapters=("nvidia",)),
        Level.FAULT,
        "torch 2.5.1 is too old; the course needs torch 2.6 or newer.",
        'python -m pip install --upgrade "torch>=2.6"',
    ),
    "little memory": (
        replace(WELL, memory_gib=2.0, free_gib=0.5),
        Level.WARNING,
        "This machine has 2.0 GiB of memory; some lessons need 4 GiB.",
        "Shut Down All Kernels",
    ),
    "little free memory": (
        replace(WELL, free_gib=0.4),
        Level.WARNING,
        "Only 0.4 GiB of memory are free",
        "close other programs",
    ),
    "NVIDIA GPU, CPU build, CUDA 12 driver": (
        replace(WELL, driver=GPU, adapters=("nvidia",)),
        Level.WARNING,
        "There is an NVIDIA GeForce RTX 4070, but torch 2.13.0+cpu is built for cpu, so it is not",
        f"{WHEELS}/cu126",
    ),
    "NVIDIA GPU, CPU build, CUDA 13 driver": (
        replace(WELL, driver=replace(GPU, cuda="13.1")),
        Level.WARNING,
        "is not used",
        f"{WHEELS}/cu130",
    ),
    "driver too old": (
        replace(WELL, driver=GPU, torch=CUDA_TORCH),
        Level.WARNING,
        "The NVIDIA driver 560.35 runs CUDA up to 12.6, and this torch is built for CUDA 13.0: "
        "the driver is too old for it.",
        f"{WHEELS}/cu126  (or a newer driver: https://www.nvidia.com/drivers)",
    ),
    "CUDA finds no GPU": (
        replace(
            WELL,
            driver=replace(GPU, cuda="13.0"),
            torch=replace(CUDA_TORCH, cuda_error="CUDA unknown error"),
        ),
        Level.WARNING,
        "finds no GPU, though nvidia-smi does (CUDA unknown error).",
        "restart the machine; if CUDA_VISIBLE_DEVICES is set, unset it",
    ),
    "NVIDIA GPU without a driver": (
        replace(WELL, adapters=("intel", "nvidia"), torch=CUDA_TORCH),
        Level.WARNING,
        "There is an NVIDIA GPU but no working driver: nvidia-smi does not run.",
        "https://www.nvidia.com/drivers",
    ),
    "ROCm without a GPU": (
        replace(WELL, adapters=("amd",), torch=replace(CPU_TORCH, build="rocm 6.4")),
        Level.WARNING,
        "torch is built for ROCm and finds no AMD GPU that it can use.",
        "usermod -aG render,video",
    ),
    "AMD GPU, CPU build": (
        replace(WELL, adapters=("amd",)),
        Level.WARNING,
        "There is an AMD GPU, but torch is built for cpu",
        f"{WHEELS}/rocm6.4",
    ),
    "XPU without a GPU": (
        replace(WELL, torch=replace(CPU_TORCH, build="xpu")),
        Level.WARNING,
        "torch is built for Intel GPUs (XPU) and finds none",
        "install Intel's GPU driver",
    ),
    "MPS built but not available": (
        replace(WELL, system="Darwin", machine="arm64", torch=Torch("2.13.0", "mps", None, True)),
        Level.WARNING,
        "torch is built for Apple's GPU (MPS), but macOS does not offer it.",
        "softwareupdate --install --all",
    ),
    "Intel Python on a Mac": (
        replace(WELL, system="Darwin"),
        Level.WARNING,
        "This Python is built for Intel Macs",
        "arm64 Python",
    ),
    "matrix product fails on the CPU": (
        replace(WELL, torch=replace(CPU_TORCH, speed=replace(CPU_SPEED, error="out of memory"))),
        Level.FAULT,
        "A matrix product on cpu fails: out of memory.",
        "--force-reinstall",
    ),
    "matrix product fails on the GPU": (
        replace(
            WELL,
            torch=replace(
                CUDA_TORCH,
                accelerator=Accelerator("cuda", "GPU"),
                speed=Speed("cuda", "float32", 4096, 9.0, "its result is not finite"),
            ),
        ),
        Level.FAULT,
        "A matrix product on cuda fails: its result is not finite.",
        f"to go on without the GPU: python -m pip install {WHEELS}/cpu",
    ),
    **{
        f"no {name}": (
            replace(WELL, packages={**WELL.packages, name: None}),
            Level.FAULT,
            f"{name} is not installed; the lessons use it.",
            f"python -m pip install {name}",
        )
        for name in NEEDED
    },
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_outcome(outcome):
    facts, level, sentence, mend = OUTCOMES[outcome]
    found = only(facts)
    assert found.level is level
    assert sentence in found.sentence
    assert found.sentence.endswith(".")
    assert mend in found.mend
    assert healthy([found]) == (level is Level.WARNING)


def test_faults_come_before_warnings():
    facts = replace(WELL, memory_gib=1.0, packages={**WELL.packages, "jupyterlab": None})
    assert [one.level for one in examine(facts)] == [Level.FAULT, Level.WARNING]


def printed(facts: Facts) -> str:
    console = Console(width=120, force_terminal=False)
    with console.capture() as capture:
        console.print(render(facts, examine(facts)))
    return capture.get()


def test_report_of_a_well_machine():
    said = printed(WELL)
    assert "Matrix product  140 GFLOP/s, float32, (1024, 1024) @ (1024, 1024) on cpu" in said
    assert "Accelerator     none: the lessons run on the CPU" in said
    assert said.rstrip().endswith("✓ All is well: the course runs here.")


def test_report_of_an_ill_machine():
    said = printed(replace(WELL, torch=None, packages={**WELL.packages, "torch": None}))
    assert '✗ torch is not installed.\n  → python -m pip install "torch>=2.6"' in said
    assert "can't run here yet" in said


def test_json_holds_facts_and_findings():
    facts = replace(WELL, driver=GPU)
    told = json.loads(as_json(facts, examine(facts)))
    assert told["ok"] is True
    assert told["findings"][0]["level"] == "warning"
    assert told["facts"]["torch"]["speed"]["gflops"] == 140.0


def test_nvidia_smi_is_understood():
    text = "Driver Version  : 560.35\nCUDA Version  : 12.6\n    Product Name   : NVIDIA H200\n"
    assert probe.parse_driver(text) == Driver("NVIDIA H200", "560.35", "12.6")
    assert probe.parse_driver("NVIDIA-SMI has failed") is None


def test_display_adapters_are_found(tmp_path):
    for name, kind, maker in [
        ("a", "0x030200", "0x10de"),
        ("b", "0x020000", "0x8086"),
        ("c", "0x030000", "0x1002"),
        ("d", "0x030000", "0xffff"),
    ]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "class").write_text(kind + "\n")
        (tmp_path / name / "vendor").write_text(maker + "\n")
    (tmp_path / "e").mkdir()
    assert probe.adapters(tmp_path) == ("amd", "nvidia")
    assert probe.adapters(tmp_path / "missing") == ()


def test_probe_on_this_machine():
    facts = collect()
    assert facts.python == sys.version_info[:3]
    assert facts.torch is not None
    assert facts.torch.speed is not None
    assert facts.torch.speed.error is None
    assert facts.torch.speed.gflops > 0
    assert all(facts.packages.values())


def fake_torch(tmp_path, monkeypatch, code: str):
    """A torch that behaves badly, in front of the real one."""
    (tmp_path / "torch.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_probe_never_hangs(tmp_path, monkeypatch):
    fake_torch(tmp_path, monkeypatch, "import time; time.sleep(600)")
    facts = collect(timeout_s=0.5)
    assert (facts.torch, facts.torch_error) == (None, "no answer within 0.5 s")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ImportError('libtorch.so: no such file')", "libtorch.so: no such file"),
        ("raise OSError('[WinError 126]')", "[WinError 126]"),
        ("import os; os._exit(3)", "it ended with status 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "it ended with status -11"),
        ("raise ValueError('odd')", "ValueError: odd"),
    ],
)
def test_probe_survives_a_broken_torch(tmp_path, monkeypatch, code, reason):
    fake_torch(tmp_path, monkeypatch, code)
    facts = collect()
    assert (facts.torch, facts.torch_error) == (None, reason)


def test_probe_refuses_an_unreadable_answer():
    assert probe.parse_torch("not json") == (None, "its answer could not be read")


def test_a_product_that_can_not_be_computed_is_told():
    assert torch_probe.measure("cpu", 8).error is None
    assert "nonsense" in torch_probe.measure("nonsense", 8).error


@pytest.mark.parametrize(
    ("factor", "said"),
    [(1.0, None), (2.0, "its result is off by 100%"), (float("nan"), "its result is not finite")],
)
def test_a_wrong_product_is_told(factor, said):
    a, b = torch.randn(2, 8, 8)
    assert torch_probe.wrong(a, b, a @ b * factor) == said
