# %%
import nbformat

print(nbformat.__file__)
