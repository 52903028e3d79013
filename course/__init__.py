"""What the notebooks import. Nothing heavy is loaded until it is used.

from course import check, observe, plots, widgets, device
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["check", "data", "device", "observe", "plots", "widgets"]


def __getattr__(name: str) -> Any:
    if name == "observe":
        return import_module("course.observation").observe
    if name in __all__:
        return import_module(f"course.{name}")
    raise AttributeError(f"module 'course' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
