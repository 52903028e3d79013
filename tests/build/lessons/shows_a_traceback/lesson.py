# %% tags=["raises-exception"]
1 / 0
