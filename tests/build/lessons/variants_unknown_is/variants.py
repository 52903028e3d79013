# %% variant={"exercise": "add", "name": "plain", "is": "correct"}
def add(a, b):
    return b + a
