# %%
def observe(name, function, *args):
    function(*args)

# %%
import warnings

warnings.warn("old() is deprecated; use new()", DeprecationWarning)
