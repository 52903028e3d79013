# %%
x = 1

# %%
import time

try:
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(1)

# %%
print("reached")
