# %%
def observe(name, function, *args):
    function(*args)

# %%
import time

time.sleep(60)
