"""The explorers of lesson 00: a first training, and the report of a machine."""

import pytest
import torch

from course import data, widgets
from course.explorers import start_here


@pytest.fixture(autouse=True)
def one_thread():
    """These nets are too small to be shared between threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


LIVE = "application/vnd.jupyter.widget-view+json"


def test_the_frame_counts_numbers_and_wrong_points():
    picture, caption = start_here.training_frame(8, 0, 4)
    x, y = data.plane(200, 0)
    wrong = int(((start_here.TinyNet(8, 4)(x) > 0) != (y > 0)).sum())
    assert caption == f"33 numbers to learn; {wrong} of 200 points are wrong."
    assert "8 units, step 0, seed 4" in picture.alt


def test_a_seed_draws_the_numbers_that_torch_draws_from_it():
    torch.manual_seed(4)
    layer = torch.nn.Linear(2, 8)
    assert torch.equal(start_here.TinyNet(8, 4).hidden.weight, layer.weight)


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    start_here.TinyNet(4, 1)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_lowers_the_loss_and_is_remembered():
    x, y = data.plane(200, 0)
    criterion = torch.nn.BCEWithLogitsLoss()
    first, later = (criterion(start_here.trained(8, n, 4)(x), y).item() for n in (0, 100))
    assert later < first
    assert start_here.trained(8, 100, 4) is start_here.trained(8, 100, 4)


def test_a_unit_that_is_zero_everywhere_never_moves():
    x, _ = data.plane(200, 0)
    assert not torch.relu(start_here.TinyNet(1, 0).hidden(x)).any()
    moved = start_here.trained(1, 100, 0)
    assert torch.equal(moved.hidden.weight, start_here.TinyNet(1, 0).hidden.weight)


def test_the_question_of_the_lesson_has_its_answer():
    x, y = data.plane(200, 0)
    wrong = {
        units: [round(200 * (1 - start_here.accuracy(start_here.trained(units, 2000, s), x, y)))
                for s in range(5)]
        for units in (8, 32)
    }  # fmt: skip
    assert all(15 <= count <= 21 for count in wrong[8][:4])
    assert wrong[8][4] == 7
    assert max(wrong[32]) <= 3


def test_moving_a_control_trains():
    explorer = widgets.training()
    row, image, caption = explorer.children
    before = image.value
    {control.description: control for control in row.children}["steps"].value = 100
    assert image.value != before
    assert caption.value.endswith(start_here.training_frame(8, 100, 4)[1])


def test_the_machine_is_asked_only_when_the_button_is_pressed():
    asked = []
    machine = start_here.Machine(lambda: asked.append(True) or "torch 9\nall well\n")
    shown = machine._repr_mimebundle_()
    assert shown["text/plain"] == machine.said.value == start_here.ASK
    assert LIVE in shown
    assert not asked
    machine.button.click()
    assert asked == [True]
    assert machine.said.value == "torch 9\nall well"
    assert machine.button.disabled is False


def test_a_report_that_fails_says_so_in_its_place():
    def report():
        raise OSError("no such program")

    machine = start_here.Machine(report)
    machine.button.click()
    assert machine.said.value == ("No report: no such program. Run `course doctor` in a terminal.")


def test_the_report_is_the_doctors(monkeypatch):
    from course import doctor

    monkeypatch.setattr(doctor, "report", lambda console: console.print("Python 3, all well"))
    assert start_here._report() == "Python 3, all well\n"


def test_the_button_shows_this_machine():
    machine = widgets.machine()
    machine.button.click()
    assert "torch" in machine.said.value
    assert "Matrix product" in machine.said.value
