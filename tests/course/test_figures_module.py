"""The pictures of lesson 03 show what a Module registers, and what a signal's size does."""

import pytest
import torch
from torch import nn

from course import plots
from course.figures import module, signals


class Odd(nn.Module):
    """One thing of each kind."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 2), torch.zeros(1)]
        self.note = "text"
        self.sizes = [1, 2]
        self.by_name = {"one": nn.Linear(1, 1)}
        self.mean = torch.zeros(3)
        self.register_buffer("kept", torch.zeros(4))
        self.register_buffer("left", torch.zeros(5), persistent=False)
        self.own = nn.Parameter(torch.zeros(6), requires_grad=False)
        self.inner = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2, bias=False))
        self.inner[1].weight = self.inner[0].weight


@pytest.fixture
def rows():
    return module.rows(Odd())


def test_a_row_for_each_module_in_pytorchs_order(rows):
    assert [(row.depth, row.title) for row in rows] == [
        (0, "Odd"),
        (1, "inner: Sequential"),
        (2, "0: Linear"),
        (2, "1: Linear"),
    ]


def test_boxes_say_where_each_thing_is_held(rows):
    assert [(box.text, box.kind) for box in rows[0].boxes] == [
        ("own (6,), frozen", "parameter"),
        ("kept (4,)", "buffer"),
        ("left (5,)", "buffer, not saved"),
        ("layers: list of 2", "in no register"),
        ("by_name: dict of 1", "in no register"),
        ("mean (3,)", "in no register"),
    ]


def test_a_tied_parameter_names_where_it_was_met_first(rows):
    assert [box.text for box in rows[3].boxes] == ["weight = inner.0.weight"]


def test_parameters_in_the_picture_are_those_that_pytorch_counts(rows):
    first = [b for row in rows for b in row.boxes if b.kind == "parameter" and "=" not in b.text]
    assert len(first) == len(list(Odd().parameters()))


def test_the_tree_is_drawn_box_by_box():
    picture = plots.module_tree(Odd())
    (axes,) = picture.figure.axes
    said = [text.get_text() for text in axes.texts]
    assert {"Odd", "layers: list of 2", "weight = inner.0.weight"} <= set(said)
    hatched = [patch for patch in axes.patches if patch.get_hatch()]
    assert len(hatched) == 3 + 1  # and the legend's
    assert picture.alt == (
        "Odd: 4 modules, 12 numbers in its parameters; "
        "attributes that hold tensors in no register: 3."
    )
    assert picture.png() == plots.module_tree(Odd()).png()


def test_boxes_stay_inside_the_board():
    (axes,) = plots.module_tree(Odd()).figure.axes
    right = max(patch.get_x() + patch.get_width() for patch in axes.patches)
    bottom = max(patch.get_y() + patch.get_height() for patch in axes.patches)
    assert right <= axes.get_xlim()[1]
    assert bottom <= axes.get_ylim()[0]


def test_score_planes_share_one_scale():
    scores = {"one": torch.ones(4, 4), "two": -3 * torch.ones(4, 4), "none": torch.zeros(4, 4)}
    points, labels = torch.zeros(4, 2), torch.tensor([[0.0], [1.0], [1.0], [1.0]])
    picture = plots.score_planes(scores, points, labels, extent=2.0)
    images = [axes.images[0] for axes in picture.figure.axes]
    assert [image.get_clim() for image in images] == [(-3.0, 3.0)] * 3
    counts = [len(c.get_offsets()) for c in picture.figure.axes[0].collections]
    assert counts == [1, 3]
    assert picture.alt.endswith("Not 0: one; two.")


@pytest.mark.parametrize(
    ("scheme", "oracle"),
    [
        ("Linear's default", lambda w: nn.Linear(w.shape[1], w.shape[0]).weight.detach()),
        ("Xavier", lambda w: nn.init.xavier_uniform_(w)),
        ("Kaiming", lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu")),
    ],
)
def test_schemes_have_pytorchs_standard_deviation(scheme, oracle):
    torch.manual_seed(0)
    drawn = oracle(torch.empty(300, 400))
    assert signals.SCHEMES[scheme](300, 400) == pytest.approx(float(drawn.std()), rel=0.02)


@pytest.mark.parametrize(
    ("scheme", "activation", "factor"),
    [("Linear's default", "relu", (1 / 6) ** 0.5), ("Linear's default", "none", (1 / 3) ** 0.5),
     ("Xavier", "none", 1.0), ("Xavier", "relu", 0.5**0.5), ("Kaiming", "relu", 1.0)],
)  # fmt: skip
def test_each_layer_multiplies_the_size_as_the_formula_says(scheme, activation, factor):
    sizes = signals.signal_sizes(scheme, activation, depth=20, width=512)
    assert (sizes[-1] / sizes[0]) ** (1 / 19) == pytest.approx(factor, rel=0.05)


def test_a_fixed_size_depends_on_the_width():
    narrow, wide = (signals.signal_sizes("normal, 0.1", "relu", width=w)[-1] for w in (32, 512))
    assert narrow < 1e-6
    assert wide > 1e3


def test_lines_are_named_and_a_zero_has_a_place_on_a_logarithmic_axis():
    picture = plots.tracked(
        {"up": [1.0, 10.0], "out": [1.0, 0.0]}, "step", "size", logarithmic=True
    )
    (axes,) = picture.figure.axes
    assert [text.get_text() for text in axes.texts] == ["up", "out"]
    assert axes.lines[1].get_ydata()[-1] == signals.SMALLEST
    assert picture.alt == "size by step: up ends at 10; out ends at 0."


def test_variance_through_depth_says_its_ends():
    picture = plots.variance_through_depth(["Kaiming", "normal, 0.01"], "relu", depth=5, width=32)
    ends = [signals.signal_sizes(s, "relu", 5, 32)[-1] for s in ("Kaiming", "normal, 0.01")]
    assert picture.alt.endswith(f"Kaiming {ends[0]:.1e}; normal, 0.01 {ends[1]:.1e}.")
