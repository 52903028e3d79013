# A lesson as small as one can be: the lines above the first cell are the author's own.

# %% [markdown]
# # A small lesson
#
# Two exercises, one picture's worth of outputs.

# %%
from IPython.display import display


def observe(name, function, *args, **kwargs):
    function(*args)


# %%
print("a line")
print("another")
{"shape": (2, 3)}

# %% [markdown]
# ### Exercise 1. Add two numbers · ●○○ · 3 min
#
# Return their sum.

# %% nbgrader={"grade": false, "grade_id": "add", "locked": false, "schema_version": 3, "solution": true, "task": false}
def add(a, b):
    """The sum of `a` and `b`: add(1, 2) is 3."""
    ### BEGIN SOLUTION
    total = a + b
    return total
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "add_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
assert add(1, 2) == 3
### BEGIN HIDDEN TESTS
observe("negative numbers", add, -1, -2)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2. Knowledge check · ●●○ · 5 min
#
# Which? a) this, b) that

# %% nbgrader={"grade": false, "grade_id": "quiz", "locked": false, "schema_version": 3, "solution": true, "task": false}
answers = {}
### BEGIN SOLUTION
answers = {"q1": "b"}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "quiz_test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# The answers are compared when you submit.
### BEGIN HIDDEN TESTS
observe("question 1", answers.get, "q1", because={"a": "This is tempting, and wrong."})
### END HIDDEN TESTS

# %% [markdown] tags=["closing"]
"""
The end, in another style of markdown.
"""

# %%
display("last words")
