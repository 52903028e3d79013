"""What a kernel may read: the interpreter, the course, the system's libraries, little else."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from autograder.kernels.sandbox.policy import Policy

# Programs and libraries. /sys/devices/system: how many processors there are, and their caches.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/sys/devices/system")

# Of /etc only what libraries read to start: no host keys, no mail, no service's settings.
ETC = (
    "/etc/alternatives",  # where Debian's c++ points to
    "/etc/fonts",  # matplotlib's fontconfig
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",  # the name of a uid: getpass, pathlib's home, torch.compile's cache
    "/etc/protocols",
    "/etc/services",
    "/etc/timezone",
)

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
SHARED_MEMORY = "/dev/shm"  # noqa: S108  where the C library keeps semaphores

# Where there is no /proc of the kernel's own: of the machine, what any program may know, ...
PROC_SYSTEM = ("cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "sys", "uptime", "version")
# ... and of the process only this, since /proc/self/net names every socket of the machine.
PROC_SELF = (
    *("cgroup", "cmdline", "comm", "exe", "fd", "fdinfo", "io", "limits", "maps", "mountinfo"),
    *("mounts", "oom_score", "smaps_rollup", "stat", "statm", "status", "task"),
)


def readable(policy: Policy) -> list[str]:
    """What is there of all that may be read, /proc and /dev apart."""
    found = dict.fromkeys([*prefixes(), *course(), *SYSTEM, *ETC, *policy.read])
    return [path for path in found if os.path.exists(path)]


def prefixes() -> list[str]:
    """The folders of the interpreter and of its packages, as named and as they really are."""
    named = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    named.append(os.path.dirname(os.path.realpath(sys.executable)))
    found = dict.fromkeys([*named, *map(os.path.realpath, named)])
    return [path for path in found if path not in ("/", "")]


def course() -> list[str]:
    """The folder of the `course` package alone: beside it lie solutions and answer keys."""
    spec = find_spec("course")
    # Without an __init__ it is a folder that happens to be called so where the grader began.
    return [os.path.dirname(os.path.realpath(spec.origin))] if spec and spec.origin else []


def outermost(paths: list[str]) -> list[str]:
    """Those that lie in no other, the shallowest first."""
    kept: list[str] = []
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        if not any(path == other or path.startswith(f"{other}/") for other in kept):
            kept.append(path)
    return kept
