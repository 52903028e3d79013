# %% label_scores
import os

os._exit(1)
