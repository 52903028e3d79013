"""What the process it was forked from had in memory."""
import re

BEGIN, REST = b"PLANTED", b"_SECRET_VALUE"  # apart, or this would find itself


def holds(data):
    place = data.find(BEGIN)
    while place >= 0:
        if data[place + len(BEGIN) : place + len(BEGIN) + len(REST)] == REST:
            return True
        place = data.find(BEGIN, place + 1)
    return False


with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps.readlines():
        start, end, mode, *_, name = re.split(r"[- ]+", line.strip(), maxsplit=6)
        size = int(end, 16) - int(start, 16)
        if mode.startswith("rw") and size < 64 << 20 and not name.startswith("[v"):
            memory.seek(int(start, 16))
            if holds(memory.read(size)):
                print("REACHED")
                break
