"""What the warm process imports, so that no kernel has to.

Every module here must leave the process with one thread, no event loop and no accelerator in
use: a fork copies none of these rightly.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from contextlib import suppress

_FIRST = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",  # before ipywidgets, which takes its comms from it
    # What ipykernel imports only when it starts, or at the first error.
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger"),
    *("IPython.core.magics", "IPython.core.oinspect", "IPython.core.pylabtools"),
    *("IPython.extensions.storemagic", "sqlite3", "stack_data", "tornado.platform.asyncio"),
    *("pygments.formatters.terminal256", "pygments.lexers.python", "pygments.styles.default"),
)
_THEN = (
    *("numpy", "torch", "torch.nn.functional", "torch.optim", "torch.utils.data"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "PIL.Image"),
    *("ipywidgets", "matplotlib_inline.backend_inline"),
)
# The student's commands, not what notebooks import.
_NOT_OF_THE_COURSE = (
    "course.__main__",
    "course.cli",
    "course.doctor",
    "course.start",
    "course.runner",
    # They read notebooks: a fifth of all that Python holds, for none of a notebook's cells.
    *("course.files", "course.notebook", "course.progress", "course.tables"),
    "course.working_copy",
)
# It ties itself to the shell that there is when it is imported: each kernel imports it again.
_BACKEND = "matplotlib_inline.backend_inline"


def preload() -> None:
    """Import it all; what is not installed is left out, but for ipykernel."""
    for name in _FIRST:
        importlib.import_module(name)
    _leave_out_the_debugger()
    for name in (*_THEN, *_course()):
        with suppress(ImportError):
            importlib.import_module(name)
    sys.modules.pop(_BACKEND, None)


def _leave_out_the_debugger() -> None:
    """Let ipykernel find no debugpy: no one attaches to a kernel that grades.

    It takes half of a kernel's start where it is not there yet, and 7 MB where it is. A notebook
    that imports it gets it.
    """
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # Python: not to be found
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]


def _course() -> list[str]:
    import course

    names = (each.name for each in pkgutil.walk_packages(course.__path__, "course."))
    return [name for name in names if not name.startswith(_NOT_OF_THE_COURSE)]
