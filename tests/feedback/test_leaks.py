"""A submission that reads the hidden tests in its kernel can't carry them out by its feedback."""

from __future__ import annotations

import base64
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.compare import difference
from autograder.judge import judge
from autograder.key import AnswerKey
from autograder.observations import MIME, Observation, Policy, parse

MARK = "SECRETINPUT7319"
TESTS = f'observe("of a text", double, "{MARK}")\nobserve("of a number", double, 7193.7193)'
SEND = f"""
from IPython.display import display
def send(node, name="of a text", **more):
    payload = {{"version": 1, "name": name, "observed": node, **more}}
    display({{"{MIME}": payload}}, raw=True)
"""
# Each reads the source of the test cell that runs it, and gives it away in its own way.
READ = """
import sys
def read():
    return get_ipython().user_ns["In"][-1]
"""
ROADS = {
    "a text": "return read()",
    "a list of texts": "return [read()]",
    "the keys of a dict": "return {read(): read()}",
    "the name of an exception": "raise type(read(), (Exception,), {})(read())",
    "a builtin exception's text": "raise ValueError(read())",
    "a base's name": "raise type('ValueError', (type(read(), (Exception,), {}),), {})(read())",
    "the name of a type": "return type(read(), (), {})()",
    "an int": "return int.from_bytes(read()[-400:].encode(), 'big')",
    "a float": "return float(int.from_bytes(read()[-60:-45].encode(), 'big'))",
    "ints": "return list(read().encode())",
    "a shape": "import torch; return torch.empty(*read().encode()[-60:], 0)",
    "a large shape": "import torch; return torch.empty(*([19_937_193] * 3), 0)",
    "a printed text": "print(read()); sys.stderr.write(read()); return 1",
    "a warning": "import warnings; warnings.warn(read()); return 1",
    "displayed markup": "from IPython.display import HTML, display; display(HTML(read()))",
    "a dtype": f"{SEND}\nsend(dict(kind='dtype', value=read()))",
    "a device": f"{SEND}\nsend(dict(kind='device', value=read()))",
    "a fact": f"{SEND}\nsend(dict(kind='tensor', dtype='float32', shape=[0], data='',"
    " facts=dict(stride=list(read().encode()[:60]), device=read()[:40])))",
    "a check's name": f"{SEND}\nsend(dict(kind='none'), name=read()[:200])",
    "the words of the call": f"{SEND}\nsend(dict(kind='none'), called=read())",
    "the author's sentences": f"{SEND}\nsend(dict(kind='str', value='a'),"
    " policy=dict(because=dict(a=read())))",
    "an unknown field": f"{SEND}\nsend(dict(kind='none'), misconception=read())",
    "a broken node": f"{SEND}\nsend(dict(kind=read()))",
    "the error of the test": "class E(Exception): ...\n    E.__name__ = E.__qualname__ = read()\n"
    "    get_ipython().user_ns['observe'] = None; raise E(read())",
    "a name that is gone": "del get_ipython().user_ns['observe']; exec(read())",
}


def forms(text: str) -> list[str]:
    """The ways in which a text could be written."""
    raw = text.encode()
    decimal = str(int.from_bytes(raw, "big"))
    return [text, text.lower(), text[::-1], raw.hex(), decimal[:12], decimal[-12:],
            base64.b64encode(raw).decode()[:16], ", ".join(map(str, raw[:4]))]  # fmt: skip


def told(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def course_with(root: Path) -> Path:
    from grade.courses import CONFIG, cell, notebook, solve, write

    (root / "nbgrader_config.py").write_text(CONFIG)
    hidden = f"### BEGIN HIDDEN TESTS\n{TESTS}\n### END HIDDEN TESTS"
    solution = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    source = notebook(
        cell("from course import observe"),
        cell(solution, "double", "solution"),
        cell(hidden, "double_test", "tests", 2),
    )
    write(root / "source_notebooks/01_x/x.ipynb", source)
    for number, road in enumerate(ROADS.values()):
        answer = f"{READ}\ndef double(x):\n    " + road.replace("\n", "\n    ")
        nb = solve(source, {"double": answer, "double_test": ""})
        write(root / f"submitted/s{number:02}/01_x/x.ipynb", nb)
    return root


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class of submissions that each take a road out."""
    from grade.running import run_grade

    root = course_with(tmp_path_factory.mktemp("leaks"))
    run_grade(root, "01_x", results=root / "results.jsonl")
    return root


def page_of(folder: Path, road: str) -> str:
    return (folder / f"s{list(ROADS).index(road):02}/01_x/x.html").read_text("utf-8")


@pytest.mark.parametrize("road", ROADS)
def test_no_road_leads_out(course: Path, road: str) -> None:
    page = told(page_of(course / "feedback", road))
    assert "of a text" in page
    for hidden in (MARK, TESTS, TESTS[-30:], "7193.7193", "observe("):
        for form in forms(hidden):
            assert form not in page


def test_the_roads_are_taken(course: Path) -> None:
    """What the submissions read is the hidden test: where they print it, the instructor sees it."""
    own = course / ".autograder/instructor"
    assert page_of(own, "a printed text").count(MARK) > page_of(own, "a text").count(MARK) > 0
    assert all("Not passed" in page_of(course / "feedback", road) for road in ROADS)


def test_the_results_file_tells_no_more(course: Path) -> None:
    text = (course / "results.jsonl").read_text("utf-8")
    assert len(text.splitlines()) == len(ROADS)
    assert not any(form in text for form in forms(MARK))


@pytest.mark.parametrize("road", ["a printed text", "displayed markup"])
def test_nbgrader_s_own_feedback_tells_no_more(course: Path, tmp_path: Path, road: str) -> None:
    root = Path(shutil.copytree(course, tmp_path / "course"))
    student = f"s{list(ROADS).index(road):02}"
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", "01_x", "--force"]
    done = subprocess.run([*command, f"--student={student}"], cwd=root, capture_output=True,
                          text=True, env={**os.environ, "HOME": str(tmp_path)})  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = page_of(root / "feedback", road)
    assert "jp-Notebook" in page or "anchor-link" in page or "nbgrader" in page
    assert "of a number" in page
    assert "def double(x)" in told(page)
    assert MARK not in page
    assert "BEGIN HIDDEN" not in page


JUNK = st.text("§", min_size=1, max_size=30)
DIGITS = st.integers(10**12, 10**900)
leaf = st.one_of(
    st.builds(lambda v: {"kind": "str", "value": v}, JUNK),
    st.builds(lambda v: {"kind": "int", "value": str(v)}, DIGITS),
    st.builds(lambda v: {"kind": "float", "value": float(v).hex()}, st.floats(allow_nan=False)),
    st.builds(
        lambda k, v: {"kind": k, "value": v},
        st.sampled_from(["dtype", "device", "layout", "memory_format"]),
        JUNK,
    ),
    st.builds(lambda t: {"kind": "exception", "type": t, "bases": [t, "ValueError"]}, JUNK),
    st.builds(lambda t: {"kind": "other", "type": t}, JUNK),
    st.builds(
        lambda shape, stride, device: {
            "kind": "tensor",
            "dtype": "float32",
            "shape": [*shape, 0],
            "data": "",
            "facts": {"stride": stride, "device": device},
        },
        st.lists(st.integers(0, 10**9), max_size=20),
        st.lists(st.integers(), max_size=20),
        JUNK,
    ),
)
node = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(lambda i: {"kind": "list", "items": i}, st.lists(inner, max_size=3)),
        st.builds(
            lambda i: {"kind": "dict", "items": i},
            st.lists(st.lists(inner, min_size=2, max_size=2), max_size=3),
        ),
    ),
    max_leaves=6,
)
FACTS = {"stride": [1], "device": "cpu"}
EXPECTED = [
    {"kind": "none"},
    {"kind": "str", "value": "x"},
    {"kind": "int", "value": "3"},
    {"kind": "float", "value": "0x1.8p+1"},
    {"kind": "device", "value": "cpu"},
    {"kind": "exception", "type": "KeyError", "bases": ["KeyError"]},
    {"kind": "tensor", "dtype": "float32", "shape": [0], "data": "", "facts": FACTS},
    {"kind": "list", "items": [{"kind": "str", "value": "x"}]},
    {"kind": "dict", "items": [[{"kind": "int", "value": "1"}, {"kind": "none"}]]},
]


@given(node, st.sampled_from(EXPECTED), st.sampled_from([None, 0.5]))
def test_whatever_is_sent_the_words_hold_little_of_it(
    sent: dict[str, object], expected: dict[str, object], at_least: float | None
) -> None:
    found = parse({"version": 1, "name": "x", "observed": sent}).observed
    words = difference(expected, found, Policy(at_least=at_least)) or ""
    assert "§" not in words
    assert not re.search(r"\d{10}", words)
    assert sum(map(str.isdigit, words)) <= 60
    assert len(words) < 250


def test_an_error_s_name_is_not_the_students_to_choose() -> None:
    cell = new_code_cell("")
    cell.outputs = [new_output("error", ename=MARK, evalue=MARK, traceback=[MARK])]
    marks = {"grade_id": "x_test", "grade": True, "solution": False, "points": 1}
    more = {"locked": True, "schema_version": 3, "task": False}
    cell.metadata["nbgrader"] = nbformat.from_dict({**marks, **more})
    nb: NotebookNode = new_notebook(cells=[cell])
    key = AnswerKey({"x_test": (Observation("a", "", {"kind": "none"}),)}, {})
    (check,) = judge(nb, key).checks
    assert MARK not in check.message
    assert "an exception of another type" in check.message
