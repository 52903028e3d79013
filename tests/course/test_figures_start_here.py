"""What a net decides on the plane, and gradients by hand next to PyTorch's, as pictures."""

import pytest
import torch
from torch import nn

from course import data, plots
from course.figures import start_here

PNG = b"\x89PNG\r\n\x1a\n"


def left_or_right(x):
    """Class 1 where the first coordinate is positive."""
    return x[:, :1]


class Folded(nn.Module):
    """Two hidden units, of which one never has an edge in the plane."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 2)
        with torch.no_grad():
            self.hidden.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 0.0]]))
            self.hidden.bias.zero_()

    def forward(self, x):
        return torch.relu(self.hidden(x)).sum(dim=1, keepdim=True) - 1


def points():
    x = torch.tensor([[-1.0, 0.0], [1.0, 0.0], [2.0, 1.0], [-2.0, 1.0]])
    return x, torch.tensor([[0.0], [1.0], [0.0], [0.0]])


def test_accuracy_is_the_share_with_the_right_sign():
    assert start_here.accuracy(left_or_right, *points()) == 0.75
    assert start_here.accuracy(lambda x: -left_or_right(x), *points()) == 0.25


def test_regions_say_the_share_in_title_and_words():
    picture = plots.decision_regions(
        {"one": left_or_right, "other": lambda x: 0 * x[:, :1]}, *points()
    )
    titles = [ax.get_title() for ax in picture.figure.axes]
    assert titles == ["one: 75.0% right", "other: 75.0% right"]
    assert picture.alt == (
        "What a net decides on the plane: one, 75.0% of the points right; "
        "other, 75.0% of the points right."
    )
    assert picture.png().startswith(PNG)


def test_a_region_is_what_the_net_says_there():
    picture = plots.decision_regions({"net": left_or_right}, *points())
    (image,) = picture.figure.axes[0].get_images()
    shown = image.get_array()
    left, right, bottom, top = image.get_extent()
    assert (left, right, bottom, top) == pytest.approx((-2.4, 2.4, -0.4, 1.4))
    assert not shown[:, :59].any()
    assert shown[:, 61:].all()


def test_up_in_the_plane_is_up_in_the_picture():
    picture = plots.decision_regions({"net": lambda x: x[:, 1:] - 0.5}, *points())
    (image,) = picture.figure.axes[0].get_images()
    assert image.origin == "lower"
    assert not image.get_array()[:59].any()
    assert image.get_array()[61:].all()


def test_each_class_has_a_marker_of_its_own():
    ax = plots.decision_regions({"net": lambda x: x[:, :1] + 9}, *points()).figure.axes[0]
    counts = [len(scatter.get_offsets()) for scatter in ax.collections]
    assert counts == [3, 1]


def test_a_fold_is_where_a_unit_is_zero():
    ax = plots.decision_regions({"net": Folded()}, *points()).figure.axes[0]
    (fold,) = ax.lines  # the other unit's edge is upright: it has no height for each x
    x, y = fold.get_data()
    assert [float(a + 2 * b) for a, b in zip(x, y, strict=True)] == pytest.approx([0.0, 0.0])


def test_a_net_without_a_hidden_layer_has_no_folds():
    assert not plots.decision_regions({"net": left_or_right}, *points()).figure.axes[0].lines


def test_agreement_names_the_factor():
    theirs = torch.tensor([-1.0, 0.5, 2.0])
    picture = plots.gradient_agreement({"sum": 4 * theirs, "mean": theirs}, theirs)
    assert picture.alt == (
        "Gradients by hand against PyTorch's: sum, 4 times PyTorch's; mean, 1 times PyTorch's."
    )
    legend = picture.figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["sum: slope 4", "mean: slope 1"]
    offsets = [scatter.get_offsets().tolist() for scatter in picture.figure.axes[0].collections]
    assert offsets[0] == [[-1.0, -4.0], [0.5, 2.0], [2.0, 8.0]]


def test_the_picture_is_the_same_bytes_each_time():
    x, y = data.plane(40, 0)
    first, again = (plots.decision_regions({"net": left_or_right}, x, y).png() for _ in range(2))
    assert first == again
