"""Gradebooks that stay open between the steps of nbgrader's converters.

nbgrader opens its gradebook a dozen times for a submission, and each time checks the tables,
and makes SQLAlchemy compile every query anew: most of what grading takes. Here it is opened
once for each database; what closes is the session alone, so that each step reads afresh.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from uuid import uuid4

from nbgrader.api import Gradebook

# Where nbgrader's steps look the name up.
_USERS = tuple(
    import_module(f"nbgrader.{name}")
    for name in (
        "converters.autograde",
        "preprocessors.latesubmissions",
        "preprocessors.overwritecells",
        "preprocessors.overwritekernelspec",
        "preprocessors.saveautogrades",
    )
)
_lock = threading.RLock()
_uses = 0
_kept: dict[tuple[str, str], _KeptGradebook] = {}
_stand_ins: dict[str, Any] = {}


class _KeptGradebook(Gradebook):
    """A gradebook whose `close` ends the session of its thread, when no one else is in it."""

    def __init__(self, db_url: str, course_id: str) -> None:
        super().__init__(db_url, course_id)
        self._depth = threading.local()

    def __enter__(self) -> Any:
        self._depth.value = getattr(self._depth, "value", 0) + 1
        return self

    def close(self) -> None:
        self._depth.value = getattr(self._depth, "value", 1) - 1
        if self._depth.value <= 0:
            self.db.remove()

    def close_for_good(self) -> None:
        """Let go of the database."""
        super().close()


def kept_gradebook(db_url: str, course_id: str = "default_course") -> Any:
    """The gradebook at `db_url`: the one that is open, inside `keeping_gradebooks`."""
    if db_url in _stand_ins:
        return _stand_ins[db_url]
    with _lock:
        if not _uses:
            return Gradebook(db_url, course_id)
        key = (db_url, course_id)
        if key not in _kept:
            _kept[key] = _KeptGradebook(*key)
        return _kept[key]


@contextmanager
def keeping_gradebooks() -> Iterator[None]:
    """Keep the gradebooks open that nbgrader's steps open, and close them at the end."""
    global _uses
    with _lock:
        _uses += 1
        _use(kept_gradebook)
    try:
        yield
    finally:
        with _lock:
            _uses -= 1
            if not _uses:
                _use(Gradebook)
                while _kept:
                    _kept.popitem()[1].close_for_good()


@contextmanager
def standing_in(gradebook: Any) -> Iterator[str]:
    """Let nbgrader's steps find `gradebook` under the database URL that this yields."""
    url = f"stand-in://{uuid4()}"
    _stand_ins[url] = gradebook
    try:
        with keeping_gradebooks():
            yield url
    finally:
        del _stand_ins[url]


def _use(gradebook: Any) -> None:
    for module in _USERS:
        setattr(module, "Gradebook", gradebook)  # noqa: B010  which its type does not have
