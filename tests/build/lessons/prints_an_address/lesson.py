# %%
def observe(name, function, *args):
    function(*args)

# %%
class Thing:
    pass


Thing()
