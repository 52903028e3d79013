# %% [markdown] equivalent={"exercise": "add"}
# ```diff
# - total = a + b
# + total = b + a
# ```
