import math

# %%
def observe(name, function, *args):
    function(*args)
