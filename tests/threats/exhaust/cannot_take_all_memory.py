"""In one process."""
held = [b"x" * (64 << 20) for _ in range(20)]
print("REACHED")
