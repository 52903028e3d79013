"""rlimits: of each process its memory, time and files; of all together, their number."""

from __future__ import annotations

import os
import platform

from autograder.kernels.sandbox.policy import Policy

# Since this Linux the processes of a user namespace are counted by themselves.
_COUNTED_APART = (5, 14)


def limit(policy: Policy, uid: int, counted_apart: bool) -> None:
    """Set the limits, soft and hard alike: they can't be raised again.

    counted_apart: no other process counts towards this uid's, here.
    """
    import resource

    others = 0 if counted_apart else tasks_of(uid)
    wanted = {
        # Heap, stacks and private maps. RLIMIT_AS would count what torch only reserves.
        resource.RLIMIT_DATA: policy.memory_bytes,
        resource.RLIMIT_CPU: policy.cpu_s,
        resource.RLIMIT_FSIZE: policy.file_bytes,
        resource.RLIMIT_NOFILE: policy.open_files,
        resource.RLIMIT_NPROC: policy.processes + others,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 1 << 20,
        resource.RLIMIT_RTPRIO: 0,
    }
    for which, value in wanted.items():
        _, hard = resource.getrlimit(which)
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (least, least))


def user_namespaces_count_apart() -> bool:
    """Whether RLIMIT_NPROC counts the processes of a user namespace by themselves."""
    release = platform.release().split(".")
    try:
        return (int(release[0]), int(release[1])) >= _COUNTED_APART
    except (ValueError, IndexError):
        return False


def tasks_of(uid: int) -> int:
    """How many processes and threads a uid has at present."""
    count = 0
    for name in os.listdir("/proc"):
        try:
            if name.isdecimal() and os.stat(f"/proc/{name}").st_uid == uid:
                count += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue  # it ended meanwhile
    return count
