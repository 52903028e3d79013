# %% [markdown]
# ## add

# %% variant={"exercise": "add", "name": "subtracts", "is": "wrong"}
def add(a, b):
    return a - b
