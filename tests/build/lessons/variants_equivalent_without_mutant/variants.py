# %% [markdown] equivalent={"exercise": "add"}
# Addition commutes.
