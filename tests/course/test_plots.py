"""The pictures are drawn from data, and say in words what they show."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from course import plots
from course.figures import boxes, curves

PNG = b"\x89PNG\r\n\x1a\n"


def texts(picture):
    """Every text in the picture that is not empty."""
    found = [t.get_text() for ax in picture.figure.axes for t in ax.texts]
    return [text for text in found if text]


def box_texts(picture):
    return [text for text in texts(picture) if not text.startswith("@")]


def test_positions_are_what_the_strides_say():
    x = torch.arange(100, 124).reshape(2, 3, 4)[1, :, ::2].t()
    positions = boxes.storage_positions(x)
    assert torch.equal(boxes.storage_of(x)[positions], x)
    assert positions.tolist() == [[12, 16, 20], [14, 18, 22]]


def test_storage_is_shared_and_whole():
    x = torch.zeros(6)[2:4]
    boxes.storage_of(x)[2] = 5.0
    assert boxes.storage_of(x).numel() == 6
    assert x.tolist() == [5.0, 0.0]


def test_strided_names_recipe_values_and_positions():
    picture = plots.strided(torch.arange(10, 22).reshape(3, 4)[:, 2:].t())
    said = texts(picture)
    assert "shape (2, 3)   stride (1, 4)   offset 2" in said
    assert [t for t in said if t.startswith("@")] == ["@2", "@6", "@10", "@3", "@7", "@11"]
    assert said.count("12") == 2  # in the tensor, and in the storage
    assert said.count("10") == 2  # in the storage alone, and as a position's number
    assert "stride (1, 4)" in picture.alt


def test_storage_that_no_entry_reads_is_hatched():
    picture = plots.strided(torch.arange(6)[::2])
    hatched = [patch for patch in picture.figure.axes[0].patches if patch.get_hatch()]
    assert len(hatched) == 3


def test_a_position_read_more_than_once_says_so():
    assert "2 (3x)" in texts(plots.strided(torch.arange(4).expand(3, 4)))


@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 2, 2), (2, 40)])
def test_strided_draws_every_entry(shape):
    x = torch.arange(torch.Size(shape).numel()).reshape(shape)
    picture = plots.strided(x)
    assert len([t for t in texts(picture) if t.startswith("@")]) == x.numel()
    assert picture.png().startswith(PNG)


@pytest.mark.parametrize("shape", [(), (2, 2, 2, 2)])
def test_strided_refuses_other_dimensions(shape):
    with pytest.raises(ValueError, match="1 to 3 dimensions"):
        plots.strided(torch.zeros(shape))


def test_broadcasting_shows_which_entries_are_repeated():
    picture = plots.broadcasting((3, 1), (2,))
    patches = picture.figure.axes[0].patches
    dashed = [patch for patch in patches if patch.get_linestyle() != "solid"]
    assert len(patches) == 3 * 6
    assert len(dashed) == 3 + 4  # a's second column, b's second and third row
    assert {"a (3, 1)", "b (2,)", "result (3, 2)", "a20\nb1"} <= set(texts(picture))
    assert picture.alt == "Shape (3, 1) with shape (2,) broadcasts to (3, 2)."


def test_broadcasting_a_scalar():
    assert "a\nb1" in texts(plots.broadcasting((), (2,)))


def test_broadcasting_marks_the_sizes_that_do_not_fit():
    picture = plots.broadcasting((2, 3), (2, 1, 4)[1:])
    assert [t for t in texts(picture) if t in ("ok", "✗")] == ["✗", "ok"]
    assert picture.alt == "Shape (2, 3) with shape (1, 4) can't be broadcast."


def test_broadcasting_refuses_three_dimensions():
    with pytest.raises(ValueError, match="at most 2"):
        plots.broadcasting((1, 1, 1), (1,))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("number", [0.5, 1.0, 3.0, 1000.0])
def test_spacing_is_the_distance_to_the_next_number(dtype, number):
    step = curves.spacing(dtype, number)
    here = torch.tensor(number, dtype=dtype)
    assert (here + step).double() - here.double() == step
    halfway_down = torch.tensor(number + 0.49 * step, dtype=torch.float64).to(dtype)
    assert halfway_down == here


def test_float_spacing_marks_two_to_the_24():
    assert curves.spacing(torch.float32, 2.0**24) == 2.0
    assert any("+ 1 is lost" in text for text in texts(plots.float_spacing()))


def test_drift_compares_with_the_float64_sum():
    numbers = np.concatenate([np.float32([2**24]), np.ones(3, dtype=np.float32)])
    counts, left, pairs = curves.drift(numbers)
    assert counts == [1, 2, 4]
    assert left[2] == pytest.approx(3 / (2**24 + 3))  # each 1 is lost
    assert pairs[2] == pytest.approx(1 / (2**24 + 3))  # 1 + 1 is not


def test_summation_drift_is_larger_from_left_to_right():
    lines = plots.summation_drift().figure.axes[0].lines
    left, pairs = (line.get_ydata()[-1] for line in lines)
    assert left > 10 * pairs


def test_softmax_axes_shows_the_sums():
    picture = plots.softmax_axes(torch.tensor([[2.0, 1.0], [0.0, 4.0]]))
    _, over_rows, over_columns = picture.figure.axes
    assert [t.get_text() for t in over_rows.get_xticklabels()] == ["Σ 1.00"] * 2
    assert [t.get_text() for t in over_columns.get_yticklabels()] == ["Σ 1.00"] * 2
    assert [t.get_text() for t in over_rows.get_yticklabels()] != ["Σ 1.00"] * 2


def test_images_have_their_titles():
    picture = plots.images({"left": torch.zeros(4, 6, 3), "right": torch.ones(4, 6, 3)})
    assert [ax.get_title() for ax in picture.figure.axes] == ["left", "right"]


def test_a_picture_is_the_same_bytes_each_time():
    assert plots.broadcasting((2, 1), (2,)).png() == plots.broadcasting((2, 1), (2,)).png()


def test_a_cell_shows_png_at_its_size_and_says_the_alternative():
    picture = plots.strided(torch.arange(3))
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == picture.alt == metadata["image/png"]["alt"]
    assert data["image/png"].startswith("iVBOR")
    width, height = picture.figure.get_size_inches() * 96
    assert (metadata["image/png"]["width"], metadata["image/png"]["height"]) == (
        round(width),
        round(height),
    )


def contrast(a, b):
    """The contrast of two colors as WCAG 2.1 defines it."""

    def luminance(color):
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_can_be_read_on_every_ground():
    from course.figures.picture import FAINT, FILLS, GROUND, INK

    assert all(contrast(INK, fill) > 7 for fill in (*FILLS, GROUND))
    assert contrast(FAINT, GROUND) > 4.5


def test_neither_pyplot_nor_a_backend_is_loaded():
    code = "import sys, course.plots; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
