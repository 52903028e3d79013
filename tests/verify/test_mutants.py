"""Each operator, on the smallest text that it applies to; and survivors in a whole lesson."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.verify.findings import Count
from autograder.verify.lesson import Options, Verified
from autograder.verify.mutants import diff, mutate

MUTANTS = {
    "x = a + b": {"x = a - b", "x = a", "x = b"},
    "x = a @ b": {"x = a * b", "x = a", "x = b"},
    "x = a * (b + c)": {"x = a / (b + c)", "x = a", "x = b + c", "x = a * (b - c)",
                        "x = a * (b)", "x = a * (c)"},
    "x = a < b": {"x = a <= b", "x = a >= b"},
    "x = a == b": {"x = a != b"},
    "x = a in b": {"x = a not in b"},
    "x = a and b": {"x = a or b", "x = a", "x = b"},
    "x = not a": {"x = a"},
    "x = -a": {"x = a"},
    "x = 3": {"x = 4", "x = 2"},
    "x = 0": {"x = 1", "x = -1"},
    "x = 0.5": {"x = 1.5"},
    "x = True": {"x = False"},
    'x = "b"': {"x = 'c'"},
    'x = "none"': {"x = ''"},
    "x = a if c else b": {"x = b if c else a"},
    "x = x.clone()": {"x = x"},
    "x = x.detach().view(n)": {"x = x.detach()", "x = x.view(n)"},
    "x = torch.clone(y)": set(),
    "x = y.T": {"x = y"},
    "x = y.fill_(z)": {"x = y", "x = y.fill(z)"},
    "x = y.sum(dim=d, keepdim=True)": {"x = y", "x = y.sum(keepdim=True)", "x = y.sum(dim=d)",
                                       "x = y.mean(dim=d, keepdim=True)",
                                       "x = y.sum(dim=d, keepdim=False)"},
    "x = f(a, b)": {"x = f(b, a)"},
    "x = max(a, b)": {"x = min(a, b)"},
    "x = y[a:b]": {"x = y[:b]", "x = y[a:]"},
    "x = y[::s]": {"x = y[:]"},
    "x = [a for a in b if a]": {"x = [a for a in b]"},
    "x = zip(a, b, strict=True)": {"x = zip(b, a, strict=True)"},
    "optimizer.zero_grad()": {"pass", "optimizer"},
    "x[i] = y": {"pass"},
    "x += y": {"pass", "x = y", "x -= y"},
    "del x": {"pass"},
    'raise ValueError("the reason")': {"pass"},
    '"""A docstring."""': set(),
    "return x": {"return"},
    "if x:\n    break": {"if not x:\n    break", "pass", "if x:\n    pass", "if x:\n    continue"},
    "with torch.no_grad():\n    return y": {
        "if True:\n    return y", "with torch.enable_grad():\n    return y",
        "with torch.no_grad():\n    return"},
    "@torch.no_grad()\ndef f(x):\n    pass": {
        "@lambda function: function\ndef f(x):\n    pass",
        "@torch.enable_grad()\ndef f(x):\n    pass"},
}  # fmt: skip


@pytest.mark.parametrize("source", MUTANTS)
def test_operators(source: str) -> None:
    lines = range(1, len(source.split("\n")) + 1)
    assert set(mutate(source, lines, {"torch"})) == MUTANTS[source]


def test_only_the_given_lines_change() -> None:
    assert set(mutate("x = 1\ny = a + b\nz = 2", [2])) == {
        f"x = 1\ny = {new}\nz = 2" for new in ("a - b", "a", "b")
    }


def test_a_name_that_has_a_value_can_lose_its_new_one() -> None:
    assert "x = a\npass" in set(mutate("x = a\nx = b", [2]))
    assert set(mutate("x = a\ny = b", [2])) == set()


def test_columns_after_letters_of_two_bytes() -> None:
    assert set(mutate('x = f("é", a + b)', [1])) >= {'x = f("é", a - b)'}


def test_a_diff_has_no_indentation_and_no_context() -> None:
    assert diff("def f():\n    return a\n", "def f():\n    return b\n") == "- return a\n+ return b"


WITH_MUTANTS = Options(workers=1)
ACKNOWLEDGED = """
# %% [markdown] equivalent={"exercise": "total"}
# Nobody asks for the type of the sum.
#
# ```diff
# - return math.fsum(numbers)
# + return sum(numbers)
# ```
"""


def test_the_small_lesson_catches_every_mutant(verified: Callable[..., Verified]) -> None:
    found = verified(WITH_MUTANTS)
    assert found.survivors == found.holes == ()
    assert [proof.mutants for proof in found.proofs] == [Count(4, 4), Count(1, 1)]


def test_a_survivor_is_shown_and_can_be_acknowledged(
    edit: Callable[[str, str, str], None], verified: Callable[..., Verified], place
) -> None:
    edit("lesson.py", "    return math.fsum(numbers)", "    return math.fsum(numbers) + 0.0")
    found = verified(WITH_MUTANTS)
    diffs = {each.diff for each in found.survivors}
    assert "- return math.fsum(numbers) + 0.0\n+ return math.fsum(numbers) - 0.0" in diffs
    assert [hole.exercise for hole in found.holes] == ["mutants"]
    assert "At least 95% must be" in found.holes[0].remedy
    shown = "".join(f"#\n# ```diff\n# {d.replace(chr(10), chr(10) + '# ')}\n# ```\n" for d in diffs)
    with place.variants.open("a") as file:
        file.write(f'\n# %% [markdown] equivalent={{"exercise": "total"}}\n# Plus 0.\n{shown}')
    found = verified(WITH_MUTANTS)
    assert found.holes == ()
    assert all(each.acknowledged for each in found.survivors)
    assert found.proofs[1].equivalent == len(diffs)


def test_a_stale_acknowledgement_is_a_hole(verified: Callable[..., Verified], place) -> None:
    caught = ACKNOWLEDGED.replace("return sum(numbers)", "return")
    with place.variants.open("a") as file:
        file.write(ACKNOWLEDGED + caught)
    assert [str(hole).partition(". Take")[0] for hole in verified(WITH_MUTANTS).holes] == [
        "total / equivalent: a mutant is acknowledged as equivalent, but the tests catch this "
        "mutant: - return math.fsum(numbers) ⏎ + return",
        "total / equivalent: a mutant is acknowledged as equivalent, but there is no such "
        "mutant: - return math.fsum(numbers) ⏎ + return sum(numbers)",
    ]
