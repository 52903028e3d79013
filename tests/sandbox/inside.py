"""Run code inside the sandbox: a pytest side (`run`) and a process side (this file as a script).

The script is what a zygote is: it imports what it is told to (warm), forks, locks the child in
and runs the code there. The code's `result` comes back as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.kernels.sandbox import (
    Given,
    Policy,
    SandboxError,
    clean_environment,
    end,
    enter_namespaces,
    lock_in,
)

from . import ordinary_user

# Each is a machine: the one we are on, and poorer ones.
MACHINES: dict[str, dict[str, Any]] = {
    "full": {},
    "without_pid": {"without": ["pid"]},
    "without_namespaces": {"without": ["namespaces"]},
    "landlock_1": {"without": ["namespaces"], "landlock_abi": 1},
    "landlock_4": {"without": ["namespaces"], "landlock_abi": 4},  # Ubuntu 24.04's
}


@dataclass(frozen=True)
class Inside:
    """What came of it: `result` as the code left it, or `error`, a traceback."""

    given: Given | None
    result: Any
    error: str
    output: str
    exit_code: int


def run(
    code: str,
    machine: str = "full",
    *,
    ordinary: bool = False,
    unlocked: bool = False,
    warm: tuple[str, ...] = (),
    files: Mapping[str, str] | None = None,
    limit_s: int = 240,
    **policy: Any,
) -> Inside:
    """Run `code` in the sandbox of `machine`, as an ordinary user if asked (else as we are).

    unlocked: without any sandbox, as a control. policy: of Policy's fields.
    """
    asked = {
        "code": code,
        "policy": {**MACHINES[machine], **policy},
        "unlocked": unlocked,
        "warm": warm,
        "files": dict(files or {}),
    }
    start = ordinary_user.command if ordinary else lambda *words: [sys.executable, *words]
    process = subprocess.Popen(
        start("-W", "ignore", "-m", __name__),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ordinary_user.REPOSITORY / "tests",
    )
    try:
        out, err = process.communicate(json.dumps(asked), timeout=limit_s)
    except subprocess.TimeoutExpired:
        end(process.pid)
        process.communicate()
        return Inside(None, None, f"took more than {limit_s} s", "", -1)
    return _read(out, err, process.returncode)


def _read(out: str, err: str, exit_code: int) -> Inside:
    told = [line for line in err.splitlines() if line.startswith("{")]
    content = json.loads(told[-1]) if told else {"error": err, "given": None}
    given = content["given"]
    if given:
        given = Given(**{**given, "namespaces": tuple(given["namespaces"])})
    error = content.get("error", "")
    return Inside(given, content.get("result"), error, out + err, exit_code)


def _main() -> int:
    sys.path.remove(os.getcwd())  # tests/, in which a folder is called course
    asked = json.load(sys.stdin)
    for name in asked["warm"]:
        importlib.import_module(name)
    tempfile.gettempdir()  # what a warm process has long cached
    os.open("/", os.O_RDONLY)  # and what it has carelessly left open
    with tempfile.TemporaryDirectory(prefix="w-", ignore_cleanup_errors=True) as workdir:
        for name, text in asked["files"].items():
            Path(workdir, name).write_text(text)
        fields = {k: tuple(v) if isinstance(v, list) else v for k, v in asked["policy"].items()}
        return _fork(Policy(workdir, **fields), asked)


def _fork(policy: Policy, asked: dict[str, Any]) -> int:
    reader, writer = os.pipe()
    outer = os.fork()
    if outer == 0:
        os.close(reader)
        entered = () if asked["unlocked"] else enter_namespaces(policy)
        if inner := os.fork():
            os.close(writer)
            code = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
            os._exit(code if code >= 0 else 128 - code)
        _inside(Policy(**{**asdict(policy), "keep_fds": (writer,)}), entered, asked, writer)
    os.close(writer)
    code = os.waitstatus_to_exitcode(os.waitpid(outer, 0)[1])
    os.set_blocking(reader, False)  # a daemon left behind would keep it open
    try:
        text = os.read(reader, 1 << 20)
    except BlockingIOError:
        text = b""
    print(text.decode() or json.dumps({"given": None, "error": "it ended"}), file=sys.stderr)
    return code


def _inside(policy: Policy, entered: tuple[str, ...], asked: dict[str, Any], writer: int) -> None:
    told: dict[str, Any] = {"given": None}
    try:
        if asked["unlocked"]:
            os.chdir(policy.workdir)
        else:
            env = clean_environment(os.environ, policy.workdir)
            os.environ.clear()
            os.environ.update(env)
            told["given"] = asdict(lock_in(policy, entered))
        names: dict[str, Any] = {"__name__": "student", "result": None}
        exec(compile(asked["code"], "student", "exec"), names)
        told["result"] = names["result"]
    except SandboxError as error:
        told["error"] = str(error)
    except BaseException:
        told["error"] = traceback.format_exc()
    os.write(writer, json.dumps(told).encode())
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(_main())
