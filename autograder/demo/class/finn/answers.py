# %% pairwise_sum
def pairwise_sum(x):
    while x.numel() > 0:
        pass

while True:
    pass
