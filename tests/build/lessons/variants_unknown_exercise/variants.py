# %% variant={"exercise": "ad", "name": "plain", "is": "right"}
def add(a, b):
    return b + a
