"""The device on machines that have an accelerator and that have none."""

from types import SimpleNamespace

import pytest
import torch

from course import device


@pytest.fixture
def no_accelerator(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)


@pytest.fixture
def accelerator(monkeypatch):
    """A machine whose accelerator is cuda, with what was asked of it."""
    waited = []
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch.accelerator, "synchronize", waited.append)
    return waited


def test_best_is_the_cpu_where_there_is_no_accelerator(no_accelerator):
    assert device.best() == torch.device("cpu")
    assert torch.ones(2, device=device.best()).device.type == "cpu"


def test_best_is_the_accelerator(accelerator):
    assert device.best() == torch.device("cuda")


def test_best_is_the_cpu_for_a_build_without_accelerators(monkeypatch, accelerator):
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: None)
    assert device.best() == torch.device("cpu")


def test_synchronize_waits_for_the_accelerator_alone(accelerator):
    device.synchronize("cpu")
    assert accelerator == []
    device.synchronize()
    device.synchronize("cuda:1")
    assert accelerator == [torch.device("cuda"), torch.device("cuda:1")]


def test_describe_the_cpu(monkeypatch, no_accelerator):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert device.describe() == "cpu, 1 thread"
    monkeypatch.setattr(torch, "get_num_threads", lambda: 8)
    assert device.describe("cpu") == "cpu, 8 threads"


def test_describe_an_accelerator(monkeypatch, accelerator):
    properties = SimpleNamespace(name="NVIDIA H200", total_memory=140 * 2**30)
    module = SimpleNamespace(get_device_properties=lambda _: properties)
    monkeypatch.setattr(torch, "get_device_module", lambda _: module)
    assert device.describe() == "cuda, NVIDIA H200, 140.0 GiB"


def test_describe_an_accelerator_that_tells_nothing(monkeypatch, accelerator):
    monkeypatch.setattr(torch, "get_device_module", lambda _: SimpleNamespace())
    assert device.describe("mps") == "mps"


@pytest.mark.gpu
def test_a_real_accelerator_computes():
    best = device.best()
    assert best.type != "cpu"
    assert (torch.ones(2, device=best) + 1).tolist() == [2, 2]
    device.synchronize()
