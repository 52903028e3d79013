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
    "ipykernel.debugger",
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
)
# It ties itself to the shell that there is when it is imported: each kernel imports it again.
_BACKEND = "matplotlib_inline.backend_inline"


def preload() -> None:
    """Import it all; what is not installed is left out, but for ipykernel."""
    for name in _FIRST:
        importlib.import_module(name)
    for name in (*_THEN, *_course()):
        with suppress(ImportError):
            importlib.import_module(name)
    sys.modules.pop(_BACKEND, None)


def _course() -> list[str]:
    import course

    names = (each.name for each in pkgutil.walk_packages(course.__path__, "course."))
    return [name for name in names if not name.startswith(_NOT_OF_THE_COURSE)]
