"""The explorers: pure frames, redrawn when a control moves, a picture where nothing is live."""

import base64

import pytest
import torch

from course import plots, widgets
from course.explorers import tensors

LIVE = "application/vnd.jupyter.widget-view+json"


def controls(explorer):
    return {control.description: control for control in explorer.children[0].children}


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("rows", [(0, 1), (1, 2)])
@pytest.mark.parametrize("columns", [(0, 1), (0, 2), (1, 3)])
def test_strided_frame_says_what_pytorch_says(transposed, rows, columns):
    x = torch.arange(24).reshape(4, 6)[rows[0] :: rows[1], columns[0] :: columns[1]]
    x = x.t() if transposed else x
    picture, caption = tensors.strided_frame(transposed, rows, columns)
    assert f"shape {tuple(x.shape)}   stride {x.stride()}" in picture.alt
    assert ("is_contiguous(): yes" in caption) == x.is_contiguous()
    try:
        x.view(-1)
        assert "works" in caption
    except RuntimeError:
        assert "reshape(-1) copies" in caption


def test_the_question_has_an_answer():
    _, caption = tensors.strided_frame(False, (0, 1), (0, 2))
    assert caption == "is_contiguous(): no · view(-1): works, stride (2,)"
    picture, caption = tensors.strided_frame(False, (1, 1), (0, 1))
    assert "offset 6" in picture.alt
    assert caption.startswith("is_contiguous(): yes")


def test_a_frame_depends_on_its_arguments_alone():
    first, again = (tensors.strided_frame(True, (0, 1), (1, 2)) for _ in range(2))
    assert first[0].png() == again[0].png()
    assert first[1] == again[1]


def test_broadcasting_frame():
    assert tensors.broadcasting_frame((4, 1), (4,))[1] == (
        "(a - b).shape is (4, 4): 16 numbers, no error"
    )
    picture, caption = tensors.broadcasting_frame((3,), (3, 4))
    assert caption == "a - b raises a RuntimeError"
    assert "can't be broadcast" in picture.alt


def test_every_pair_of_the_offered_shapes_can_be_drawn():
    for a in tensors.SHAPES:
        for b in tensors.SHAPES:
            assert tensors.broadcasting_frame(a, b)[0].alt


def test_moving_a_control_redraws():
    explorer = widgets.strides()
    _, image, caption = explorer.children
    before = image.value
    controls(explorer)["columns"].value = (0, 2)
    assert image.value != before
    picture, line = tensors.strided_frame(False, (0, 1), (0, 2))
    assert image.value == picture.png()
    assert caption.value == f"{picture.alt} {line}"


@pytest.mark.parametrize("make", [widgets.strides, widgets.broadcasting])
def test_an_explorer_carries_its_first_picture(make):
    explorer = make()
    first = explorer.children[1].value
    for control in explorer.children[0].children:
        if hasattr(control, "options"):
            control.index = len(control.options) - 1
    data, metadata = explorer._repr_mimebundle_()
    assert LIVE in data
    assert base64.b64decode(data["image/png"]) == first
    assert metadata["image/png"]["width"] > 100
    assert "0x" not in data["text/plain"]
    assert "Shape" in data["text/plain"] or "shape" in data["text/plain"]


def test_the_picture_is_as_wide_on_screen_as_it_was_drawn():
    explorer = widgets.broadcasting()
    picture = plots.broadcasting((4, 1), (4,))
    assert explorer.children[1].width == str(round(picture.figure.get_figwidth() * 96))
