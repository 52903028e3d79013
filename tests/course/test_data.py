"""The bundled and made-up data: the same each time, and what it says it is."""

import torch

from course.data import plane


def test_the_plane_has_two_classes_that_no_line_divides():
    x, y = plane(400, seed=1)
    assert (x.shape, x.dtype, y.shape, y.dtype) == (
        (400, 2),
        torch.float32,
        (400, 1),
        torch.float32,
    )
    assert y.unique().tolist() == [0, 1]
    assert y.sum() == 200
    line = torch.linalg.lstsq(torch.cat([x, torch.ones(400, 1)], 1), y - 0.5).solution
    right = ((torch.cat([x, torch.ones(400, 1)], 1) @ line > 0) == (y > 0.5)).float().mean()
    assert 0.7 < right < 0.95


def test_the_plane_comes_from_its_seed_alone():
    torch.manual_seed(0)
    first = plane(seed=3)
    torch.rand(1)
    again = plane(seed=3)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], plane(seed=4)[0])
