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
# # 02 · Autograd: a graph that is written down while you compute
#
# ## Why
#
# To train is to ask, of each weight, how the loss would move if that weight moved a little. Asked one weight at a time, a model of a billion weights would have to be run a billion times for one step. Autograd answers for all of them at once, at about the cost of one more run: it writes down each operation while you compute, then goes back over its notes.
#
# **At the end you can** build the engine that does this, say what `backward()` writes and what it leaves alone, read the graph that PyTorch keeps, write a derivative of your own and prove it right, and find nine faults of gradients from their symptoms.
#
# **You build** a finite difference, a scalar autograd engine that trains a net, the sum that undoes broadcasting, a Jacobian, a training loop of bare tensors, a `Function` of your own, and a limit for gradients.
#
# **Before this:** 01 Tensors.
#
# | Part | You | Minutes |
# |---|---|---|
# | 1 · From a difference to a graph | measure a slope, then compute it | 9 |
# | 2 · A scalar engine | build it in four steps, and train a net with it | 28 |
# | 3 · The graph as it is | read PyTorch's own notes | 6 |
# | 4 · A vector times a Jacobian | carry the engine over to tensors | 14 |
# | 5 · Who writes .grad, and when | train TinyNet with nothing but tensors | 19 |
# | 6 · What a graph keeps | break a backward, write a `Function` | 11 |
# | 7 · Gradients of gradients, and hooks | differentiate twice, look in on the way | 3 |
# | 8 · Parity | compare all you built with PyTorch | 2 |
# | 9 · Break it | repair faulty code, and name the fault | 13 |
# | 10 · In practice, quiz, ledger | write it as you would at work | 15 |
#
# Exercises don't build on each other: leave one and go on. Where other cells use what you wrote, the text says so.

# %%
import itertools
import math
import warnings
import weakref

import torch
import torch.nn.functional as F

from course import check, data, device, observe, plots, widgets

torch.set_num_threads(1)  # these nets are too small to be shared between threads

# %% [markdown]
# ---
# ## Part 1 · From a difference to a graph
#
# A derivative is a slope: move x a little, and see how far f moves. The **central difference** moves it both ways:
#
# f′(x) ≈ (f(x + h) − f(x − h)) / 2h
#
# In mathematics a smaller h is a better one. **Predict 1.** What comes out in float32 for f(x) = x² at x = 3, where the slope is 6, with h = 10⁻⁸?

# %%
prediction = ...  # a number

x, h = torch.tensor(3.0), 1e-8
check.prediction(prediction, (((x + h) ** 2 - (x - h) ** 2) / (2 * h)).item())

# %% [markdown]
# <details><summary>Why (open it after you ran the cell)</summary>
#
# 0. In float32 the neighbors of 3 are 2.4 · 10⁻⁷ away, so `x + h` and `x - h` are both 3. A large h misses the curve's bend; a small one drowns in rounding. In between lies the best you can get, and in float64 it is far better.
# </details>

# %% [markdown]
# ### See it
#
# The error of the central difference of exp at 1, against h. From right to left: the bend's share falls, then rounding takes over.

# %%
plots.difference_error(torch.exp, at=1.0)

# %% [markdown]
# ### Exercise 1. The slope in every direction · ●○○ · 5 min
#
# The gradient of a function of many numbers holds one slope for each. Complete the loop.

# %% nbgrader={"grade": false, "grade_id": "numeric_gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
def numeric_gradient(f, x, h=1e-5):
    """Return the gradient of f at x by central differences, entry by entry.

    f: takes a tensor of x's shape, returns a tensor with no dimensions. x: float64, any shape.
    Returns a float64 tensor of x's shape; x is left as it was.

    numeric_gradient(lambda x: (x * x).sum(), tensor([1., 2.])) is close to tensor([2., 4.])
    """
    gradient = torch.zeros(x.shape, dtype=x.dtype)
    for index in itertools.product(*(range(size) for size in x.shape)):
        ### BEGIN SOLUTION
        up, down = x.clone(), x.clone()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
        ### END SOLUTION
    return gradient

# %% nbgrader={"grade": true, "grade_id": "numeric_gradient_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def and_point(f, x, **options):
    """The gradient, and the point afterwards."""
    return numeric_gradient(f, x, **options), x


def draw(*shape, seed):
    return torch.randn(shape, generator=observe.generator(seed), dtype=torch.float64)


loose = (1e-6, 1e-7)
observe("a vector", and_point, lambda x: (x.sin() * x).sum(), draw(5, seed=201), tolerance=loose)
observe("a matrix", and_point, lambda x: (x[0] * x[1]).exp().sum(), draw(2, 3, seed=202), tolerance=loose)
observe("a number with no dimensions", and_point, lambda x: x**3, draw(seed=203), tolerance=loose)
observe("a transposed point", and_point, lambda x: (x[0] * x[2]).sum(), draw(2, 3, seed=204).t(), tolerance=loose)
observe("a large h, which shows the formula", and_point, lambda x: x.exp().sum(), draw(3, seed=205), h=0.5)
observe("one entry without a slope", and_point, lambda x: x[0] * x[2], draw(3, seed=206), tolerance=loose)
### END HIDDEN TESTS
point = torch.tensor([1.0, 2.0], dtype=torch.float64)
slope = numeric_gradient(lambda x: (x * x).sum(), point)
check.close(slope.float(), torch.tensor([2.0, 4.0]))
check.equal(point, torch.tensor([1.0, 2.0], dtype=torch.float64))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Only one entry moves at a time. Which two points do you compare, and how far apart are they?
# </details>
# <details><summary>Hint 2</summary>
#
# `x` must not change, so work on `x.clone()`. `up[index] += h` moves one entry, since `index` is a tuple.
# </details>
# <details><summary>Hint 3</summary>
#
# Two clones, one moved up, one moved down, at `index`. The slope is the difference of the two values of `f`, divided by `2 * h`.
# </details>

# %% [markdown]
# It calls `f` twice for each entry. TinyNet, the net of this course, has 33 weights: 66 runs for one gradient. There is a way that takes two.
#
# **Local derivatives.** Take L = (a·b + c)² apart into single steps. Of each step you know the slopes by heart, for it sees nothing but its own inputs:
#
# | Step | Value at a = 2, b = −3, c = 10 | Local slopes |
# |---|---|---|
# | m = a · b | −6 | ∂m/∂a = b = −3, ∂m/∂b = a = 2 |
# | s = m + c | 4 | ∂s/∂m = 1, ∂s/∂c = 1 |
# | L = s² | 16 | ∂L/∂s = 2s = 8 |
#
# The steps and who feeds whom are the **graph**. Go back over it from L, and multiply by each local slope on the way: ∂L/∂s = 8, ∂L/∂m = 8 · 1, ∂L/∂a = 8 · 1 · (−3) = −24. That is the chain rule, and all of autograd.

# %%
def steps(v):
    a, b, c = v
    return (a * b + c) ** 2


v = torch.tensor([2.0, -3.0, 10.0], dtype=torch.float64, requires_grad=True)
steps(v).backward()  # PyTorch's engine
print("by hand:     ", [8.0 * 1 * -3, 8.0 * 1 * 2, 8.0 * 1])
print("PyTorch:     ", v.grad.tolist())

# %% [markdown]
# ---
# ## Part 2 · A scalar engine
#
# You build it in four steps: operations that note their slopes, an order, the way back, and a net. Each step is graded on its own, so leave one and go on if you are stuck. A `Value` is one number with notes:

# %%
class Value:
    """A number that notes what it was made from.

    data: the number. grad: the derivative of an output by it, once there is one.
    parents: the Values it was made from. slopes: slopes[i] is its local derivative by parents[i].
    """

    def __init__(self, data, parents=(), slopes=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.slopes = tuple(slopes)

    def __repr__(self):
        return f"Value({self.data:g}, grad={self.grad:g})"

    def __add__(self, other):
        return add(self, as_value(other))

    def __mul__(self, other):
        return multiply(self, as_value(other))

    def __pow__(self, n):
        return power(self, n)

    def __sub__(self, other):
        return self + as_value(other) * -1.0

    def exp(self):
        return exp(self)

    def relu(self):
        return relu(self)

    def backward(self):
        backward(topological(self))

    __radd__, __rmul__ = __add__, __mul__


def as_value(x):
    return x if isinstance(x, Value) else Value(x)


def add(a, b):
    """a + b: each of the two moves the sum by just as much."""
    return Value(a.data + b.data, (a, b), (1.0, 1.0))


total = add(Value(2.0), Value(3.0))
print(total, "from", total.parents, "with slopes", total.slopes)

# %% [markdown]
# ### Exercise 2. Operations that note their slopes · ●●○ · 6 min
#
# `add` is the pattern: compute, and note for each parent the slope at this very point. Write four more.

# %% nbgrader={"grade": false, "grade_id": "operations", "locked": false, "schema_version": 3, "solution": true, "task": false}
def multiply(a, b):
    """a · b, for two Values. multiply(Value(2), Value(5)) has data 10 and slopes (5, 2)."""
    ### BEGIN SOLUTION
    return Value(a.data * b.data, (a, b), (b.data, a.data))
    ### END SOLUTION


def power(a, n):
    """a to the n, for a Value and a plain number n. At a = 3, n = 2: data 9, slopes (6,)."""
    ### BEGIN SOLUTION
    return Value(a.data**n, (a,), (n * a.data ** (n - 1),))
    ### END SOLUTION


def exp(a):
    """e to the a, for a Value; math.exp takes a plain number."""
    ### BEGIN SOLUTION
    result = math.exp(a.data)
    return Value(result, (a,), (result,))
    ### END SOLUTION


def relu(a):
    """a where a > 0, else 0. At the kink, a = 0, the slope is 0, as in PyTorch."""
    ### BEGIN SOLUTION
    return Value(max(a.data, 0.0), (a,), (1.0 if a.data > 0 else 0.0,))
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "operations_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def noted(function, *numbers):
    """The result's number, and its slope by each leaf (summed, if the leaf stands there twice)."""
    leaves = [Value(number) for number in numbers]
    result = function(*leaves)
    pairs = list(zip(result.parents, result.slopes, strict=True))
    return result.data, [float(sum(s for p, s in pairs if p is leaf)) for leaf in leaves]


observe("multiply", noted, lambda a, b: multiply(a, b), 2.5, -4.0)
observe("multiply by zero", noted, lambda a, b: multiply(a, b), 0.0, 3.0)
observe("a value by itself", noted, lambda a: multiply(a, a), 3.0)
observe("power 3", noted, lambda a: power(a, 3), -2.0)
observe("power 0.5", noted, lambda a: power(a, 0.5), 2.25)
observe("power -1", noted, lambda a: power(a, -1), 4.0)
observe("power 2, at zero and beside it", lambda: [noted(lambda a: power(a, 2), at) for at in (0.0, 1.5)])
observe("exp", noted, lambda a: exp(a), 1.5)
observe("exp of a negative", noted, lambda a: exp(a), -2.0)
observe("relu above zero", noted, lambda a: relu(a), 2.5)
observe("relu below zero", noted, lambda a: relu(a), -2.5)
observe("relu at the kink and beside it", lambda: [noted(lambda a: relu(a), at) for at in (0.0, 0.25, 1.5)])
### END HIDDEN TESTS
product = multiply(Value(2.0), Value(5.0))
check.equal((product.data, product.slopes), (10.0, (5.0, 2.0)))
square = power(Value(3.0), 2)
check.equal((square.data, square.slopes), (9.0, (6.0,)))
check.equal(len(exp(Value(0.0)).parents), 1)
check.equal(relu(Value(-1.0)).slopes, (0.0,))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Copy `add`'s line. What changes is the number, and the slopes: if only `a` moves by a little, how far does a · b move?
# </details>
# <details><summary>Hint 2</summary>
#
# (aⁿ)′ = n · aⁿ⁻¹, and the derivative of eᵃ is eᵃ itself. A single parent still goes into a tuple: `(a,)`.
# </details>
# <details><summary>Hint 3</summary>
#
# The slopes are plain numbers: `b.data` and `a.data` for the product; `n * a.data ** (n - 1)`; the result; 1.0 or 0.0.
# </details>

# %% [markdown]
# ### Fan-out, and why the order matters
#
# **Predict 2.** A value may be used more than once. At a = 1: what is the derivative of c by a?

# %%
prediction = ...  # a number

a = torch.tensor(1.0, requires_grad=True)
b = a + a
c = b + b
c.backward()
check.prediction(prediction, a.grad.item())

# %% [markdown]
# <details><summary>Why</summary>
#
# 4. c = 4a. On the graph there are four ways from c to a, each with slope 1 · 1, and **ways add up**. So a gradient that arrives is *added* to what has arrived before. To follow all ways one by one would do, too, but 30 lines such as `b = a + a` are 2³⁰ ways.
#
# Hence the rule of every engine: a node hands its gradient on *once*, after all who send to it have sent.
# </details>

# %% [markdown]
# ### Explore
#
# **Question.** Here a = 2x, b = a + a and d = a · b: a is used in d, and in b as well. In each of the three orders, `a.grad` ends at 8, which is right. In which does `x.grad` end at 16? At which step do the other two go wrong?

# %%
widgets.backward_order()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only in the first. In the order they are met, a hands on after d's 4 has come and before b's 4: x gets half. At once, a hands on three times, and each time all that it has so far: what it had before is counted again.
# </details>

# %% [markdown]
# ### Exercise 3. A topological order · ●●○ · 7 min
#
# List the values of a graph so that each stands *after* its parents. Read backwards, each then stands after all that send to it.

# %% nbgrader={"grade": false, "grade_id": "topological", "locked": false, "schema_version": 3, "solution": true, "task": false}
def topological(output):
    """Return a list of all Values behind `output`, each once, parents before what they make.

    output: a Value; it comes last. Graphs are less than 500 steps deep, so recursion will do.

    With b = a + a and c = b + b, topological(c) is [a, b, c].
    """
    ### BEGIN SOLUTION
    order, seen = [], set()

    def visit(value):
        if value in seen:
            return
        seen.add(value)
        for parent in value.parents:
            visit(parent)
        order.append(value)

    visit(output)
    return order
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "topological_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def is_sorted(output, count):
    """What holds of the order: its length, and each thing that it must keep to."""
    order = topological(output)
    place = {id(value): at for at, value in enumerate(order)}
    return {
        "values": len(order),
        "each of them once": len(place) == count == len(order),
        "the output last": order[-1] is output,
        "parents first": all(place[id(p)] < place[id(v)] for v in order for p in v.parents),
    }


def joined(*parents):
    return Value(1.0, parents, (1.0,) * len(parents))


def chain(length):
    value = Value(1.0)
    for _ in range(length):
        value = joined(value)
    return value


def doubled(times):
    value = Value(1.0)
    for _ in range(times):
        value = joined(value, value)
    return value


def shortcut(first):
    """A value is used by the output and by a longer way to it, met first or last."""
    x = Value(1.0)
    a = joined(x)
    b = joined(joined(a))
    return joined(a, b) if first else joined(b, a)


def random_graph(seed):
    """Each of 30 values is made from two or three before it; the last from the ten before."""
    values = [Value(0.0)]
    for _ in range(30):
        picks = torch.randint(len(values), (3,), generator=observe.generator(seed + len(values)))
        values.append(joined(*(values[i] for i in picks.tolist())))
    return joined(*values)


observe("one value, and a sum of two", lambda: [is_sorted(Value(1.0), 1), is_sorted(joined(Value(1.0), Value(2.0)), 3)])
observe("a chain", is_sorted, chain(60), 61)
observe("twelve doublings", is_sorted, doubled(12), 13)
observe("a shortcut, met first", is_sorted, shortcut(True), 5)
observe("a shortcut, met last", is_sorted, shortcut(False), 5)
observe("a random graph", is_sorted, random_graph(210), 32)
### END HIDDEN TESTS
a = Value(1.0)
b = add(a, a)
c = add(b, b)
check.equal([value.data for value in topological(c)], [1.0, 2.0, 4.0])

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Take the output: before it comes into the list, all its parents have to be in it. And before each of those, theirs. A function that calls itself says just that.
# </details>
# <details><summary>Hint 2</summary>
#
# Keep a set of the values that you have visited, and turn back at once where you have been. Values can be put into a set; two are equal only if they are the same one.
# </details>
# <details><summary>Hint 3</summary>
#
# An inner function `visit(value)`: return if it was seen; note it; visit each parent; *then* append the value. Call it with the output.
# </details>

# %% [markdown]
# ### Exercise 4. The way back · ●●○ · 6 min
#
# Here is the order; go back over it. As in PyTorch, gradients are **added** at the leaves (values without parents), across calls, too. The values in between start afresh in each call.

# %% nbgrader={"grade": false, "grade_id": "backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def backward(order):
    """Add the derivative of the output, order[-1], to the .grad of every leaf in the order.

    order: Values, parents before what they make; the last has parents. Returns None.
    What .grad holds of a value with parents is forgotten first, and is its derivative of this
    call afterwards. What .grad holds of a leaf stays, and is added to.

    With b = a + a, c = b + b and order [a, b, c]: a.grad 4, b.grad 2, c.grad 1. Called again, a.grad is 8.
    """
    ### BEGIN SOLUTION
    for value in order:
        if value.parents:
            value.grad = 0.0
    order[-1].grad = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            parent.grad += slope * value.grad
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "backward_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def grads(order, calls=1):
    """Every .grad, after so many calls."""
    for _ in range(calls):
        backward(order)
    return [float(value.grad) for value in order]


def summed():
    a, b = Value(1.0), Value(2.0)
    return [a, b, Value(3.0, (a, b), (1.0, 1.0))]


def chained(*slopes):
    order = [Value(1.0)]
    for slope in slopes:
        order.append(Value(1.0, (order[-1],), (slope,)))
    return order


def fan():
    a = Value(1.0)
    b = Value(2.0, (a, a), (1.0, 1.0))
    return [a, b, Value(4.0, (b, b), (1.0, 1.0))]


def crossing():
    x, w = Value(1.0), Value(2.0)
    a = Value(2.0, (x, w), (2.0, 0.5))
    b = Value(4.0, (a, a), (1.0, -3.0))
    return [x, w, a, b, Value(8.0, (a, b), (4.0, 2.0))]


def random_order(seed):
    """25 values; each after the fifth is made from two before it, with a random slope."""
    order = [Value(0.0) for _ in range(5)]
    while len(order) < 25:
        generator = observe.generator(seed + len(order))
        picks = torch.randint(len(order), (2,), generator=generator).tolist()
        slopes = torch.randn(2, generator=generator, dtype=torch.float64).tolist()
        order.append(Value(0.0, [order[i] for i in picks], slopes))
    order.append(Value(0.0, order[-6:], (1.0, -1.0) * 3))
    return order


def already_there(order):
    order[0].grad, order[-2].grad = 10.0, 7.0
    return grads(order)


close = (1e-6, 1e-9)
observe("a sum", grads, summed())
observe("a chain of slopes", grads, chained(3.0, -2.0, 0.5))
observe("b = a + a, c = b + b", grads, fan())
observe("a shortcut", grads, crossing())
observe("two calls", grads, crossing(), calls=2)
observe("gradients that are there already", already_there, chained(3.0, 5.0, 2.0))
observe("a random graph", grads, random_order(220), tolerance=close)
observe("a random graph, three calls", grads, random_order(230), calls=3, tolerance=close)
### END HIDDEN TESTS
a = Value(1.0)
b = add(a, a)
c = add(b, b)
backward([a, b, c])
check.equal([a.grad, b.grad, c.grad], [4.0, 2.0, 1.0])
backward([a, b, c])
check.equal([a.grad, b.grad, c.grad], [8.0, 2.0, 1.0])

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The derivative of the output by itself is 1. From there: what does a value with gradient g send to a parent with slope s?
# </details>
# <details><summary>Hint 2</summary>
#
# Go through `reversed(order)`. For each value, go through its parents and slopes together, and *add*: a parent may get something from several values, or twice from one.
# </details>
# <details><summary>Hint 3</summary>
#
# Three steps: set `.grad` to 0 where there are parents; set the last one's to 1; then, backwards, `parent.grad += slope * value.grad`.
# </details>

# %% [markdown]
# The engine is complete: `Value.backward` calls `backward(topological(self))`. The same line, once of Values, once of tensors (for this cell Exercises 2 to 4 have to be solved):

# %%
def expression(a, b, c):
    return ((a * b + c).relu() + (a * 0.5).exp()) ** 2


mine = [Value(2.0), Value(-3.0), Value(10.0)]
theirs = [torch.tensor(value.data, dtype=torch.float64, requires_grad=True) for value in mine]
expression(*mine).backward()
expression(*theirs).backward()
check.close([round(value.grad, 6) for value in mine], [round(tensor.grad.item(), 6) for tensor in theirs])

# %% [markdown]
# ### Exercise 5. A net of scalars · ●●○ · 6 min
#
# TinyNet has 2 inputs, 8 hidden units and 1 output. A hidden unit is relu(w · x + b); the output, its logit, is a weighted sum of them, plus a bias, and is called the score here. Write it with `+`, `*` and `.relu()` alone: then it runs on your Values and on PyTorch's scalars alike, and both find the same gradients. There is no other mathematics in a framework.

# %% nbgrader={"grade": false, "grade_id": "tiny_score", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tiny_score(x, w1, b1, w2, b2):
    """Return the score of one sample: a Value if the weights are Values, a tensor if they are.

    x: list of I numbers. w1: list of H lists of I weights. b1: list of H. w2: a list that holds
    one list of H weights. b2: a list of one bias. They are laid out as the weight and bias of
    nn.Linear are: a row for each output. Weights know +, * and .relu().

    With H = 1: tiny_score([2., 1.], [[3., 1.]], [1.], [[10.]], [5.]) is 10 · relu(3·2 + 1·1 + 1) + 5 = 85.
    """
    ### BEGIN SOLUTION
    score = b2[0]
    for row, bias, weight in zip(w1, b1, w2[0], strict=True):
        unit = bias
        for w, entry in zip(row, x, strict=True):
            unit = unit + w * entry
        score = score + weight * unit.relu()
    return score
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "tiny_score_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def scalars(tensor):
    """Nested lists of tensors without dimensions."""
    return [scalars(row) for row in tensor.unbind()] if tensor.ndim else tensor


def score_and_gradients(inputs, hidden, seed, away=0.0):
    """The score of one sample, and what flows back to each weight."""
    generator = observe.generator(seed)
    shapes = ((hidden, inputs), (hidden,), (1, hidden), (1,))
    weights = [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]
    weights[1] -= away  # far enough below 0, every unit is off; above, on
    for weight in weights:
        weight.requires_grad_()
    x = torch.randn(inputs, generator=generator, dtype=torch.float64).tolist()
    score = tiny_score(x, *(scalars(weight) for weight in weights))
    return score, torch.autograd.grad(score, weights, materialize_grads=True)


observe("2, 8, 1", score_and_gradients, 2, 8, 240)
observe("2, 8, 1, other weights", score_and_gradients, 2, 8, 241)
observe("one hidden unit", score_and_gradients, 2, 1, 242, away=-5.0)
observe("one input", score_and_gradients, 1, 4, 243)
observe("as many inputs as units", score_and_gradients, 3, 3, 244)
observe("five inputs", score_and_gradients, 5, 2, 245, away=-5.0)
observe("every unit is off", score_and_gradients, 2, 8, 246, away=50.0)
### END HIDDEN TESTS
one = [[torch.tensor(3.0), torch.tensor(1.0)]], [torch.tensor(1.0)], [[torch.tensor(10.0)]], [torch.tensor(5.0)]
check.equal(tiny_score([2.0, 1.0], *one), torch.tensor(85.0))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# One hidden unit first: start from its bias, and add weight times input, one by one. A row of `w1` belongs to one unit.
# </details>
# <details><summary>Hint 2</summary>
#
# Don't turn anything into a plain number on the way: `float(w)` or `.item()` drop the notes, and nothing flows back.
# </details>
# <details><summary>Hint 3</summary>
#
# Two nested loops: over `zip(w1, b1, w2[0])`, and in it over `zip(row, x)`. The unit goes through `.relu()`, the score doesn't.
# </details>

# %% [markdown]
# ### Your engine trains
#
# The points of `data.plane` lie in two classes. The loss is binary cross-entropy on the score z, for a label y of 0 or 1: log(1 + eᶻ) − y·z. Its first term, called softplus, needs one operation more; its slope is the sigmoid. (This cell and the next one run on your Exercises 2 to 5. Without them go on to Part 3.)

# %%
def softplus(a):
    """log(1 + e to the a), written so that it can't overflow; its slope is sigmoid(a)."""
    result = max(a.data, 0.0) + math.log1p(math.exp(-abs(a.data)))
    return Value(result, (a,), (1 / (1 + math.exp(-a.data)),))


def start(seed=0):
    """TinyNet's weights as nn.Linear would draw them, up to 1/√(inputs): w1, b1, w2, b2."""
    generator = torch.Generator().manual_seed(seed)
    shapes = (((8, 2), 2), ((8,), 2), ((1, 8), 8), ((1,), 8))
    return [(2 * torch.rand(s, generator=generator) - 1) / math.sqrt(n) for s, n in shapes]


def as_values(numbers):
    """Nested lists of numbers, as nested lists of Values."""
    return [as_values(n) for n in numbers] if isinstance(numbers, list) else Value(numbers)


def leaves(nested):
    """The Values in nested lists, one after the other."""
    return [v for n in nested for v in leaves(n)] if isinstance(nested, list) else [nested]


x, y = data.plane(30, seed=0)
samples = list(zip(x.tolist(), y[:, 0].tolist(), strict=True))
weights = [as_values(w.tolist()) for w in start()]

for step in range(61):
    scores = [(tiny_score(point, *weights), label) for point, label in samples]
    loss = sum(softplus(score) - score * label for score, label in scores) * (1 / len(scores))
    loss.backward()
    if step == 0:
        first_gradients = [v.grad for v in leaves(weights)]
    if step % 15 == 0:
        right = sum((score.data > 0) == bool(label) for score, label in scores)
        print(f"step {step:2d}   loss {loss.data:.4f}   {right} of {len(scores)} right")
    for v in leaves(weights):
        v.data -= 0.5 * v.grad  # the step: backward() has changed no weight
        v.grad = 0.0            # and the gradients of this step are used up

# %% [markdown]
# The same net of tensors, in four lines. Its loss has the same gradients, in all 33 weights:

# %%
def tiny(x, w1, b1, w2, b2):
    """TinyNet: x (N, 2) to scores (N, 1)."""
    return (x @ w1.T + b1).relu() @ w2.T + b2


tensors = [w.requires_grad_() for w in start()]
F.binary_cross_entropy_with_logits(tiny(x, *tensors), y).backward()
check.close(torch.tensor(first_gradients), torch.cat([w.grad.flatten() for w in tensors]))

# %% [markdown]
# ---
# ## Part 3 · The graph as it is
#
# PyTorch's notes can be read. A tensor that was computed holds its node in `grad_fn`; a node's `next_functions` are the nodes it hands gradients on to: your `parents`. At the end of each way stands an `AccumulateGrad`, which adds to the `.grad` of a leaf.

# %%
w = torch.tensor([1.0, -1.0], requires_grad=True)
hidden = (w * 3).relu()
loss = (hidden * hidden).sum()


def walk(tensor):
    """Every node behind a tensor, each once, the tensor's own first."""
    found = [tensor.grad_fn]
    for node in found:  # the list grows while it is walked
        for following, _ in node.next_functions:
            if following is not None and following not in found:
                found.append(following)
    return found


for node in walk(loss):
    sends_to = [following.name() for following, _ in node.next_functions if following]
    print(node.name(), "→", ", ".join(sends_to) or "w.grad")

# %% [markdown]
# ### See it
#
# The same graph, drawn from `next_functions`. Arrows point the way a gradient goes. `hidden` is used twice by the product, hence two arrows. What a node has saved for the way back is in Part 6.

# %%
plots.graph(loss, w=w, hidden=hidden)

# %% [markdown]
# **Predict 3.** L = Σ xᵢ² at x = [1, 2]. What is `x.grad`?

# %%
prediction = ...  # a list of two numbers

x = torch.tensor([1.0, 2.0], requires_grad=True)
(x * x).sum().backward()
check.prediction(prediction, x.grad)

# %% [markdown]
# <details><summary>Why</summary>
#
# `[2, 4]`: ∂L/∂xᵢ = 2xᵢ. The sum hands a 1 on to each square; each square gets its x in twice, with the slope x each.
# </details>

# %% [markdown]
# **Predict 4.** The graph is written down anew in each run. So an `if` and a loop are no trouble: what was not run is not in the graph. What is the slope at x = −1?

# %%
prediction = ...  # a number


def branch_and_loop(x):
    y = 2 * x if x > 0 else 3 * x
    while y.abs() < 10:
        y = 2 * y
    return y


x = torch.tensor(-1.0, requires_grad=True)
branch_and_loop(x).backward()
check.prediction(prediction, x.grad.item())

# %% [markdown]
# <details><summary>Why</summary>
#
# 12. The branch gives 3x = −3; two doublings give −12. The graph holds three multiplications and neither the `if` nor the `while`.
# </details>

# %% [markdown]
# ### Explore
#
# **Question.** At which two values of x do `x.grad` and the central difference disagree? Which of the two is right? (Look at the number of multiplications to the left of such a point.)

# %%
widgets.dynamic_graph()

# %% [markdown]
# <details><summary>Answer</summary>
#
# At 2.5 and at 5. Just below, the loop doubles once more, so the function jumps from 20 down to 10: there is no slope, and the difference divides the jump by 2h. Autograd answers for the operations that ran. It never sees that the data chose them, so it can't warn you either.
# </details>

# %% [markdown]
# ---
# ## Part 4 · A vector times a Jacobian
#
# With tensors, a node's local slope is a matrix, the **Jacobian**: J[i, j] is the derivative of output i by input j. For a (64, 1000) activation it would have 64000² entries, so it is never built. The way back needs only **vᵀJ**, where v is the gradient that arrives: the vector-Jacobian product. A node is a rule for this product:
#
# | Operation | v arrives; v·J is |
# |---|---|
# | y = x.sum() | v in every entry |
# | y = x.exp() | v * y |
# | y = x @ w.T | to x: v @ w; to w: v.T @ x |
# | y = x + b, b broadcast | to b: v, summed over what was repeated |

# %%
generator = torch.Generator().manual_seed(2)
x, w = (torch.randn(s, generator=generator, requires_grad=True) for s in ((4, 2), (3, 2)))
v = torch.randn(4, 3, generator=generator)
(x @ w.T).backward(v)  # v is what would arrive from behind
torch.testing.assert_close(x.grad, v @ w)
torch.testing.assert_close(w.grad, v.T @ x)
print("both rules of the product hold")

# %% [markdown]
# ### Exercise 6. The way back of a broadcast · ●●○ · 6 min
#
# Broadcasting reads one entry many times: that is fan-out, and what flows back adds up. Write the sum that brings a gradient back to the shape that the operand had before it was broadcast (lesson 01, "Broadcasting").

# %% nbgrader={"grade": false, "grade_id": "unbroadcast", "locked": false, "schema_version": 3, "solution": true, "task": false}
def unbroadcast(gradient, shape):
    """Return the gradient, summed back to `shape`.

    gradient: tensor of a shape that `shape` broadcasts to. shape: tuple.
    Returns a tensor of shape `shape` and of gradient's dtype.

    unbroadcast(torch.ones(3, 4), (4,)) is tensor([3., 3., 3., 3.])
    """
    ### BEGIN SOLUTION
    new = gradient.ndim - len(shape)
    gradient = gradient.sum(dim=tuple(range(new))) if new else gradient
    repeated = tuple(d for d, size in enumerate(shape) if size == 1 and gradient.shape[d] != 1)
    return gradient.sum(dim=repeated, keepdim=True) if repeated else gradient
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "unbroadcast_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def draw(*shape, seed):
    return torch.randn(shape, generator=observe.generator(seed), dtype=torch.float64)


def back(*pairs, dtype=torch.float64, seed=260):
    """The gradient of each first shape, brought back to the second."""
    generator = observe.generator(seed)
    drawn = [torch.randn(big, generator=generator, dtype=torch.float64).to(dtype) for big, _ in pairs]
    return [unbroadcast(g, small) for g, (_, small) in zip(drawn, pairs, strict=True)]


observe("dimensions that are new", back, ((3, 4), (4,)), ((2, 3, 4), (4,)))
observe("sizes of 1", back, ((3, 4), (3, 1)), ((3, 4), (1, 4)), ((3, 4), (1, 1)))
observe("both", back, ((2, 3, 4), (3, 1)), ((5, 2, 3), (1, 1, 3)), ((5, 2, 3), (1, 3)))
observe("a square, along one side", back, ((3, 3), (1, 3)), ((3, 3), (3, 1)), ((3, 3), (3,)))
observe("a number with no dimensions", back, ((2, 3), ()), ((4,), ()))
observe("nothing to sum, and something", back, ((2, 3), (2, 3)), ((2, 3), (1, 3)), ((), ()))
observe("sizes of 1 that were not repeated", back, ((1, 3), (3,)), ((2, 1, 3), (1, 3)), ((2, 1), (1, 1)))
observe("no samples", back, ((0, 3), (3,)), ((0, 3), (1, 3)), ((2, 0), (2, 1)))
observe("float32", back, ((4, 2, 3), (2, 1)), dtype=torch.float32)
observe("not contiguous", lambda: [unbroadcast(draw(4, 3, seed=261).t()[:, ::2], (3, 1))])
### END HIDDEN TESTS
check.equal(unbroadcast(torch.ones(3, 4), (4,)), torch.tensor([3.0, 3.0, 3.0, 3.0]))
check.equal(unbroadcast(torch.ones(3, 4), (3, 1)), torch.tensor([[4.0], [4.0], [4.0]]))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two things can have happened: dimensions came in at the left, and sizes of 1 were stretched. Undo each by a sum.
# </details>
# <details><summary>Hint 2</summary>
#
# A dimension that came in has to disappear; one that was stretched has to stay, with size 1: `keepdim=True`.
# </details>
# <details><summary>Hint 3</summary>
#
# Sum over the first `gradient.ndim - len(shape)` dimensions. Then, for each dimension where `shape` says 1, sum with `keepdim=True`. Beware of `x.sum(dim=())`: an empty `dim` sums over everything.
# </details>

# %% [markdown]
# **Predict 5.** What does `backward()` do with an output of three entries?

# %%
prediction = ...  # a list of two numbers (x.grad), or "raises"


def attempt(function, *args):
    """What the call returns, or the exception that it raises."""
    try:
        return function(*args)
    except Exception as error:
        return error


x = torch.tensor([1.0, 2.0], requires_grad=True)
y = torch.stack([x[0], x[1], x[0] * x[1]])
result = attempt(y.backward)
check.prediction(prediction, x.grad if result is None else result)

# %% [markdown]
# <details><summary>Why</summary>
#
# `"raises"`. For a scalar, v is 1. For three outputs PyTorch can't know which of them you mean; you have to say it by v. With v = [0, 0, 1] you get the last row of the Jacobian. `y.sum().backward()` is v = [1, 1, 1]: the sum of all rows, not the Jacobian.
# </details>

# %%
y.backward(torch.tensor([0.0, 0.0, 1.0]))
print("the last row:", x.grad.tolist())

# %% [markdown]
# ### Exercise 7. A Jacobian, row by row · ●●○ · 6 min
#
# One backward gives one row. `backward(v, retain_graph=True)` keeps the graph for the next one; `torch.autograd.grad(y, x, v, retain_graph=True)` returns the gradient in a tuple, and writes to no `.grad`.

# %% nbgrader={"grade": false, "grade_id": "jacobian", "locked": false, "schema_version": 3, "solution": true, "task": false}
def jacobian(f, x):
    """Return the (M, N) matrix of derivatives of f(x)[i] by x[j].

    f: takes an (N,) tensor, returns an (M,) one that depends on it, M >= 1. x: (N,), floating
    point, with or without requires_grad. Returns an (M, N) tensor of x's dtype, outside of any
    graph. x, its .grad and its requires_grad are left as they were.

    jacobian(lambda x: 2 * x, torch.ones(2)) is tensor([[2., 0.], [0., 2.]])
    """
    ### BEGIN SOLUTION
    x = x.detach().requires_grad_()
    y = f(x)
    rows = []
    for i in range(len(y)):
        v = torch.zeros_like(y)
        v[i] = 1
        rows += torch.autograd.grad(y, x, v, retain_graph=True)
    return torch.stack(rows)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "jacobian_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def draw(*shape, seed):
    return torch.randn(shape, generator=observe.generator(seed), dtype=torch.float64)


def matrix_and_x(f, x):
    """The Jacobian, and the point with its .grad afterwards."""
    before = x.grad
    return jacobian(f, x), x, x.grad is before


def with_a_gradient(f, x):
    """x is a leaf that holds a gradient already."""
    x = x.clone().requires_grad_()
    x.grad = torch.ones_like(x)
    found = jacobian(f, x)
    return found, x, x.grad


m = draw(3, 4, seed=270)
known = ("requires_grad",)
observe("a matrix product", matrix_and_x, lambda x: m @ x, draw(4, seed=271), facts=known)
observe("entry by entry", matrix_and_x, lambda x: x.sin() * x, draw(5, seed=272), facts=known)
observe("sums that run", matrix_and_x, lambda x: x.exp().cumsum(0), draw(4, seed=273), facts=known)
observe("more outputs than inputs", matrix_and_x, lambda x: torch.cat([x, x * x, x[:1]]), draw(2, seed=274), facts=known)
observe("one output", matrix_and_x, lambda x: (x * x).sum().reshape(1), draw(4, seed=275), facts=known)
observe("one input", matrix_and_x, lambda x: torch.cat([x, 3 * x]), draw(1, seed=276), facts=known)
observe("float32", matrix_and_x, lambda x: m.float() @ x.tanh(), draw(4, seed=277).float(), facts=known)
observe("x holds a gradient", with_a_gradient, lambda x: (m @ x).exp() / 10, draw(4, seed=278), facts=known)
### END HIDDEN TESTS
check.equal(jacobian(lambda x: 2 * x, torch.ones(2)), torch.tensor([[2.0, 0.0], [0.0, 2.0]]))
check.close(jacobian(lambda x: torch.stack([x[0], x[1], x[0] * x[1]]), torch.tensor([1.0, 2.0])),
            torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]]))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which v picks row i? How many calls does the whole matrix take, and how often does `f` have to run?
# </details>
# <details><summary>Hint 2</summary>
#
# Begin with a leaf of your own, `x.detach().requires_grad_()`. It shares x's numbers, but nothing else.
# </details>
# <details><summary>Hint 3</summary>
#
# Run `f` once. For each i, make a v of zeros with a 1 at i, and take `torch.autograd.grad(y, x, v, retain_graph=True)[0]`. Stack the rows. With `backward` instead, the rows would add up in one `.grad`, unless you clear it in between.
# </details>

# %% [markdown]
# ---
# ## Part 5 · Who writes .grad, and when
#
# **Predict 6.** Two calls of `backward()`, and nothing else. What are `w` and `w.grad` at the end?

# %%
prediction_w = ...     # a number
prediction_grad = ...  # a number

w = torch.tensor(1.0, requires_grad=True)
for _ in range(2):
    loss = (3 * w - 1) ** 2  # the slope by w is 2 · (3 - 1) · 3 = 12
    loss.backward()
check.prediction(prediction_w, w.item())
check.prediction(prediction_grad, w.grad.item())

# %% [markdown]
# <details><summary>Why</summary>
#
# 1 and 24. `backward()` fills `.grad` and changes no weight: that is the optimizer's work, in a line of its own. And it *adds*: what an earlier call left in `.grad` stays in it, as in your engine. Adding is what fan-out needs, and it lets one step gather several batches. So to clear is your work, too.
# </details>

# %% [markdown]
# ### Never cleared is momentum 1.0
#
# Momentum (lesson 04 builds it) steps along vₜ = μ · vₜ₋₁ + gₜ. Where gradients are never cleared, `.grad` holds gₜ + gₜ₋₁ + … + g₀, which is the same with μ = 1. Not nearly: exactly. A line is fitted three times below, and nothing brakes two of them.

# %%
generator = torch.Generator().manual_seed(1)
inputs = torch.randn(20, generator=generator)
targets = 2 * inputs + 1 + 0.1 * torch.randn(20, generator=generator)


def line_loss(p):
    """p: (..., 2), weight and bias. Returns the mean squared error, shape (...)."""
    return ((p[..., 0, None] * inputs + p[..., 1, None] - targets) ** 2).mean(dim=-1)


def descend(clear, momentum=0.0, steps=40):
    """The points that SGD visits, (steps + 1, 2)."""
    p = torch.tensor([-1.0, -1.0], requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.03, momentum=momentum)
    path = [p.detach().clone()]
    for _ in range(steps):
        if clear:
            optimizer.zero_grad()
        line_loss(p).backward()
        optimizer.step()
        path.append(p.detach().clone())
    return torch.stack(path)


cleared, never, heavy = descend(clear=True), descend(clear=False), descend(clear=True, momentum=1.0)
check.equal(never, heavy)  # every bit of every step
plots.descent_paths(line_loss, {"cleared": cleared, "never cleared": never, "momentum 1.0": heavy})

# %% [markdown]
# ### Leaves, and tensors in between
#
# A **leaf** is a tensor that no operation made. Only leaves that require gradients get a `.grad`; the gradients of what lies in between are used and dropped, unless you ask with `retain_grad()`.
#
# **Predict 7.** Which of these are leaves?

# %%
prediction_a = ...  # True or False, for each
prediction_b = ...
prediction_c = ...

a = torch.ones(2, requires_grad=True)
b = 0.1 * torch.ones(2, requires_grad=True)
c = torch.ones(2, requires_grad=True).to(torch.float64)
check.prediction(prediction_a, a.is_leaf)
check.prediction(prediction_b, b.is_leaf)
check.prediction(prediction_c, c.is_leaf)

# %% [markdown]
# <details><summary>Why</summary>
#
# Only a. The other two were made by an operation, a multiplication and a conversion: the leaf is the tensor on the inside, to which no name holds on. Such a "weight" gets no gradient (it is in the zoo of Part 9). Make the numbers first, and call `requires_grad_()` last.
# </details>

# %%
middle = a * 2
middle.retain_grad()
(middle * middle).sum().backward()
print("a.grad     ", a.grad.tolist())
print("middle.grad", middle.grad.tolist(), "by retain_grad()")

# %% [markdown]
# ### Out of the graph
#
# | Call | Gives |
# |---|---|
# | `x.detach()` | a tensor that shares x's numbers, and has no notes: a constant for what comes |
# | `with torch.no_grad():` | nothing that is computed inside is noted |
# | `x.data` | like `detach()`, but a write to it is noticed by nobody (Part 6) |
# | `x.item()`, `x.tolist()` | Python numbers, without notes |
#
# ### Exercise 8. Read what arrives · ●○○ · 5 min
#
# `x` is fresh in each line: `x = torch.tensor(3.0, requires_grad=True)`. What is `x.grad` at the end of it? Work it out without running it; the first one is done.

# %%
# "a"   (x * x).backward()
# "b"   (x * x).backward(); (x * x).backward()
# "c"   (x * x.detach()).backward()
# "d"   with torch.no_grad(): y = x * x
#       (y * x).backward()
# "e"   y = 2 * x; (y * y).backward()
# "f"   y = x * x; (y + y.detach() + y).backward()
# "g"   (x * 5 if x > 4 else x * x * x).backward()
# "h"   y = x * x; y = y * x.item(); y.backward()
# "i"   (2 * x).backward(); (x * x * x).backward()

# %% nbgrader={"grade": false, "grade_id": "read_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
gradient = {"a": 6.0}  # name: x.grad, a number

### BEGIN SOLUTION
gradient["b"] = 12.0
gradient["c"] = 3.0
gradient["d"] = 9.0
gradient["e"] = 24.0
gradient["f"] = 12.0
gradient["g"] = 27.0
gradient["h"] = 18.0
gradient["i"] = 29.0
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "read_grad_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def arrived(name):
    return float(gradient[name])


observe("b, two calls", arrived, "b")
observe("c, one factor detached", arrived, "c")
observe("d, computed under no_grad", arrived, "d")
observe("e, through a tensor in between", arrived, "e")
observe("f, fan-out with one way cut", arrived, "f")
observe("g, a branch", arrived, "g")
observe("h, times a Python number", arrived, "h")
observe("i, two calls of different functions", arrived, "i")
### END HIDDEN TESTS
x = torch.tensor(3.0, requires_grad=True)
(x * x).backward()
check.equal(gradient["a"], x.grad.item())
check.true(set(gradient) == set("abcdefghi"), "there is an answer for each of a to i")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# For each line, write the function down with what is detached as a constant k. Differentiate by x, then put k = its value, and x = 3.
# </details>
# <details><summary>Hint 2</summary>
#
# In "c" it is k·x with k = 3; in "d" it is k·x with k = 9. In "f", two of the three ways are open, and each brings 2x.
# </details>

# %% [markdown]
# ### Exercise 9. Train TinyNet by hand · ●●● · 10 min
#
# Forward, loss, backward, update, clear (lesson 00 cleared before `backward()`: the same circle): write the loop. `tiny` (Part 2) is the forward pass. An update must not be noted (`no_grad`), and must change the leaves themselves, *in place*: `p -= …`. (`p = p - …` makes a new tensor, and the leaf stays what it was.)

# %% nbgrader={"grade": false, "grade_id": "train", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train(parameters, x, y, steps, lr):
    """Train TinyNet by gradient descent, and return the list of losses, each before its step.

    parameters: list of four leaves w1, b1, w2, b2, changed in place; they stay leaves that
    require gradients. x: (N, 2). y: (N, 1) of 0 and 1. steps: int >= 0. lr: the step size.
    The loss is F.binary_cross_entropy_with_logits of the scores and y; a list entry is a float.
    What .grad held before has no influence; afterwards every .grad is None.

    train(parameters, x, y, steps=100, lr=0.5)[-1] is smaller than its [0]
    """
    ### BEGIN SOLUTION
    losses = []
    for p in parameters:
        p.grad = None
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= lr * p.grad
                p.grad = None
        losses.append(loss.item())
    return losses
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "train_test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def drawn_net(seed, dtype=torch.float64):
    generator = observe.generator(seed)
    shapes = ((8, 2), (8,), (1, 8), (1,))
    return [torch.randn(s, generator=generator, dtype=dtype).requires_grad_() for s in shapes]


def drawn_points(seed, n, dtype=torch.float64):
    generator = observe.generator(seed)
    x = torch.randn(n, 2, generator=generator, dtype=dtype)
    return x, (torch.rand(n, 1, generator=generator) < 0.5).to(dtype)


def losses_of(seed, n, steps, lr, dtype=torch.float64):
    parameters, (x, y) = drawn_net(seed, dtype), drawn_points(seed, n, dtype)
    return list(train(parameters, x, y, steps, lr))


def weights_after(seed, n, steps, lr, held=None):
    """The same tensors after training; `held` is what every .grad holds at the start."""
    parameters, (x, y) = drawn_net(seed), drawn_points(seed, n)
    for p in parameters:
        p.grad = None if held is None else torch.full_like(p, held)
    own = list(parameters)
    losses = train(parameters, x, y, steps, lr)
    return len(losses), own, all(p.grad is None for p in own)


def two_rounds(seed, n):
    """Trained for three steps, then for two more, beside five at once."""
    (x, y), split, whole = drawn_points(seed, n), drawn_net(seed), drawn_net(seed)
    losses = train(split, x, y, 3, 0.4) + train(split, x, y, 2, 0.4)
    return losses, train(whole, x, y, 5, 0.4)


loose = (1e-5, 1e-8)
leaf = ("is_leaf", "requires_grad")
observe("the losses of twelve steps", losses_of, 290, 20, 12, 0.3, tolerance=loose)
observe("the losses in float32", losses_of, 291, 16, 8, 0.3, dtype=torch.float32, tolerance=(1e-3, 1e-5))
observe("the weights after one step", weights_after, 292, 12, 1, 0.7, tolerance=loose, facts=leaf)
observe("the weights after nine steps", weights_after, 293, 12, 9, 0.2, tolerance=loose, facts=leaf)
observe("one sample", weights_after, 294, 1, 4, 0.5, tolerance=loose, facts=leaf)
observe("gradients that were there before", weights_after, 295, 12, 5, 0.2, held=3.0, tolerance=loose, facts=leaf)
observe("two rounds", two_rounds, 296, 10, tolerance=loose)
observe("no steps, then two", lambda: losses_of(297, 8, 0, 0.1) + losses_of(297, 8, 2, 0.1), tolerance=loose)
### END HIDDEN TESTS
x, y = data.plane(200, seed=0)
parameters = [w.requires_grad_() for w in start()]
losses = train(parameters, x, y, steps=300, lr=0.5)
check.true(len(losses) == 300, "there is a loss for each step")
check.true(losses[-1] < 0.6 * losses[0], "the loss falls to less than 0.6 of the first")
check.true(all(p.grad is None for p in parameters), "the gradients are cleared")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Five lines in the loop, in the order of the exercise's first sentence, and `loss.item()` for the list. Try it without `no_grad` to see what PyTorch says.
# </details>
# <details><summary>Hint 2</summary>
#
# `for p in parameters: p -= lr * p.grad` inside `with torch.no_grad():`. Then `p.grad = None`. What could `.grad` hold before the *first* step?
# </details>
# <details><summary>Hint 3</summary>
#
# Clear once before the loop. In the loop: `loss = …`; `loss.backward()`; under `no_grad`, for each p, the update in place and then `p.grad = None`; `losses.append(loss.item())`.
# </details>

# %% [markdown]
# ### See it
#
# The score of TinyNet over the plane, before and after. Triangles are class 1, and purple is a score above 0, which says class 1.

# %%
def score_plane(parameters, n=60, extent=2.2):
    """The scores on a grid, (n, n), rows going up."""
    line = torch.linspace(-extent, extent, n)
    down, across = torch.meshgrid(line, line, indexing="ij")
    grid = torch.stack([across.flatten(), down.flatten()], dim=1)
    with torch.no_grad():
        return tiny(grid, *parameters).reshape(n, n)


before, after = score_plane(start()), score_plane(parameters)
plots.score_planes({"before": before, "after 300 steps": after}, x, y, extent=2.2)

# %% [markdown]
# ---
# ## Part 6 · What a graph keeps
#
# In `Value` a slope was noted at once. PyTorch notes what it *needs* for the slope: exp keeps its result, for that is its slope; a product keeps its factors. These **saved tensors** are most of the memory that training takes. `backward()` frees them as it goes, unless you say `retain_graph=True`.
#
# **Predict 8.** You change a result in place, before the backward. What happens? For each: `x.grad`, or `"raises"`.

# %%
def change_in_place(operation):
    """x.grad after the operation's result has been changed, or the exception."""
    x = torch.tensor([1.0], requires_grad=True)
    y = operation(x)
    y.add_(1)
    return attempt(lambda: (y.sum().backward(), x.grad)[1])


prediction_double = ...  # y = x * 2
prediction_exp = ...     # y = x.exp()

check.prediction(prediction_double, change_in_place(lambda x: x * 2))
check.prediction(prediction_exp, change_in_place(lambda x: x.exp()))

# %% [markdown]
# <details><summary>Why</summary>
#
# `[2.0]`, and `"raises"`. A product with 2 needs the 2, not its own result. exp needs its result, and that is no longer e. PyTorch notices by a counter: each tensor counts its in-place changes (`y._version`), and the count was noted with what was saved.
# </details>

# %% [markdown]
# **Predict 9.** You call `backward()` twice on one graph. What happens the second time: nothing bad (`None`), or `"raises"`?

# %%
prediction_plus = ...  # y = x + 1
prediction_exp = ...   # y = x.exp()


def second_backward(operation):
    """What the second backward returns (None), or the exception."""
    total = operation(torch.tensor([1.0], requires_grad=True)).sum()
    total.backward()
    return attempt(total.backward)


check.prediction(prediction_plus, second_backward(lambda x: x + 1))
check.prediction(prediction_exp, second_backward(lambda x: x.exp()))

# %% [markdown]
# <details><summary>Why</summary>
#
# `None`, and `"raises"`. The nodes of the graph are still there after a backward; what was saved is not. A sum has saved nothing, so nothing is missing. Hence the well-known error appears in one model and not in the other.
# </details>

# %% [markdown]
# **The silent one.** A write through `.data` isn't counted. Nothing is raised, and the gradient is wrong:

# %%
x = torch.tensor([1.0], requires_grad=True)
y = x.exp()
y.data.add_(1)
y.sum().backward()
print("the slope of exp(x) + 1 at 1 is", round(math.e, 4), "and this says", round(x.grad.item(), 4))

# %% [markdown]
# ### A derivative of your own
#
# `torch.autograd.Function` is a node that you write: `forward` computes and saves; `backward` gets v and returns v·J, one for each input. Your `multiply` would look like this:

# %%
class Multiply(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)  # not ctx.a = a: what is saved here is counted, and freed
        return a * b

    @staticmethod
    def backward(ctx, v):
        a, b = ctx.saved_tensors
        return v * b, v * a


a, b = (torch.tensor([value], dtype=torch.float64, requires_grad=True) for value in (2.0, -3.0))
print("gradcheck:", torch.autograd.gradcheck(Multiply.apply, (a, b)))
plots.graph(Multiply.apply(a, b).sum(), a=a, b=b)

# %% [markdown]
# `gradcheck` is your Exercise 1: it compares v·J with central differences. It wants float64; look at the first picture for why. And it fails where there is no slope. **Predict 10.** What does PyTorch take for the slope of ReLU at its kink, 0? And the central difference?

# %%
prediction_autograd = ...    # a number
prediction_difference = ...  # a number

kink = torch.zeros(1, dtype=torch.float64, requires_grad=True)
kink.relu().sum().backward()
check.prediction(prediction_autograd, kink.grad.item())
check.prediction(prediction_difference, ((torch.relu(kink + 1e-5) - torch.relu(kink - 1e-5)) / 2e-5).item())
print("gradcheck at 0:  ", type(attempt(torch.autograd.gradcheck, torch.relu, (kink,))).__name__)
print("gradcheck at 0.5:", torch.autograd.gradcheck(torch.relu, (kink.detach() + 0.5).requires_grad_()))

# %% [markdown]
# <details><summary>Why</summary>
#
# 0, and 0.5: half of the step goes up at slope 1, half at slope 0. Any number from 0 to 1 would be a *subgradient*, and PyTorch takes 0. A net hits exactly 0 rarely, so it does no harm; a test does it easily, so keep test points off the kink.
# </details>

# %% [markdown]
# ### Exercise 10. A Function of your own · ●●● · 8 min
#
# SiLU is x · σ(x), with σ the sigmoid; with s = σ(x) its slope is s + x · s · (1 − s). Write it as a node that saves nothing but `x`: a chain of PyTorch's own operations would save more.

# %% nbgrader={"grade": false, "grade_id": "silu", "locked": false, "schema_version": 3, "solution": true, "task": false}
class SiLU(torch.autograd.Function):
    """SiLU.apply(x) is x · sigmoid(x), for floating-point x of any shape; same shape and dtype.

    backward returns v · slope, written with PyTorch's operations, so that it can be
    differentiated once more.
    """

    @staticmethod
    def forward(ctx, x):
        ### BEGIN SOLUTION
        ctx.save_for_backward(x)
        return x * x.sigmoid()
        ### END SOLUTION

    @staticmethod
    def backward(ctx, v):
        ### BEGIN SOLUTION
        (x,) = ctx.saved_tensors
        s = x.sigmoid()
        return v * (s + x * s * (1 - s))
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "silu_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def draw(*shape, seed):
    return torch.randn(shape, generator=observe.generator(seed), dtype=torch.float64)


def value_and_gradient(x, v):
    """The result, and what flows back if v arrives."""
    x = x.clone().requires_grad_()
    y = SiLU.apply(x)
    return y, torch.autograd.grad(y, x, v)[0]


def saved_shapes(x):
    """The shapes of what is saved, and the gradient that comes of it."""
    shapes = []

    def pack(t):
        shapes.append(tuple(t.shape))
        return t

    x = x.clone().requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        y = SiLU.apply(x)
    return shapes, torch.autograd.grad(y.sum(), x)[0]


def checked(x):
    """Does gradcheck agree (a bool), once and twice differentiated?"""
    x = x.clone().requires_grad_()
    once = torch.autograd.gradcheck(SiLU.apply, (x,))
    return once, torch.autograd.gradgradcheck(SiLU.apply, (x,)), SiLU.apply(x)


def used_twice(x):
    x = x.clone().requires_grad_()
    y = SiLU.apply(x)
    return torch.autograd.grad((y * SiLU.apply(y) + 3 * y).sum(), x)[0]


observe("float64, another v than 1", value_and_gradient, draw(5, seed=300), draw(5, seed=301))
observe("float32", value_and_gradient, draw(6, seed=302).float(), draw(6, seed=303).float())
observe("a matrix, transposed", value_and_gradient, draw(3, 4, seed=304).t(), draw(4, 3, seed=305))
observe("no dimensions", value_and_gradient, draw(seed=306), draw(seed=307))
observe("far from zero", value_and_gradient, draw(4, seed=308) * 60, torch.ones(4, dtype=torch.float64))
observe("what is saved", saved_shapes, draw(3, 2, seed=309))
observe("gradcheck and gradgradcheck", checked, draw(4, seed=310))
observe("used twice", used_twice, draw(5, seed=311))
### END HIDDEN TESTS
x = torch.linspace(-3, 3, 13, dtype=torch.float64, requires_grad=True)
check.close(SiLU.apply(x), F.silu(x))
check.true(torch.autograd.gradcheck(SiLU.apply, (x,)), "gradcheck agrees")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `Multiply` above is the pattern. Inside `forward` nothing is noted, so you may use `x.sigmoid()`.
# </details>
# <details><summary>Hint 2</summary>
#
# `ctx.saved_tensors` is a tuple, even of one: `(x,) = ctx.saved_tensors`. What arrives, v, is a factor of what you return.
# </details>
# <details><summary>Hint 3</summary>
#
# forward: `ctx.save_for_backward(x)`, then return x · σ(x). backward: get x, compute s = σ(x) again, return `v * (…)` with the slope from the text.
# </details>

# %% [markdown]
# ---
# ## Part 7 · Gradients of gradients, and hooks
#
# With `create_graph=True` the way back is noted like any other computation, and can be differentiated again. Your `Value` can't do that: its slopes are plain numbers.
#
# **Predict 11.** f(x) = x³ at x = 2: what do the two calls of `grad` return?

# %%
prediction_first = ...   # a number
prediction_second = ...  # a number

x = torch.tensor(2.0, requires_grad=True)
(first,) = torch.autograd.grad(x**3, x, create_graph=True)
(second,) = torch.autograd.grad(first, x)
check.prediction(prediction_first, first.item())
check.prediction(prediction_second, second.item())

# %% [markdown]
# <details><summary>Why</summary>
#
# 3x² = 12, and 6x = 12. The same way you get H·v, the matrix of second derivatives times a vector, without ever having the matrix: differentiate the gradient, dotted with v. That is two backwards, whatever the number of weights.
# </details>

# %%
def hessian_times(f, x, v):
    """H·v for the matrix H of second derivatives of f at x: two backwards, no matrix."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(f(x), x, create_graph=True)
    return torch.autograd.grad(gradient @ v, x)[0]


def bowl(x):
    return (x**4).sum() + x[0] * x[1]


x, v = torch.tensor([1.0, 2.0, 0.5]), torch.tensor([1.0, -1.0, 2.0])
check.close(hessian_times(bowl, x, v), torch.autograd.functional.hessian(bowl, x) @ v)

# %% [markdown]
# A **hook** is called with the gradient when it passes a tensor. It may look, or return another gradient in its place. **Predict 12.** What is `x.grad`?

# %%
prediction = ...  # a number

seen = []
x = torch.tensor(3.0, requires_grad=True)
y = 2 * x
y.register_hook(lambda g: seen.append(g.item()))
y.register_hook(lambda g: 10 * g)
(y * y).backward()
check.prediction(prediction, x.grad.item())
print("the first hook saw", seen)

# %% [markdown]
# <details><summary>Why</summary>
#
# 240. What arrives at y is 2y = 12, which the first hook sees: once, after both ways have been added. The second hands on 120, and y = 2x makes 240 of it.
# </details>

# %% [markdown]
# ---
# ## Part 8 · Parity
#
# Your engine against PyTorch's, on random expressions, shapes and points. What isn't written yet says so.

# %%
random = torch.Generator()


def inputs_of(make, count):
    """What `make` returns for each of `count` seeds."""
    for seed in range(count):
        random.manual_seed(seed)
        yield make()


def whole(low, high):
    """A random int, low <= n < high."""
    return int(torch.randint(low, high, (), generator=random))


def evaluate(program, leaves):
    """Run a list of (operation, i, j) on growing values; the last one is the output."""
    values = list(leaves)
    for operation, i, j in program:
        a, b = values[i], values[j]
        values.append({"+": a + b, "*": a * b, "relu": (a * b).relu() + a, "exp": (b * -0.1).exp(),
                       "**": a**2 * 0.1}[operation])
    return values[-1] + values[-2]


def random_program():
    """12 operations on 3 leaves, and their numbers."""
    program = []
    for n in range(3, 15):
        program.append((("+", "*", "relu", "exp", "**")[whole(0, 5)], whole(max(0, n - 4), n), whole(0, n)))
    return program, (torch.rand(3, generator=random, dtype=torch.float64) - 0.5).tolist()


def gradients_of_mine(program, numbers):
    leaves = [Value(number) for number in numbers]
    evaluate(program, leaves).backward()
    return [leaf.grad for leaf in leaves]


def gradients_of_torch(program, numbers):
    leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    evaluate(program, leaves).backward()
    return [0.0 if leaf.grad is None else leaf.grad.item() for leaf in leaves]


check.parity(gradients_of_mine, gradients_of_torch, inputs_of(random_program, 100), rtol=1e-6, atol=1e-9)

# %%
def torch_unbroadcast(gradient, shape):
    """PyTorch's own: the way back of expand."""
    x = torch.zeros(shape, dtype=gradient.dtype, requires_grad=True)
    x.expand(gradient.shape).backward(gradient)
    return x.grad


def random_gradient():
    """A gradient of a broadcast, and the shape before it."""
    big = tuple(whole(0, 4) for _ in range(whole(0, 4)))
    small = tuple(1 if whole(0, 3) == 0 else n for n in big)[whole(0, len(big) + 1):]
    return torch.randn(big, generator=random, dtype=torch.float64), small


check.parity(unbroadcast, torch_unbroadcast, inputs_of(random_gradient, 300))

# %%
def random_map():
    """A smooth function of n numbers, and a point."""
    m = torch.randn(whole(1, 5), n := whole(1, 5), generator=random, dtype=torch.float64)
    return lambda x: (m @ x).tanh() * x.sum(), torch.randn(n, generator=random, dtype=torch.float64)


def torch_jacobian(f, x):
    return torch.autograd.functional.jacobian(f, x)


check.parity(jacobian, torch_jacobian, inputs_of(random_map, 50))

# %%

def random_field():
    f, x = random_map()
    return lambda x: f(x).sum(), x


check.parity(numeric_gradient, torch_jacobian, inputs_of(random_field, 50), rtol=1e-5, atol=1e-7)

# %%
def my_silu(x):
    return SiLU.apply(x)


def random_values():
    return (10 * torch.randn(whole(0, 5), whole(1, 5), generator=random, dtype=torch.float64),)


check.parity(my_silu, F.silu, inputs_of(random_values, 100))

# %% [markdown]
# ---
# ## Part 9 · Break it
#
# Of the bugs below, few raise anything. Handle each in four steps: **symptom** → **hypothesis** → **evidence** → **fix**. In the repairs you also name the fault, with its letter:
#
# | | Fault |
# |---|---|
# | A | gradients of earlier calls are still in `.grad` |
# | B | nothing was updated: `backward()` only fills `.grad` |
# | C | the update made a new tensor, and the leaf was left behind |
# | D | the graph was cut on the way |
# | E | the graphs of all steps are kept alive |
# | F | a saved tensor was changed unnoticed |
# | G | the tensor is no leaf: it was computed from one |
# | H | a gradient was handed on before all of it had arrived |
# | I | two formulas are compared that are not the same |
#
# ### Six to look at
#
# Read the symptom, form a hypothesis, and only then open the answer.

# %%
x, y = data.plane(100, seed=0)


def bce(parameters):
    return F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)


# 1. Four steps of training; the loss stands still.
net, losses = [w.requires_grad_() for w in start()], []
for _ in range(4):
    loss = bce(net)
    loss.backward()
    losses.append(round(loss.item(), 4))
print("1.", losses)

# 2. A line is fitted. The loss falls, then rises again, and so on.
p, losses = torch.tensor([-1.0, -1.0], requires_grad=True), []
for _ in range(40):
    loss = line_loss(p)
    loss.backward()
    with torch.no_grad():
        p -= 0.05 * p.grad
    losses.append(loss.item())
print("2.", [round(loss, 1) for loss in losses[::4]])

# 3. The first step works, the second fails.
def step(weight):
    (x @ weight).square().mean().backward()
    return weight - 0.1 * weight.grad


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    stepped = step(torch.tensor([0.5, -0.5], requires_grad=True))
    second = attempt(step, stepped)
print("3.", type(second).__name__, "after a", caught[0].category.__name__)

# 4. Only a part of the net learns.
w1, b1, w2, b2 = (w.requires_grad_() for w in start())
hidden = torch.tensor((x @ w1.T + b1).relu().tolist())
F.binary_cross_entropy_with_logits(hidden @ w2.T + b2, y).backward()
print("4. no gradient:", [name for name, w in zip(("w1", "b1", "w2", "b2"), (w1, b1, w2, b2), strict=True) if w.grad is None])

# 5. A weight, made small from the start, gets no gradient.
small = 0.1 * torch.ones(2, requires_grad=True)
(x @ small).square().mean().backward()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print("5.", small.grad, "with a", caught[0].category.__name__)

# 6. By hand the slopes come out otherwise. Does PyTorch reckon in another way?
weight = torch.tensor([0.5, -0.5], requires_grad=True)
F.mse_loss(x @ weight, y[:, 0]).backward()
by_hand = 2 * (x @ weight.detach() - y[:, 0]) @ x
print("6.", [round(g, 3) for g in weight.grad.tolist()], "by hand:", [round(g, 1) for g in by_hand.tolist()])

# %% [markdown]
# <details><summary>1. The loss stands still: hypothesis, evidence, fix</summary>
#
# **B.** The four losses are equal to the last digit, so no weight has moved. Evidence: compare a weight before and after. Fix: the update, `p -= lr * p.grad` under `no_grad`, or `optimizer.step()`.
# </details>
# <details><summary>2. The loss swings</summary>
#
# **A.** Each step goes along the sum of all gradients so far: momentum 1.0. With luck such a loop even trains faster, and nobody notices. Evidence: print the size of `p.grad` over a few steps, or call `backward()` twice and see it double. Fix: `p.grad = None` after each update, or `optimizer.zero_grad()`.
# </details>
# <details><summary>3. The second step fails</summary>
#
# **C.** After the first step the weight is the result of a subtraction. Evidence: `stepped.is_leaf` is `False`. Fix: update the leaf in place, under `no_grad`: `weight -= 0.1 * weight.grad`.
# </details>
# <details><summary>4. Only a part learns</summary>
#
# **D.** `tolist()` gives numbers without notes, and `torch.tensor` makes a new leaf of them. `.item()`, `.detach()` and `.numpy()` cut in the same way. Evidence: `hidden.requires_grad` is `False`, and so are the gradients of all that came before it missing. Fix: stay within tensors.
# </details>
# <details><summary>5. A weight without a gradient</summary>
#
# **G.** The leaf is the tensor of ones; `small` is its tenth. Evidence: `small.is_leaf` is `False`, `small.grad_fn` is a `MulBackward0`. Fix: `(0.1 * torch.ones(2)).requires_grad_()`.
# </details>
# <details><summary>6. Another result by hand</summary>
#
# **I.** The formula is that of the *sum* of squares; `mse_loss` takes their *mean*. Evidence: the ratio of the two is 100, the number of samples, in each entry. Fix: divide by 100. There is one mathematics: where the framework and your derivation differ, one of the two differentiates another function.
# </details>

# %% [markdown]
# Each piece of evidence, run:

# %%
net = [w.requires_grad_() for w in start()]
bce(net).backward()
once = net[0].grad.clone()
print("1. unchanged by backward():", torch.equal(net[0], start()[0]))
bce(net).backward()
print("2. twice as large:         ", torch.equal(net[0].grad, 2 * once))
print("3. stepped.is_leaf:        ", stepped.is_leaf)
print("4. hidden.requires_grad:   ", hidden.requires_grad)
print("5. small.grad_fn:          ", small.grad_fn.name())
print("6. the ratio:             ", [round(r, 2) for r in (by_hand / weight.grad).tolist()])

# %% [markdown]
# ### Exercise 11. Repair: one gradient for each sample · ●●○ · 6 min
#
# **Symptom.** Each sample pulls at the weights in its own way. The rows below should be those pulls. They are all the same, and nobody raised a thing.

# %%
sample_fault = "?"  # you name it below


def faulty_sample_gradients(w, x, y):
    rows = []
    for xi, yi in zip(x, y, strict=True):
        loss = (xi @ w - yi) ** 2
        loss.backward()
        rows.append(w.grad)
    return torch.stack(rows)


w = torch.tensor([1.0, -1.0], requires_grad=True)
x, y = torch.tensor([[1.0, 2.0], [2.0, 1.0], [3.0, 1.0]]), torch.zeros(3)
print("rows:     ", faulty_sample_gradients(w, x, y).tolist())
print("should be:", (2 * (x @ w.detach() - y).unsqueeze(1) * x).tolist())

# %% nbgrader={"grade": false, "grade_id": "sample_gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sample_gradients(w, x, y):
    """Return, for each sample i, the gradient of (x[i] @ w - y[i]) ** 2 by w.

    w: (D,) leaf that requires gradients. x: (N, D), N >= 1. y: (N,). All of one dtype.
    Returns (N, D), outside of any graph. w.grad is afterwards what it was before.

    For w = [1., -1.], x = [[1., 0.], [1., 1.]], y = [0., 1.] it is [[2., 0.], [-2., -2.]]
    """
    ### BEGIN SOLUTION
    rows = []
    for xi, yi in zip(x, y, strict=True):
        loss = (xi @ w - yi) ** 2
        rows += torch.autograd.grad(loss, w)
    return torch.stack(rows)
    ### END SOLUTION


# The fault: set sample_fault to its letter in the table, such as "D"
### BEGIN SOLUTION
sample_fault = "A"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "sample_gradients_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def draw(*shape, seed):
    return torch.randn(shape, generator=observe.generator(seed), dtype=torch.float64)


def rows_and_grad(n, d, seed, dtype=torch.float64, held=None):
    """The rows, and what w.grad holds afterwards."""
    w = draw(d, seed=seed).to(dtype).requires_grad_()
    w.grad = None if held is None else torch.full_like(w, held)
    rows = sample_gradients(w, draw(n, d, seed=seed + 1).to(dtype), draw(n, seed=seed + 2).to(dtype))
    return rows, w.grad


known = ("requires_grad",)
observe("five samples", rows_and_grad, 5, 3, 320, facts=known)
observe("one sample", rows_and_grad, 1, 4, 323, facts=known)
observe("one weight", rows_and_grad, 4, 1, 326, facts=known)
observe("w.grad holds something", rows_and_grad, 3, 2, 329, held=5.0, facts=known)
observe("float32", rows_and_grad, 6, 2, 332, dtype=torch.float32, facts=known)
observe("called twice", lambda: rows_and_grad(4, 2, 335)[0] + rows_and_grad(4, 2, 335)[0])
observe("the name of the fault", lambda: sample_fault.strip().upper())
### END HIDDEN TESTS
w = torch.tensor([1.0, -1.0], requires_grad=True)
x, y = torch.tensor([[1.0, 0.0], [1.0, 1.0]]), torch.tensor([0.0, 1.0])
check.equal(sample_gradients(w, x, y), torch.tensor([[2.0, 0.0], [-2.0, -2.0]]))
check.true(w.grad is None, "w.grad is as it was")
check.true(sample_fault in set("ABCDEFGHI"), "sample_fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Print `w.grad` in each turn of the loop. Then print the list at the end, and ask how many different tensors are in it.
# </details>
# <details><summary>Hint 2</summary>
#
# There are two things to mend. `.grad` is added to, *in place*: so it has to be cleared, and every entry of the list is one and the same tensor. To clear it by `w.grad.zero_()` makes all rows the last one.
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.autograd.grad(loss, w)` returns a new tensor in a tuple, and writes nowhere.
# </details>

# %% [markdown]
# ### Exercise 12. Repair: the memory that grows · ●●○ · 5 min
#
# **Symptom.** Training runs out of memory after some hundred steps, though every step is of the same size. Below, the nodes that hang on `total`:

# %%
epoch_fault = "?"  # you name it below


def faulty_mean_loss(losses):
    total = 0
    for count, loss in enumerate(losses, start=1):
        total += loss
        print("step", count, "· nodes behind total:", len(walk(total)))
    return (total / count).item()


w = torch.ones(3, requires_grad=True)
print("mean:", round(faulty_mean_loss((w * n).exp().sum() for n in range(4)), 3))

# %% nbgrader={"grade": false, "grade_id": "mean_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mean_loss(losses):
    """Return the mean of the losses as a Python float.

    losses: any iterable of tensors without dimensions, each with a graph, made one after the
    other as they are asked for. Once the next one is asked for, no graph of an earlier one may
    be kept alive. Raises ValueError if there are no losses.

    mean_loss(iter([tensor(1.), tensor(2.)])) is 1.5
    """
    ### BEGIN SOLUTION
    total, count = 0.0, 0
    for loss in losses:
        total += loss.item()
        count += 1
    if not count:
        raise ValueError("there are no losses to take the mean of")
    return total / count
    ### END SOLUTION


# The fault: set epoch_fault to its letter in the table, such as "D"
### BEGIN SOLUTION
epoch_fault = "E"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mean_loss_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def draw(*shape, seed):
    return torch.randn(shape, generator=observe.generator(seed), dtype=torch.float64)


class Kept:
    """What a graph holds in the place of a saved tensor: alive as long as the graph is."""

    def __init__(self, tensor):
        self.tensor = tensor


def mean_and_kept(numbers, dtype=torch.float64):
    """The mean, and whether more than the graphs of the last two losses were ever alive."""
    alive, most = weakref.WeakSet(), 0
    w = torch.ones(2, dtype=dtype, requires_grad=True)

    def pack(tensor):
        kept = Kept(tensor.detach())  # a saved result that held its own graph would keep itself alive
        alive.add(kept)
        return kept

    def made():
        nonlocal most
        for number in numbers:
            most = max(most, len(alive))
            yield ((w * 0).exp() * number).mean()
        most = max(most, len(alive))

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept.tensor):
        list(made())
        one, most = most, 0  # a list keeps them all
        mean = mean_loss(made())
    return mean, most <= 2 * one // len(numbers)


def without_losses(losses):
    """What comes of no losses at all, and last of two."""
    try:
        found = mean_loss(iter(losses))
    except ValueError:
        found = "ValueError"
    return found, mean_and_kept([2.0, 4.0, 6.0, 8.0])


observe("eight losses", mean_and_kept, draw(8, seed=340).tolist())
observe("many losses", mean_and_kept, draw(60, seed=341).tolist())
observe("float32", mean_and_kept, draw(9, seed=342).tolist(), dtype=torch.float32)
observe("no losses", without_losses, [])
observe("the name of the fault", lambda: epoch_fault.strip().upper())
### END HIDDEN TESTS
w = torch.ones(3, requires_grad=True)
check.close(mean_loss((w * n).sum() for n in range(4)), 4.5)
check.raises(ValueError, mean_loss, [])
check.true(epoch_fault in set("ABCDEFGHI"), "epoch_fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Who holds on to the graph of step 1 while step 4 runs? Follow `next_functions` from `total`.
# </details>
# <details><summary>Hint 2</summary>
#
# A sum of tensors is a node like any other. A sum of numbers is a number. A list of losses would keep their graphs as well.
# </details>
# <details><summary>Hint 3</summary>
#
# `total += loss.item()`, or `loss.detach()` where you don't want to wait for an accelerator. Count as you go, since a generator has no length.
# </details>

# %% [markdown]
# ---
# ## Part 10 · In practice
#
# The loop of Exercise 9, as you would write it at work. Each line rests on something that you built: `backward` is your Exercise 4, `step` the update, `zero_grad` the clearing (it sets `.grad` to `None`). The cell compares the two, so it needs your Exercise 9.

# %%
best = device.best()
x, y = (part.to(best) for part in data.plane(200, seed=0))
model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1)).to(best)
with torch.no_grad():
    for p, w in zip(model.parameters(), start(), strict=True):
        p.copy_(w)
criterion = torch.nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

running = []
for _ in range(100):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    running.append(loss.item())

by_hand = train([w.to(best).requires_grad_() for w in start()], x, y, steps=100, lr=0.5)
torch.testing.assert_close(torch.tensor(running), torch.tensor(by_hand), rtol=1e-3, atol=1e-4)
print("100 steps, the same losses as yours; the last is", round(running[-1], 3))

# %% [markdown]
# Habits worth keeping:
#
# - `optimizer.zero_grad()` stands right before the forward pass, or right after `step()`. Anywhere, but once a step.
# - Evaluate under `torch.no_grad()` (more in lesson 06). Log `loss.item()`, never `loss`.
# - No `.data`, ever: `detach()` to read, `no_grad()` to write.
# - A gradient is missing? Walk from the loss: `requires_grad`, `is_leaf`, `grad_fn`. The first tensor without a `grad_fn` is where it was cut.
# - A formula of your own gets a `gradcheck` in float64, before it gets a GPU.
#
# ### Exercise 13. Design: a limit for what flows back · ●●● · 7 min
#
# Now and then a single gradient is huge, and one step ruins the weights. You want a valve: forward it does nothing, backward it limits each entry. Design it: a hook, or a `Function`. Mind who else uses x: their gradients must stay as they are.

# %% nbgrader={"grade": false, "grade_id": "limit_gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
def limit_gradient(x, limit):
    """Return a tensor equal to x; each entry of a gradient that flows back through it is limited.

    x: floating-point tensor of any shape; it may be a leaf, an intermediate, or without gradients.
    limit: a number > 0. An entry v that flows back becomes min(max(v, -limit), limit).
    x itself is left as it was, and gradients that reach x by other ways are not limited.

    For y = limit_gradient(x, 1.0), (5 * y).sum().backward() leaves 1.0 in every entry of x.grad
    """
    ### BEGIN SOLUTION
    y = x.view_as(x)
    if y.requires_grad:
        y.register_hook(lambda v: v.clamp(-limit, limit))
    return y
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "limit_gradient_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def draw(*shape, seed):
    return torch.randn(shape, generator=observe.generator(seed), dtype=torch.float64)


def through(x, v, limit):
    """The result, and what reaches x if v flows back."""
    x = x.clone().requires_grad_()
    y = limit_gradient(x, limit)
    return y, torch.autograd.grad(y, x, v)[0]


def two_ways(x, limit):
    """x is used limited and as it is."""
    x = x.clone().requires_grad_()
    return torch.autograd.grad((limit_gradient(x, limit) * 9).sum() + (x * x * 7).sum(), x)[0]


def two_limits(x):
    """A tensor in between, limited twice, and after that used without a limit."""
    x = x.clone().requires_grad_()
    h = 2 * x
    both = (limit_gradient(h, 0.5) * 3).sum() - (limit_gradient(h, 2.0) * 3).sum()
    (first,) = torch.autograd.grad(both, x, retain_graph=True)
    return first, torch.autograd.grad((h * 5).sum(), x)[0]


def fan_of(x, limit):
    """The limited tensor is used three times: the sum of what arrives is limited."""
    x = x.clone().requires_grad_()
    y = limit_gradient(x, limit)
    return torch.autograd.grad((y + 2 * y - 0.5 * y * x.detach()).sum(), x)[0]


def without_gradients(x, limit):
    """x needs no gradient; and last, one that does."""
    plain = limit_gradient(x, limit)
    return plain, plain.requires_grad, through(x, torch.full_like(x, 3.0), limit)


observe("some are limited", through, draw(8, seed=350), draw(8, seed=351) * 2, 1.0)
observe("another limit", through, draw(6, seed=352), draw(6, seed=353), 0.25)
observe("float32, transposed", through, draw(2, 3, seed=354).float().t(), draw(3, 2, seed=355).float() * 3, 0.5)
observe("x is used without a limit, too", two_ways, draw(5, seed=356), 0.5)
observe("two limits on one tensor", two_limits, draw(4, seed=357))
observe("the sum of what arrives is limited", fan_of, draw(5, seed=358), 2.6)
observe("x needs no gradient", without_gradients, draw(3, seed=359), 0.5)
### END HIDDEN TESTS
x = torch.tensor([1.0, 2.0], requires_grad=True)
(5 * limit_gradient(x, 1.0)).sum().backward()
check.equal(x.grad, torch.tensor([1.0, 1.0]))
check.equal(limit_gradient(x, 1.0).detach(), x.detach())

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# A hook on x itself would limit everything that reaches x, by any way, and stay on it for good. Put a tensor in between that only you hand out.
# </details>
# <details><summary>Hint 2</summary>
#
# `x.view_as(x)` or `x.clone()` is such a tensor. `register_hook` takes a function from the gradient to the one that goes on, and raises on a tensor that requires no gradient.
# </details>
# <details><summary>Hint 3</summary>
#
# `y = x.view_as(x)`; if `y.requires_grad`, register a hook that returns `v.clamp(-limit, limit)`; return y.
# </details>

# %% [markdown]
# ---
# ## Knowledge check
#
# ### Exercise 14. Choose one answer · ●●○ · 6 min
#
# Choose one letter for each question.
#
# **q1.** What does `loss.backward()` change?
#
# - **a** the weights, by one step of gradient descent
# - **b** the `.grad` of the leaves, and no weight
# - **c** nothing: it returns the gradients
# - **d** the `.grad` of every tensor of the graph
#
# **q2.** `backward()` is called once a step, and nothing is ever cleared. At step t, `.grad` holds
#
# - **a** the gradient of step t, which has overwritten the last one
# - **b** the mean of all gradients so far
# - **c** the sum of all gradients so far
# - **d** nothing: the second call raises
#
# **q3.** A framework such as PyTorch gets its gradients
#
# - **a** by the chain rule on the operations that ran, as your `Value` does
# - **b** by moving each weight a little, and running again
# - **c** from the formula of the whole model, which it differentiates as on paper
# - **d** by another approximation, which is why float32 is enough
#
# **q4.** b = a + a, c = b · a, at a = 3. Of c by a, the derivative is
#
# - **a** 6
# - **b** 9
# - **c** 3
# - **d** 12
#
# **q5.** Why must a node wait until all that send to it have sent?
#
# - **a** Otherwise it hands on a part of its gradient, and the rest is lost or counted twice
# - **b** Otherwise its saved tensors are freed too early
# - **c** It need not: sums don't depend on the order
# - **d** Otherwise the forward pass would have to run again
#
# **q6.** `def f(x): return 2 * x if x > 0 else 3 * x`. At x = −1, autograd's derivative is
#
# - **a** an error, as an `if` can't be differentiated
# - **b** 3: the graph holds the branch that ran
# - **c** 2.5, the mean of both branches
# - **d** 3, since the graph holds both branches and chooses one
#
# **q7.** `w = (0.01 * torch.randn(3, requires_grad=True))`, then a backward. `w.grad` is
#
# - **a** the gradient
# - **b** the gradient, times 0.01
# - **c** zeros
# - **d** None, with a warning
#
# **q8.** `y = x.exp(); y += 1; y.sum().backward()`
#
# - **a** gives exp(x), as adding 1 has slope 1
# - **b** raises: exp has saved its result, and it was changed
# - **c** gives exp(x) + 1, without an error
# - **d** raises, since in-place operations are forbidden on what requires gradients
#
# **q9.** y has shape (4,). `y.backward(v)` needs a v of shape (4,), since
#
# - **a** it computes vᵀJ, and for more than one output there is no v that goes without saying
# - **b** v is the learning rate of each output
# - **c** it builds the Jacobian, and v says which entries to keep
# - **d** v is where the gradients are written
#
# **q10.** `total_loss += loss` in a loop of 1000 steps, to print a mean at the end,
#
# - **a** is as good as `loss.item()`
# - **b** sums up the gradients, too
# - **c** keeps the graphs of all 1000 steps in memory
# - **d** raises at the second backward

# %% nbgrader={"grade": false, "grade_id": "knowledge_check", "locked": false, "schema_version": 3, "solution": true, "task": false}
answers = {}  # such as answers["q1"] = "a"

### BEGIN SOLUTION
answers = {
    "q1": "b", "q2": "c", "q3": "a", "q4": "d", "q5": "a",
    "q6": "b", "q7": "d", "q8": "b", "q9": "a", "q10": "c",
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "knowledge_check_test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
observe("question 1", answers.get, "q1", because={
    "a": "In a training loop the weights do change right after it, by optimizer.step(). backward() itself fills .grad and leaves every weight alone: Predict 6.",
    "c": "torch.autograd.grad returns gradients. backward() returns None, and adds to .grad.",
    "d": "Gradients pass through all of them, but only leaves keep theirs; a tensor in between keeps it if you asked by retain_grad().",
})
observe("question 2", answers.get, "q2", because={
    "a": "An assignment would overwrite. backward() adds to .grad, as fan-out needs it: without clearing, old gradients stay in.",
    "b": "Nothing divides. It is the plain sum, which is why leaving out zero_grad equals momentum 1.0.",
    "d": "A second backward on the same graph may raise. Here each step makes a graph of its own.",
})
observe("question 3", answers.get, "q3", because={
    "b": "That is the finite difference, which costs two runs for each weight. It serves as a test (gradcheck), not for training.",
    "c": "Computer algebra works so, and its formulas grow fast. Autograd never sees a formula, only the operations that ran, one at a time.",
    "d": "It is exact up to rounding, like the forward pass. The mathematics is the one that you wrote in Exercises 2 to 4.",
})
observe("question 4", answers.get, "q4", because={
    "a": "That is b, the slope on the way straight from c to a. The ways through b count as well: 6 + 3 + 3.",
    "b": "You took one of the two ways through b. b = a + a has two edges to a, and each brings c's slope by b, 3.",
    "c": "That is the slope of c by b. From b two ways lead on to a, and one leads from c to a directly: 6 + 3 + 3.",
})
observe("question 5", answers.get, "q5", because={
    "b": "When saved tensors are freed depends on backward, not the other way round. The reason lies in what a node hands on.",
    "c": "A sum doesn't depend on the order. But a node multiplies its sum and hands it on once: what arrives later is missing further down.",
    "d": "The way back runs no forward operation again. What it needs was saved.",
})
observe("question 6", answers.get, "q6", because={
    "a": "The if is Python's, and is over before the backward. Only 3 * x was noted.",
    "c": "Nothing is averaged: the branch that did not run left no trace.",
    "d": "The number is right, but the graph never holds a choice. It is written down anew in each run, and has one multiplication.",
})
observe("question 7", answers.get, "q7", because={
    "a": "It is what was meant. But w was computed from a leaf, and only leaves keep their gradient.",
    "b": "This is what the nameless leaf inside, randn's tensor, holds. w itself is a tensor in between.",
    "c": "Zeros would mean that the loss doesn't depend on it. It is None: for a tensor in between, .grad is never written.",
})
observe("question 8", answers.get, "q8", because={
    "a": "That is the true slope. To compute it, exp's node wants its saved result back, and finds it changed.",
    "c": "That is the wrong number which you get in silence if you write through y.data. An ordinary in-place write is counted, and noticed.",
    "d": "Many are allowed: after y = x * 2 the same line works, since a product with 2 does not save its result.",
})
observe("question 9", answers.get, "q9", because={
    "b": "A learning rate belongs to the step, and backward() takes no step. v is the gradient that arrives from behind.",
    "c": "The Jacobian is never built. v goes back through the nodes, each a rule for one product.",
    "d": "Gradients are written to the .grad of the leaves, which have the shape of the inputs. v has the shape of the output.",
})
observe("question 10", answers.get, "q10", because={
    "a": "The printed mean is the same; what hangs on it is not. A sum of tensors is a node that holds on to all of its inputs' graphs.",
    "b": "Gradients flow only when backward() is called on total_loss, which nobody does. What adds up is memory.",
    "d": "Each step has a graph of its own, and the running sum is never sent backward. Nothing raises, until memory is short.",
})
### END HIDDEN TESTS
questions = {f"q{n}" for n in range(1, 11)}
check.true(set(answers) == questions, "each of q1 to q10 has an answer")
check.true(set(answers.values()) <= set("abcd") and answers != {}, "each answer is a, b, c or d")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Each question can be tried out in a new cell. Predict first.
# </details>
# <details><summary>Hint 2</summary>
#
# q1, q2: Part 5. q3: Parts 1 and 2. q4, q5: "Fan-out, and why the order matters". q6: Part 3. q7: "Leaves". q8: Part 6. q9: Part 4. q10: Exercise 12.
# </details>

# %% [markdown]
# ---
# ## Ledger
#
# | Call | What it hides | Where you built it | What it still hides | How it fails |
# |---|---|---|---|---|
# | a numeric slope, `gradcheck` | a difference for each entry | Exercise 1, Predict 10 | how tolerances are chosen | float32 gives noise; fails at the kink of ReLU |
# | each operation on a tensor that requires gradients | a node with local slopes, noted while you compute | Exercise 2 | slopes as rules on tensors, written in C++ | no note is made under `no_grad` |
# | the order of `backward()` | each node after all that send to it; fan-out sums | Predict 2 and 3, Exercises 3 and 4, Explore (Part 2) | a queue by dependency counts, a thread for each device | wrong orders hand on a part (fault H) |
# | `nn.Linear`, `nn.ReLU`, a loss | sums, products, max | Exercise 5, "Your engine trains" | fused kernels for whole tensors | a row of weights belongs to an output, not to an input |
# | `grad_fn`, `next_functions` | the nodes and edges | `walk` in Part 3, drawn there | which input of a node an edge goes to | walking it keeps it alive |
# | `if`, `for` around tensors | nothing: the graph is what ran | Predict 4, Explore (Part 3) | compilers must guess the branches (lesson 11) | jumps at the branch have no slope, and nobody says so |
# | broadcasting, backward | a sum over what was repeated | Exercise 6 | done inside each node | a forgotten sum is a shape error, a wrong axis is silent on squares |
# | `y.backward(v)` | vᵀJ, v = 1 for a scalar | Exercise 7, Predict 5 | batched rows (`torch.func.jacrev`) | a non-scalar without v raises; `y.sum()` adds up all rows |
# | `.grad`, `zero_grad()` | a sum over calls; the clearing | Exercises 4 and 11, Predict 6, zoo 2 | None and 0 differ for optimizers (lesson 04) | never cleared is momentum 1.0, exactly |
# | `optimizer.step()` | the update in place | Exercise 9, zoo 1 and 3 | state for each parameter (lesson 04) | left out, `backward()` trains nothing |
# | `is_leaf`, `retain_grad()` | who keeps a gradient | Predict 7, zoo 5 | hooks that write it | a computed "weight" has `.grad` None |
# | `detach()`, `no_grad()`, `.data`, `.item()` | cutting the notes | Exercise 8, zoo 4 | inference mode (lesson 06) | a cut in the middle: a part learns; `.data` is never noticed |
# | saved tensors | what a node needs, its version noted | Predict 8 and 9, Part 6 | offloading, checkpointing (lesson 11) | in-place breaks exp, not *2; the second backward fails if something was saved |
# | `torch.autograd.Function` | a node of your own | Exercise 10 | vmap and compile support | a wrong `backward` trains all the same: gradcheck |
# | `create_graph=True` | the way back, noted | Predict 11, `hessian_times` | forward mode (`torch.func.jvp`) | the graph lives until both are gone |
# | `register_hook` | a function on the gradient that passes | Predict 12, Exercise 13 | module hooks (lesson 03) | on x itself it meets every way to x, and stays |
# | `total += loss` | a node that holds a graph | Exercise 12 | the allocator's cache | memory grows with each step |
