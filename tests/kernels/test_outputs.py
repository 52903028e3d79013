"""Whatever a kernel sends, what is kept of it is bounded and in order."""

from __future__ import annotations

import time

import psutil
import pytest
from nbformat.v4 import new_output

from autograder.kernels.outputs import (
    DROPPED,
    OBSERVED_BYTES,
    SHOWN_BYTES,
    BoundedClient,
    Bounds,
    as_shown,
    merge_streams,
)
from autograder.observations import MIME, read

from .running import notebook, results, run


def memory_mb() -> float:
    return psutil.Process().memory_info().rss / 2**20


@pytest.mark.parametrize(
    "flood",
    [
        "print('x' * 50_000_000)",
        "for _ in range(1_000_000): print('line')",
        "import sys\nfor _ in range(2000): sys.stdout.write('y' * 50_000); sys.stdout.flush()",
        "from IPython.display import display\nfor n in range(3000): display('z' * 10_000)",
    ],
)
def test_a_flood_is_cut_and_what_follows_counts(flood: str) -> None:
    before = memory_mb()
    done = run(
        f"def double(x):\n    {flood.replace(chr(10), chr(10) + '    ')}\n    return 2 * x",
        "from course import observe; observe('of three', double, 3)",
        "'after'",
        timeout_s=300,
    )
    assert done.fates == {}
    said = done.nb.cells[1].outputs
    assert said[-1].text == DROPPED
    assert sum(len(str(output)) for output in said) < 2 * SHOWN_BYTES
    assert [each.name for each in read(done.nb.cells[1])] == ["of three"]
    assert results(done)[2] == "'after'"
    assert memory_mb() - before < 300


def test_observations_have_a_bound_of_their_own() -> None:
    bounds = Bounds()
    shown = {"data": {"text/plain": "x" * (SHOWN_BYTES // 2)}}
    assert [bounds.admit(shown, 0) for _ in range(3)] == [True, False, False]
    observed = {"data": {MIME: {"name": "x" * (OBSERVED_BYTES // 3)}}}
    assert [bounds.admit(observed, 0) for _ in range(4)] == [True, True, False, False]
    assert bounds.admit(observed, 1)


def test_all_cells_together_are_bounded() -> None:
    bounds = Bounds()
    kept = sum(bounds.admit({"data": {"text/plain": "x" * 3_900_000}}, n) for n in range(50))
    assert 5 < kept < 12


@pytest.mark.parametrize(
    "message",
    [
        {"msg_type": "stream", "content": {"name": "stdout", "text": None}},
        {"msg_type": "stream", "content": {}},
        {"msg_type": "display_data", "content": {"data": 3}},
        {"msg_type": "display_data", "content": {"data": {}, "transient": 7}},
        {"msg_type": "comm_open", "content": {"comm_id": "1"}},
        {"msg_type": "error", "content": {"ename": 3}},
        {"msg_type": "made_up", "content": {}},
        {"msg_type": ["status"], "content": {}},
        {"content": {}},
        {"msg_type": "status", "content": {"execution_state": {}}},
    ],
)
def test_a_message_that_is_none_is_passed_over(message: dict[str, object]) -> None:
    nb = notebook("1")
    full = {"header": {"msg_type": "x"}, "parent_header": {"msg_id": "1"}, **message}
    BoundedClient(nb).process_message(full, nb.cells[0], 0)  # type: ignore[arg-type]
    assert nb.cells[0].outputs == []


def test_raw_bytes_on_the_socket_are_passed_over() -> None:
    done = run(
        "socket = get_ipython().kernel.iopub_thread.socket\n"
        "for raw in ([b'x'], [b'<IDS|MSG>', b'', b'{', b'{', b'{', b'{'], [b'a' * 100000] * 9):\n"
        "    socket.send_multipart(raw)",
        "'after'",
    )
    assert results(done)[1] == "'after'"


def stream(name: str, text: str) -> object:
    return new_output("stream", name=name, text=text)


def test_streams_are_merged_as_nbclient_merges_them() -> None:
    merged = merge_streams(
        [
            stream("stderr", "e"),
            stream("stdout", "a"),
            new_output("display_data"),
            stream("stdout", "b"),
            stream("stderr", "f"),
        ]
    )
    assert [(each.get("name"), each.get("text")) for each in merged] == [
        ("stdout", "ab"), ("stderr", "ef"), (None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain\ntext", "plain\ntext"),
        ("10%\r50%\r100%\n", "100%\n"),
        ("ab\b\bcd", "cd"),
        ("\b\nx\b", "\b\n"),
        ("a\r\nb", "a\r\nb"),
        ("1\r2\r\n", "2\r\n"),
    ],
)
def test_what_was_written_over_is_not_shown(written: str, shown: str) -> None:
    assert as_shown(written) == shown


def test_a_line_without_end_takes_no_time() -> None:
    begun = time.process_time()
    as_shown("x" * 3_000_000 + "\ry")
    as_shown("x\b" * 1_000_000)
    assert time.process_time() - begun < 5
