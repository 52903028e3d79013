"""By a descriptor that was left open."""
import os
import socket

found = []
for descriptor in range(3, 256):
    try:
        name = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        continue
    if name.startswith("socket:"):
        each = socket.socket(fileno=os.dup(descriptor))
        # The kernel's own are zmq's, which listen or are pairs without a peer elsewhere.
        if each.type & socket.SOCK_SEQPACKET == socket.SOCK_SEQPACKET:
            found.append(name)
    elif not name.startswith(("pipe:", "anon_inode:", "/dev/", "/memfd")):
        found.append(name)
assert found
print("REACHED", found)
