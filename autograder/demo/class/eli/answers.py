# %% center
def center(array):
    x = torch.from_numpy(array).float()
    x -= x.mean(dim=0)
    return x

array_fault = "E"
