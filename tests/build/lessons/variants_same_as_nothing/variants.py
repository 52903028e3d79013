# %% [markdown]
# You subtract.

# %% variant={"exercise": "add", "name": "subtracts", "is": "wrong", "same_as": "minus"}
def add(a, b):
    return a - b
