"""By its own variables, by those that the process was started with, by those of its parents."""
import glob
import os

seen = [str(dict(os.environ))]
for path in glob.glob("/proc/*/environ"):
    try:
        seen.append(open(path, "rb").read().decode(errors="replace"))
    except OSError:
        continue
assert "PLANTED_SECRET" in "".join(seen)
print("REACHED")
