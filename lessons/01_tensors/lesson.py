# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 01 · Tensors: one storage, many views
#
# ## Why
#
# A tensor is a flat run of numbers and a small recipe for reading it. Most tensor calls rewrite only the recipe, so they take no time and share memory; others copy, and on the page the two look the same. When a layout, a shape or a dtype is not what you think it is, PyTorch often raises nothing: it returns numbers that look right, and your model trains on them.
#
# **At the end you can** say for any call whether it shares or copies, work out strides and broadcast shapes on paper, rebuild `as_strided`, `einsum` and `softmax` from loops, and find eight silent bugs from their symptoms.
#
# **You build** a stride calculator, a reader of strided storage, the broadcasting rule, `einsum`, `softmax`, a masked `gather` and a pairwise sum.
#
# **Before this:** 00 Start here.
#
# | Part | You | Minutes |
# |---|---|---|
# | 1 · Storage, stride, offset | read a recipe, then write the code that follows it | 25 |
# | 2 · View or copy | find the rule by which `reshape` copies | 15 |
# | 3 · Broadcasting | derive the rule, see the strides of 0 | 12 |
# | 4 · Loops inside a call | build `einsum`, `softmax`, a masked `gather` | 25 |
# | 5 · Numbers | see where float32 ends, and sum so that it matters less | 10 |
# | 6 · Devices | move a tensor, time it honestly | 3 |
# | 7 · Parity | compare all you built with PyTorch | 2 |
# | 8 · Break it | repair faulty code, and name the fault | 15 |
# | 9 · In practice, quiz, ledger | write it as you would at work | 13 |
#
# Work as in lesson 00: predict *before* you run. A prediction is a number, a tuple, a list, a string, or `"raises"`.

# %%
import itertools
import warnings
from time import perf_counter

import numpy as np
import torch
import torch.nn.functional as F

from course import check, device, observe, plots, widgets

# %% [markdown]
# ---
# ## Part 1 · Storage, stride, offset
#
# A tensor holds its numbers in a **storage**: one flat run of memory, without rows or columns. Three things say how to read it:
#
# - **shape**: how many entries there are along each dimension;
# - **stride**: how many storage positions to move for one step along each dimension;
# - **offset**: the storage position of the first entry.
#
# The entry at `index` lies at position `offset + index[0] * stride[0] + index[1] * stride[1] + …`. That is the whole mechanism.

# %%
x = torch.arange(10, 22).reshape(3, 4)
print(x)
print("shape ", tuple(x.shape))
print("stride", x.stride())
print("offset", x.storage_offset())

# %% [markdown]
# ### See it
#
# The tensor is above, the storage below. `@5` is the storage position that a box reads. To move one row down in `x` is to move 4 positions on; one column to the right is 1.

# %%
plots.strided(x)

# %% [markdown]
# Now the last two columns, transposed. No number has moved. The recipe is new, and the hatched positions are read by nobody, though they are still kept in memory.

# %%
plots.strided(x[:, 2:].t())

# %% [markdown]
# **Predict 1.** `x` has shape `(3, 4)` and stride `(4, 1)`. What is the stride of `x[::2]`, which takes every second row?

# %%
prediction = ...  # a tuple of two numbers

check.prediction(prediction, x[::2].stride())

# %% [markdown]
# **Predict 2.** You write into the transpose of `x`. What does `x.tolist()[2]`, its last row, look like after it?

# %%
prediction = ...  # a list of four numbers; before the write it is [18, 19, 20, 21]

y = x.t()
y[1, 2] = -1
check.prediction(prediction, x.tolist()[2])

# %% [markdown]
# <details><summary>Why (open it after you ran both cells)</summary>
#
# 1. `x[::2]` has stride `(8, 1)`: one step down is now two rows of the storage. A slice with a step multiplies a stride.
# 2. `[18, -1, 20, 21]`. `x.t()` swaps the two sizes and the two strides, and shares the storage, so `y[1, 2]` and `x[2, 1]` are the same position: 9, which held 19.
# </details>

# %% [markdown]
# ### Exercise 1. Read a recipe · ●○○ · 5 min
#
# Work out the offset and the stride of each view of `base` on paper, without running it. The first one is done.

# %%
base = torch.arange(24).reshape(2, 3, 4)  # stride (12, 4, 1)

# "a"   base[1]
# "b"   base[:, :, ::2]
# "c"   base.permute(2, 0, 1)
# "d"   base[0, :, 1]
# "e"   base[:, 1:2]
# "f"   base[1, 1:].t()

# %% nbgrader={"grade": false, "grade_id": "read_recipe", "locked": false, "schema_version": 3, "solution": true, "task": false}
recipe = {"a": (12, (4, 1))}  # name: (offset, stride); a stride of one number is written (4,)

### BEGIN SOLUTION
recipe["b"] = (0, (12, 4, 2))
recipe["c"] = (0, (1, 12, 4))
recipe["d"] = (1, (4,))
recipe["e"] = (4, (12, 4, 1))
recipe["f"] = (16, (1, 4))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "read_recipe_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def written(name):
    offset, stride = recipe[name]
    return int(offset), tuple(stride)


observe("b, every second column", written, "b")
observe("c, permuted", written, "c")
observe("d, one column of one matrix", written, "d")
observe("e, a slice that keeps its dimension", written, "e")
observe("f, a slice, transposed", written, "f")
### END HIDDEN TESTS
check.equal(recipe["a"], (base[1].storage_offset(), base[1].stride()))
check.true(set(recipe) == set("abcdef"), "there is an answer for each of a to f")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# An integer index removes a dimension and moves the offset. A slice keeps the dimension; its start moves the offset, its step multiplies the stride.
# </details>
# <details><summary>Hint 2</summary>
#
# `permute` and `t` leave the offset alone and put the strides in the new order: entry `d` of the new stride is the old stride of the dimension that moved to `d`.
# </details>
# <details><summary>Hint 3</summary>
#
# For "f": `base[1]` moves the offset by 12 and leaves stride (4, 1). `1:` moves it by one more row. Then swap the two strides.
# </details>

# %% [markdown]
# ### Exercise 2. The strides of a new tensor · ●○○ · 4 min
#
# A new tensor is laid out **row by row**: neighbors in the last dimension are neighbors in the storage. Such a layout is called *contiguous*. Complete the loop that works its strides out of the shape.

# %% nbgrader={"grade": false, "grade_id": "contiguous_strides", "locked": false, "schema_version": 3, "solution": true, "task": false}
def contiguous_strides(shape):
    """Return the strides of a contiguous tensor of this shape.

    shape: tuple of n sizes. Returns a tuple of n strides, counted in entries (not bytes).
    A size of 0 counts as 1, so that no stride becomes 0.

    contiguous_strides((2, 3, 4)) is (12, 4, 1)
    """
    strides = []
    step = 1  # how far apart neighbors along the dimension at hand are
    for size in reversed(shape):
        ### BEGIN SOLUTION
        strides.insert(0, step)
        step *= max(size, 1)
        ### END SOLUTION
    return tuple(strides)

# %% nbgrader={"grade": true, "grade_id": "contiguous_strides_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def for_each(function, *shapes):
    return [tuple(function(shape)) for shape in shapes]


observe("three dimensions", contiguous_strides, (4, 2, 3))
observe("five dimensions", contiguous_strides, (2, 3, 1, 5, 2))
observe("scalar, vector, matrix", for_each, contiguous_strides, (), (7,), (3, 8))
observe("sizes of 1", contiguous_strides, (1, 6, 1))
observe("sizes of 0", for_each, contiguous_strides, (2, 0, 3), (0, 4), (3, 0))
observe("a torch.Size", contiguous_strides, torch.Size([3, 2, 2]))
### END HIDDEN TESTS
check.equal(contiguous_strides((2, 3, 4)), (12, 4, 1))
check.equal(contiguous_strides((5, 2)), torch.empty(5, 2).stride())

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Go from the last dimension to the first, as the loop does. What does `step` have to be for the last one? For the one before it?
# </details>
# <details><summary>Hint 2</summary>
#
# To pass one whole row, you move by the row's length times the distance of two neighbors in it.
# </details>
# <details><summary>Hint 3</summary>
#
# Two statements: put `step` at the *front* of `strides`; then let `step` grow by a factor of `size`, or of 1 if the size is 0.
# </details>

# %% [markdown]
# ### Exercise 3. Read a tensor out of its storage · ●●○ · 8 min
#
# Build what every tensor read does: follow a recipe through a flat storage. PyTorch's name for it is `torch.as_strided`. Yours copies the entries that it reads into a new tensor.

# %% nbgrader={"grade": false, "grade_id": "read_view", "locked": false, "schema_version": 3, "solution": true, "task": false}
def read_view(storage, shape, stride, offset=0):
    """Return a new tensor with the entries that the recipe reads from `storage`.

    storage: 1-D tensor of any dtype. shape, stride: tuples of n numbers. offset: a position.
    Returns a tensor of shape `shape` and of storage's dtype, which shares no memory with it.

    read_view(torch.arange(12), (2, 2), (4, 1), 5) is tensor([[5, 6], [9, 10]])
    """
    ### BEGIN SOLUTION
    result = torch.empty(shape, dtype=storage.dtype)
    for index in itertools.product(*(range(size) for size in shape)):
        position = offset + sum(i * step for i, step in zip(index, stride, strict=True))
        result[index] = storage[position]
    return result
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "read_view_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def after_writing(storage, shape, stride):
    result = read_view(storage, shape, stride)
    before = result.clone()
    result.fill_(-1)
    return before, storage


numbers = torch.rand(40, generator=observe.generator(103))
observe("transposed", read_view, torch.arange(6), (3, 2), (1, 3))
observe("three dimensions and an offset", read_view, numbers, (2, 3, 4), (13, 4, 1), 1)
observe("float64", read_view, numbers.double(), (4, 2), (3, 7), 9)
observe("bool", read_view, numbers > 0.5, (5, 2), (2, 1))
observe("bfloat16", read_view, numbers.bfloat16(), (3,), (5,), 2)
observe("a scalar, which has no dimensions", read_view, numbers, (), (), 17)
observe("an empty view", read_view, numbers.to(torch.int32), (2, 0, 3), (3, 3, 1))
observe("windows that overlap", read_view, torch.arange(9), (5, 3), (1, 1), 2)
observe("stride 0", read_view, torch.arange(4), (3, 4, 2), (0, 1, 0))
observe("the result has memory of its own", after_writing, torch.arange(6), (2, 2), (3, 1))
### END HIDDEN TESTS
check.equal(read_view(torch.arange(12), (2, 2), (4, 1), 5), torch.tensor([[5, 6], [9, 10]]))
check.equal(read_view(torch.arange(3.0), (2, 3), (0, 1)), torch.tensor([[0.0, 1, 2], [0, 1, 2]]))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Make an empty result of the right shape *and dtype*. Then visit every index and copy one entry.
# </details>
# <details><summary>Hint 2</summary>
#
# `itertools.product(range(2), range(3))` gives every index of a `(2, 3)` tensor as a tuple, and `result[index]` takes a tuple. With no ranges at all it gives one empty tuple: that is the scalar.
# </details>
# <details><summary>Hint 3</summary>
#
# The position is the offset plus the sum of `i * step` over the pairs of `index` and `stride`. Nothing in it depends on the shape.
# </details>

# %% [markdown]
# ---
# ## Part 2 · View or copy
#
# `view` and `reshape` both ask for a new shape over the same entries in the same order.
#
# | Call | When one recipe can't describe the result |
# |---|---|
# | `x.view(shape)` | raises |
# | `x.reshape(shape)`, `x.flatten()` | copies, and doesn't say so |
# | `x.contiguous()` | copies unless `x` is contiguous already |
#
# **Predict 3.** `x` is 3 × 4 and contiguous. For each of three calls: `True` if the result shares memory with `x`, `False` if it is a copy, `"raises"` if there is no result.

# %%
x = torch.arange(12).reshape(3, 4)


def outcome(function, *args):
    """Return what the call returns, or the exception that it raises."""
    try:
        return function(*args)
    except Exception as error:
        return error


def shares(a, b):
    """True if the two tensors lie in the same storage."""
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()

# %%
prediction_reshape = ...  # x.reshape(4, 3)
prediction_flat = ...     # x.t().reshape(12)
prediction_view = ...     # x.t().view(12)

check.prediction(prediction_reshape, shares(x.reshape(4, 3), x))
check.prediction(prediction_flat, shares(x.t().reshape(12), x))
check.prediction(prediction_view, outcome(x.t().view, 12))

# %% [markdown]
# <details><summary>Why</summary>
#
# The first is `True`: new strides are enough. The second is `False`. Read row by row, the transpose visits positions 0, 4, 8, 1, 5, 9, …; there is no single step that goes there, so no stride describes it, and `reshape` copies. For the same reason the third `"raises"`. That `reshape` decides by the layout of its *input* is what makes it dangerous: the same line shares in one call and copies in the next.
# </details>

# %% [markdown]
# **Predict 4.** Slices share. Does indexing with a list share, too? What is `a` at the end?

# %%
prediction = ...  # a list of five numbers

a = torch.zeros(5)
part = a[1:3]      # a slice
picked = a[[3, 4]]  # a list of positions: "advanced" indexing
part[0] = 1.0
picked[0] = 1.0
check.prediction(prediction, a)

# %% [markdown]
# <details><summary>Why</summary>
#
# `[0, 1, 0, 0, 0]`. A slice is a new offset and stride, hence a view. Positions picked by a list, an index tensor or a boolean mask follow no stride, hence a copy. Assigning *through* such an index, `a[[3, 4]] = 1`, is something else: Python calls `a.__setitem__`, no copy is made, and `a` is written to. The cell below does it.
# </details>

# %%
a = torch.zeros(5)
a[[3, 4]] = 1.0
print(a.tolist())

# %% [markdown]
# **Predict 5.** A name that ends in `_` works in place, and so does `+=` on a tensor. What is `total` at the end?

# %%
prediction = ...  # a list of two numbers


def add_in_place(t):
    t += 1  # t.add_(1): writes into the storage


def add(t):
    t = t + 1  # a new tensor; only the local name changes


total = torch.zeros(2)
add_in_place(total)
add(total)
add_in_place(total[0])
check.prediction(prediction, total)

# %% [markdown]
# <details><summary>Why</summary>
#
# `[2, 1]`. The first call adds 1 to both entries. The second makes a tensor that nobody keeps. The third gets `total[0]`, a view with no dimensions, and writes through it.
# </details>

# %% [markdown]
# ### Explore
#
# **Question.** *Not contiguous* and *can't be flattened without a copy* are not the same thing. Find a setting where `is_contiguous()` says no and `view(-1)` still works. Then find one with an offset that is not 0 and is contiguous. (Where the controls don't answer, such as in a printed page, this is the first picture.)

# %%
widgets.strides()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Columns `0::2` or `0::3`: the stride `(6, 2)` steps evenly from the end of one row to the start of the next, so one stride describes all. Rows `1::1`: the offset is 6, and from there on every row is read whole.
# </details>

# %% [markdown]
# ### Exercise 4. When is flattening free? · ●●● · 10 min
#
# This is the test that `view` makes. Look at two neighboring dimensions: they can be read as one if a step along the outer one lands where the inner one would get after its last entry. Find the condition on size and stride, and the cases it doesn't apply to.

# %% nbgrader={"grade": false, "grade_id": "flattens_for_free", "locked": false, "schema_version": 3, "solution": true, "task": false}
def flattens_for_free(shape, stride):
    """Return True if such a tensor can be viewed as 1-D without a copy, else False.

    shape, stride: tuples of n numbers, n >= 0. Strides may be 0 (Part 3 shows how).
    A tensor without entries can always be viewed; so can one with a single entry.
    The stride of a dimension of size 1 is never used, so its value must not matter.

    flattens_for_free((3, 4), (4, 1)) is True, flattens_for_free((4, 3), (1, 4)) is False
    """
    ### BEGIN SOLUTION
    if 0 in shape:
        return True
    used = [(size, step) for size, step in zip(shape, stride, strict=True) if size != 1]
    return all(outer[1] == inner[0] * inner[1] for outer, inner in itertools.pairwise(used))
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "flattens_for_free_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def each(*layouts):
    return [bool(flattens_for_free(shape, stride)) for shape, stride in layouts]


observe(
    "contiguous and permuted",
    each, ((2, 3, 4), (12, 4, 1)), ((2, 4, 3), (12, 1, 4)), ((4, 2, 3), (1, 12, 4)), ((5,), (1,)),
)
observe(
    "sliced",
    each, ((3,), (2,)), ((4, 3), (6, 1)), ((2, 3, 2), (12, 4, 2)), ((2, 2, 4), (12, 4, 1)),
    ((2, 3, 4), (24, 4, 1)), ((3, 3), (9, 3)),
)
observe(
    "sizes of 1",
    each, ((3, 1), (1, 99)), ((1, 3), (7, 1)), ((3, 1, 2), (2, 50, 1)), ((3, 1, 2), (1, 50, 3)),
    ((2, 1, 1, 3), (3, 0, 8, 1)), ((1, 1), (5, 7)),
)
observe(
    "expanded",
    each, ((3, 4), (0, 0)), ((3, 4), (0, 1)), ((3, 4), (1, 0)), ((1, 4), (0, 1)), ((3, 1), (0, 1)),
)
observe(
    "empty and scalar",
    each, ((), ()), ((0, 3), (1, 7)), ((2, 0), (5, 9)), ((3, 0, 2), (1, 1, 1)), ((2, 3), (5, 9)),
)
### END HIDDEN TESTS
check.equal(flattens_for_free((3, 4), (4, 1)), True)   # contiguous
check.equal(flattens_for_free((4, 3), (1, 4)), False)  # its transpose
check.equal(flattens_for_free((4, 3), (6, 2)), True)   # every second column of a (4, 6) tensor

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Take `(4, 3)` with stride `(6, 2)`. Write the positions down: 0 2 4, 6 8 10, … The step from 4 to 6 is the same as the step inside a row. Why?
# </details>
# <details><summary>Hint 2</summary>
#
# The inner dimension spans `size × stride` positions. The outer stride has to equal that span. Every pair of neighbors has to pass.
# </details>
# <details><summary>Hint 3</summary>
#
# Three steps: answer `True` if any size is 0; drop each dimension of size 1 along with its stride; ask of every remaining pair (outer, inner) whether the outer stride is the inner size times the inner stride.
# </details>

# %% [markdown]
# ---
# ## Part 3 · Broadcasting
#
# How can `(3, 1)` and `(4,)` be added? Both are read *as if* they had shape `(3, 4)`. To repeat an entry costs no memory: a **stride of 0** stays where it is. So the rule follows from the recipe:
#
# 1. Align the two shapes at the right; a missing size counts as 1.
# 2. Two sizes fit if they are equal, or if one of them is 1. The one that is 1 gets stride 0 and takes the other's size, 0 included.
# 3. Anything else raises.

# %%
column = torch.tensor([[0], [10], [20]])
row = torch.arange(4)
print("column, expanded to (3, 4): stride", column.expand(3, 4).stride())
print("row,    expanded to (3, 4): stride", row.expand(3, 4).stride())
print(column + row)

# %%
plots.broadcasting((3, 1), (4,))

# %% [markdown]
# **Predict 6.** You have four predictions as a column and four targets as a row. What is the shape of their difference?

# %%
prediction = ...  # a tuple, or "raises"

predicted, target = torch.zeros(4, 1), torch.zeros(4)
check.prediction(prediction, tuple((predicted - target).shape))

# %% [markdown]
# <details><summary>Why</summary>
#
# `(4, 4)`: the missing size of `target` counts as 1, on the *left*. Every prediction is compared with every target, and a mean over the 16 differences is one plausible number. You will meet it again in Part 8.
# </details>

# %% [markdown]
# **Predict 7.** An expanded tensor looks like many rows. You write into one entry. What is the first column, `grid[:, 0]`, at the end?

# %%
prediction = ...  # a list of three numbers, or "raises"

grid = torch.zeros(4).expand(3, 4)
grid[1, 0] = 7.0
check.prediction(prediction, grid[:, 0])

# %% [markdown]
# <details><summary>Why</summary>
#
# `[7, 7, 7]`: the three rows are one row, read three times. PyTorch refuses some writes to such a tensor (the cell below tries `grid.add_(1)`), but not this one. Before you write, call `.clone()`, or use `repeat`, which copies.
# </details>

# %%
print("grid.add_(1):", type(outcome(grid.add_, 1)).__name__)
plots.strided(torch.arange(4).expand(3, 4))

# %% [markdown]
# ### Explore
#
# **Question.** Which of the shapes go with `(4,)` without an error and yet give 16 numbers? And what has to change so that `(3,)` and `(3, 4)` fit?

# %%
widgets.broadcasting()

# %% [markdown]
# <details><summary>Answer</summary>
#
# `(4, 1)`: each of the two has what the other lacks. And `(3,)` is aligned with the 4; as a column, `(3, 1)`, it fits. `v.unsqueeze(1)` or `v[:, None]` makes it one.
# </details>

# %% [markdown]
# ### Exercise 5. The broadcasting rule · ●●○ · 7 min

# %% nbgrader={"grade": false, "grade_id": "broadcast_shape", "locked": false, "schema_version": 3, "solution": true, "task": false}
def broadcast_shape(a, b):
    """Return the shape that two shapes broadcast to.

    a, b: tuples of sizes, of any two lengths. Returns a tuple.
    Raises ValueError if they don't fit.

    broadcast_shape((3, 1), (4,)) is (3, 4)
    """
    ### BEGIN SOLUTION
    length = max(len(a), len(b))
    result = []
    for m, n in zip((1,) * (length - len(a)) + tuple(a), (1,) * (length - len(b)) + tuple(b), strict=True):
        if m != n and 1 not in (m, n):
            raise ValueError(f"sizes {m} and {n} don't fit")
        result.append(n if m == 1 else m)
    return tuple(result)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "broadcast_shape_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def fits(*pairs):
    """The shape of each pair, or "ValueError"."""
    found = []
    for a, b in pairs:
        try:
            found.append(tuple(broadcast_shape(a, b)))
        except ValueError:
            found.append("ValueError")
    return found


observe("a scalar with a vector", broadcast_shape, (), (2,))
observe("equal sizes", fits, ((2, 3), (2, 3)), ((3,), (2, 3)))
observe("a longer second shape", broadcast_shape, (4,), (2, 3, 1))
observe("both stretched", broadcast_shape, (6, 1, 5, 1), (7, 1, 2))
observe("aligned at the right", fits, ((3, 2), (2,)), ((3, 2), (3,)), ((3, 2), (3, 1)))
observe("a size of 0", fits, ((0,), (1,)), ((1,), (0,)), ((2, 1), (3, 0)), ((0,), (2,)), ((3,), (0,)))
observe("sizes that differ", fits, ((4, 2), (4, 3)), ((4, 2), (4, 1)), ((2, 3), (3, 2)), ((6,), (3,)))
### END HIDDEN TESTS
check.equal(broadcast_shape((3, 1), (4,)), (3, 4))
check.equal(broadcast_shape((5, 1, 4), (3, 1)), (5, 3, 4))
check.raises(ValueError, broadcast_shape, (2,), (3,))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Make both shapes equally long first. On which side do the missing 1s go?
# </details>
# <details><summary>Hint 2</summary>
#
# For a pair of sizes there are three cases: equal; one of them is 1; neither. `max` is tempting for the second case. What does `max(0, 1)` say, and what does the rule say?
# </details>
# <details><summary>Hint 3</summary>
#
# Pad the shorter shape with 1s on the left. For each pair `(m, n)`: raise if they differ and neither is 1; otherwise the size is `n` where `m` is 1, and `m` where it is not.
# </details>

# %% [markdown]
# ---
# ## Part 4 · The loops inside a call
#
# Matrix multiplication is three loops: two over the result, one that is summed away.

# %%
def matmul_loops(a, b):
    """(n, k) and (k, m) to (n, m): one multiplication and one addition for each (i, j, k)."""
    result = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                result[i, j] += a[i, k] * b[k, j]
    return result


a, b = torch.arange(6).reshape(2, 3), torch.arange(12).reshape(3, 4)
check.equal(matmul_loops(a, b), a @ b)
check.equal(torch.einsum("ik,kj->ij", a, b), a @ b)

# %% [markdown]
# `einsum` writes these loops down: `"ik,kj->ij"`. **Every letter is one loop.** The letters before the arrow say how each operand is indexed, those after it how the result is. A letter that is missing after the arrow is summed.
#
# | Equation | Is |
# |---|---|
# | `"i,i->"` | the dot product |
# | `"i,j->ij"` | the outer product |
# | `"ij->ji"` | the transpose |
# | `"ii->i"` | the diagonal |
# | `"bik,bkj->bij"` | `bmm`, a batch of matrix products |
#
# ### Exercise 6. einsum from loops · ●●● · 9 min
#
# The equation is taken apart for you. Write the loops.

# %% nbgrader={"grade": false, "grade_id": "einsum_loops", "locked": false, "schema_version": 3, "solution": true, "task": false}
def einsum_loops(equation, *operands):
    """Return what torch.einsum returns, for an equation with an arrow and without "...".

    operands: tensors of one dtype, one for each term of the equation; sizes of equal letters are equal.
    Returns a tensor of that dtype, one dimension for each letter after the arrow, in that order.

    einsum_loops("i,i->", torch.tensor([1, 2]), torch.tensor([3, 4])) is tensor(11)
    """
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}  # letter: its size
    for term, operand in zip(terms, operands, strict=True):
        sizes.update(zip(term, operand.shape, strict=True))
    ### BEGIN SOLUTION
    result = torch.zeros([sizes[letter] for letter in output], dtype=operands[0].dtype)
    for values in itertools.product(*(range(size) for size in sizes.values())):
        at = dict(zip(sizes, values, strict=True))
        product = 1
        for term, operand in zip(terms, operands, strict=True):
            product = product * operand[tuple(at[letter] for letter in term)]
        result[tuple(at[letter] for letter in output)] += product
    return result
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "einsum_loops_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def drawn(*shape):
    return torch.randint(-4, 5, shape, generator=observe.generator(sum(shape) + 106))


observe("matrix product, float64", einsum_loops, "ik,kj->ij", drawn(3, 2).double() / 3, drawn(2, 4).double())
observe("transpose", einsum_loops, "ij->ji", drawn(2, 3))
observe("outer product, in the other order", einsum_loops, "i,j->ji", drawn(2), drawn(3))
observe("sum of all", einsum_loops, "ij->", drawn(3, 3))
observe("sum of each column", einsum_loops, "rc->c", drawn(4, 2))
observe("diagonal", einsum_loops, "ii->i", drawn(3, 3))
observe("trace", einsum_loops, "ii->", drawn(3, 3))
observe("batches", einsum_loops, "bik, bkj -> bij", drawn(2, 2, 3), drawn(2, 3, 2))
observe("three operands", einsum_loops, "i,ij,j->", drawn(2), drawn(2, 3), drawn(3))
observe("not contiguous", einsum_loops, "ik,jk->ij", drawn(3, 2).t(), drawn(3, 4).t()[::2])
observe("whole numbers above 2**24", einsum_loops, "i->", torch.tensor([2**24] + [1] * 99))
observe("nothing to sum", einsum_loops, "ik,kj->ij", drawn(2, 0), drawn(0, 3))
### END HIDDEN TESTS
left, right = torch.tensor([[1, 2]]), torch.tensor([[3, 4], [5, 6]])
check.equal(einsum_loops("ik,kj->ij", left, right), left @ right)
check.equal(einsum_loops("i,i->", torch.tensor([1, 2]), torch.tensor([3, 4])), torch.tensor(11))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `matmul_loops` above is the pattern, with three loops. Here the number of loops is the number of letters, so use `itertools.product` over the sizes.
# </details>
# <details><summary>Hint 2</summary>
#
# In each turn, make a dict from letter to current value. An operand's index is the tuple of the values of its term's letters; the result's index is that of `output`'s letters.
# </details>
# <details><summary>Hint 3</summary>
#
# Start from `torch.zeros` with the sizes of `output`'s letters and the operands' dtype. In each turn multiply one entry of each operand, and *add* the product to the result's entry.
# </details>

# %% [markdown]
# ### Which dimension goes?
#
# **Predict 8.** `t` has shape `(2, 3, 4)`. What is the shape of `t.sum(dim=0)`, and of `t.sum(dim=-1, keepdim=True)`?

# %%
prediction_removed = ...  # a tuple
prediction_kept = ...     # a tuple

t = torch.ones(2, 3, 4)
check.prediction(prediction_removed, tuple(t.sum(dim=0).shape))
check.prediction(prediction_kept, tuple(t.sum(dim=-1, keepdim=True).shape))

# %% [markdown]
# <details><summary>Why</summary>
#
# `(3, 4)` and `(2, 3, 1)`. **`dim` names the dimension that disappears**, not the one that is left. With `keepdim=True` it stays, with size 1, so that the result broadcasts back against `t`.
# </details>

# %% [markdown]
# ### See it
#
# Softmax keeps the shape, so a wrong `dim` shows in no shape. It shows in the sums (Σ). With a row for each sample, a column for each class, only `dim=1` gives each sample its own distribution.

# %%
plots.softmax_axes(torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 1.0, 4.0]]))

# %% [markdown]
# ### Exercise 7. Softmax along any dimension · ●●○ · 7 min
#
# softmax(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ), the sum running along `dim`. In float32, exp(89) is already infinite. A constant taken away from all xᵢ cancels, so take the largest one away first.

# %%
print("exp(88), exp(89) infinite:", torch.tensor([88.0, 89.0]).exp().isinf().tolist())
print("the softmax of both:     ", [round(p, 3) for p in torch.tensor([88.0, 89.0]).softmax(dim=0).tolist()])

# %% nbgrader={"grade": false, "grade_id": "softmax_along", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_along(x, dim):
    """Return the softmax of x along dim, without overflow, and without torch's own softmax.

    x: floating-point tensor of any shape, with at least one dimension. dim: may be negative.
    Returns a tensor of x's shape and dtype, whose sum along dim is 1.

    softmax_along(torch.zeros(2, 4), dim=1) is 0.25 everywhere
    """
    ### BEGIN SOLUTION
    exponentials = (x - x.amax(dim=dim, keepdim=True)).exp()
    return exponentials / exponentials.sum(dim=dim, keepdim=True)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "softmax_along_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
drawn_scores = torch.randn(3, 3, generator=observe.generator(107))
cube = torch.randn(2, 3, 4, generator=observe.generator(108))
far = (1e-3, 1e-6)  # in log space, float32 rounds scores of this size at the fourth digit
observe("a square matrix, along the columns", softmax_along, drawn_scores, dim=0)
observe("a square matrix, along the rows", softmax_along, drawn_scores, dim=1)
observe("three dimensions, the middle one", softmax_along, cube, dim=1)
observe("a negative dim", softmax_along, cube, dim=-3)
observe("float64", softmax_along, cube.double(), dim=-1)
observe("large scores", softmax_along, drawn_scores * 1000, dim=1, tolerance=far)
observe("rows far apart", softmax_along, torch.tensor([[0.0, 1.0], [-900.0, -901.0]]), dim=1, tolerance=far)
observe("one entry ruled out by -inf", softmax_along, torch.tensor([[0.0, -torch.inf, 1.0]]), dim=1)
observe("not contiguous", softmax_along, cube.permute(2, 0, 1)[::2], dim=0)
observe("no rows, and one", lambda: [softmax_along(drawn_scores[:n], dim=1) for n in (0, 1)])
### END HIDDEN TESTS
scores = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]])
check.close(softmax_along(torch.zeros(2, 4), dim=1), torch.full((2, 4), 0.25))
check.close(softmax_along(scores, dim=0).sum(dim=0), torch.ones(3))
check.close(softmax_along(torch.tensor([1000.0, 1000.0]), dim=0), torch.tensor([0.5, 0.5]))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which shape has the sum along `dim`, and does it line up with `x` again? Try a matrix that is *square*: there a missing `keepdim` raises nothing.
# </details>
# <details><summary>Hint 2</summary>
#
# Each slice along `dim` needs its own maximum. One maximum for the whole tensor makes a row of very small scores 0 / 0.
# </details>
# <details><summary>Hint 3</summary>
#
# Three steps: take `x.amax(...)` away; `exp`; divide by the sum. Both reductions take the same `dim` and `keepdim=True`.
# </details>

# %% [markdown]
# ### gather, scatter, masks
#
# `gather` reads one entry for each index, `scatter_add_` writes the other way round, `where` chooses by a mask. For `dim=1`:
#
# - `x.gather(1, index)[i, j]` is `x[i, index[i, j]]`;
# - `out.scatter_add_(1, index, src)` does `out[i, index[i, j]] += src[i, j]`.

# %%
x = torch.tensor([[10, 11, 12], [20, 21, 22]])
index = torch.tensor([[2], [0]])
print("gather ", x.gather(1, index).tolist())
print("scatter", torch.zeros_like(x).scatter_add_(1, index, torch.tensor([[5], [7]])).tolist())
print("where  ", torch.where(x > 11, x, 0).tolist())

# %% [markdown]
# ### Exercise 8. The score of the right class · ●●○ · 7 min
#
# The heart of cross-entropy, a loss that lesson 04 builds: for each sample, read the score at its label. Some samples have no label; theirs is a number that is no class, and they must count 0, whatever their scores are.

# %% nbgrader={"grade": false, "grade_id": "label_scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
def label_scores(scores, labels, ignore=-100):
    """Return each sample's score at its label, and 0 where the label is `ignore`.

    scores: (N, C) floating point. labels: (N,) int64, each 0 to C - 1, or `ignore`.
    Returns (N,), of scores' dtype. `labels` is left as it was.

    label_scores(torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([1, -100])) is tensor([2., 0.])
    """
    ### BEGIN SOLUTION
    known = labels != ignore
    index = torch.where(known, labels, 0)
    picked = scores.gather(1, index.unsqueeze(1)).squeeze(1)
    return torch.where(known, picked, 0.0)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "label_scores_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def and_labels(scores, labels):
    return label_scores(scores, labels), labels


drawn_scores = torch.randn(6, 4, generator=observe.generator(110))
labels = torch.tensor([3, 0, -100, 1, 3, -100])
infinite = torch.tensor([[-torch.inf, torch.nan], [1.0, 2.0]])
observe("some without a label", label_scores, drawn_scores, labels)
observe("float64", label_scores, drawn_scores.double(), labels.abs() % 4)
observe("another number to ignore", label_scores, drawn_scores, torch.tensor([0, 1, 2, 3, 9, 9]), ignore=9)
observe("a class to ignore", label_scores, drawn_scores, torch.tensor([0, 1, 2, 0, 1, 2]), ignore=0)
observe("a single sample", label_scores, drawn_scores[:1], labels[:1])
observe("a single class", label_scores, drawn_scores[:, :1], labels.clamp(max=0))
observe("no samples", label_scores, drawn_scores[:0], labels[:0])
observe("none has a label", label_scores, drawn_scores, torch.full((6,), -100))
observe("infinite scores, ignored", label_scores, infinite, torch.tensor([-100, 1]))
observe("not contiguous", label_scores, drawn_scores.t().contiguous().t()[::2], labels[::2])
observe("the labels afterwards", and_labels, drawn_scores, labels.clone())
### END HIDDEN TESTS
scores = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
check.equal(label_scores(scores, torch.tensor([1, -100, 0])), torch.tensor([2.0, 0.0, 5.0]))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `gather` wants an index with as many dimensions as `scores`, and every number in it must be a class. Neither holds yet.
# </details>
# <details><summary>Hint 2</summary>
#
# Make a *new* index in which `ignore` is replaced by some class, such as 0: `torch.where`. `unsqueeze(1)` gives it the second dimension, `squeeze(1)` takes it away again. A bare `squeeze()` takes away every dimension of size 1, also that of a single sample.
# </details>
# <details><summary>Hint 3</summary>
#
# Mask, safe index, gather, squeeze, and a second `torch.where` that puts 0 in. To multiply by the mask instead would not do: 0 times infinity is NaN.
# </details>

# %% [markdown]
# ---
# ## Part 5 · Numbers
#
# **Predict 9.** Which dtype comes out? Write for example `"float32"`.

# %%
prediction_a = ...  # an int64 tensor divided by an int
prediction_b = ...  # a float32 tensor times a float64 tensor of the same shape
prediction_c = ...  # a float32 tensor times a float64 tensor with no dimensions
prediction_d = ...  # a uint8 tensor plus the int 300

check.prediction(prediction_a, (torch.tensor([1, 2]) / 2).dtype)
check.prediction(prediction_b, (torch.ones(2) * torch.ones(2, dtype=torch.float64)).dtype)
check.prediction(prediction_c, (torch.ones(2) * torch.tensor(3.0, dtype=torch.float64)).dtype)
check.prediction(prediction_d, (torch.zeros(2, dtype=torch.uint8) + 300).dtype)

# %% [markdown]
# <details><summary>Why</summary>
#
# There are four **categories**: bool < integer < floating < complex. Operands with dimensions come first; a tensor without dimensions, or a Python number, only counts if its *category* is higher.
#
# - a: `float32`. `/` is true division; from integers it makes the default dtype.
# - b: `float64`. Both have dimensions, so the wider one wins. NumPy's default is float64: one such array makes all that it touches float64.
# - c: `float32`. Same category, and no dimensions: it doesn't count.
# - d: `uint8`. An int is no higher category, so 300 is wrapped to 300 − 256. Nothing is raised.
# </details>

# %%
print("0 + 300 in uint8:", (torch.zeros(2, dtype=torch.uint8) + 300).tolist())

# %% [markdown]
# **Predict 10.** A float32 counter stands at 2²⁴ = 16777216. You add 1. What is it now?

# %%
prediction = ...  # a number

counter = torch.tensor(2.0**24)
check.prediction(prediction, (counter + 1).item())

# %% [markdown]
# <details><summary>Why</summary>
#
# 16777216. A float32 has 24 binary digits. From 2²⁴ on, neighbors are 2 apart; 2²⁴ + 1 lies halfway, and halfway cases are rounded to the even one. A counter that adds 1 stands still for ever.
# </details>

# %% [markdown]
# ### See it

# %%
plots.float_spacing()

# %% [markdown]
# So **the order of adding changes the sum**. Small numbers get lost in a large total; added to each other first, they make something that counts.

# %%
big, one = torch.tensor(2.0**24), torch.tensor(1.0)
print("(big + 1) + 1 =", int((big + one) + one))
print("big + (1 + 1) =", int(big + (one + one)))

# %% [markdown]
# Below are a million random float32 numbers between 0 and 1, added in two orders; float64 is taken for the truth. `x.sum()` adds in blocks, close to pairwise.

# %%
plots.summation_drift()

# %% [markdown]
# ### Exercise 9. A sum that keeps its digits · ●●○ · 6 min

# %% nbgrader={"grade": false, "grade_id": "pairwise_sum", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pairwise_sum(x):
    """Return the sum of x by halves: sum each half the same way, then add the two.

    x: 1-D floating-point tensor of n >= 0 entries. Every addition is made in x's dtype.
    Returns a tensor with no dimensions, of x's dtype; 0 for n = 0.

    pairwise_sum(torch.tensor([1., 2., 3.])) is tensor(6.)
    """
    ### BEGIN SOLUTION
    if x.numel() == 0:
        return torch.zeros((), dtype=x.dtype)
    if x.numel() == 1:
        return x[0].clone()
    half = x.numel() // 2
    return pairwise_sum(x[:half]) + pairwise_sum(x[half:])
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "pairwise_sum_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
positive = torch.rand(777, generator=observe.generator(111))
loud = torch.cat([torch.tensor([2.0**24]), torch.ones(4095)])
halves = torch.tensor([60000.0, 60000.0, -60000.0, -60000.0], dtype=torch.float16)
observe("777 numbers", pairwise_sum, positive)
observe("float64", pairwise_sum, positive.double())
observe("2**24 and 4095 ones", pairwise_sum, loud, tolerance=(1e-5, 0.0))
observe("float16, where one by one stops at 2048", pairwise_sum, torch.ones(3072, dtype=torch.float16))
observe("every addition in float32", pairwise_sum, torch.tensor([2.0**24, 1.0, 1.0, -(2.0**24)]))
observe("every addition in float16", pairwise_sum, halves.repeat(4))
observe("one number", pairwise_sum, torch.tensor([2.5]))
observe("no numbers", pairwise_sum, torch.empty(0, dtype=torch.float64))
observe("a column", pairwise_sum, positive[:700].reshape(100, 7)[:, 3])
### END HIDDEN TESTS
check.equal(pairwise_sum(torch.tensor([1.0, 2.0, 3.0])), torch.tensor(6.0))
check.equal(pairwise_sum(torch.ones(4096, dtype=torch.float16)), torch.tensor(4096.0).half())

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# A function may call itself. What is the sum of no numbers, and of one?
# </details>
# <details><summary>Hint 2</summary>
#
# With `half = x.numel() // 2` the two parts are `x[:half]` and `x[half:]`, also when the count is odd. Both are views: nothing is copied.
# </details>
# <details><summary>Hint 3</summary>
#
# Three returns: `torch.zeros((), dtype=x.dtype)` for none, `x[0]` for one, and for more, the function's result on one part plus its result on the other.
# </details>

# %% [markdown]
# ---
# ## Part 6 · Devices
#
# `device.best()` is the accelerator of this machine, or the CPU where there is none. `x.to(...)` leaves `x` alone and returns the tensor that you asked for: `x` itself if nothing has to change, else a new one.
#
# **Predict 11.** What is `x.dtype` at the end?

# %%
prediction = ...  # a dtype's name

x = torch.ones(3)
x.to(torch.float64)
check.prediction(prediction, x.dtype)

# %% [markdown]
# <details><summary>Why</summary>
#
# `"float32"`: the float64 tensor was made, and dropped, as no name was given to it. A device works the same way: write `x = x.to(device)`.
# </details>

# %%
best = device.best()
moved = x.to(best)
print("x.to(x.device) is x:            ", x.to(x.device) is x)
print("x.float() is x, being float32:  ", x.float() is x)
print("x stays where it was:           ", x.device.type == "cpu")
print("a tensor without memory, on:    ", x.to("meta").device.type)
print("mixing devices:                 ", type(outcome(torch.add, x, x.to("meta"))).__name__)

# %% [markdown]
# (The `meta` device stands in for a second device here: it has shapes and no numbers.)
#
# **Timing.** An accelerator is asynchronous. A call puts work into a queue and returns; only what needs the numbers (`.item()`, `print`, a copy to the CPU) waits. A clock stopped without `synchronize` has timed the queue.

# %%
def seconds(function, *, wait):
    """Time one call; with wait=True, until its result is there."""
    start = perf_counter()
    function()
    if wait:
        torch.accelerator.synchronize()
    return perf_counter() - start


if best.type == "cpu":
    print("No accelerator here, so there is no queue: a call on the CPU returns when it is done.")
else:
    big = torch.rand(4096, 4096, device=best)
    seconds(lambda: big @ big, wait=True)  # warm-up: the first call also loads the kernel
    launch = seconds(lambda: big @ big, wait=False)
    torch.accelerator.synchronize()
    work = seconds(lambda: big @ big, wait=True)
    print("The call returned before the product was done:", launch < work)

# %% [markdown]
# ---
# ## Part 7 · Parity
#
# Is what you built the same as PyTorch's own? Each line below compares the two on random shapes, strides and dtypes, with a seed for each input. `check.parity` shows the first input on which they differ.

# %%
random = torch.Generator()


def inputs(make, count):
    """What `make` returns for each of `count` seeds."""
    for seed in range(count):
        random.manual_seed(seed)
        yield make()


def whole(low, high):
    """A random int, low <= n < high."""
    return int(torch.randint(low, high, (), generator=random))


def random_tensor(*shape):
    """Random entries of a random dtype."""
    dtype = (torch.float32, torch.float64, torch.bfloat16, torch.int64)[whole(0, 4)]
    return (10 * torch.randn(shape, generator=random, dtype=torch.float64)).to(dtype)


def random_recipe():
    """A storage, and a shape, stride and offset that stay inside it."""
    shape = tuple(whole(0, 4) for _ in range(whole(0, 4)))
    return random_tensor(100), shape, tuple(whole(0, 11) for _ in shape), whole(0, 10)


check.parity(read_view, torch.as_strided, inputs(random_recipe, 200))

# %%
def view_works(shape, stride):
    """Ask PyTorch whether the tensor can be flattened without a copy."""
    t = torch.zeros(1000).as_strided(shape, stride)
    return not isinstance(outcome(t.view, t.numel()), Exception)


def random_layout():
    """A shape and a stride, half of them permuted, sliced or expanded from a contiguous one."""
    shape = tuple(whole(1, 4) for _ in range(whole(1, 4)))
    t = torch.zeros(shape).permute(*torch.randperm(len(shape), generator=random).tolist())
    t = t[:: whole(1, 3)] if whole(0, 2) else t
    t = t.expand(2, *t.shape) if whole(0, 3) == 0 else t
    return tuple(t.shape), t.stride()


check.parity(flattens_for_free, view_works, inputs(random_layout, 300))

# %%
def torch_broadcast_shape(a, b):
    return tuple(torch.broadcast_shapes(a, b))


def random_shapes():
    """Two shapes that fit: sizes of one shape, some replaced by 1, some left away at the left."""
    shape = tuple(whole(0, 5) for _ in range(whole(0, 5)))
    a, b = (tuple(1 if whole(0, 3) == 0 else n for n in shape) for _ in range(2))
    return a[whole(0, len(a) + 1):], b[whole(0, len(b) + 1):]


check.parity(broadcast_shape, torch_broadcast_shape, inputs(random_shapes, 300))

# %%
EQUATIONS = ("ik,kj->ij", "ij->ji", "i,j->ij", "ii->i", "ij,ij->", "bik,bkj->bij", "abc->b")


def random_equation():
    """An equation, and operands of one dtype with fitting sizes."""
    equation = EQUATIONS[whole(0, len(EQUATIONS))]
    size = {letter: whole(1, 4) for letter in "abcijk"}
    dtype = (torch.float64, torch.int64)[whole(0, 2)]
    terms = equation.split("->")[0].split(",")
    return equation, *(random_tensor(*(size[n] for n in term)).to(dtype) for term in terms)


check.parity(einsum_loops, torch.einsum, inputs(random_equation, 100))

# %%
def random_scores():
    """Floating-point scores of 1 to 3 dimensions, and one of their dimensions."""
    scores = random_tensor(*(whole(1, 5) for _ in range(whole(1, 4))))
    scores = scores.double() if whole(0, 2) else scores.float()
    return scores.mT if scores.ndim > 1 else scores, whole(-scores.ndim, scores.ndim)


check.parity(softmax_along, torch.softmax, inputs(random_scores, 200))

# %%
def torch_nll(scores, labels):
    return -F.nll_loss(scores, labels, ignore_index=-100, reduction="none")


def random_labels():
    """Scores of samples, and labels of which some are missing."""
    n, c = whole(1, 9), whole(1, 5)
    labels = torch.randint(c, (n,), generator=random)
    missing = torch.rand(n, generator=random) < 0.2
    return torch.randn(n, c, generator=random), labels.masked_fill(missing, -100)


check.parity(label_scores, torch_nll, inputs(random_labels, 200))

# %%
def random_numbers():
    return (torch.randn(whole(0, 300), generator=random, dtype=torch.float64),)


check.parity(pairwise_sum, torch.sum, inputs(random_numbers, 100))

# %% [markdown]
# ---
# ## Part 8 · Break it
#
# The bugs below raise nothing. Handle each in four steps: **symptom** (what you see) → **hypothesis** (which fault could do this?) → **evidence** (the one line that tells) → **fix**. In the three repairs you also name the fault, with its letter:
#
# | | Fault |
# |---|---|
# | A | advanced indexing made a copy |
# | B | `reshape` made a copy |
# | C | two shapes broadcast that should have been equal |
# | D | several entries are one position in memory |
# | E | the memory belongs to somebody else, and was written to in place |
# | F | the reduction ran along the wrong dimension |
# | G | an index occurs twice, and is written once |
# | H | `reshape` was used to swap dimensions |
#
# ### Five to look at
#
# Read the symptom, form a hypothesis, and only then open the answer.

# %%
# 1. Counting labels. There are two of class 0.
labels = torch.tensor([0, 0, 1])
counts = torch.zeros(3)
counts[labels] += 1
print("counts: ", counts.tolist())

# 2. Clipping. Everything above 1 should become 1.
x = torch.tensor([0.5, 3.0, 4.0])
x[x > 1].fill_(1.0)
print("clipped:", x.tolist())

# 3. One row for each of two players; only player 0 scores.
board = torch.zeros(3).expand(2, 3)
board[0] += 1
print("board:  ", board.tolist())

# 4. Class probabilities of two samples, one in each row.
probabilities = torch.tensor([[4.0, 0.0, 0.0], [4.0, 0.0, 0.0]]).softmax(dim=0)
print("sample 0:", [round(p, 3) for p in probabilities[0].tolist()])

# %% [markdown]
# <details><summary>1. Counting labels: hypothesis, evidence, fix</summary>
#
# **G.** `counts[labels] += 1` reads a copy, adds 1 to it, and writes it back: class 0 is written twice with the same 1. Evidence: `labels.unique().numel() < labels.numel()`. Fix: `counts.index_add_(0, labels, torch.ones(3))`, `scatter_add_`, or `torch.bincount(labels, minlength=3)`.
# </details>
# <details><summary>2. Clipping</summary>
#
# **A.** `x[x > 1]` is a copy, and the copy was filled. Evidence: `shares(x[x > 1], x)` is `False`. Fix: `x[x > 1] = 1.0`, `x.masked_fill_(x > 1, 1.0)`, or `x.clamp_(max=1.0)`.
# </details>
# <details><summary>3. One row for each player</summary>
#
# **D.** Evidence: `board.stride()` is `(0, 1)`. Fix: `torch.zeros(2, 3)`, or `.expand(2, 3).clone()`.
# </details>
# <details><summary>4. Class probabilities</summary>
#
# **F.** Evidence: `probabilities.sum(dim=1)` is not 1. Two equal samples give 0.5 everywhere, whatever their scores say. Fix: `softmax(dim=1)`.
# </details>

# %% [markdown]
# Each piece of evidence, and each fix, run:

# %%
print("1.", labels.unique().numel() < labels.numel(), torch.bincount(labels, minlength=3).tolist())
print("2.", shares(x[x > 1], x), x.clamp(max=1.0).tolist())
print("3.", board.stride(), torch.zeros(3).expand(2, 3).clone().stride())
print("4.", [round(p, 3) for p in probabilities.sum(dim=1).tolist()])

# %% [markdown]
# **5. An image.** A picture arrives as (height, width, channel); a convolution wants (channel, height, width). Both lines give that shape. Which image do they hold?

# %%
down, across = torch.meshgrid(torch.linspace(0, 1, 60), torch.linspace(0, 1, 90), indexing="ij")
disc = ((down - 0.5) ** 2 + (across - 0.5) ** 2 * 2.25 < 0.12).float()
image = torch.stack([across, 0.3 + 0.7 * disc, 1 - down], dim=-1)  # (height, width, channel)

permuted = image.permute(2, 0, 1)
reshaped = image.reshape(3, 60, 90)
print("shapes:", tuple(permuted.shape), tuple(reshaped.shape))
red = image[0, 1, 0]  # of the second pixel in the first row
print("red where it belongs:", bool(permuted[0, 0, 1] == red), bool(reshaped[0, 0, 1] == red))
plots.images(
    {
        "the image": image,
        "permute(2, 0, 1)": permuted.permute(1, 2, 0),
        "reshape(3, H, W)": reshaped.permute(1, 2, 0),
    }
)

# %% [markdown]
# <details><summary>5. An image</summary>
#
# **H.** `reshape` keeps the entries in reading order and cuts them anew: red, green and blue of neighboring pixels end up in one channel. Swapping dimensions is `permute`, `transpose` or `mT`. Evidence: follow one entry, as the cell does with a red one.
# </details>

# %% [markdown]
# `x.T` is no way out, either: on more than two dimensions it reverses *all* of them, and it is deprecated.

# %%
torch.set_warn_always(True)  # otherwise PyTorch gives this warning once in a process
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    reversed_shape = tuple(torch.zeros(2, 3, 4).T.shape)
torch.set_warn_always(False)
print("x.T: ", reversed_shape, "with a", caught[0].category.__name__)
print("x.mT:", tuple(torch.zeros(2, 3, 4).mT.shape), "swaps the last two, for a batch of matrices")

# %% [markdown]
# ### Exercise 10. Repair: the loss that won't reach 0 · ●●○ · 5 min
#
# **Symptom.** The model predicts every target exactly. The loss should be 0.

# %%
loss_fault = "?"  # you name it below


def faulty_mean_squared_error(predicted, target):
    return ((predicted - target) ** 2).mean()


target = torch.tensor([1.0, 2.0, 3.0, 4.0])
predicted = target.unsqueeze(1)  # (4, 1), as a Linear layer with one output returns it
print("loss:", faulty_mean_squared_error(predicted, target).item())

# %% [markdown]
# Make a hypothesis, and look for the evidence in a cell of your own. PyTorch's losses differ here. `mse_loss` warns and goes on; `binary_cross_entropy` refuses:

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    loss = F.mse_loss(predicted, target)
print("mse_loss:", loss.item(), "with a", caught[0].category.__name__)
refused = outcome(F.binary_cross_entropy, torch.full((4, 1), 0.5), torch.ones(4))
print("binary_cross_entropy:", type(refused).__name__)

# %% nbgrader={"grade": false, "grade_id": "mean_squared_error", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mean_squared_error(predicted, target):
    """Return the mean of the N squared differences, each prediction with its own target.

    predicted, target: floating point, each of shape (N,) or (N, 1). Returns a tensor with no
    dimensions, through which gradients flow back to `predicted`.
    Raises ValueError if the two don't have equally many entries.

    mean_squared_error(torch.tensor([[1.], [5.]]), torch.tensor([1., 3.])) is tensor(2.)
    """
    ### BEGIN SOLUTION
    if predicted.numel() != target.numel():
        raise ValueError(f"{predicted.numel()} predictions, but {target.numel()} targets")
    return ((predicted.reshape(-1) - target.reshape(-1)) ** 2).mean()
    ### END SOLUTION


# The fault, by its letter in the table: loss_fault = "A" to "H"
### BEGIN SOLUTION
loss_fault = "C"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mean_squared_error_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def in_all_shapes(predicted, target):
    """The loss for each way to write the two: (N, 1) or (N,)."""
    predictions, targets = [predicted, predicted.unsqueeze(1)], [target, target.unsqueeze(1)]
    return [mean_squared_error(p, t) for p in predictions for t in targets]


def gradient(predicted, target):
    predicted = predicted.clone().requires_grad_()
    loss = mean_squared_error(predicted, target)
    loss.backward()
    return loss.detach(), predicted.grad


def refusals(*pairs):
    """What comes of shapes that don't fit, and last of shapes that do."""
    found = []
    for p, t in pairs:
        try:
            found.append(mean_squared_error(torch.ones(p), torch.zeros(t)))
        except ValueError:
            found.append("ValueError")
    return found


p = torch.randn(5, generator=observe.generator(113))
t = torch.randn(5, generator=observe.generator(114))
observe("(N, 1) with (N,)", mean_squared_error, p.unsqueeze(1), t)
observe("(N,) with (N, 1)", mean_squared_error, p, t.unsqueeze(1))
observe("every pair of shapes", in_all_shapes, p, t)
observe("every pair of shapes, float64", in_all_shapes, p.double(), t.double())
observe("every pair, one sample and two", lambda: in_all_shapes(p[:1], t[:1]) + in_all_shapes(p[:2], t[:2]))
observe("not contiguous", mean_squared_error, p.unsqueeze(1).expand(5, 2)[:, 1:][::2], t[::2])
observe("the gradient", gradient, p.unsqueeze(1), t)
observe("unequal counts", refusals, ((4, 1), (1,)), ((1, 1), (4,)), ((4, 1), (3,)), ((4, 1), (4,)))
observe("the name of the fault", lambda: loss_fault.strip().upper())
### END HIDDEN TESTS
check.equal(mean_squared_error(torch.tensor([[2.0], [4.0]]), torch.tensor([2.0, 4.0])), torch.tensor(0.0))
check.equal(mean_squared_error(torch.tensor([[1.0], [5.0]]), torch.tensor([1.0, 3.0])), torch.tensor(2.0))
check.true(loss_fault in set("ABCDEFGH"), "loss_fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Print the shape of the difference. How many numbers does the mean run over, and how many should it?
# </details>
# <details><summary>Hint 2</summary>
#
# Bring *both* to the same shape before you subtract. A bare `squeeze()` on one of them mends one case and breaks another.
# </details>
# <details><summary>Hint 3</summary>
#
# Compare the two `numel()`s first and raise if they differ: a single target would broadcast again. Then flatten both with `reshape(-1)`.
# </details>

# %% [markdown]
# ### Exercise 11. Repair: the write that went nowhere · ●●○ · 5 min
#
# **Symptom.** The same call changes one tensor, and not the other.

# %%
write_fault = "?"  # you name it below


def faulty_zero_every(x, step):
    flat = x.reshape(-1)
    flat[::step] = 0
    return x


print("as made:   ", faulty_zero_every(torch.arange(1, 7).reshape(2, 3), 2).tolist())
print("transposed:", faulty_zero_every(torch.arange(1, 7).reshape(3, 2).t(), 2).tolist())

# %% nbgrader={"grade": false, "grade_id": "zero_every", "locked": false, "schema_version": 3, "solution": true, "task": false}
def zero_every(x, step):
    """Set each step-th entry of x to 0, in place, the first one included, and return x.

    x: tensor of any shape, dtype and layout; its entries are counted in reading order, the
    last index fastest. step: int >= 1. What shares memory with x sees the zeros, too.

    For x = tensor([[1, 2, 3], [4, 5, 6]]) and step 2, x becomes tensor([[0, 2, 0], [4, 0, 6]])
    """
    ### BEGIN SOLUTION
    count = torch.arange(x.numel(), device=x.device).reshape(x.shape)
    return x.masked_fill_(count % step == 0, 0)
    ### END SOLUTION


# The fault, by its letter in the table: write_fault = "A" to "H"
### BEGIN SOLUTION
write_fault = "B"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "zero_every_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def through(view, owner, step):
    """Write through a view; what is returned, and what the owner of the memory sees."""
    return zero_every(view, step), owner


def laid_out(step, dtype):
    """A contiguous tensor and its transpose."""
    fresh = torch.arange(1, 13).to(dtype).reshape(3, 4)
    turned = fresh.clone().t()
    return zero_every(fresh, step), zero_every(turned, step), turned


owner = torch.arange(1, 25).reshape(4, 6)
observe("a transpose, and its owner", through, (m := owner.clone()).t(), m, 5)
observe("some columns", through, (m := owner.clone())[:, 1:4], m, 5)
observe("some rows and columns", through, (m := owner.clone())[1:3, 2:5], m, 2)
observe("three dimensions, permuted", through, (m := owner.reshape(2, 3, 4).clone()).permute(2, 0, 1), m, 7)
observe("step 1, on a part", through, (m := owner.clone())[::2, ::3], m, 1)
observe("contiguous and transposed", laid_out, 4, torch.int64)
observe("float64, contiguous and transposed", laid_out, 3, torch.float64)
observe("bool, contiguous and transposed", laid_out, 2, torch.bool)
observe("the name of the fault", lambda: write_fault.strip().upper())
### END HIDDEN TESTS
wide = torch.tensor([[1, 3, 5], [2, 4, 6]]).t()  # reads as [[1, 2], [3, 4], [5, 6]]
check.equal(zero_every(wide, 2), torch.tensor([[0, 2], [0, 4], [0, 6]]))
check.true(write_fault in set("ABCDEFGH"), "write_fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Ask whether `flat` shares memory with `x`, in both cases. Would `x.view(-1)` help, or only complain?
# </details>
# <details><summary>Hint 2</summary>
#
# Leave the shape of `x` as it is, and bring the *choice* of entries into that shape: a boolean mask. Or change the flat copy, and copy it back.
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.arange(x.numel()).reshape(x.shape)` counts the entries in reading order, whatever the layout of `x`. Make a mask of it, and write through the mask with `masked_fill_`.
# </details>

# %% [markdown]
# ### Exercise 12. Repair: the array that changed · ●●○ · 5 min
#
# **Symptom.** You center an array, and your array is no longer what it was. Besides, the model refuses the result.

# %%
array_fault = "?"  # you name it below


def faulty_center(array):
    x = torch.from_numpy(array)
    x -= x.mean(dim=0)
    return x


array = np.array([[1.0, 10.0], [3.0, 30.0]])
centered = faulty_center(array)
print("the array now:", array.tolist())
print("the model:    ", type(outcome(torch.nn.Linear(2, 1), centered)).__name__, "for", centered.dtype)

# %% [markdown]
# `torch.from_numpy` takes over the array's memory *and* its dtype; `torch.tensor` copies, and keeps the dtype all the same:

# %%
source = np.zeros(2)
shared, copied = torch.from_numpy(source), torch.tensor(source)
source[0] = 5.0
print("from_numpy:", shared.tolist(), " tensor:", copied.tolist(), " both:", copied.dtype)

# %% nbgrader={"grade": false, "grade_id": "center", "locked": false, "schema_version": 3, "solution": true, "task": false}
def center(array):
    """Return the array as a tensor whose columns have mean 0; the array is left as it was.

    array: NumPy array (N, D), N >= 1, of any real dtype. Returns a float32 tensor (N, D) that
    shares no memory with the array.

    center(np.array([[1., 10.], [3., 30.]])) is tensor([[-1., -10.], [1., 10.]])
    """
    ### BEGIN SOLUTION
    x = torch.tensor(array, dtype=torch.float32)
    return x - x.mean(dim=0)
    ### END SOLUTION


# The fault, by its letter in the table: array_fault = "A" to "H"
### BEGIN SOLUTION
array_fault = "E"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "center_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def centered_and_array(array):
    """The result, and the array after the result has been written to."""
    result = center(array)
    before = result.clone()
    result += 100
    return before, array.tolist()


drawn = 10 + 3 * torch.randn(5, 3, generator=observe.generator(115), dtype=torch.float64)
off = (1e-4, 1e-4)
observe("float64", centered_and_array, drawn.numpy().copy(), tolerance=off)
observe("float32", centered_and_array, drawn.float().numpy().copy(), tolerance=off)
observe("float32, one row", centered_and_array, drawn[:1].float().numpy().copy(), tolerance=off)
observe("float32, one column, not contiguous", centered_and_array, drawn.float().numpy().copy()[::2, 1:2], tolerance=off)
observe("int64", centered_and_array, drawn.long().numpy().copy(), tolerance=off)
observe("uint8", centered_and_array, drawn.to(torch.uint8).numpy().copy(), tolerance=off)
observe("float32, already centered", centered_and_array, np.float32([[-1, 2], [1, -2]]), tolerance=off)
observe("the name of the fault", lambda: array_fault.strip().upper())
### END HIDDEN TESTS
array = np.array([[1.0, 10.0], [3.0, 30.0]])
check.equal(center(array), torch.tensor([[-1.0, -10.0], [1.0, 10.0]]))
check.equal(array.tolist(), [[1.0, 10.0], [3.0, 30.0]])
check.true(array_fault in set("ABCDEFGH"), "array_fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# There are two faults to mend: whose memory does `-=` write to, and which dtype does the model want?
# </details>
# <details><summary>Hint 2</summary>
#
# `.float()` makes a copy of a float64 tensor. Of one that is float32 already it returns *the tensor itself*, so that `-=` still writes to the array.
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.tensor` with a `dtype` always copies. Then subtract with `-`, which makes a new tensor.
# </details>

# %% [markdown]
# ---
# ## Part 9 · In practice
#
# What you would write at work today. Each line rests on something that you built.

# %%
batch, channels, height, width = 2, 3, 4, 5
images = torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(1))

x = images.permute(0, 3, 1, 2)  # swap dimensions: never with reshape
x = x - x.mean(dim=(2, 3), keepdim=True)  # a mean for each image and channel, kept for broadcasting
features = x.flatten(start_dim=1)  # may copy, and may: nobody writes to it
assert features.shape == (batch, channels * height * width)

weight = torch.ones(2, features.shape[1], dtype=features.dtype, device=features.device)
logits = features @ weight.mT
labels = torch.tensor([1, -100])
probabilities = logits.softmax(dim=1)
loss = F.cross_entropy(logits, labels, ignore_index=-100)

print("strides of x:", images.permute(0, 3, 1, 2).stride(), "and once copied:", x.contiguous().stride())
print("rows add up to 1:", torch.allclose(probabilities.sum(dim=1), torch.ones(batch)))
by_hand = -logits.log_softmax(dim=1)[0, 1]  # the only sample that has a label
torch.testing.assert_close(loss, by_hand)

# %% [markdown]
# Habits worth keeping:
#
# - `torch.testing.assert_close(a, b)` compares shape, dtype and values. `torch.allclose(a, b)` broadcasts first, so two different shapes can be "close":

# %%
print("allclose:", torch.allclose(torch.zeros(3, 1), torch.zeros(4)))
print("assert_close:", type(outcome(torch.testing.assert_close, torch.zeros(3, 1), torch.zeros(4))).__name__)

# %% [markdown]
# - Say `dim=` by name, and check a shape where it matters: `assert logits.shape == (batch, classes)`.
# - Take over data with `torch.as_tensor(array, dtype=torch.float32)` if you only read it, `torch.tensor(...)` if you write.
# - Make a new tensor where the old one is: `torch.zeros_like(x)`, or `torch.zeros(n, device=x.device, dtype=x.dtype)`.
# - Use `reshape` to read, `view` where you write afterwards: then a needed copy raises.
#
# ### Exercise 13. Design: windows without a copy · ●●● · 9 min
#
# A moving average over a signal wants every window of `size` neighbors. Copied, they take `size` times the memory; as a view they take none. You have seen all that is needed. Design the recipe: a shape, a stride and an offset that work for a signal of *any* layout. (PyTorch's own is `x.unfold`; use `torch.as_strided`.)

# %% nbgrader={"grade": false, "grade_id": "windows", "locked": false, "schema_version": 3, "solution": true, "task": false}
def windows(x, size, step=1):
    """Return every window along the last dimension of x, as a view.

    x: tensor (..., T) of any layout. size, step: ints. Returns (..., W, size), where window w
    begins at entry w * step, and W counts the windows that fit. It shares memory with x.
    Raises ValueError unless 1 <= size <= T and step >= 1.

    windows(torch.arange(5), 3, 2) is tensor([[0, 1, 2], [2, 3, 4]])
    """
    ### BEGIN SOLUTION
    length, last = x.shape[-1], x.stride(-1)
    if not 1 <= size <= length or step < 1:
        raise ValueError(f"no windows of size {size} and step {step} in {length} entries")
    shape = (*x.shape[:-1], (length - size) // step + 1, size)
    stride = (*x.stride()[:-1], last * step, last)
    return x.as_strided(shape, stride, x.storage_offset())
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "windows_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def seen_through(view, size, step=1):
    """The windows after the signal has changed: a copy keeps the old numbers."""
    found = windows(view, size, step)
    view += 1
    return found


def window_refusals(*cases):
    """What comes of windows that don't fit, and last of one that does."""
    found = []
    for size, step in cases:
        try:
            found.append(windows(torch.arange(4), size, step))
        except ValueError:
            found.append("ValueError")
    return found


sound = torch.rand(2, 3, 12, generator=observe.generator(116))
observe("one dimension", seen_through, sound[0, 0].clone(), 4, facts=["stride"])
observe("with a step", seen_through, sound[1, 2].clone(), 3, 2, facts=["stride"])
observe("steps that leave entries out", seen_through, sound[1, 2].clone(), 2, 5)
observe("from the middle of a storage", seen_through, sound.clone().flatten()[7:19], 5)
observe("every second entry", seen_through, sound.clone()[0, 1, ::2], 3, facts=["stride"])
observe("a column", seen_through, sound.clone()[0].t()[:, 1], 4)
observe("two dimensions in front", seen_through, sound.clone(), 5, 3, facts=["stride"])
observe("transposed", seen_through, sound.clone().permute(2, 1, 0), 2, facts=["stride"])
observe("int64", seen_through, torch.arange(9), 9)
observe("windows of one entry", seen_through, torch.arange(4.0).double(), 1)
observe("sizes and steps that don't fit", window_refusals, (5, 1), (0, 1), (2, 0), (-1, 1), (4, 9))
### END HIDDEN TESTS
signal = torch.arange(6)
check.equal(windows(signal, 3, 2), torch.tensor([[0, 1, 2], [2, 3, 4]]))
check.equal(windows(signal[1::2], 2), torch.tensor([[1, 3], [3, 5]]))
check.shares_memory(windows(signal, 3), signal)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Draw `windows(torch.arange(5), 3, 2)` over its storage, as in Part 1. How far is it from one window to the next? Inside a window?
# </details>
# <details><summary>Hint 2</summary>
#
# The strides of `torch.as_strided` count positions of the *storage*. Neighbors of `x` along its last dimension are `x.stride(-1)` positions apart, which is 1 only for some layouts.
# </details>
# <details><summary>Hint 3</summary>
#
# Leave the leading sizes and strides as they are. Replace the last size by two: the number of windows, `(T - size) // step + 1`, and `size`. Their strides are `step` neighbors and one neighbor.
# </details>

# %%
noisy = torch.tensor([1.0, 5.0, 3.0, 7.0, 5.0, 9.0, 7.0])
print("moving average:", noisy.unfold(-1, 3, 1).mean(dim=-1).tolist())
plots.strided(noisy.long().unfold(-1, 3, 1))

# %% [markdown]
# ---
# ## Knowledge check
#
# ### Exercise 14. Choose one answer · ●●○ · 6 min
#
# Choose one letter for each question.
#
# **q1.** `x` is a 2 × 3 contiguous tensor. Which result shares memory with it?
#
# - **a** `x[[0, 1]]`
# - **b** `x[x > 0]`
# - **c** `x[0:2]`
# - **d** `x.t().reshape(-1)`
#
# **q2.** `y = x.reshape(-1); y[0] = 1`. Does `x` change?
#
# - **a** Always: reshape returns a view
# - **b** Never: reshape returns a copy
# - **c** It depends on the layout of `x`
# - **d** It raises when a copy would be needed
#
# **q3.** An image of shape (H, W, 3) must become (3, H, W). Write
#
# - **a** `x.permute(2, 0, 1)`
# - **b** `x.reshape(3, H, W)`
# - **c** `x.T`
# - **d** `x.view(3, H, W)`
#
# **q4.** `scores` has shape (batch, classes). The class probabilities of each sample are
#
# - **a** `scores.softmax(dim=0)`, as dimension 0 is that of the samples
# - **b** softmax along either dimension, as the shape is the same
# - **c** `scores.softmax(dim=0).t()`
# - **d** `scores.softmax(dim=1)`
#
# **q5.** `predicted` is (N, 1), `target` is (N,), N > 1. `((predicted - target) ** 2).mean()` is
#
# - **a** the mean squared error
# - **b** an error, as the shapes differ
# - **c** a tensor of shape (N, 1)
# - **d** a mean over N × N differences
#
# **q6.** A float32 counter begins at 0, and 1 is added 20 million times. It ends at
#
# - **a** 20000000
# - **b** 16777216
# - **c** inf
# - **d** a negative number
#
# **q7.** `y = torch.zeros(4).expand(3, 4); y[0, 0] = 5`. Then
#
# - **a** only `y[0, 0]` is 5
# - **b** an exception is raised
# - **c** the first column is 5 in all three rows
# - **d** the whole of row 0 is 5
#
# **q8.** `x` is float32. `x * torch.from_numpy(np.ones(3))`, with `x` of shape (3,), has dtype
#
# - **a** float32, as `x` comes first
# - **b** float32, the default dtype
# - **c** none: it raises
# - **d** float64
#
# **q9.** After `x.to(device)`, written as a statement of its own,
#
# - **a** `x` is where it was, and the result is lost
# - **b** `x` is on the device
# - **c** `x` moves when it is used next
# - **d** `x` is on both, and shares memory
#
# **q10.** You time `a @ b` on a GPU with two calls of `perf_counter`, and nothing else. You have timed
#
# - **a** the product
# - **b** the product and the copy to the CPU
# - **c** nothing, as a GPU has a clock of its own
# - **d** the launch: how long it takes to queue the product

# %% nbgrader={"grade": false, "grade_id": "knowledge_check", "locked": false, "schema_version": 3, "solution": true, "task": false}
answers = {}  # such as answers["q1"] = "a"

### BEGIN SOLUTION
answers = {
    "q1": "c", "q2": "c", "q3": "a", "q4": "d", "q5": "d",
    "q6": "b", "q7": "c", "q8": "d", "q9": "a", "q10": "d",
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "knowledge_check_test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
observe("question 1", answers.get, "q1", because={
    "a": "A list of positions looks like a slice, but positions picked one by one follow no stride: advanced indexing always copies, even when the list is 0, 1.",
    "b": "A mask seems to point into x, and in an assignment it does. Read, it is advanced indexing: the result is a copy.",
    "d": "x.t() shares, but its reading order follows no single stride, so the reshape after it has to copy.",
})
observe("question 2", answers.get, "q2", because={
    "a": "It is a view for every contiguous x, which is what one mostly has; for a transposed x the same line copies, and the write is lost.",
    "b": "The name sounds like a new tensor, but reshape copies only if no strides can describe the result.",
    "d": "That is what view does. reshape copies in silence instead.",
})
observe("question 3", answers.get, "q3", because={
    "b": "The shape is right, the image is not: reshape keeps the reading order and mixes the colors of neighboring pixels into one channel.",
    "c": "x.T reverses all dimensions, which gives (3, W, H): the image lies on its side. On three dimensions it is deprecated, too.",
    "d": "view has the same reading order as reshape; only its recipe is sure not to copy. Neither swaps dimensions.",
})
observe("question 4", answers.get, "q4", because={
    "a": "dim is not the dimension that is kept, it is the one that the sum runs along. Over dim 0 the samples compete with each other.",
    "b": "Softmax never changes the shape, so the shape can't tell. Look at the sums: along dim=1 each row adds up to 1.",
    "c": "The transpose comes too late: the samples have already been divided by each other's sums.",
})
observe("question 5", answers.get, "q5", because={
    "a": "It is what was meant. But (N, 1) and (N,) broadcast to (N, N), and each prediction is compared with every target.",
    "b": "An exception would help. The shapes fit by the broadcasting rule, since the missing size of (N,) counts as 1 on the left.",
    "c": "The mean runs over all entries and leaves no dimensions; and the difference has shape (N, N), not (N, 1).",
})
observe("question 6", answers.get, "q6", because={
    "a": "20000000 itself is a float32. The way there is blocked: from 2**24 on, adding 1 rounds back to where it was.",
    "c": "float32 reaches 3.4e38 before it overflows. What runs out here is its 24 binary digits, not its range.",
    "d": "That is an integer that wraps around. Floats don't wrap; they round.",
})
observe("question 7", answers.get, "q7", because={
    "a": "y looks like 12 entries. Its stride along dim 0 is 0, so the three rows are one row in memory.",
    "b": "PyTorch refuses in-place arithmetic on the whole of y, such as y.add_(1), but not a write to one of its entries.",
    "d": "The stride of 0 is along dim 0: the entries that share memory are those of a column, not those of a row.",
})
observe("question 8", answers.get, "q8", because={
    "a": "The order of operands does not matter. Both have dimensions and are floating point, so the wider dtype wins.",
    "b": "The default dtype is used where a dtype is missing. NumPy's array brings its own, float64, and from_numpy keeps it.",
    "c": "Elementwise operations promote in silence. A matrix product of the two is what raises.",
})
observe("question 9", answers.get, "q9", because={
    "b": "For a Module that is so: module.to changes it in place. Tensor.to returns a tensor, and leaves x alone.",
    "c": "Nothing is remembered. The copy is made at once, and dropped, as no name holds it.",
    "d": "Two devices share no memory here: the result is a copy on the other device, or x itself if it is there already.",
})
observe("question 10", answers.get, "q10", because={
    "a": "On a CPU you would have. On a GPU the call returns once the work is queued; call torch.accelerator.synchronize() before you stop the clock.",
    "b": "Nothing is copied unless you ask for the numbers, with .item(), .cpu() or print, and those would wait.",
    "c": "perf_counter measures well what the Python process waits for. It doesn't wait here, unless you synchronize.",
})
### END HIDDEN TESTS
questions = {f"q{n}" for n in range(1, 11)}
check.true(set(answers) == questions, "each of q1 to q10 has an answer")
check.true(set(answers.values()) <= set("abcd") and answers != {}, "each answer is a, b, c or d")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Each question can be tried out in a new cell, apart from q10. Predict first.
# </details>
# <details><summary>Hint 2</summary>
#
# q1, q2: Part 2. q3: the image in Part 8. q4: Part 4. q5, q7: Part 3. q6, q8: Part 5. q9, q10: Part 6.
# </details>

# %% [markdown]
# ---
# ## Ledger
#
# | Call | What it hides | Where you built it | What it still hides | How it fails |
# |---|---|---|---|---|
# | `x[i, j]`, `as_strided` | offset + Σ index · stride | Exercises 1, 3, 13 | the memory behind a view stays alive as a whole | `as_strided` by wrong strides reads other entries, without a word |
# | `torch.empty(shape)` | row-by-row strides | Exercise 2 | other layouts, such as `channels_last` | entries are whatever was in memory |
# | `view`, `reshape`, `contiguous` | may dimensions be merged? | Exercise 4 | how a copy is made fast | `view` raises; `reshape` copies in silence, and writes are lost |
# | slices; lists and masks | a new recipe; a copy | Predict 2, 4 | how a mask is counted before it is copied | `x[mask].fill_(0)` fills a copy |
# | `+=`, names ending in `_` | a write into shared storage | Predict 5 | version counters (lesson 02) | the caller's tensor changes |
# | `a + b`, `expand` | stride 0 | Exercise 5 | the loop over both, without the copies | (N, 1) − (N,) is (N, N); a write to one row is a write to all |
# | `@`, `einsum` | nested loops and a sum | Exercise 6 | blocking, vector instructions, the order of loops | a letter left out is summed in silence |
# | `softmax(dim)` | the largest taken away, a sum with `keepdim` | Exercise 7 | one fused pass over memory | the wrong `dim` keeps the shape |
# | `gather`, `where`, `scatter_add_` | an indexed read, a choice, an indexed sum | Exercise 8 | order of additions on a GPU: not always the same | `counts[labels] += 1` counts a class once |
# | `sum` | an order of adding | Exercise 9 | wider accumulators for half precision | left to right, float32 stands still at 2²⁴ |
# | `a * b` of two dtypes | promotion by category, dimensions first | Predict 9 | where the conversion happens | float64 spreads from NumPy; uint8 wraps |
# | `from_numpy`, `tensor` | a borrowed pointer; a copy | Exercise 12 | who frees the memory | in-place work changes the caller's array |
# | `.T`, `mT`, `permute` | strides in a new order | Exercises 1, 4 | kernels that are slower on them | `.T` on n-D is deprecated; `reshape` in its place scrambles |
# | `.to(device)` | a copy, or `x` itself | Predict 11 | streams, pinned memory (lesson 07) | without `x =` nothing moves; a clock without `synchronize` times the queue |
