"""nbclient for a kernel that a stranger owns: what it sends is bounded, whatever it sends."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Mapping
from queue import Empty
from typing import Any

from jupyter_client.channels import AsyncZMQSocketChannel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.observations import MIME

# Bytes of a cell's outputs that are kept, and of all cells together: what is shown ...
SHOWN_BYTES, SHOWN_BYTES_IN_ALL = 4 << 20, 32 << 20
# ... and what was observed for the judge, which no flood before it may push out.
OBSERVED_BYTES, OBSERVED_BYTES_IN_ALL = 32 << 20, 128 << 20
# One message; zmq drops what is larger.
MAX_MESSAGE_BYTES = 64 << 20
DROPPED = f"[The rest of this cell's output was dropped: more than {SHOWN_BYTES >> 20} MB.]\n"
# After a cell is answered for, messages are taken in until none came for so long.
_QUIET_S, _LEAST_DRAINING_S = 4, 10
# What any message takes, however little it says.
_OVERHEAD = 500


class Bounds:
    """Counts what each cell has put out, and says what is still kept."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self._taken: Counter[tuple[str, int | None]] = Counter()
        self.cut: set[int] = set()

    def admit(self, content: Mapping[str, Any], index: int) -> bool:
        """Whether a message of the cell at `index` is kept."""
        observed = MIME in _mapping(content.get("data"))
        kind = "observed" if observed else "shown"
        cell, in_all = (
            (OBSERVED_BYTES, OBSERVED_BYTES_IN_ALL)
            if observed
            else (SHOWN_BYTES, SHOWN_BYTES_IN_ALL)
        )
        size = _OVERHEAD + _size(content)
        for key, limit in (((kind, index), cell), ((kind, None), in_all)):
            if self._taken[key] + size > limit:
                self.cut.add(index)
                return False
        self._taken[kind, index] += size
        self._taken[kind, None] += size
        return True

    def cut_text(self, text: str, index: int) -> str:
        """As much of printed text as there is room for."""
        room = min(
            SHOWN_BYTES - self._taken["shown", index],
            SHOWN_BYTES_IN_ALL - self._taken["shown", None],
        )
        if len(text) <= room - 2 * _OVERHEAD:
            return text
        self.cut.add(index)
        return text[: max(0, room - 2 * _OVERHEAD)]


class BoundedClient(NotebookClient):
    """Keeps a bounded part of what cells put out, and ignores messages that are none."""

    def __init__(self, nb: NotebookNode, **options: Any) -> None:
        """The options are NotebookClient's."""
        super().__init__(nb, coalesce_streams=False, store_widget_state=False, **options)
        self.bounds = Bounds()
        self.received = 0
        self._cut_off = False

    async def async_execute_cell(self, *given: Any, **options: Any) -> NotebookNode:
        """Run a cell, and take in what it puts out until it is idle or quiet."""
        self._cut_off = False
        # A flood is still on its way when the cell is done; it has the time of a cell once more.
        self.iopub_timeout = max(_LEAST_DRAINING_S, self.timeout or 0)
        return await super().async_execute_cell(*given, **options)

    async def _async_handle_timeout(self, *given: Any) -> dict[str, Any] | None:
        self._cut_off = True
        return await super()._async_handle_timeout(*given)

    async def _async_poll_output_msg(self, parent_msg_id: str, *given: Any) -> None:
        """Until the cell is idle; once it is answered for, no longer than messages come.

        nbclient's own fixed wait loses an honest end behind a flood, on a slow machine.
        """
        polling = asyncio.ensure_future(super()._async_poll_output_msg(parent_msg_id, *given))
        quiet, before = 0, self.received
        try:
            while not polling.done() and quiet < _QUIET_S:
                await asyncio.wait({polling}, timeout=1.0)
                answered = self._cut_off or self._is_answered(parent_msg_id)
                quiet = quiet + 1 if answered and self.received == before else 0
                before = self.received
        finally:
            polling.cancel()

    def _is_answered(self, message_id: str) -> bool:
        return getattr(getattr(self.kc, "shell_channel", None), "answered", None) == message_id

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take a message in, if it is one and there is room for it."""
        self.received += 1
        try:
            if msg["msg_type"] == "stream":
                msg["content"]["text"] = self.bounds.cut_text(msg["content"]["text"], cell_index)
            if msg["msg_type"] != "status" and not self.bounds.admit(msg["content"], cell_index):
                return None
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception:  # whatever its content leads nbclient to
            return None

    def finish(self, cell: NotebookNode, index: int) -> None:
        """Bring a cell's outputs into order when it has run, and say what was dropped."""
        cell.outputs = merge_streams(cell.outputs)
        if index in self.bounds.cut:
            cell.outputs.append(new_output("stream", name="stdout", text=DROPPED))


class TolerantChannel(AsyncZMQSocketChannel):
    """Passes over what is no signed Jupyter message: a kernel can send any bytes.

    answered: the id of the request that the last message answers.
    """

    answered: object = None

    # Its base's is async too, and overrides one that is not.
    async def get_msg(  # type: ignore[override]
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """The next message; queue.Empty when none came within `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                message = await super().get_msg(left)
                if isinstance(message["parent_header"], dict):
                    self.answered = message["parent_header"].get("msg_id")
                    return message
            except Empty:
                raise
            except Exception:  # noqa: S112  whatever the bytes lead jupyter_client to
                continue


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """All of stdout as one output and all of stderr as one, stdout first where they touch.

    As nbclient does, in time that grows with the text alone (its expressions take the square
    of the length of a line).
    """
    merged: list[NotebookNode] = []
    texts: dict[str, list[str]] = {}
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type != "stream":
            merged.append(output)
            continue
        if output.name not in streams:
            streams[output.name] = output
            merged.append(output)
        texts.setdefault(output.name, []).append(output.text)
    for name, output in streams.items():
        output.text = as_shown("".join(texts[name]))
    for at in range(len(merged) - 1):
        pair = merged[at : at + 2]
        if [each.get("name") for each in pair] == ["stderr", "stdout"]:
            merged[at : at + 2] = reversed(pair)
    return merged


def as_shown(text: str) -> str:
    """The text as a terminal shows it: after what was written over."""
    if "\b" in text:
        text = _without_backspaces(text)
    if "\r" not in text:
        return text
    lines = (re.sub(r"\r+$", "\r", line) for line in text.split("\n"))
    return "\n".join(_last_written(line) for line in lines)


def _without_backspaces(text: str) -> str:
    kept: list[str] = []
    for character in text:
        if character == "\b" and kept and kept[-1] != "\n":
            kept.pop()
        else:
            kept.append(character)
    return "".join(kept)


def _last_written(line: str) -> str:
    end = "\r" if line.endswith("\r") else ""
    return line.removesuffix("\r").rpartition("\r")[2] + end


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _size(content: object) -> int:
    size, left = 0, [content]
    while left:
        value = left.pop()
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, Mapping):
            left += [*value.keys(), *value.values()]
            size += 16 * len(value)
        elif isinstance(value, list):
            left += value
            size += 16 * len(value)
    return size
