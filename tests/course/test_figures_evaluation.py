"""The pictures of lesson 06 show what PyTorch computes."""

import copy

import pytest
import torch
from torch import nn

from course import plots
from course.figures import evaluation

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("gradients", [True, False])
def test_each_mode_is_run_as_it_is_called(model, training, gradients):
    values, recorded = evaluation.calls_in_mode(model, torch.randn(6, 2), training, gradients, 5)
    assert recorded is gradients
    assert (len(set(values)) > 1) is training
    assert torch.is_grad_enabled()


def test_the_model_and_the_default_generator_are_left_alone(model):
    x = torch.randn(6, 2)
    state, random_state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    plots.four_modes(model, x, calls=3)
    assert all(torch.equal(state[name], value) for name, value in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random_state)
    assert model.training


def test_four_modes_draws_a_row_for_each(model):
    x = torch.randn(6, 2)
    picture = plots.four_modes(model, x, calls=7)
    (ax,) = picture.figure.axes
    rows = [points.get_offsets() for points in ax.collections]
    assert [len(row) for row in rows] == [7, 7, 7, 7]
    with torch.no_grad():
        expected = model.eval()(x)[0, 0].item()
    assert rows[2][:, 0].tolist() == pytest.approx([expected] * 7)
    filled = [len(points.get_facecolor()) > 0 for points in ax.collections]
    assert filled == [True, False, True, False]
    assert picture.alt.count("from") == 4
    assert picture.png() == plots.four_modes(model, x, calls=7).png()


def test_saved_memory_draws_the_bytes_that_are_given():
    picture = plots.saved_memory({"train, grad": 2048, "eval, no_grad": 0})
    assert [bar.get_width() for bar in picture.figure.axes[0].patches] == [2, 0]
    assert "train, grad: 2048" in picture.alt
    assert picture.png().startswith(PNG)


def test_nothing_kept_can_be_drawn():
    assert plots.saved_memory({"eval, no_grad": 0}).png().startswith(PNG)


def test_bins_are_means_and_shares():
    p = torch.tensor([[0.2], [0.9], [0.7], [1.0]])
    t = torch.tensor([[0.0], [1.0], [0.0], [1.0]])
    confidence, frequency, count = evaluation.binned(p, t, bins=4)
    assert count.tolist() == [1, 0, 1, 2]
    nan = float("nan")
    assert confidence.tolist() == pytest.approx([0.2, nan, 0.7, 0.95], nan_ok=True)
    assert frequency.tolist() == pytest.approx([0, nan, 0, 1], nan_ok=True)


def test_the_error_is_weighted_by_samples_and_leaves_empty_bins_out():
    nan = float("nan")
    bins = torch.tensor([0.2, 0.8, nan]), torch.tensor([0.3, 0.4, nan]), torch.tensor([3, 1, 0])
    assert evaluation.expected_error(*bins) == pytest.approx((3 * 0.1 + 0.4) / 4)


def test_reliability_draws_the_bins_of_each_model():
    bins = torch.tensor([0.2, 0.8]), torch.tensor([0.3, 0.4]), torch.tensor([3, 1])
    picture = plots.reliability({"a": bins, "b": bins})
    assert len(picture.figure.axes) == 2
    for ax in picture.figure.axes:
        marks = ax.collections[-1].get_offsets()
        assert marks.tolist() == [pytest.approx([0.2, 0.3]), pytest.approx([0.8, 0.4])]
    assert picture.alt.endswith("a 0.175; b 0.175.")
    assert picture.png().startswith(PNG)
