"""The warm process: it has the imports done, and forks a kernel for each request.

Started as `python -P -m autograder.kernels.zygote FD`, where FD is its end of a socket pair
(SOCK_SEQPACKET). What is said, in JSON:

client → zygote, one packet for a kernel, with one descriptor, the kernel's *channel*
    {"connection": {…as in a Jupyter connection file…}, "environment": {…}, "policy": "…"}
zygote → client, only when it can't serve
    {"failed": "why"}

On the channel (SOCK_STREAM, one object a line) the client talks with the kernel's supervisor.
supervisor → client
    {"started": PID, "given": {…}}   the kernel listens on its sockets; comes with a
                                     descriptor, the supervisor's pidfd
    {"refused": "why"}               there is no kernel, no student's code has run
    {"ended": STATUS, "exceeded": "memory"|"disk"|"cpu"|null, "cpu_s": S, "peak_kb": N}
                                     the last word; a negative STATUS is a signal's number
client → supervisor
    {"signal": N}                    to the kernel and its process group

Closing the channel ends the kernel. Closing the control socket, or the end of the client's
process, ends the zygote. The zygote has one thread, or it refuses to fork.
"""

from __future__ import annotations

import gc
import json
import os
import select
import socket
import sys

MAX_REQUEST = 1 << 17


def main() -> None:
    """Serve until the client is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # A pidfd rather than PR_SET_PDEATHSIG, which would count the end of the client's *thread*.
    parent = os.pidfd_open(os.getppid())
    try:
        _warm_up()
    except Exception as error:
        control.send(json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
        return
    _serve(control, parent)


def _warm_up() -> None:
    from autograder.kernels import supervisor
    from autograder.kernels.preload import preload

    preload()
    supervisor.prepare()
    gc.collect()
    gc.freeze()  # a collection in a kernel then leaves the shared pages alone


def _serve(control: socket.socket, parent: int) -> None:
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    waiting.register(parent, select.POLLIN)
    supervisors: dict[int, int] = {}
    while True:
        events = {descriptor for descriptor, _ in waiting.poll()}
        if parent in events:
            return
        for ended in events & supervisors.keys():
            os.waitpid(supervisors.pop(ended), 0)
            waiting.unregister(ended)
            os.close(ended)
        if control.fileno() not in events:
            continue
        packet, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST, 1)
        if not packet:
            return
        with socket.socket(fileno=descriptors[0]) as channel:
            pid = _fork(json.loads(packet), control, parent, channel)
        if pid is not None:
            supervisors[pidfd := os.pidfd_open(pid)] = pid
            waiting.register(pidfd, select.POLLIN)


def _fork(
    request: dict[str, object], control: socket.socket, parent: int, channel: socket.socket
) -> int | None:
    from autograder.kernels.supervisor import refuse, supervise

    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        refuse(channel, f"the warm process has {threads} threads, so it can't be forked")
        return None
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            control.close()
            os.close(parent)
            supervise(request, channel)
            status = 0
        finally:
            os._exit(status)
    return pid


if __name__ == "__main__":
    main()
