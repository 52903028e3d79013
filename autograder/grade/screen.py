"""What the instructor sees while a class is graded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from autograder.results import Entry


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Submissions a minute."""
        return Text(f"{task.speed * 60:.0f} a minute" if task.speed else "")


@dataclass
class Screen:
    """Marks as they arrive: under a progress bar in a terminal, else as plain lines."""

    console: Console = field(default_factory=lambda: Console(highlight=False))
    _progress: Progress | None = None
    _task: TaskID | None = None
    _total: int = 0
    _count: int = 0

    def say(self, text: str) -> None:
        """Tell something about the run."""
        self.console.print(Text(text), soft_wrap=True)

    @contextmanager
    def grading(self, total: int) -> Iterator[None]:
        """While `total` notebooks are being graded."""
        self._total, self._count = total, 0
        if not self.console.is_terminal:
            yield
            return
        with _bar(self.console) as self._progress:
            self._task = self._progress.add_task("", total=total)
            yield
        self._progress = self._task = None

    def arrived(self, entry: Entry) -> None:
        """Show a mark, or that there is none."""
        self._count += 1
        if self._progress is not None and self._task is not None:
            name = Text(entry.result.student).markup
            self._progress.update(self._task, advance=1, description=name)
            self.console.print(_mark(entry), soft_wrap=True)
        else:
            line = Text(f"[{self._count}/{self._total}] ") + _mark(entry)
            self.console.print(line, soft_wrap=True)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
    )


def _mark(entry: Entry) -> Text:
    result = entry.result
    if entry.graded:
        return Text(f"{result.student}  {result.score:g} of {result.max_score:g}")
    return Text(f"{result.student}  not graded: {result.reason}", style="yellow")
