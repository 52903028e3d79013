"""The explorers of lesson 03 answer the questions that the lesson puts."""

import base64

import pytest

from course import widgets
from course.explorers import module

FOUND = {
    "nn.Linear(2, 3)": (2, 2, 2),
    "[nn.Linear(2, 3)]": (0, 0, 0),
    "nn.ModuleList([nn.Linear(2, 3)])": (2, 2, 2),
    'nn.ModuleDict({"first": nn.Linear(2, 3)})': (2, 2, 2),
    "nn.Parameter(torch.zeros(3))": (1, 1, 1),
    "torch.zeros(3, requires_grad=True)": (0, 0, 0),
    "a buffer": (0, 1, 1),
    "a buffer, persistent=False": (0, 0, 1),
}


def test_every_way_to_hold_a_thing_is_tested():
    assert list(FOUND) == list(module.WAYS)


@pytest.mark.parametrize("way", FOUND)
def test_what_is_found_of_each(way):
    trained, saved, moved = FOUND[way]
    assert module.kept_frame(way)[1] == (
        f"parameters() finds {trained} · state_dict() saves {saved} · .to() moves {moved}"
    )


@pytest.mark.parametrize("way", FOUND)
def test_what_to_moves_is_what_the_frame_says(way):
    holder = module.Holder()
    module.WAYS[way](holder)
    holder.to("meta")
    held = [*holder.parameters(), *holder.buffers()]
    assert sum(tensor.is_meta for tensor in held) == FOUND[way][2]


@pytest.mark.parametrize(
    ("scheme", "activation", "width", "said"),
    [("Kaiming", "relu", 512, "1.0"), ("Xavier", "none", 512, "1.0"),
     ("Linear's default", "relu", 128, "0.4"), ("normal, 0.1", "relu", 32, "0.3"),
     ("normal, 0.1", "relu", 512, "1.6"), ("normal, 0.01", "relu", 32, "0.0")],
)  # fmt: skip
def test_the_factor_of_a_layer(scheme, activation, width, said):
    caption = module.signal_frame(scheme, activation, width)[1]
    assert caption.startswith(f"each layer multiplies the size by about {said}")


def test_every_setting_can_be_drawn():
    for scheme in module.SCHEMES:
        for activation in module.ACTIVATIONS:
            assert module.signal_frame(scheme, activation, 32)[0].alt


@pytest.mark.parametrize("make", [widgets.registers, widgets.initialization])
def test_moving_a_control_redraws_and_the_first_picture_stays_in_the_page(make):
    explorer = make()
    first = explorer.children[1].value
    control = explorer.children[0].children[0]
    control.index = len(control.options) - 1
    assert explorer.children[1].value != first
    data, _ = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == first
    assert "0x" not in data["text/plain"]
