"""The explorers of lesson 02: what they show is what an engine gives, and they answer."""

import pytest
import torch

from course import widgets
from course.explorers import autograd
from course.figures.autograd import value_graph


def end(order):
    return autograd.order_frame(order, 99)


@pytest.mark.parametrize(("order", "x_grad"), list(zip(autograd.ORDERS, (16, 8, 36), strict=True)))
def test_only_the_first_order_is_right(order, x_grad):
    picture, caption = end(order)
    assert f"the end: x.grad is {x_grad}," in caption
    assert "a = 2x grad 8" in picture.alt  # right in all three, as the question says
    assert f"x grad {x_grad}" in picture.alt


def test_the_slope_that_is_named_is_pytorchs():
    x = torch.tensor(1.0, requires_grad=True)
    a = 2 * x
    (a * (a + a)).backward()
    assert x.grad == 16


def test_a_step_shows_what_has_arrived_so_far():
    order = next(iter(autograd.ORDERS))
    picture, caption = autograd.order_frame(order, 0)
    assert caption == "d.grad is set to 1"
    assert "x grad 0" in picture.alt
    picture, caption = autograd.order_frame(order, 1)
    assert caption == "d hands on its 1, times 4 and 2"
    assert "b = a + a grad 2, a = 2x grad 4, x grad 0" in picture.alt


def test_a_graph_of_values_draws_each_use():
    picture = value_graph(autograd.small_graph()[-1])
    arrows = [p for p in picture.figure.axes[0].patches if hasattr(p, "get_arrowstyle")]
    assert len(arrows) == 5  # d to a and b, b to a twice, a to x


@pytest.mark.parametrize("at", autograd.AT)
def test_the_caption_is_autograds_and_the_graph_that_ran(at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = autograd.branch_and_loop(x)
    y.backward()
    picture, caption = autograd.chosen_frame(at)
    assert f"y = {y.item():g} · x.grad {x.grad.item():g} ·" in caption
    count = int(caption.split()[0])
    assert picture.alt.count("MulBackward0") == count


def test_the_question_has_an_answer():
    differ = []
    for at in autograd.AT:
        said = autograd.chosen_frame(at)[1]
        slope, difference = said.split("x.grad ")[1].split(" · central difference ")
        if abs(float(slope) - float(difference)) > 1e-3:
            differ.append(at)
    assert differ == [2.5, 5.0]


@pytest.mark.parametrize("make", [widgets.backward_order, widgets.dynamic_graph])
def test_moving_a_control_redraws(make):
    explorer = make()
    controls, image, _ = explorer.children
    before = image.value
    control = controls.children[-1]
    if hasattr(control, "index"):
        control.index = 4
    else:
        control.value = 3
    assert image.value != before
