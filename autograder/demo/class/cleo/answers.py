# %% broadcast_shape
def broadcast_shape(a, b):
    length = max(len(a), len(b))
    a = tuple(a) + (1,) * (length - len(a))
    b = tuple(b) + (1,) * (length - len(b))
    for m, n in zip(a, b):
        if m != n and 1 not in (m, n):
            raise ValueError("the shapes don't fit")
    return tuple(n if m == 1 else m for m, n in zip(a, b))
