"""Each child forks too. It stops by itself where nothing else stops it."""
import os
import time

LEVELS = 6  # 2 ** 7 processes at most
reader, writer = os.pipe()


def fork(level):
    for _ in range(2 if level else 0):
        if os.fork() == 0:
            try:
                os.write(writer, b".")
                fork(level - 1)
                time.sleep(1)
            finally:
                os._exit(0)


try:
    fork(LEVELS)
finally:
    os.close(writer)
made = 0
while some := os.read(reader, 1 << 16):
    made += len(some)
print(made)
if made == 2 ** (LEVELS + 1) - 2:
    print("REACHED")
