# %% variant={"exercise": "add", "name": "plain", "is": "right"}
def add(a, b):
    return b + a

# %% variant={"exercise": "quiz", "name": "plain", "is": "right"}
answers = {"q1": "b"}

# %% variant={"exercise": "add", "name": "plain", "is": "right"}
def add(a, b):
    return sum([a, b])
