# %%
def observe(name, function, *args):
    function(*args)

# %% [markdown]
# ### Exercise 1. A task · ●○○ · 3 min

# %% nbgrader={"grade": true, "grade_id": "one_test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert one() == 1
### BEGIN HIDDEN TESTS
observe("a call", one)
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "one", "locked": false, "schema_version": 3, "solution": true, "task": false}
def one():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION
