"""A call that lets no signal handler run."""
import re

re.match(r"(a+)+$", "a" * 60 + "b")
print("REACHED")
