# %% [markdown]
# # Known answers

# %% variant={"exercise": "scale", "name": "by_map", "is": "right"}
def scale(numbers, factor=2):
    return list(map(lambda number: factor * number, numbers))


# %% [markdown]
# You change the list that you were given. Make a new one.


# %% variant={"exercise": "scale", "name": "in_place", "is": "wrong"}
def scale(numbers, factor=2):
    numbers[:] = [number * factor for number in numbers]
    return numbers


# %% [markdown]
# Your factor is 1 when none is given.


# %% variant={"exercise": "scale", "name": "default_of_1", "is": "wrong"}
def scale(numbers, factor=1):
    return [number * factor for number in numbers]


# %% [markdown]
# You look at two numbers only.


# %% variant={"exercise": "scale", "name": "two_at_most", "is": "wrong"}
def scale(numbers, factor=2):
    return [number * factor for number in numbers[:2]]


# %% variant={"exercise": "total", "name": "in_a_loop", "is": "right"}
def total(numbers):
    found = 0.0
    for number in numbers:
        found += number
    return found


# %% [markdown]
# You leave the first number out.


# %% variant={"exercise": "total", "name": "skips_the_first", "is": "wrong"}
def total(numbers):
    return math.fsum(numbers[1:])


# %% [markdown]
# You add absolute values.


# %% variant={"exercise": "total", "name": "of_absolutes", "is": "wrong"}
def total(numbers):
    return math.fsum(map(abs, numbers))


# %% [markdown]
# For no numbers there is nothing to take the first of.


# %% variant={"exercise": "total", "name": "needs_a_first", "is": "wrong"}
def total(numbers):
    return numbers[0] + math.fsum(numbers[1:])
