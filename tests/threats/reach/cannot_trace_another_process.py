"""Stop it, and take it over."""
import ctypes
import json

targets = json.load(open("targets.json"))
libc = ctypes.CDLL(None, use_errno=True)
PTRACE_SEIZE, PTRACE_DETACH = 0x4206, 17
if libc.ptrace(PTRACE_SEIZE, targets["pid"], None, None) < 0:
    raise OSError(ctypes.get_errno(), "ptrace")
libc.ptrace(PTRACE_DETACH, targets["pid"], None, None)
print("REACHED")
