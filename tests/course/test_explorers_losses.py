"""The explorer of lesson 04: the answers to its question are what it shows."""

import pytest

from course import widgets
from course.explorers import losses
from course.figures.optimizers import METHODS, descent


def survives(method, lr, steepness=25.0):
    return "diverges" not in losses.ravine_frame(method, lr, steepness)[1]


def test_the_limit_of_sgd_is_2_over_the_steepness():
    assert [lr for lr in losses.RATES if survives("SGD", lr)] == [0.01, 0.03, 0.07]
    assert [lr for lr in losses.RATES if survives("SGD", lr, 5.0)] == list(losses.RATES)
    assert not survives("SGD", 0.07, 50.0)


def test_momentum_moves_the_limit_to_2_and_beta_over_the_steepness():
    surviving = [lr for lr in losses.RATES if survives("SGD, momentum 0.9", lr)]
    assert surviving == [lr for lr in losses.RATES if lr < 2 * 1.9 / 25]
    assert 0.14 in surviving
    assert 0.2 not in surviving


def test_the_steepness_does_not_change_the_way_of_adam():
    gentle, steep = (descent("Adam", 0.1, steepness) for steepness in (5.0, 50.0))
    for (a, b), (c, d) in zip(gentle, steep, strict=True):
        assert (a, b) == pytest.approx((c, d), abs=1e-6)


def test_every_frame_can_be_drawn():
    for method in METHODS:
        picture, caption = losses.ravine_frame(method, 0.2, 50.0)
        assert method in picture.alt
        assert caption


def test_moving_a_control_redraws():
    explorer = widgets.ravine()
    row, image, caption = explorer.children
    before = image.value
    next(c for c in row.children if c.description == "lr").value = 0.09
    assert image.value != before
    assert "diverges" in caption.value
