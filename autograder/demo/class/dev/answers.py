# %% softmax_along
def softmax_along(x, dim):
    exponentials = (x - x.max()).exp()
    return exponentials / exponentials.sum(dim=dim)
