"""The pictures of lesson 04 show what PyTorch computes."""

import math

import pytest
import torch
from torch.nn import functional

from course import plots
from course.figures import losses, optimizers

PNG = b"\x89PNG\r\n\x1a\n"


def lines(picture, axes=0):
    return [(line.get_xdata(), line.get_ydata()) for line in picture.figure.axes[axes].lines]


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_two_softmaxes_have_the_floor_that_is_said(classes):
    perfect = functional.one_hot(torch.tensor([0]), classes).float()
    loss = functional.cross_entropy(perfect, torch.tensor([0])).item()
    assert losses.floor_of_two_softmaxes(classes) == pytest.approx(loss, rel=1e-5)


def test_the_second_softmax_ends_at_the_floor_and_the_first_at_0():
    (_, once), (_, twice), (_, floor) = lines(plots.softmax_twice())
    assert once[-1] < 0.001
    assert twice[-1] == pytest.approx(floor[0], abs=0.001)
    assert min(twice) > floor[0]
    assert floor[0] == pytest.approx(0.5514, abs=1e-4)


def test_the_saturated_sigmoid_has_no_gradient():
    z = torch.tensor([1.0, 20.0])
    apart, slopes = losses.loss_and_gradient(losses.sigmoid_then_bce, z)
    together, kept = losses.loss_and_gradient(functional.binary_cross_entropy_with_logits, z)
    assert torch.allclose(apart[0], together[0])
    assert apart[1] == 100
    assert slopes[1] == 0
    assert kept[1] == pytest.approx(1)


def test_saturation_draws_both_losses_and_both_gradients():
    picture = plots.saturation()
    assert [len(lines(picture, axes)) for axes in (0, 1)] == [2, 2]
    assert picture.png().startswith(PNG)


def test_a_loss_without_its_logits_is_refused():
    with pytest.raises(ValueError, match="does not depend"):
        losses.loss_and_gradient(lambda z, t: torch.ones((), requires_grad=True), torch.zeros(2))


@pytest.mark.parametrize("correction", [True, False])
def test_adams_steps_are_those_of_the_formula(correction):
    m = v = 0.0
    for t, size in enumerate(optimizers.adam_steps(20, correction), start=1):
        m, v = 0.9 * m + 0.1, 0.999 * v + 0.001
        by = (1 - 0.9**t, 1 - 0.999**t) if correction else (1, 1)
        assert size == pytest.approx((m / by[0]) / math.sqrt(v / by[1]))


def test_bias_correction_says_how_much_too_long():
    (_, without), (_, corrected) = lines(plots.bias_correction())
    assert set(corrected) == {1.0}
    assert 3 < without[0] < 3.2
    assert 6 < max(without) < 7


@pytest.mark.parametrize("method", list(optimizers.METHODS))
def test_every_method_gets_down_a_gentle_ravine(method):
    path = optimizers.descent(method, 0.1, 5.0, steps=300)
    assert path[0] == optimizers.START
    assert max(map(abs, path[-1])) < 0.1


def test_sgd_on_a_ravine_is_a_product():
    along, across = optimizers.descent("SGD", 0.05, 10.0, steps=7)[-1]
    assert along == pytest.approx(-4 * 0.95**7)
    assert across == pytest.approx(0.5**7)


def test_trajectories_draws_a_path_for_each_method():
    picture = plots.trajectories({"SGD": 0.03, "Adam": 0.2}, steepness=10.0)
    drawn = [line for line in picture.figure.axes[0].lines if len(line.get_xdata()) > 1]
    assert [line.get_label() for line in drawn] == ["SGD, lr 0.03", "Adam, lr 0.2"]
    assert "curvatures 1 and 10" in picture.alt
    assert picture.png() == plots.trajectories({"SGD": 0.03, "Adam": 0.2}, steepness=10.0).png()
