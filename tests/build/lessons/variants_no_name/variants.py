# %% variant={"exercise": "add", "name": "Plain addition", "is": "right"}
def add(a, b):
    return b + a
