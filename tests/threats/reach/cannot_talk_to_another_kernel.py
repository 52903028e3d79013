"""Find the sockets of other kernels and their keys, or their processes."""
import glob
import json
import os
import tempfile

targets = json.load(open("targets.json"))
found = glob.glob(os.path.join(targets["temporary"], "**", "kernel*.json"), recursive=True)
found = [path for path in found if json.load(open(path)).get("key")]
others = [int(pid) for pid in os.listdir("/proc") if pid.isdecimal()]
names = [open(f"/proc/{pid}/cmdline").read() for pid in others if pid != os.getpid()]
assert found or any("zygote" in name or "autograder" in name for name in names)
print("REACHED")
