# %% variant={"exercise": "add", "name": "plain", "is": right}
def add(a, b):
    return b + a
