"""In several processes, each below its own limit."""
import os
import time

for _ in range(4):
    if os.fork() == 0:
        held = b"x" * (500 << 20)
        time.sleep(30)
        os._exit(0)
time.sleep(30)
print("REACHED")
