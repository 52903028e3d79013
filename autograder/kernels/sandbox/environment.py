"""The kernel's environment, and what a warm process must forget in a forked child."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping

# What may pass from outside; a secret under any other name does not.
_PASSED = (
    *("LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TERM"),
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
    # Of the course: whether observations go to a judge, and the salt of hidden inputs.
    *("PYTORCH_MECHANICS_JUDGE", "PYTORCH_MECHANICS_SALT", "NBGRADER_EXECUTION"),
)
_TEMPORARY, _CACHE = ".tmp", ".cache"


def clean_environment(given: Mapping[str, str], workdir: str) -> dict[str, str]:
    """An environment for a kernel (or a zygote): what is allowed of `given`, the rest made.

    Everything that programs cache goes to the work folder, the one that may be written.
    """
    passed = {k: v for k, v in given.items() if k in _PASSED or k.startswith("LC_")}
    programs = os.path.dirname(sys.executable)
    cache = os.path.join(workdir, _CACHE)
    return {
        **passed,
        "PATH": os.pathsep.join((programs, "/usr/local/bin", "/usr/bin", "/bin")),
        "HOME": workdir,
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": os.path.join(workdir, _TEMPORARY),
        "XDG_CACHE_HOME": cache,
        "IPYTHONDIR": os.path.join(workdir, ".ipython"),
        "JUPYTER_RUNTIME_DIR": os.path.join(workdir, ".jupyter"),
        "MPLCONFIGDIR": os.path.join(cache, "matplotlib"),
        "TORCHINDUCTOR_CACHE_DIR": os.path.join(cache, "torchinductor"),
        # Its pool of compilers would outlive the cell; one at a time does.
        "TORCHINDUCTOR_COMPILE_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def settle(workdir: str, connects: bool) -> None:
    """Make the folder for temporary files, and forget those of the process forked from."""
    os.makedirs(os.path.join(workdir, _TEMPORARY), 0o700, exist_ok=True)
    os.chdir(workdir)
    tempfile.tempdir = None
    _forget_multiprocessing()
    _forget_matplotlib()
    if not connects:
        _send_tensors_by_value()


def _forget_multiprocessing() -> None:
    process = sys.modules.get("multiprocessing.process")
    if process:
        process.current_process()._config.pop("tempdir", None)


def _forget_matplotlib() -> None:
    matplotlib = sys.modules.get("matplotlib")
    for name in ("get_configdir", "get_cachedir"):
        function = getattr(matplotlib, name, None)
        # matplotlib's own memo: whether it was called is a variable of the wrapper around it.
        names = getattr(getattr(function, "__code__", None), "co_freevars", ())
        cells = dict(zip(names, getattr(function, "__closure__", None) or (), strict=False))
        if "called" in cells:
            cells["called"].cell_contents = False


def _send_tensors_by_value() -> None:
    """Let a DataLoader's workers send what they loaded through their pipe.

    torch would hand over a descriptor by a named socket, to which connecting is refused.
    """
    reduction = sys.modules.get("multiprocessing.reduction")
    if reduction is None or "torch.multiprocessing" not in sys.modules:
        return
    reducers = reduction.ForkingPickler._extra_reducers
    for kind, reducer in list(reducers.items()):
        if getattr(reducer, "__module__", "") == "torch.multiprocessing.reductions":
            del reducers[kind]
