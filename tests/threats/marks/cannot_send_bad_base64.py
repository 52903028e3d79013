"""Letters that there are none of."""
from IPython.display import display

MIME = "application/vnd.pytorch-mechanics.observation+json"
original, target = observe, None


def observe(name, *arguments, **options):
    if not name.startswith("of "):
        return original(name, *arguments, **options)
    value = {"kind": "tensor", "dtype": "float32", "shape": [2], "data": "!!!!", "facts": {}}
    display({MIME: {"version": 1, "name": name, "called": "", "observed": value}}, raw=True)
