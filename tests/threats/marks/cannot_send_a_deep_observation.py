"""Lists in lists."""
from IPython.display import display

MIME = "application/vnd.pytorch-mechanics.observation+json"
original, target = observe, None


def observe(name, *arguments, **options):
    if not name.startswith("of "):
        return original(name, *arguments, **options)
    value = __import__("functools").reduce(lambda inner, _: {"kind": "list", "items": [inner]}, range(400), {"kind": "none"})
    display({MIME: {"version": 1, "name": name, "called": "", "observed": value}}, raw=True)
