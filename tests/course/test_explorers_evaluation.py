"""The explorer of lesson 06: a temperature mends a net that is too sure, and no accuracy."""

import pytest
import torch
from torch.nn import functional

from course import widgets
from course.explorers import evaluation

TOO_SURE = 4.0


@pytest.fixture(scope="module")
def calibrated():
    return 2 * torch.randn(4000, 1, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def target(calibrated):
    draws = torch.rand(calibrated.shape, generator=torch.Generator().manual_seed(1))
    return (draws < calibrated.sigmoid()).float()


def best(logits, target, figure):
    """Return the temperature at which a figure (0: error, 1: log loss) is least."""
    return min(
        evaluation.TEMPERATURES, key=lambda t: evaluation.measured(logits, target, t)[figure]
    )


def test_a_net_that_is_4_times_too_sure_needs_a_temperature_of_4(calibrated, target):
    too_sure = TOO_SURE * calibrated
    assert best(too_sure, target, 0) == best(too_sure, target, 1) == TOO_SURE
    error, loss, _ = evaluation.measured(too_sure, target, 1.0)
    mended_error, mended_loss, _ = evaluation.measured(too_sure, target, TOO_SURE)
    assert error > 0.1 > 0.03 > mended_error
    assert loss > 1.5 * mended_loss


def test_a_calibrated_net_needs_none(calibrated, target):
    assert best(calibrated, target, 0) == best(calibrated, target, 1) == 1


def test_no_temperature_changes_the_accuracy(calibrated, target):
    found = {evaluation.measured(calibrated, target, t)[2] for t in evaluation.TEMPERATURES}
    assert len(found) == 1


def test_the_log_loss_is_that_of_pytorch(calibrated, target):
    expected = functional.binary_cross_entropy_with_logits(calibrated / 3.0, target)
    assert evaluation.measured(calibrated, target, 3.0)[1] == pytest.approx(expected.item())


@pytest.mark.parametrize("temperature", [evaluation.TEMPERATURES[0], evaluation.TEMPERATURES[-1]])
def test_the_frame_says_its_figures(calibrated, target, temperature):
    picture, caption = evaluation.temperature_frame(calibrated, target, "net", temperature)
    error, loss, _ = evaluation.measured(calibrated, target, temperature)
    assert f"net {error:.3f}" in picture.alt
    assert caption.startswith(f"Calibration error {error:.3f}, log loss {loss:.3f}")


def test_moving_a_control_redraws(calibrated, target):
    explorer = widgets.temperature({"wide": TOO_SURE * calibrated, "tiny": calibrated}, target)
    row, image, caption = explorer.children
    before, said = image.value, caption.value
    next(c for c in row.children if c.description == "temperature").value = TOO_SURE
    assert image.value != before
    assert caption.value != said
    next(c for c in row.children if c.description == "model").value = "tiny"
    assert "tiny" in caption.value
