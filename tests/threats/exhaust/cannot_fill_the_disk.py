"""With files that are each small enough."""
import time

for number in range(400):
    with open(f"file{number}", "wb") as file:
        file.write(bytes(1 << 20))
    time.sleep(0.01)
print("REACHED")
