# %%
def observe(name, function, *args):
    function(*args)

# %%
import sys

print("all went well", file=sys.stderr)
