# %%
def observe(name, function, *args):
    function(*args)

# %% [markdown]
# ### Exercise 2. A task · ●○○ · 3 min

# %% nbgrader={"grade": false, "grade_id": "one", "locked": false, "schema_version": 3, "solution": true, "task": false}
def one():
    return (1
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "one_test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert True
