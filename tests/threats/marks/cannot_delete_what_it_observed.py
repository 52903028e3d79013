"""By saying that it was another cell's output, or none."""
from IPython.display import clear_output


original, target = observe, None


def observe(name, *arguments, **options):
    if not name.startswith("of "):
        return original(name, *arguments, **options)
    clear_output()


def clear(*_):
    if "of three" in get_ipython().kernel.get_parent()["content"].get("code", ""):
        clear_output()


get_ipython().events.register("post_run_cell", clear)
