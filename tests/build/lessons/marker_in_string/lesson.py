# %%
def observe(name, function, *args):
    function(*args)

# %%
text = """
# %% not a cell
"""
