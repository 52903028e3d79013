"""Memory that no limit of a process counts."""
import mmap

held = []
for _ in range(14):
    held.append(mmap.mmap(-1, 100 << 20))
    for offset in range(0, 100 << 20, 4096):
        held[-1][offset] = 1
print("REACHED")
