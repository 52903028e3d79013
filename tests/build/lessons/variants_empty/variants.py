# %% variant={"exercise": "add", "name": "plain", "is": "right"}
# to do
