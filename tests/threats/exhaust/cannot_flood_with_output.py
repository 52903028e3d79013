"""Ten million lines."""
for _ in range(100):
    print("spam\n" * 100_000)
