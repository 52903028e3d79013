# %% [markdown]
# # A small lesson

# %%
import math

from course import observe

# %%
widgets = {}

# %% [markdown]
# ### Exercise 1. Scale · ●○○ · 3 min


# %% nbgrader={"grade": false, "grade_id": "scale", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scale(numbers, factor=2):
    """A new list of the numbers times the factor."""
    ### BEGIN SOLUTION
    return [number * factor for number in numbers]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scale_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def and_input(numbers, factor):
    return scale(numbers, factor), numbers


observe("three numbers", scale, [1, 2, 4], 3)
observe("the default factor", scale, [5])
observe("the input afterwards", and_input, [1, 2], 4)
### END HIDDEN TESTS
assert scale([1], 2) == [2]

# %% [markdown]
# ### Exercise 2. Total · ●○○ · 3 min


# %% nbgrader={"grade": false, "grade_id": "total", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total(numbers):
    """The sum of the numbers."""
    ### BEGIN SOLUTION
    return math.fsum(numbers)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "total_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
observe("no numbers", lambda: [total([]), total([2.5])])
observe("negative ones", total, [1.5, -2.0, 4.0])
### END HIDDEN TESTS
assert total([1.0]) == 1.0
