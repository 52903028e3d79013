"""A list."""
from IPython.display import display

MIME = "application/vnd.pytorch-mechanics.observation+json"
original, target = observe, None


def observe(name, *arguments, **options):
    if not name.startswith("of "):
        return original(name, *arguments, **options)
    value = [["kind", "int"]]
    display({MIME: {"version": 1, "name": name, "called": "", "observed": value}}, raw=True)
