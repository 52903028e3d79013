"""What is outside stays out of reach, on every machine: tried from inside, looked at from outside.

The targets are the test's own: a file, listeners on loopback, a process. Each attack also runs
without a sandbox, where it must succeed, or it would prove nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from . import ordinary_user
from .inside import MACHINES, Inside, run

ATTACKS = """
import ctypes, json, mmap, os, resource, signal, socket, subprocess, sys, time
target = json.load(open("targets.json"))
libc = ctypes.CDLL(None, use_errno=True)

def call(function, *arguments):
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), function.__name__)

def cannot_read_a_file_outside():
    open(target["secret"]).read()

def cannot_read_it_from_a_subprocess():
    subprocess.run(["cat", target["secret"]], check=True, capture_output=True)

def cannot_list_a_folder_outside():
    os.listdir(os.path.dirname(target["secret"]))

def cannot_read_it_by_a_link():
    os.symlink(target["secret"], "link")
    open("link").read()

def cannot_read_it_by_way_of_proc():
    open("/proc/1/root" + target["secret"]).read() if os.getpid() != 1 else 1 / 0

def cannot_write_a_file_outside():
    open(target["writable"], "a").write("harm")

def cannot_make_a_file_outside():
    open(os.path.join(os.path.dirname(target["writable"]), "made"), "w").close()

def cannot_change_a_file_outside():
    # Landlock has no right for any of these; what became of them is seen from outside.
    os.chmod(target["writable"], 0o640)
    os.utime(target["writable"], (1, 1))
    open(target["writable"]).close()

def cannot_empty_a_file_outside():
    os.truncate(target["emptied"], 0)

def cannot_empty_a_file_by_opening_it():
    os.close(os.open(target["emptied"], os.O_RDONLY | os.O_TRUNC))

def cannot_empty_a_file_that_it_may_read():
    os.close(os.open(target["readable"], os.O_RDONLY | os.O_TRUNC))

def cannot_list_shared_memory():
    os.listdir("/dev/shm")

def cannot_remove_a_file_outside():
    os.remove(target["removable"])

def cannot_write_the_interpreter():
    open(os.path.join(sys.prefix, "pyvenv.cfg"), "a").close()

def cannot_connect_by_tcp():
    socket.create_connection(("127.0.0.1", target["tcp"]), 2).sendall(b"harm")

def cannot_connect_by_tcp_from_a_subprocess():
    subprocess.run([sys.executable, "-c", "import socket;"
        f"socket.create_connection(('127.0.0.1', {target['tcp']}), 2).sendall(b'harm')"],
        check=True, capture_output=True)

def cannot_send_by_udp():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"harm", ("127.0.0.1", target["udp"]))

def cannot_listen_on_a_port():
    socket.create_server(("127.0.0.1", 0))

def cannot_connect_to_an_abstract_socket():
    each = socket.socket(socket.AF_UNIX)
    each.connect("\\0" + target["abstract"])
    each.sendall(b"harm")

def cannot_connect_to_a_named_socket():
    each = socket.socket(socket.AF_UNIX)
    each.connect(target["named"])
    each.sendall(b"harm")

def cannot_send_to_a_named_socket():
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"harm", target["named_datagram"])

def cannot_send_from_a_pair_to_a_named_socket():
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendmsg([b"harm"], [], 0, target["named_datagram"])

def cannot_trace_another_process():
    call(libc.ptrace, 16, target["pid"], None, None)
    time.sleep(0.1)
    call(libc.ptrace, 17, target["pid"], None, None)

def cannot_read_the_memory_of_another_process():
    buffer = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_void_p * 2)(target["address"], 8)
    call(libc.process_vm_readv, target["pid"], vector, 1, remote, 1, 0)

def cannot_read_the_environment_of_another_process():
    assert b"SECRET" in open(f"/proc/{target['pid']}/environ", "rb").read()

def cannot_read_the_command_of_another_process():
    assert b"sleep" in open(f"/proc/{target['pid']}/cmdline", "rb").read()

def cannot_limit_another_process():
    resource.prlimit(target["pid"], resource.RLIMIT_CORE, (0, 0))

def cannot_slow_another_process():
    os.setpriority(os.PRIO_PROCESS, target["pid"], 5)

def cannot_learn_of_others_sockets():
    assert target["named"] in open("/proc/net/unix").read()

def cannot_hide_in_a_new_user_namespace():
    child = os.fork()
    if child == 0:
        os._exit(0 if libc.unshare(0x10000000) == 0 else 1)
    assert os.waitpid(child, 0)[1] == 0

def cannot_attach_shared_memory():
    segment = libc.shmget(0, 4096, 0o1666)
    if segment < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    libc.shmctl(segment, 0, None)

def cannot_keep_memory_that_is_not_counted():
    os.memfd_create("hidden")

def cannot_see_a_variable_of_the_graders_environment():
    assert "PLANTED_SECRET" in os.environ

def cannot_signal_another_process():
    os.kill(target["pid"], signal.SIGUSR1)
"""
RUN = """
result = {}
for name, function in list(globals().items()):
    if name.startswith("cannot_"):
        try:
            function()
            result[name] = "done"
        except BaseException as error:
            result[name] = f"{type(error).__name__}: {error}"
"""
FILES = ("secret", "writable", "removable", "emptied", "readable")
NAMES = [line[4:-3] for line in ATTACKS.splitlines() if line.startswith("def cannot_")]
EVERYWHERE = [(machine, ordinary) for machine in MACHINES for ordinary in (False, True)]
# What succeeds even so in a stock process is shown by the control, except for these two: this
# process is not its own grandparent, and an ordinary user does not own the interpreter here.
NO_CONTROL = {"cannot_read_it_by_way_of_proc", "cannot_write_the_interpreter"}


@contextmanager
def targets() -> Iterator[dict[str, Any]]:
    """Files, listeners and a process of our own, all open to the user who attacks."""
    folder = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
    listeners: dict[str, socket.socket] = {}
    victim = subprocess.Popen(
        ordinary_user.command("-c", "import time; print(id(b'x'), flush=True); time.sleep(300)"),
        stdout=subprocess.PIPE,
        env={**os.environ, "SECRET": "1"},
    )
    try:
        folder.chmod(0o777)
        for name in FILES:
            (folder / name).write_text(name)
            os.chown(folder / name, ordinary_user.uid(), -1)
            (folder / name).chmod(0o666)
        for name, where in _addresses(folder).items():
            listeners[name] = _listener(name, where)
        assert victim.stdout
        yield {
            **{name: str(folder / name) for name in FILES},
            **{name: listeners[name].getsockname()[1] for name in ("tcp", "udp")},
            **{name: str(folder / name) for name in ("named", "named_datagram")},
            "abstract": folder.name,
            "pid": victim.pid,
            "address": int(victim.stdout.readline()),
            "listeners": listeners,
            "victim": victim,
            "folder": folder,
        }
    finally:
        victim.kill()
        victim.communicate()
        for each in listeners.values():
            each.close()
        shutil.rmtree(folder)


def _addresses(folder: Path) -> dict[str, Any]:
    return {
        "tcp": ("127.0.0.1", 0),
        "udp": ("127.0.0.1", 0),
        "abstract": f"\0{folder.name}",
        "named": str(folder / "named"),
        "named_datagram": str(folder / "named_datagram"),
    }


def _listener(name: str, where: Any) -> socket.socket:
    family = socket.AF_INET if name in ("tcp", "udp") else socket.AF_UNIX
    datagram = name in ("udp", "named_datagram")
    made = socket.socket(family, socket.SOCK_DGRAM if datagram else socket.SOCK_STREAM)
    made.bind(where)
    if isinstance(where, str) and not where.startswith("\0"):
        os.chmod(where, 0o777)
    if not datagram:
        made.listen()
    made.setblocking(False)
    return made


def attack(machine: str, *, ordinary: bool, unlocked: bool = False) -> tuple[Inside, list[str]]:
    """What each attack met inside, and the harm seen from outside."""
    with targets() as aimed:
        plain = {k: v for k, v in aimed.items() if isinstance(v, (str, int))}
        files = {"targets.json": json.dumps(plain)}
        read = [aimed["readable"]]
        os.environ["PLANTED_SECRET"] = "1"
        try:
            code = ATTACKS + RUN
            inside = run(
                code, machine, ordinary=ordinary, unlocked=unlocked, files=files, read=read
            )
        finally:
            del os.environ["PLANTED_SECRET"]
        return inside, list(_harm(aimed))


def _harm(aimed: dict[str, Any]) -> Iterator[str]:
    for name, listener in aimed["listeners"].items():
        with suppress(BlockingIOError):
            listener.recv(10) if listener.type == socket.SOCK_DGRAM else listener.accept()[
                0
            ].close()
            yield name
    time.sleep(0.05)
    if aimed["victim"].poll() is not None:
        yield "victim"
    for name in ("writable", "emptied", "readable"):
        if Path(aimed[name]).read_text() != name:
            yield name
    status = Path(aimed["writable"]).stat()
    if status.st_mtime == 1 or status.st_mode & 0o777 != 0o666:
        yield "mode or time"
    if not Path(aimed["removable"]).exists():
        yield "removable"
    if (aimed["folder"] / "made").exists():
        yield "made"


@pytest.fixture(scope="module", params=EVERYWHERE, ids=lambda each: f"{each[0]}-{each[1]}")
def attacked(request: pytest.FixtureRequest) -> tuple[Inside, list[str]]:
    machine, ordinary = request.param
    return attack(machine, ordinary=ordinary)


@pytest.mark.parametrize("name", NAMES)
def test(name: str, attacked: tuple[Inside, list[str]]) -> None:
    inside, _ = attacked
    assert not inside.error, inside.output
    assert inside.result[name] != "done"


def test_no_harm_is_done(attacked: tuple[Inside, list[str]]) -> None:
    assert attacked[1] == []


@pytest.fixture(scope="module")
def control() -> tuple[Inside, list[str]]:
    return attack("full", ordinary=True, unlocked=True)


@pytest.mark.parametrize("name", sorted({*NAMES} - NO_CONTROL))
def test_unlocked_it_succeeds(name: str, control: tuple[Inside, list[str]]) -> None:
    inside, _ = control
    assert inside.result[name] == "done", inside.output


def test_unlocked_harm_is_done(control: tuple[Inside, list[str]]) -> None:
    seen = {*control[1]}
    assert seen == {
        *("tcp", "udp", "abstract", "named", "named_datagram", "victim"),
        *("writable", "emptied", "readable", "mode or time", "removable", "made"),
    }
