# %%
def observe(name, function, *args):
    function(*args)

# %%
import os

os._exit(1)
