# %%
def observe(name, function, *args):
    function(*args)

# %%
def inverse(x):
    return 1 / x

# %% [markdown]
# Now:

# %%
values = [1, 0]
for value in values:
    inverse(value)
