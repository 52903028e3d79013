"""One that says of every call that all is well."""
import course
import course.observation
from IPython.display import display


original, target = observe, None


def observe(name, *arguments, **options):
    if not name.startswith("of "):
        return original(name, *arguments, **options)
    display({course.observation.MIME: {"version": 1, "name": name, "observed": True}}, raw=True)


course.observe = course.observation.observe = observe
