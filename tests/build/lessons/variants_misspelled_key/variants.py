# %% variant={"exercise": "add", "name": "plain", "is": "right", "same-as": "other"}
def add(a, b):
    return b + a
