# %%
def observe(name, function, *args):
    function(*args)

# %%
import warnings

warnings.warn_explicit("old() is deprecated", DeprecationWarning, "library.py", 3, "library")
