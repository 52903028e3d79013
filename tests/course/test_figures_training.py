"""The pictures of lesson 05 show what they are given; its digits are scikit-learn's."""

import math

import pytest
import torch

from course import data, plots
from course.errors import CourseError
from course.figures import training

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("losses", "best"),
    [([3.0, 1.0, 2.0], 2), ([1.0, 1.0], 1), ([math.nan, 2.0, 1.0], 3), ([2.0, math.nan], 1)],
)
def test_the_best_epoch_is_the_first_least(losses, best):
    assert training.best_epoch(losses) == best


def test_both_losses_are_drawn_and_the_best_is_marked():
    picture = plots.train_and_valid([3.0, 2.0, 1.0], [3.0, 2.5, 2.8], title="A run")
    train, valid, at, mark = picture.figure.axes[0].lines
    assert list(train.get_ydata()) == [3.0, 2.0, 1.0]
    assert list(valid.get_ydata()) == [3.0, 2.5, 2.8]
    assert at.get_xdata()[0] == 2
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (2, 2.5)
    assert picture.alt.startswith("A run. Training ends at 1; validation is least at epoch 2, 2.5")
    assert picture.png().startswith(PNG)


def test_the_unit_is_named():
    picture = plots.train_and_valid([1.0, 0.5], [1.0, 0.6], unit="update")
    assert picture.figure.axes[0].get_xlabel() == "update"
    assert "update 2" in picture.alt


def test_digits_are_drawn_with_what_they_are_and_were_taken_for():
    images, labels = data.digits()
    picture = plots.digits(images[:12], labels[:12], torch.arange(12) % 10)
    drawn = [ax for ax in picture.figure.axes if ax.images]
    assert len(drawn) == 12
    assert drawn[3].get_title() == "3, not 3"
    assert (drawn[1].images[0].get_array() == images[1].reshape(8, 8).numpy()).all()
    assert picture.png().startswith(PNG)


def test_digits_without_predictions_and_without_images():
    images, labels = data.digits()
    assert plots.digits(images[:2], labels[:2]).alt == "Handwritten digits: 0; 1."
    assert plots.digits(images[:0], labels[:0]).png().startswith(PNG)


def test_the_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    images, labels = data.digits()
    theirs = load_digits()
    assert images.dtype == torch.float32
    assert labels.dtype == torch.int64
    assert (images.numpy() == theirs.data).all()
    assert (labels.numpy() == theirs.target).all()


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(data, "find_spec", lambda _: None)
    with pytest.raises(CourseError, match="pip install scikit-learn"):
        data.digits()
