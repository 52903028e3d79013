"""The graph is drawn as autograd keeps it, and slopes are what differences and steps give."""

import pytest
import torch

from course import plots
from course.figures import autograd, descent


def texts(picture):
    return [t.get_text() for ax in picture.figure.axes for t in ax.texts if t.get_text()]


def arrows(picture):
    return [p for ax in picture.figure.axes for p in ax.patches if hasattr(p, "get_arrowstyle")]


@pytest.fixture
def used_twice():
    w = torch.tensor([1.0, -1.0], requires_grad=True)
    hidden = (w * 3).relu()
    return w, hidden, (hidden * hidden).sum()


def test_every_node_is_found_once_and_after_its_senders(used_twice):
    nodes = autograd.autograd_nodes(used_twice[-1])
    assert len(nodes) == len(set(nodes)) == 5
    place = {node: index for index, node in enumerate(nodes)}
    for node in nodes:
        assert all(place[node] < place[sent] for sent, _ in node.next_functions if sent)


def test_edges_are_those_of_next_functions(used_twice):
    graph = autograd.autograd_graph(used_twice[-1])
    nodes = autograd.autograd_nodes(used_twice[-1])
    expected = [(i, nodes.index(n)) for i, node in enumerate(nodes)
                for n, _ in node.next_functions if n]  # fmt: skip
    assert sorted(graph.edges) == sorted(expected)
    assert graph.edges.count((1, 2)) == 2  # hidden * hidden


def test_a_level_is_the_longest_distance_from_the_output():
    x = torch.tensor(1.0, requires_grad=True)
    a = 2 * x
    graph = autograd.autograd_graph(a * (a + a))
    assert {box.lines[0]: box.level for box in graph.boxes if box.kind == "leaf"} == {"a leaf": 3}
    assert sorted(box.level for box in graph.boxes) == [0, 1, 2, 3]


def test_names_shapes_and_saved_tensors_are_said(used_twice):
    w, hidden, loss = used_twice
    picture = plots.graph(loss, w=w, hidden=hidden)
    said = texts(picture)
    assert {"w", "shape (2,)", "makes hidden", "saved: result", "SumBackward0"} <= set(said)
    assert len(arrows(picture)) == 5
    assert picture.alt.startswith("The graph of 5 nodes, output first: SumBackward0")
    assert "0x" not in picture.alt


def test_what_a_backward_freed_is_not_said(used_twice):
    _, hidden, loss = used_twice
    assert autograd.saved_tensors(hidden.grad_fn) == ["result"]
    loss.backward()
    assert autograd.saved_tensors(hidden.grad_fn) == []


def test_what_a_function_of_ones_own_saves_is_numbered():
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x, 2 * x)
            return x * x

        @staticmethod
        def backward(ctx, v):
            return v * ctx.saved_tensors[1]

    y = Square.apply(torch.ones(2, requires_grad=True))
    assert autograd.saved_tensors(y.grad_fn) == ["1", "2"]
    y.sum().backward()
    assert autograd.saved_tensors(y.grad_fn) == []


def test_a_tensor_without_a_graph_is_refused():
    with pytest.raises(ValueError, match="no grad_fn"):
        plots.graph(torch.ones(2))


def test_an_edge_that_passes_a_box_is_an_arc_above_it():
    x = torch.tensor(1.0, requires_grad=True)
    a = 2 * x
    straight = plots.graph(a + 1).figure.get_figheight()
    assert plots.graph(a * (a + 1)).figure.get_figheight() > straight


def test_a_difference_is_best_in_between_and_better_in_float64():
    steps, errors = descent.difference_errors(torch.exp, 1.0, torch.float32)
    _, exact = descent.difference_errors(torch.exp, 1.0, torch.float64)
    least = errors.index(min(errors))
    assert 1e-4 < steps[least] < 1e-1
    assert errors[0] > errors[least] < errors[-1]
    assert errors[-1] == 1.0  # float32 can't tell the two ends apart
    assert min(exact) < min(errors) / 1000
    assert "float64" in plots.difference_error().alt


def test_paths_say_at_which_loss_they_end():
    def bowl(p):
        return (p**2).sum(dim=-1)

    path = torch.tensor([[2.0, 0.0], [1.0, 0.0]])
    picture = plots.descent_paths(bowl, {"down": path, "up": path.flip(0)})
    assert picture.alt == "Paths over a loss surface: down ends at loss 1; up ends at loss 4."
    drawn = picture.figure.axes[0].lines
    assert [line.get_xdata().tolist() for line in drawn] == [[2.0, 1.0], [1.0, 2.0]]
