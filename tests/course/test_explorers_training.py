"""The explorer of lesson 05: the answers to its question are what it shows."""

import pytest

from course import widgets
from course.explorers import training
from course.figures.training import best_epoch


@pytest.fixture(autouse=True)
def _one_thread():
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_a_large_net_learns_twenty_points_by_heart():
    train, valid = training.run(20, 64, 0.03)
    assert best_epoch(valid) == 8
    assert train[-1] < 0.001
    assert train[-1] < train[8]
    assert valid[-1] == pytest.approx(1.46, abs=0.02)


def test_with_more_points_it_hardly_turns():
    few, many = training.run(20, 64, 0.03)[1], training.run(200, 64, 0.03)[1]
    assert 60 < best_epoch(many) < 90
    assert min(many) == pytest.approx(0.147, abs=0.005)
    assert min(many) < min(few) / 2 + 0.01
    assert many[-1] < min(many) + 0.02


def test_a_rate_of_1_throws_the_weights_far_off():
    assert 14 < max(training.run(200, 64, 1.0)[1]) < 18
    assert best_epoch(training.run(20, 64, 1.0)[1]) == 1


def test_a_small_rate_is_not_done_at_the_end():
    picture, caption = training.curves_frame(200, 8, 0.001)
    assert caption.startswith("Validation still falls")
    assert "200 points, 8 units, lr 0.001" in picture.alt


def test_a_frame_says_what_stopping_would_have_saved():
    assert "Stopped at update 8" in training.curves_frame(20, 64, 0.03)[1]


def test_moving_a_control_redraws():
    explorer = widgets.curves()
    row, image, caption = explorer.children
    before = image.value
    next(c for c in row.children if c.description == "points").value = 200
    assert image.value != before
    assert "200 points" in caption.value
