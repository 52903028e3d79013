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
# # 06 · Evaluation: two switches that nobody sees
#
# ## Why
#
# A trained net has to be asked, not only taught: what is its loss on data it has never seen, what does it say of this one sample, and how sure is it? Two switches decide what an answer means. `train()` and `eval()` change what some layers compute; `no_grad()` changes what is recorded; neither does the other's work, a forgotten one mostly raises nothing, and the number that comes out looks like any other.
#
# **At the end you can** say of each of the four combinations what it computes, what it records and what it changes, evaluate a model without disturbing its training, measure the memory that a graph holds, tell how far a probability can be believed, and find eleven silent bugs from their symptoms.
#
# **You build** Dropout, BatchNorm, `no_grad`, a meter for the bytes that a call keeps, a footprint that tells what a call changed, an evaluation over batches, MC dropout, and a reliability diagram with its calibration error.
#
# **Before this:** 02 Autograd, 03 Module, 05 Training loop.
#
# | Part | You | Minutes |
# |---|---|---|
# | 1 · Two switches | run all four combinations, and see what each changes | 17 |
# | 2 · Dropout | build it, and find where the scale belongs | 11 |
# | 3 · BatchNorm | build it, with two variances | 17 |
# | 4 · What is recorded | build `no_grad`, measure memory, try what inference mode forbids | 17 |
# | 5 · Numbers over batches | evaluate, weighted by samples | 11 |
# | 6 · How sure? | MC dropout, reliability, calibration | 19 |
# | 7 · Parity | compare all you built with PyTorch | 2 |
# | 8 · Break it | repair faulty code, and name the faults | 16 |
# | 9 · In practice, quiz, ledger | write it as you would at work | 10 |

# %%
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course import check, data, device, observe, plots, widgets

torch.set_num_threads(1)  # these nets are too small to be shared between threads


def outcome(function, *args, **kwargs):
    """Return what the call returns, or the exception that it raises."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return error

# %% [markdown]
# ---
# ## Part 1 · Two switches
#
# | Switch | What it sets | Who reads it |
# |---|---|---|
# | `model.train()`, `model.eval()` | the attribute `training` of the Module and of all Modules in it | the few layers that behave differently: Dropout, BatchNorm and their relatives |
# | `torch.no_grad()`, `torch.enable_grad()` | a flag of the running thread | autograd, in each operation: record it, or don't |
#
# Two layers read the first switch above all, and you build both below. **Dropout**, in training mode, sets random entries to 0; in evaluation mode it does nothing. **BatchNorm**, in training mode, normalizes by the mean and variance of the batch, and lets *running statistics* follow them; in evaluation mode it uses those (lesson 03).
#
# The first switch belongs to a model, the second to no model at all. TinyNet as you know it has no layer that reads the first switch, so here it gets two places for such layers, empty by default.

# %%
class TinyNet(nn.Module):
    """(N, 2) to one logit for each sample, (N, 1). norm, drop: a Module for (N, 8) each."""

    def __init__(self, norm=None, drop=None, width=8):
        super().__init__()
        self.hidden = nn.Linear(2, width)
        self.norm = norm or nn.Identity()
        self.drop = drop or nn.Identity()
        self.output = nn.Linear(width, 1)

    def forward(self, x):
        return self.output(self.drop(self.norm(self.hidden(x)).relu()))


def fitted(model, x, y, steps=500, lr=1e-3):
    """Train the model on all of x, y by Adam; return it, in training mode. (The loop: lesson 05.)"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(model(x), y).backward()
        optimizer.step()
    return model


x, y = data.plane(samples=200, seed=0)
new_x, new_y = data.plane(samples=200, seed=1)  # never trained on

torch.manual_seed(0)
bare = fitted(TinyNet(), x, y)
check.equal(bare.train()(new_x), bare.eval()(new_x))  # nobody reads the flag: nothing changes

torch.manual_seed(0)
net = fitted(TinyNet(nn.BatchNorm1d(8), nn.Dropout(0.5)), x, y, lr=1e-2)
probe = copy.deepcopy(net)  # a call in train() changes a model, as you will see
different = (probe.train()(new_x) - probe.eval()(new_x)).abs().max()
print("with BatchNorm and Dropout, two logits differ by more than 1:", bool(different > 1))

# %% [markdown]
# **Predict 1.** The model is in `eval()`. You take a loss and call `backward()`. What is in `.grad` then: `None`, zeros, or the gradient?

# %%
prediction = ...  # "None", "zeros" or "the gradient"

net.eval()
net.zero_grad()
F.binary_cross_entropy_with_logits(net(new_x), new_y).backward()
grad = net.output.weight.grad
check.prediction(prediction, "None" if grad is None else "the gradient" if grad.any() else "zeros")

# %% [markdown]
# <details><summary>Why (open it after you ran the cell)</summary>
#
# The gradient. `eval()` walks through the Modules and writes `training = False`; autograd never looks at that. An evaluation that relies on `eval()` alone records a whole graph, and holds its memory.
# </details>

# %% [markdown]
# **Predict 2.** The model is in `train()`, and is called under `no_grad()`. Do BatchNorm's running statistics move? And do two calls give the same numbers?

# %%
prediction_moved = ...  # True or False: the running mean is another after the call
prediction_same = ...   # True or False: two calls, one after the other, agree

probe = copy.deepcopy(net).train()
before = probe.norm.running_mean.clone()
with torch.no_grad():
    first, second = probe(new_x), probe(new_x)
check.prediction(prediction_moved, not torch.equal(probe.norm.running_mean, before))
check.prediction(prediction_same, torch.equal(first, second))

# %% [markdown]
# <details><summary>Why</summary>
#
# They move, and the calls differ. `no_grad()` stops the recording of a graph, no computation: Dropout draws, and BatchNorm writes its buffers, which were never part of a graph. So a validation under `no_grad()` alone measures a noisy net, and leaves the validation data's statistics in the model.
# </details>

# %% [markdown]
# All four combinations, on data that the net has never seen:

# %%
for training in (True, False):
    for gradients in (True, False):
        model = copy.deepcopy(net).train(training)
        torch.manual_seed(1)
        with torch.set_grad_enabled(gradients):
            losses = [F.binary_cross_entropy_with_logits(model(new_x), new_y) for _ in range(2)]
        moved = not torch.equal(model.norm.running_mean, net.norm.running_mean)
        print(
            f"{'train' if training else 'eval ':5}, {'grad   ' if gradients else 'no_grad'}: "
            f"loss {losses[0].item():.3f}, again {losses[1].item():.3f}; "
            f"graph {losses[0].requires_grad!s:5}, statistics moved {moved}"
        )

# %% [markdown]
# ### See it
#
# One sample, asked 40 times in each mode. Down the rows, one switch decides whether the answers agree, the other whether the marks are filled.

# %%
plots.four_modes(net, new_x)

# %% [markdown]
# ### Exercise 1. Read the 2×2 · ●○○ · 5 min
#
# A model has a Dropout and a BatchNorm. For each mode write down what a forward pass does: `D` if Dropout drops, `S` if the running statistics move, `G` if a graph is recorded; such as `"DS"`, or `""` if it does none of them. The first is done.
#
# Then follow one weight through an epoch's end, on paper:
#
# ```python
# w = torch.tensor(1.0, requires_grad=True)      # a weight of this model
# optimizer = torch.optim.SGD([w], lr=0.1)
#
# model.eval()
# (w * 2.0).backward()         # "norm": w.grad, whose size somebody logs for the validation batch
# model.train()
# (w * 3.0).backward()         # "both": w.grad now; there was no zero_grad
#                              # "weight": w now
# ```

# %% nbgrader={"grade": false, "grade_id": "read_modes", "locked": false, "schema_version": 3, "solution": true, "task": false}
modes = {"train, grad": "DSG"}

### BEGIN SOLUTION
modes["train, no_grad"] = "DS"
modes["eval, grad"] = "G"
modes["eval, no_grad"] = ""
modes["norm"] = 2.0
modes["both"] = 5.0
modes["weight"] = 1.0
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "read_modes_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def letters(mode):
    return "".join(sorted(modes[mode].upper().replace(" ", "")))


def number(name):
    return float(modes[name])


observe("train, under no_grad", letters, "train, no_grad")
observe("eval, with gradients", letters, "eval, grad")
observe("eval, under no_grad", letters, "eval, no_grad")
observe("the gradient of the validation batch, in eval()", number, "norm")
observe("the gradient after both", number, "both")
observe("the weight after both", number, "weight")
### END HIDDEN TESTS
words = {"train, grad", "train, no_grad", "eval, grad", "eval, no_grad"}
check.true(words | {"norm", "both", "weight"} == set(modes), "there is an answer for each of the seven")
in_letters = all(set(modes[mode].upper()) <= set("DSG") for mode in words)
check.true(in_letters, "modes are told by the letters D, S and G")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Ask for each letter which switch its reader looks at. D and S read one and the same.
# </details>
# <details><summary>Hint 2</summary>
#
# `eval()` changes nothing for a product of two numbers. `backward()` adds to `.grad`; which line writes `w`?
# </details>

# %% [markdown]
# ### Exercise 2. What did a call change? · ●●○ · 7 min
#
# An evaluation should leave no trace. Build the tool that tells: it takes notes, makes the call, and compares.

# %% nbgrader={"grade": false, "grade_id": "footprint", "locked": false, "schema_version": 3, "solution": true, "task": false}
def footprint(model, call):
    """Run call(), without arguments, and return what it changed: a set of some of these words.

    "weights": an entry of a parameter. "gradients": an entry of a parameter's .grad, or whether
    there is one. "buffers": an entry of a buffer. "flags": the training flag of any Module in
    model. "random": the state of PyTorch's default generator, torch.get_rng_state().
    Changes are often made in place. What call() changed stays changed.

    footprint(model, lambda: None) is set()
    """
    ### BEGIN SOLUTION
    def notes():
        grads = [p.grad for p in model.parameters()]
        return {
            "weights": [p.clone() for p in model.parameters()],
            "gradients": [torch.empty(0) if grad is None else grad.clone() for grad in grads],
            "buffers": [buffer.clone() for buffer in model.buffers()],
            "flags": [torch.tensor(module.training) for module in model.modules()],
            "random": [torch.get_rng_state()],
        }

    before = notes()
    call()
    after = notes()
    return {word for word in before if not all(map(torch.equal, before[word], after[word]))}
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "footprint_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
class Counting(nn.Module):
    """A BatchNorm, a Dropout, and a count that is not part of the state_dict."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))
        self.register_buffer("asked", torch.zeros((), dtype=torch.int64), persistent=False)


def left_by(act, train=False, grads="none"):
    """What an action leaves on a model in a known state."""
    torch.manual_seed(601)
    model = Counting().train(train)
    sample = torch.randn(5, 3)
    if grads != "none":
        for p in model.parameters():
            p.grad = torch.ones_like(p) if grads == "ones" else torch.zeros_like(p)
    return footprint(model, lambda: act(model, sample))


def one_step(model, sample):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.body(sample).sum().backward()
    optimizer.step()
    optimizer.zero_grad()


def weight_in_place(model, _):
    with torch.no_grad():
        model.body[3].bias[0] += 1


def count_up(model, _):
    model.asked += 1


observe("nothing", left_by, lambda model, sample: None)
observe("a forward pass in eval()", left_by, lambda model, sample: model.body(sample))
observe("a forward pass in train()", left_by, lambda model, sample: model.body(sample), train=True)
observe("a backward in eval()", left_by, lambda model, sample: model.body(sample).sum().backward())
observe("a backward that adds to gradients", left_by, lambda model, sample: model.body(sample).sum().backward(), grads="ones")
observe("a whole step in eval(), the gradients cleared", left_by, one_step)
observe("a whole step in eval(), where gradients were", left_by, one_step, grads="ones")
observe("gradients of zeros made None", left_by, lambda model, sample: model.zero_grad(), grads="zeros")
observe("gradients emptied in place", left_by, lambda model, sample: model.zero_grad(set_to_none=False), grads="ones")
observe("eval()", left_by, lambda model, sample: model.eval(), train=True)
observe("one layer's flag", left_by, lambda model, sample: model.body[2].eval(), train=True)
observe("only the model's own flag", left_by, lambda model, sample: setattr(model, "training", True))
observe("one weight, in place", left_by, weight_in_place)
observe("a buffer that isn't saved", left_by, count_up)
observe("a random number", left_by, lambda model, sample: torch.rand(1))
observe("a number of a generator of its own", left_by, lambda model, sample: torch.rand(1, generator=torch.Generator().manual_seed(1)))
### END HIDDEN TESTS
probe = copy.deepcopy(net).eval()
probe.zero_grad()
check.equal(footprint(probe, lambda: None), set())
check.equal(footprint(probe, lambda: probe(new_x).sum().backward()), {"gradients"})
check.equal(footprint(probe, probe.train), {"flags"})

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Write one inner function that takes the notes, and call it twice. Most changes happen in place, so a note has to be a copy: `.clone()`.
# </details>
# <details><summary>Hint 2</summary>
#
# `model.parameters()`, `model.buffers()` and `model.modules()` walk through everything. A gradient may be `None` before, after, or both times: put something else in its place that no gradient is.
# </details>
# <details><summary>Hint 3</summary>
#
# `notes()` returns a dict from each of the five words to a list of tensors (a flag: `torch.tensor(module.training)`; no gradient: `torch.empty(0)`). A word belongs to the result if not all pairs are `torch.equal`.
# </details>

# %% [markdown]
# The 2×2 again, by your tool: what does one forward and backward leave on the model?

# %%
for training in (True, False):
    for gradients in (True, False):
        model = copy.deepcopy(net).train(training)
        model.zero_grad()

        def ask(model=model, gradients=gradients):
            with torch.set_grad_enabled(gradients):
                loss = F.binary_cross_entropy_with_logits(model(new_x), new_y)
            if loss.requires_grad:
                loss.backward()

        name = f"{'train' if training else 'eval '}, {'grad   ' if gradients else 'no_grad'}"
        print(f"{name}:", sorted(footprint(model, ask)))

# %% [markdown]
# Only one of the four leaves nothing. And in none of them are there `"weights"`: `backward()` writes gradients, and only `optimizer.step()` changes a weight.
#
# ---
# ## Part 2 · Dropout
#
# In training mode **Dropout** sets each entry to 0 with probability p, so that no unit can rely on another one being there. In evaluation mode it does nothing. Then the next layer would suddenly get 1 / (1 − p) times as much as it was trained on.
#
# **Predict 3.** `nn.Dropout(0.75)` in training mode gets 100,000 ones. Which two values come out? And what is the mean of the output, to one decimal?

# %%
prediction_values = ...  # a list of two numbers, the smaller first
prediction_mean = ...    # a number with one decimal

torch.manual_seed(0)
out = nn.Dropout(0.75)(torch.ones(100_000))
check.prediction(prediction_values, out.unique())
check.prediction(prediction_mean, round(out.mean().item(), 1))

# %% [markdown]
# <details><summary>Why</summary>
#
# 0 and 4, with the mean 1.0. What is kept is multiplied by 1 / (1 − p) *in training*, so that the mean stays, and evaluation has nothing to do. (The paper of 2014 scaled the weights at evaluation; the formula is the same, the place another.)
# </details>

# %% [markdown]
# ### Exercise 3. Dropout · ●●○ · 7 min

# %% nbgrader={"grade": false, "grade_id": "dropout", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Dropout(nn.Module):
    """In training mode, set each entry to 0 with probability p, and divide the others by 1 - p.

    In evaluation mode the input is returned as it is. Each entry is drawn on its own, from
    PyTorch's default generator, anew in each call. p: 0 <= p <= 1, else ValueError; p = 1 gives
    zeros (and gradients of zero). The input, of any shape and floating dtype, is not changed;
    the output has its shape and dtype.

    Dropout(0.5)(torch.ones(4)) may be tensor([2., 0., 0., 2.])
    """

    def __init__(self, p=0.5):
        super().__init__()
        ### BEGIN SOLUTION
        if not 0 <= p <= 1:
            raise ValueError(f"p is {p}, not between 0 and 1")
        self.p = p
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        if not self.training:
            return x
        kept = torch.rand(x.shape, device=x.device) >= self.p
        return x * kept * (1 / (1 - self.p) if self.p < 1 else 0.0)
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "dropout_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def share_kept(p, shape=(200, 300)):
    torch.manual_seed(602)
    return (Dropout(p)(torch.ones(shape)) != 0).double().mean().item()


def values(p, dtype=torch.float32):
    """What becomes of ones, sorted."""
    torch.manual_seed(603)
    return Dropout(p)(torch.ones(50, 40, dtype=dtype)).unique()


def mean_and_least(p):
    torch.manual_seed(604)
    out = Dropout(p)(torch.full((300, 300), 3.0))
    return out.mean().item(), out.min().item()


def kept_as_scaled(p):
    """Whether what isn't 0 is the input, divided; and whether the input is as it was."""
    x = torch.randn(60, 50, generator=observe.generator(605)) + 10
    given = x.clone()
    out = Dropout(p)(given)
    return bool(torch.allclose(out[out != 0], (x / (1 - p))[out != 0])), torch.equal(given, x)


def patterns():
    """How many different rows and columns a mask has, and two calls, and two after one seed."""
    layer, ones = Dropout(0.5), torch.ones(120, 100)
    torch.manual_seed(606)
    first, second = layer(ones), layer(ones)
    torch.manual_seed(606)
    again = layer(ones)
    return len(first.unique(dim=0)), len(first.unique(dim=1)), torch.equal(first, second), torch.equal(first, again)


def slope(p):
    """Whether the gradient of the sum, for ones, is the output itself; and the gradient's largest entry."""
    x = torch.ones(30, 20, requires_grad=True)
    out = Dropout(p)(x)
    out.sum().backward()
    return torch.equal(x.grad, out.detach()), x.grad.max()


def refused(*probabilities):
    found = []
    for p in probabilities:
        try:
            Dropout(p)
        except ValueError:
            found.append("ValueError")
        else:
            found.append("taken")
    return found


def shapes_and_dtypes():
    shapes = ((), (5,), (2, 3, 4), (0, 3))
    half = Dropout(1.0)(torch.ones(3, dtype=torch.float16))
    return [tuple(Dropout(0.3)(torch.ones(shape)).shape) for shape in shapes], half


held_out = torch.randn(6, 4, generator=observe.generator(607))
observe("the share kept, p 0.1", share_kept, 0.1, tolerance=(0, 0.02))
observe("the share kept, p 0.8", share_kept, 0.8, tolerance=(0, 0.02))
observe("the two values, p 0.2", values, 0.2)
observe("the two values, p 0.75", values, 0.75, torch.float64)
observe("the mean stays", mean_and_least, 0.6, tolerance=(0, 0.1))
observe("p 0 keeps all, p 1 nothing", lambda: [values(p) for p in (0.0, 1.0)])
observe("what is kept, and the input", kept_as_scaled, 0.4)
observe("each entry on its own, each call anew", patterns)
observe("the gradient, p 0.5", slope, 0.5)
observe("the gradient, p 1", slope, 1.0)
observe("eval() and train()", lambda: [nn.Sequential(Dropout(1.0)).train(mode)(held_out) for mode in (True, False)])
observe("eval() after train()", lambda: [(values(0.5), Dropout(0.5).train().eval()(held_out))])
observe("under no_grad it drops, too", lambda: torch.no_grad()(lambda: Dropout(1.0)(held_out))())
observe("shapes and dtypes", shapes_and_dtypes)
observe("probabilities that are none", refused, -0.1, 1.5, 0.0, 1.0, 0.3)
### END HIDDEN TESTS
torch.manual_seed(0)
check.close(Dropout(0.5)(torch.ones(1000)).unique(), torch.tensor([0.0, 2.0]))
check.close(Dropout(0.5)(torch.ones(100_000)).mean(), torch.tensor(1.0), atol=0.05)
check.equal(Dropout(0.5).eval()(new_x), new_x)
check.raises(ValueError, Dropout, 1.5)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `self.training` is there already: every Module has it, and `train()` and `eval()` set it.
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.rand(x.shape, device=x.device)` gives numbers of [0, 1), one for each entry. How often is such a number at least p?
# </details>
# <details><summary>Hint 3</summary>
#
# `kept = torch.rand(x.shape, device=x.device) >= self.p`, and return `x * kept / (1 - self.p)`; with p = 1 that divides by 0, so treat it by itself.
# </details>

# %% [markdown]
# Without the scale, a net would be evaluated on signals that it never saw in training. Your Dropout, with it, and the same mask without it, before a layer that adds up:

# %%
torch.manual_seed(0)
ones = torch.ones(10_000, 100)
for p in (0.1, 0.5, 0.9):
    dropped = Dropout(p)(ones)
    unscaled = (dropped != 0).float()
    print(f"p {p}: sums of 100 entries in training {dropped.sum(1).mean().item():.0f}, "
          f"without the scale {unscaled.sum(1).mean().item():.0f}, in evaluation 100")

# %% [markdown]
# ---
# ## Part 3 · BatchNorm
#
# **BatchNorm** gives each feature the mean 0 and the variance 1, then lets two parameters choose another scale and shift. In training the mean and the variance are those *of the batch*; along the way it keeps **running statistics**, and in evaluation it uses these instead. So a sample's output doesn't depend on which others are asked with it.
#
# **Predict 4.** Sample 0 is in two batches, with other neighbors. Is its output the same in both, in training mode, and in evaluation mode?

# %%
prediction_train = ...  # True or False
prediction_eval = ...   # True or False

norm = copy.deepcopy(net.norm)
features = net.hidden(new_x).detach()
one_batch, other_batch = features[:10], torch.cat([features[:1], features[50:59]])
for mode, prediction in ((True, prediction_train), (False, prediction_eval)):
    norm.train(mode)
    check.prediction(prediction, torch.equal(norm(one_batch)[0], norm(other_batch)[0]))

# %% [markdown]
# <details><summary>Why</summary>
#
# `False`, then `True`. In training a sample is judged by its neighbors. Whoever forgets `eval()` lets the samples of a batch tell on each other.
# </details>

# %% [markdown]
# How much that matters depends on the batch. Here Dropout sleeps, so that only BatchNorm speaks; the net is asked with both classes together, and with a batch for each class:

# %%
asked = copy.deepcopy(net).train()
asked.drop.eval()
of_class = [new_x[new_y[:, 0] == c] for c in (0, 1)]
for mode in ("train()", "eval()"):
    asked.norm.train(mode == "train()")
    with torch.no_grad():
        mixed = ((asked(new_x) > 0) == (new_y == 1)).float().mean()
        apart = torch.cat([(asked(part) > 0) == (c == 1) for c, part in enumerate(of_class)])
    print(f"{mode:7} accuracy, mixed {mixed:.2f}, a batch for each class {apart.float().mean():.2f}")

# %% [markdown]
# **Predict 5.** A new `nn.BatchNorm1d(1)` (running mean 0, running variance 1, `momentum=0.1`) gets the batch 1, 3 in training mode. What comes out, and what is the running variance afterwards? The running value becomes 0.9 · old + 0.1 · new.

# %%
prediction_out = ...  # a list of two numbers, rounded to whole ones
prediction_var = ...  # a number

norm = nn.BatchNorm1d(1)
out = norm(torch.tensor([[1.0], [3.0]]))
check.prediction(prediction_out, out.flatten().round())
check.prediction(prediction_var, norm.running_var.item())

# %% [markdown]
# <details><summary>Why</summary>
#
# −1 and 1: the mean is 2 and the variance 1, since 1² and 1² are averaged over N = 2 (the **biased** variance). And yet the running variance is 0.9 · 1 + 0.1 · 2 = 1.1: there the squares were divided by N − 1 = 1 (the **unbiased** one).
# </details>

# %% [markdown]
# Why two? To *normalize a batch* you want its entries to have the variance 1, and that is the biased one. The running variance *estimates that of all data*, and a batch of N shows on average only (N − 1) / N of it, because its mean was fitted to it.
#
# ### See it
#
# 2000 features of variance 1, in batches of 4. The running mean of both kinds:

# %%
torch.manual_seed(0)
biased = unbiased = torch.ones(2000)
tracks = {"unbiased, as kept": [], "biased": []}
for _ in range(60):
    batch = torch.randn(4, 2000)
    unbiased = 0.9 * unbiased + 0.1 * batch.var(dim=0, correction=1)
    biased = 0.9 * biased + 0.1 * batch.var(dim=0, correction=0)
    tracks["unbiased, as kept"].append(unbiased.mean().item())
    tracks["biased"].append(biased.mean().item())
plots.tracked(tracks, "batch", "running variance", title="batches of 4 from data of variance 1")

# %% [markdown]
# ### Exercise 4. BatchNorm · ●●● · 12 min
#
# The registers are given, by the names that PyTorch uses; you write the forward pass. Statistics are taken over all dimensions but the second, so an input of (N, C, L) has N · L numbers for each of its C channels.

# %% nbgrader={"grade": false, "grade_id": "batch_norm", "locked": false, "schema_version": 3, "solution": true, "task": false}
class BatchNorm(nn.Module):
    """Normalize each of C channels, as nn.BatchNorm1d does: (N, C) or (N, C, L) to the same shape.

    In training mode:
        mean, var      of the batch, for each channel over its n numbers; var divides by n
        running_mean = (1 - momentum) · running_mean + momentum · mean
        running_var  = (1 - momentum) · running_var + momentum · var · n / (n - 1)
        num_batches_tracked counts up by 1; no graph hangs on the buffers
        n = 1 raises ValueError, and leaves the running statistics as they are
    In evaluation mode mean and var are the running ones, and no buffer changes.
    Both: (x - mean) / √(var + eps) · weight + bias, with gradients to x, weight and bias (in
    training mode through mean and var, too).
    """

    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        ### BEGIN SOLUTION
        over = (0,) if x.ndim == 2 else (0, 2)
        if self.training:
            n = x.numel() // x.shape[1]
            if n == 1:
                raise ValueError("one number for each channel has no variance")
            mean, var = x.mean(over), x.var(over, correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var * n / (n - 1), self.momentum)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        factor = self.weight / (var + self.eps).sqrt()
        shift = self.bias - mean * factor
        if x.ndim == 3:
            factor, shift = factor.unsqueeze(1), shift.unsqueeze(1)
        return x * factor + shift
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "batch_norm_test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def layer(channels, dtype=torch.float64, seed=610, **options):
    """A BatchNorm whose parameters and running statistics are drawn."""
    draw, made = observe.generator(seed), BatchNorm(channels, **options).to(dtype)
    for p in made.parameters():
        p.data = torch.randn(channels, generator=draw, dtype=dtype)
    made.running_mean.copy_(torch.randn(channels, generator=draw))
    made.running_var.copy_(torch.rand(channels, generator=draw) + 0.5)
    return made


def draws(*shape, seed=611, dtype=torch.float64):
    return 2 * torch.randn(shape, generator=observe.generator(seed), dtype=dtype) + 1


def state_of(made):
    return [made.running_mean.clone(), made.running_var.clone(), int(made.num_batches_tracked)]


def trained_on(*batches, **options):
    """The outputs, and the buffers after all."""
    made = layer(batches[0].shape[1], batches[0].dtype, **options)
    return [made(batch).detach() for batch in batches], state_of(made)


def in_eval(batch, **options):
    made = layer(batch.shape[1], batch.dtype, **options).eval()
    return made(batch).detach(), state_of(made)


def slopes(batch, training):
    """The gradients of a weighted sum with respect to x, weight and bias."""
    made, x = layer(batch.shape[1], batch.dtype).train(training), batch.clone().requires_grad_()
    (made(x) * draws(*batch.shape, seed=612)).sum().backward()
    return x.grad, made.weight.grad, made.bias.grad


def two_backwards():
    """Two steps, one after the other: no graph of the first hangs on the second."""
    made, found = layer(3), []
    for seed in (613, 614):
        x = draws(4, 3, seed=seed).requires_grad_()
        made(x).square().sum().backward()
        found.append(x.grad)
    return found, made.running_mean.requires_grad, made.running_var.requires_grad


def without_graph():
    made = layer(3)
    with torch.no_grad():
        made(draws(4, 3))
    return state_of(made)


def of_one(*cases):
    """What comes of each shape and mode, and of the buffers."""
    found = []
    for shape, training in cases:
        made = layer(2).train(training)
        try:
            found.append(made(draws(*shape)).detach())
        except ValueError:
            found.append("ValueError")
        found.append(state_of(made)[:2])
    return found


def modes_in_turns():
    made, found = layer(3, momentum=0.5), []
    for training in (True, False, True, False):
        found.append(made.train(training)(draws(4, 3, seed=615 + training)).detach())
    return found


observe("one batch", trained_on, draws(6, 3))
observe("three batches of other sizes", trained_on, draws(2, 3), draws(5, 3, seed=620), draws(9, 3, seed=621))
observe("float32, the default of a new layer", lambda: (BatchNorm(2)(draws(5, 2, dtype=torch.float32)).detach(), BatchNorm(2).running_var))
observe("three dimensions", trained_on, draws(4, 3, 5), draws(2, 3, 1, seed=622))
observe("another momentum", trained_on, draws(3, 2), draws(4, 2, seed=623), momentum=0.7)
observe("a large eps", trained_on, draws(6, 3), eps=0.8)
observe("a channel that is constant", trained_on, torch.full((3, 2), 5.0, dtype=torch.float64))
observe("strides of another order", trained_on, draws(3, 6).T)
observe("evaluation mode", in_eval, draws(4, 3))
observe("evaluation mode, three dimensions", in_eval, draws(2, 3, 4), eps=0.3)
observe("gradients in training mode", slopes, draws(5, 3), True)
observe("gradients in evaluation mode", slopes, draws(5, 3), False)
observe("gradients, three dimensions", slopes, draws(3, 2, 4), True)
observe("two steps", two_backwards)
observe("training mode under no_grad", without_graph)
observe("a single sample", of_one, ((1, 2), True), ((1, 2), False), ((1, 2, 3), True), ((1, 2, 1), True))
observe("modes in turns", modes_in_turns)
### END HIDDEN TESTS
norm = BatchNorm(1)
check.close(norm(torch.tensor([[1.0], [3.0]])), torch.tensor([[-1.0], [1.0]]), rtol=0, atol=1e-4)
check.close(norm.running_mean, torch.tensor([0.2]))
check.close(norm.running_var, torch.tensor([1.1]))
check.close(norm.eval()(torch.tensor([[0.2]])), torch.tensor([[0.0]]))
check.raises(ValueError, BatchNorm(3), torch.ones(1, 3))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two branches give `mean` and `var`, each (C,); one formula after them is for both. `x.var(over, correction=0)` divides by n, `correction=1` by n − 1. `over` is `(0,)` or `(0, 2)`, by `x.ndim`.
# </details>
# <details><summary>Hint 2</summary>
#
# The buffers change in place, under `torch.no_grad()`: `self.running_mean.mul_(1 - m).add_(m * mean)`, or `lerp_(mean, m)`. The `mean` and `var` that normalize are not detached: each sample moves them.
# </details>
# <details><summary>Hint 3</summary>
#
# n is `x.numel() // x.shape[1]`; ask for n = 1 before you write a buffer. For (N, C, L) a (C,) has to become (C, 1): `mean.unsqueeze(1)`, and the same for var, weight and bias.
# </details>

# %% [markdown]
# ### A batch of one
#
# 201 samples in batches of 50 leave one sample over. In training mode PyTorch refuses it, since its variance is 0 and every output would be the bias; in evaluation mode nothing is to be computed of it.

# %%
single = torch.randn(1, 3, generator=torch.Generator().manual_seed(0))
print("train:", outcome(nn.BatchNorm1d(3), single))
print("eval: ", tuple(nn.BatchNorm1d(3).eval()(single).shape))
two = nn.BatchNorm1d(3)(torch.cat([single, single + 0.01]))
print("a batch of two is taken; it says ±", two.detach().abs().round().unique().tolist())

# %% [markdown]
# The last line is the silent version: with few samples the output tells which is larger, and nothing more. `DataLoader(drop_last=True)` leaves such a rest out (lesson 07).
#
# ---
# ## Part 4 · What is recorded
#
# `no_grad()` is a small thing: a flag is set to off, and at the end of the block set back to what it was, also after an exception.
#
# ### Exercise 5. no_grad by hand · ●○○ · 4 min
#
# Complete the context manager. `torch.is_grad_enabled()` reads the flag, `torch.set_grad_enabled(on)` writes it at once.

# %% nbgrader={"grade": false, "grade_id": "recording", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Recording:
    """A context manager: Recording(False) is torch.no_grad(), Recording(True) torch.enable_grad().

    Inside `with Recording(False):` nothing is recorded. Afterwards the flag is what it was before,
    also if the block raises; the exception goes on. Blocks may stand in each other.
    """

    def __init__(self, on):
        self.on = on

    def __enter__(self):
        ### BEGIN SOLUTION
        self.before = torch.is_grad_enabled()
        torch.set_grad_enabled(self.on)
        ### END SOLUTION

    def __exit__(self, kind, error, traceback):
        ### BEGIN SOLUTION
        torch.set_grad_enabled(self.before)
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "recording_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def flags_seen(*blocks):
    """Whether a product is recorded: before the blocks, inside of each, after each, and at the end."""
    weight, seen = torch.ones(2, requires_grad=True), []

    def note():
        seen.append((weight * 2).requires_grad)

    def enter(rest):
        note()
        if rest:
            with Recording(rest[0]):
                enter(rest[1:])
            note()

    torch.set_grad_enabled(True)
    try:
        enter(blocks)
    finally:
        torch.set_grad_enabled(True)
    return seen


def raising(outside):
    """The flag inside; does the exception come out, and what is the flag then?"""
    torch.set_grad_enabled(outside)
    found = []
    try:
        with Recording(not outside):
            found.append(torch.is_grad_enabled())
            raise KeyError("no")
    except KeyError:
        found += ["KeyError", torch.is_grad_enabled()]
    else:
        found += ["swallowed", torch.is_grad_enabled()]
    finally:
        torch.set_grad_enabled(True)
    return found


def leaf_and_buffer():
    """What recording has nothing to do with."""
    weight, norm = torch.ones(2, requires_grad=True), nn.BatchNorm1d(2)
    with Recording(False):
        norm(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        inside = weight.requires_grad, (weight * 2).requires_grad
    torch.set_grad_enabled(True)
    return inside, weight.requires_grad, norm.running_mean, norm.training


observe("off", flags_seen, False)
observe("off in on", flags_seen, True, False)
observe("on in off", flags_seen, False, True)
observe("off in on in off", flags_seen, False, True, False)
observe("off in off", flags_seen, False, False)
observe("raising, off", raising, True)
observe("raising, on", raising, False)
observe("leaves and buffers", leaf_and_buffer)
### END HIDDEN TESTS
weight = torch.ones(2, requires_grad=True)
with Recording(False):
    check.requires_grad(weight * 2, expected=False)
    with Recording(True):
        check.requires_grad(weight * 2)
    check.requires_grad(weight * 2, expected=False)
check.requires_grad(weight * 2)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# What was it before? `__enter__` has to keep it: on `self`, since `__exit__` gets the same object.
# </details>
# <details><summary>Hint 2</summary>
#
# Three lines in all. `__exit__` sets what was kept, not `True`; and it returns nothing, since a true value would swallow the exception.
# </details>

# %% [markdown]
# ### What a graph costs
#
# A recorded operation keeps what its derivative will need: a product both factors, ReLU its result, an addition nothing (lesson 02). PyTorch calls a pair of **hooks** when it keeps such a tensor, and when it takes it out again: so the bytes can be counted, the same on each run.
#
# ### Exercise 6. Count the bytes · ●●○ · 5 min
#
# Complete it: `pack` is called with each tensor that is kept. One storage may be kept by several operations, and counts once.

# %% nbgrader={"grade": false, "grade_id": "saved_bytes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def saved_bytes(call, besides=()):
    """Return the number of bytes that call(), without arguments, keeps for a backward pass.

    Each storage counts once, whole, also where only a view of it was kept. The storages of the
    tensors in `besides` (such as the parameters, which are there anyway) don't count.

    With w = torch.ones(100, requires_grad=True): saved_bytes(lambda: w * w) is 400, with
    besides=[w] 0, and saved_bytes(lambda: w + w) is 0.
    """
    storages = {}  # by the address of their first byte: storage.data_ptr()

    def pack(tensor):
        ### BEGIN SOLUTION
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage
        ### END SOLUTION
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        call()
    ### BEGIN SOLUTION
    there = {tensor.untyped_storage().data_ptr() for tensor in besides}
    return sum(storage.nbytes() for address, storage in storages.items() if address not in there)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "saved_bytes_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def leaf(*shape, dtype=torch.float32):
    return torch.ones(shape, dtype=dtype, requires_grad=True)


def of_layer(training, gradients, besides):
    model = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Dropout(0.5), nn.Linear(5, 1))
    model.train(training)
    sample = torch.ones(7, 3)
    known = [*model.parameters(), *model.buffers(), sample] if besides else []
    with torch.set_grad_enabled(gradients):
        return saved_bytes(lambda: model(sample), known)


a, b, wide = leaf(10), leaf(10, dtype=torch.float64), leaf(4, 50)
observe("an exponential", saved_bytes, lambda: a.exp())
observe("a product with itself", saved_bytes, lambda: a * a)
observe("an addition", saved_bytes, lambda: a + a)
observe("float64", saved_bytes, lambda: b.sin().exp())
observe("a view counts its storage", saved_bytes, lambda: wide[0].exp() * wide[1])
observe("one result kept by three", saved_bytes, lambda: (lambda e: e * e + e * a)(a.exp()))
observe("besides", saved_bytes, lambda: a * a.exp(), [a])
observe("besides, by a view", saved_bytes, lambda: wide * wide.exp(), [wide[2]])
observe("besides what isn't kept", saved_bytes, lambda: a.exp(), [b, wide])
observe("a chain that ends in a number", saved_bytes, lambda: a.exp().exp().exp().sum())
observe("nothing to be recorded", saved_bytes, lambda: torch.ones(5).exp())
observe("a net in each mode", lambda: [of_layer(t, g, True) for t in (True, False) for g in (True, False)])
observe("a net, parameters counted", of_layer, True, True, False)
### END HIDDEN TESTS
w = torch.ones(100, requires_grad=True)
check.equal(saved_bytes(lambda: w * w), 400)
check.equal(saved_bytes(lambda: w * w, besides=[w]), 0)
check.equal(saved_bytes(lambda: w + w), 0)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `tensor.untyped_storage()` is the memory behind a tensor, shared by all views of it; it has `.data_ptr()` and `.nbytes()`. A dict by address holds each once.
# </details>
# <details><summary>Hint 2</summary>
#
# `pack`: put the storage into `storages`. (The storage itself, not its size: as long as it is held, no other tensor can get its address.) At the end: the sum of the sizes of those whose address is not that of a storage in `besides`.
# </details>

# %% [markdown]
# **Predict 6.** TinyNet with BatchNorm and Dropout on 1000 samples. Set to `eval()`: does a call keep nothing for backward, less than in `train()`, or the same? And under `no_grad()`, in `train()`?

# %%
prediction_eval = ...     # "nothing", "less" or "the same"
prediction_no_grad = ...  # "nothing", "less" or "the same"

samples = torch.randn(1000, 2, generator=torch.Generator().manual_seed(0))
kept = {}
for training in (True, False):
    for gradients in (True, False):
        model = copy.deepcopy(net).train(training)
        known = [*model.parameters(), *model.buffers(), samples]
        name = f"{'train' if training else 'eval'}, {'grad' if gradients else 'no_grad'}"
        with torch.set_grad_enabled(gradients):
            kept[name] = saved_bytes(lambda model=model: model(samples), known)


def told(size):
    return "nothing" if size == 0 else "less" if size < kept["train, grad"] else "the same"


check.prediction(prediction_eval, told(kept["eval, grad"]))
check.prediction(prediction_no_grad, told(kept["train, no_grad"]))

# %% [markdown]
# <details><summary>Why</summary>
#
# Less, and nothing. In `eval()` Dropout keeps no mask, but the graph is recorded, with BatchNorm's input and ReLU's result in it. Only the second switch takes it away.
# </details>

# %%
plots.saved_memory(kept)

# %% [markdown]
# On a GPU it is the allocator that tells, as the peak of a call:

# %%
place = device.best()
if place.type == "cuda":
    there, big = copy.deepcopy(net).to(place).eval(), torch.randn(500_000, 2).to(place)
    for gradients in (True, False):
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        with torch.set_grad_enabled(gradients):
            there(big)
        peak = (torch.cuda.max_memory_allocated() - before) / 2**20
        print(f"eval, {'grad' if gradients else 'no_grad'}: peak {peak:.0f} MiB")
else:
    print("No CUDA device here: its allocator would say what the bytes above say.")

# %% [markdown]
# ### Inference mode
#
# `torch.inference_mode()` goes further than `no_grad()`: tensors made inside carry no version counter (lesson 02: the count of changes in place, by which autograd notices that what it kept is no longer the same). So whatever would need that count later is forbidden.
#
# **Predict 7.** `y = w * x` was computed under `inference_mode()`; `w` requires gradients. Outside: does `w + y` run, and does `w * y`?

# %%
prediction_plus = ...   # "runs" or "raises"
prediction_times = ...  # "runs" or "raises"

w, x0 = torch.tensor([2.0], requires_grad=True), torch.tensor([3.0])
with torch.inference_mode():
    inferred = w * x0
plus, times = outcome(torch.add, w, inferred), outcome(torch.mul, w, inferred)
check.prediction(prediction_plus, "runs" if torch.is_tensor(plus) else "raises")
check.prediction(prediction_times, "runs" if torch.is_tensor(times) else "raises")
print(times)
print("its version counter:", outcome(lambda: inferred._version))

# %% [markdown]
# <details><summary>Why</summary>
#
# The sum runs, the product raises. A product has to keep both factors for its derivative, and an inference tensor can't be kept: nobody could notice if it was changed meanwhile. A sum keeps nothing.
# </details>

# %% [markdown]
# ### Exercise 7. What is forbidden? · ●○○ · 4 min
#
# For each line: `"runs"` or `"raises"`? Each starts anew from the first four lines. "a" is done.
#
# ```python
# w = torch.tensor([2.0], requires_grad=True)
# layer = nn.BatchNorm1d(1)                            # in train()
# with torch.inference_mode(): y = w * 3
# with torch.no_grad():        z = w * 3
#
# y + 1                                                # "a"
# y.add_(1)                                            # "b"
# z.add_(1)                                            # "c"
# y.requires_grad_()                                   # "d"
# w * y.clone()                                        # "e"
# w * z                                                # "f"
# with torch.inference_mode(): y.add_(1)               # "g"
# with torch.inference_mode():
#     with torch.enable_grad(): (w * w).backward()     # "h"
# with torch.no_grad():
#     with torch.enable_grad(): (w * w).backward()     # "i"
# ```
#
# "j", `True` or `False`: under `inference_mode()`, does `layer(torch.tensor([[1.0], [3.0]]))` move `layer.running_mean`?

# %% nbgrader={"grade": false, "grade_id": "forbidden", "locked": false, "schema_version": 3, "solution": true, "task": false}
forbidden = {"a": "runs"}

### BEGIN SOLUTION
forbidden["b"] = "raises"
forbidden["c"] = "runs"
forbidden["d"] = "raises"
forbidden["e"] = "runs"
forbidden["f"] = "runs"
forbidden["g"] = "runs"
forbidden["h"] = "raises"
forbidden["i"] = "runs"
forbidden["j"] = True
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "forbidden_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def said(name):
    return str(forbidden[name]).strip().lower()


observe("b, in place outside", said, "b")
observe("c, in place, made under no_grad", said, "c")
observe("d, requires_grad_ outside", said, "d")
observe("e, a clone", said, "e")
observe("f, made under no_grad, into a graph", said, "f")
observe("g, in place inside", said, "g")
observe("h, enable_grad inside inference_mode", said, "h")
observe("i, enable_grad inside no_grad", said, "i")
observe("j, the statistics", said, "j")
### END HIDDEN TESTS
check.equal(forbidden["a"], "runs")
check.true(set(forbidden) == set("abcdefghij"), "there is an answer for each of a to j")
lines = {forbidden[name] for name in set(forbidden) - {"j"}}
check.true(lines <= {"runs", "raises"}, 'each of "a" to "i" is "runs" or "raises"')

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Outside of inference mode an inference tensor may be read, not written, and not kept for backward. A clone made outside is an ordinary tensor, and so is what `no_grad()` made.
# </details>
# <details><summary>Hint 2</summary>
#
# "h" and "i": `backward()` needs a recorded product. `no_grad()` is a flag that `enable_grad()` turns on again; inference mode is another one, which it doesn't touch. "j" asks about the other switch.
# </details>

# %% [markdown]
# ---
# ## Part 5 · Numbers over batches
#
# A data set is evaluated in batches, and the last one is mostly smaller. Each metric that is a mean over samples has to be put together from sums.
#
# **Predict 8.** 100 samples come as a batch of 90 with accuracy 0.9, and one of 10 with accuracy 0.5. What is the accuracy over all?

# %%
prediction = ...  # a number with two decimals

right = torch.zeros(100)
right[:81] = 1     # 81 of the first 90
right[90:95] = 1   # 5 of the last 10
batches = right.split(90)
print("mean of the two:", round(torch.stack([batch.mean() for batch in batches]).mean().item(), 2))
check.prediction(prediction, round((sum(batch.sum() for batch in batches) / 100).item(), 2))

# %% [markdown]
# <details><summary>Why</summary>
#
# 0.86: 81 + 5 of 100. The mean of the two numbers is 0.7, and would become another one with another batch size.
# </details>

# %% [markdown]
# Weighting by samples isn't always enough. Precision (what share of the samples called 1 are 1) is a ratio whose denominator is no count of samples, so even the weighted mean of the batches' precisions is wrong: add up numerators and denominators.

# %%
called = torch.tensor([1, 1, 1, 1, 0, 0, 0, 1])
truth = torch.tensor([1, 1, 1, 1, 0, 0, 1, 0])
parts = list(zip(called.split(4), truth.split(4), strict=True))
hits = torch.tensor([int(((c == 1) & (t == 1)).sum()) for c, t in parts])
calls = torch.tensor([int((c == 1).sum()) for c, _ in parts])
print("precision of each batch:", (hits / calls).tolist(), "mean:", (hits / calls).mean().item())
print(f"over all: {(hits.sum() / calls.sum()).item():.1f}")

# %% [markdown]
# ### Accuracy as a loss
#
# Accuracy is what one wants. So why not train on it?
#
# **Predict 9.** Two ways to write it. What does `backward()` do: raise, or write a gradient, and which?

# %%
prediction_compared = ...  # "raises", or the gradient as a list of two numbers
prediction_rounded = ...   # the same

logits, wanted = torch.tensor([0.3, -0.2], requires_grad=True), torch.tensor([1.0, 1.0])


def gradient_of(loss):
    loss.backward()
    return logits.grad


compared = -((logits > 0).float() == wanted).float().mean()
rounded = (logits.sigmoid().round() - wanted).abs().mean()  # the share of errors
check.prediction(prediction_compared, outcome(gradient_of, compared))
check.prediction(prediction_rounded, outcome(gradient_of, rounded))

# %% [markdown]
# <details><summary>Why</summary>
#
# The first raises: a comparison gives booleans, and no graph leads through them. The second writes zeros, and so raises nothing: a step function is flat everywhere but at its steps, where it has no slope. Train on the cross-entropy, which has a slope, and report the accuracy.
# </details>

# %% [markdown]
# ### Exercise 8. Evaluate · ●●○ · 8 min
#
# The evaluation that you will want in every project: right over any cut into batches, and without a trace.

# %% nbgrader={"grade": false, "grade_id": "evaluate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def evaluate(model, batches):
    """Return {"loss": ..., "accuracy": ...}, floats, each the mean over all samples.

    model: from (N, 2) to logits (N, 1); a logit above 0 says class 1. batches: an iterable, which
    can be walked through once, of x (N, 2) and y (N, 1) float32 of 0 and 1; the batches may
    differ in size. loss: binary cross-entropy on logits. No sample at all: ValueError.

    The model is asked in evaluation mode, and nothing is recorded. Afterwards each Module in
    model has the training flag that it had before (a frozen part may have been in eval()), also
    if the model raises.
    """
    ### BEGIN SOLUTION
    flags = {module: module.training for module in model.modules()}
    loss, right, count = 0.0, 0, 0
    model.eval()
    try:
        with torch.no_grad():
            for x, y in batches:
                logits = model(x)
                loss += F.binary_cross_entropy_with_logits(logits, y, reduction="sum").item()
                right += ((logits > 0) == (y == 1)).sum().item()
                count += len(x)
    finally:
        for module, flag in flags.items():
            module.training = flag
    if count == 0:
        raise ValueError("there is no sample to evaluate on")
    return {"loss": loss / count, "accuracy": right / count}
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "evaluate_test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
class Watched(nn.Module):
    """A net that notes in what modes it is asked; it raises after so many calls."""

    def __init__(self, calls=100):
        super().__init__()
        draw = observe.generator(630)
        self.body = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))
        for p in self.body.parameters():
            p.data = torch.randn(p.shape, generator=draw)
        self.seen, self.calls = [], calls

    def forward(self, x):
        self.seen.append((self.training, self.body[2].training, torch.is_grad_enabled()))
        if len(self.seen) > self.calls:
            raise LookupError("no more")
        return self.body(x)


def cut_up(sizes, seed=631):
    draw = observe.generator(seed)
    points = torch.randn(sum(sizes), 2, generator=draw)
    classes = (torch.rand(sum(sizes), 1, generator=draw) > 0.4).float()
    return list(zip(points.split(sizes), classes.split(sizes), strict=True))


def evaluated(sizes, prepare=lambda model: model, walk=list, seed=631):
    return evaluate(prepare(Watched()), walk(cut_up(sizes, seed)))


def trace_left(train, frozen):
    """The modes seen, and the flags, statistics, gradients and recording afterwards."""
    model = Watched().train(train)
    model.body[1].train(train and not frozen)
    model.body[0].weight.grad = torch.ones(4, 2)
    evaluate(model, cut_up([5, 3, 1]))
    mean, count = model.body[1].running_mean, model.body[1].num_batches_tracked
    flags = [module.training for module in model.modules()]
    result = model.seen, flags, mean, int(count), model.body[0].weight.grad, model.body[3].weight.grad is None
    return (*result, torch.is_grad_enabled())


def after_raising():
    model = Watched(calls=1)
    model.body[1].eval()
    try:
        evaluate(model, cut_up([2, 2]))
    except LookupError:
        found = ["LookupError"]
    else:
        found = ["nothing"]
    return found, [module.training for module in model.modules()], torch.is_grad_enabled()


def empty(*kinds):
    """What comes of no batch, of a batch without a sample, and of one sample."""
    found = []
    for batches in kinds:
        try:
            found.append(sorted(evaluate(Watched(), batches)))
        except ValueError:
            found.append("ValueError")
    return found


def at_zero():
    """Logits of exactly 0."""
    still = nn.Linear(2, 1)
    nn.init.zeros_(still.weight)
    nn.init.zeros_(still.bias)
    return evaluate(still, cut_up([4, 3], 632))


near = (1e-5, 1e-6)
observe("one batch", evaluated, [8], tolerance=near)
observe("unequal batches", evaluated, [7, 5, 1], tolerance=near)
observe("many cuts", lambda: [evaluated([n, 12 - n])["loss"] for n in range(1, 12)], tolerance=near)
observe("other data", evaluated, [30, 3], seed=633, tolerance=near)
observe("batches that come once", evaluated, [4, 4, 2], walk=iter, tolerance=near)
observe("a model in eval()", evaluated, [6, 2], prepare=lambda model: model.eval(), tolerance=near)
observe("traces, a model in training", trace_left, True, False)
observe("traces, a frozen part", trace_left, True, True)
observe("traces, a model in eval()", trace_left, False, False)
observe("a model that raises", after_raising)
observe("no sample", empty, [], [(torch.ones(0, 2), torch.ones(0, 1))], cut_up([1]))
observe("logits of 0, and the kinds", lambda: (at_zero(), [type(value).__name__ for value in at_zero().values()]), tolerance=near)
### END HIDDEN TESTS
still = nn.Linear(2, 1)
nn.init.zeros_(still.weight)
nn.init.constant_(still.bias, 1.0)
points, classes = torch.ones(4, 2), torch.tensor([[1.0], [1.0], [1.0], [0.0]])
found = evaluate(still, zip(points.split([3, 1]), classes.split([3, 1]), strict=True))
check.close(found["accuracy"], 0.75)
check.close(found["loss"], (3 * math.log(1 + math.exp(-1)) + math.log(1 + math.e)) / 4, rtol=1e-5)
check.true(still.training, "the model is in training mode, as it was")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Four things are kept: the flags, a sum of losses, a count of right answers, a count of samples. `reduction="sum"` and `.item()` give plain numbers to add; divide once.
# </details>
# <details><summary>Hint 2</summary>
#
# `model.train()` afterwards would wake up a part that had been set to `eval()`. Note the flag of each Module: `{module: module.training for module in model.modules()}`, and write them back one by one.
# </details>
# <details><summary>Hint 3</summary>
#
# `try:` … `finally:` writes the flags back also if the model raises. `model.eval()` and `torch.no_grad()` both: neither does the other's work.
# </details>

# %% [markdown]
# Yours, on the net with BatchNorm and Dropout: the same numbers for each cut, and no trace.

# %%
net.train()
for size in (200, 64, 7):
    cut = list(zip(new_x.split(size), new_y.split(size), strict=True))
    print({name: round(value, 4) for name, value in evaluate(net, cut).items()})
check.equal(footprint(net, lambda: evaluate(net, cut)), set())

# %% [markdown]
# ---
# ## Part 6 · How sure?
#
# ### MC dropout
#
# Dropout left on at evaluation makes each call another, thinner net. Many calls together show where these nets disagree: their mean is a prediction, their spread a warning. This is **MC dropout** (Monte Carlo): `eval()` for everything, and `train()` for the Dropout layers alone.
#
# **Predict 10.** Why not `model.train()` for the whole model? What else would `footprint` find after those calls under `no_grad()`?

# %%
prediction = ...  # one of the words "weights", "gradients", "buffers", "flags"

model = copy.deepcopy(net).train()
model.zero_grad()
with torch.no_grad():
    for _ in range(20):
        model(new_x)
found = {
    "weights": not torch.equal(model.hidden.weight, net.hidden.weight),
    "gradients": any(p.grad is not None for p in model.parameters()),
    "buffers": not torch.equal(model.norm.running_var, net.norm.running_var),
    "flags": not model.training,
}
check.prediction(prediction, next(word for word, changed in found.items() if changed))

# %% [markdown]
# <details><summary>Why</summary>
#
# Buffers: BatchNorm would normalize by the batch that is being asked, and keep its statistics. A question would change the model.
# </details>

# %% [markdown]
# ### Exercise 9. MC dropout · ●●○ · 7 min

# %% nbgrader={"grade": false, "grade_id": "mc_dropout", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mc_dropout(model, x, calls=50):
    """Return the mean and the standard deviation of sigmoid(model(x)) over so many calls.

    model: to logits (N, 1), called `calls` times with the whole of x. Every nn.Dropout in it (and
    every Module of a class derived from it) is in training mode, every other Module in evaluation
    mode; nothing is recorded. Returns two tensors (N, 1); the deviation divides by the number of
    calls (correction=0). Afterwards each Module has the training flag that it had before.
    """
    ### BEGIN SOLUTION
    flags = {module: module.training for module in model.modules()}
    for module in flags:
        module.training = isinstance(module, nn.Dropout)
    with torch.no_grad():
        probabilities = torch.stack([model(x).sigmoid() for _ in range(calls)])
    for module, flag in flags.items():
        module.training = flag
    return probabilities.mean(dim=0), probabilities.std(dim=0, correction=0)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mc_dropout_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
class Scripted(nn.Dropout):
    """A Dropout whose masks are given, one for each call in training mode."""

    def __init__(self, seed, width):
        super().__init__(0.5)
        self.draw, self.width = observe.generator(seed), width

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(self.width, generator=self.draw) > 0.5) * 2


def scripted_net(seed=640, depth=1):
    draw, layers = observe.generator(seed), [nn.Linear(2, 6), nn.BatchNorm1d(6)]
    for number in range(depth):
        layers.append(nn.Sequential(nn.Tanh(), nn.Sequential(Scripted(seed + 1 + number, 6))))
    model = nn.Sequential(*layers, nn.Linear(6, 1))
    for p in model.parameters():
        p.data = torch.randn(p.shape, generator=draw)
    model[1].running_mean.copy_(torch.randn(6, generator=draw))
    return model


def spread(calls, train=True, depth=1, samples=5):
    model = scripted_net(depth=depth).train(train)
    return mc_dropout(model, torch.randn(samples, 2, generator=observe.generator(645)), calls)


def left_behind(train):
    """The flags, the statistics, the recording, after a model in which one part is set otherwise."""
    model = scripted_net().train(train)
    model[1].train(not train)
    model[2][1][0].eval()
    mean, _ = mc_dropout(model, torch.ones(3, 2), 4)
    return [m.training for m in model.modules()], model[1].running_mean, mean.requires_grad, torch.is_grad_enabled()


def real_dropout(p):
    """The mean and deviation of one weight behind a real Dropout, over many calls."""
    torch.manual_seed(646)
    model = nn.Sequential(nn.Dropout(p), nn.Linear(1, 1))
    nn.init.constant_(model[1].weight, 2.0)
    nn.init.zeros_(model[1].bias)
    mean, deviation = mc_dropout(model.eval(), torch.ones(1, 1), 4000)
    return mean, deviation


def modes_seen():
    """How the layers of a net are asked, and how often."""
    model, seen = scripted_net(), []
    for module in model.modules():
        module.register_forward_hook(lambda m, _i, _o: seen.append((type(m).__name__, m.training, torch.is_grad_enabled())))
    mc_dropout(model.train(), torch.ones(2, 2), 3)
    return len(seen), sorted(set(seen))


observe("mean and deviation, 4 calls", spread, 4)
observe("mean and deviation, 25 calls", spread, 25, depth=2)
observe("a model that was in eval()", spread, 6, train=False)
observe("one call", spread, 1)
observe("one sample", spread, 5, samples=1)
observe("what is left, from train()", left_behind, True)
observe("what is left, from eval()", left_behind, False)
observe("modes and calls", modes_seen)
observe("a real Dropout", real_dropout, 0.5, tolerance=(0, 0.04))
observe("without a Dropout", lambda: mc_dropout(nn.Sequential(nn.Linear(2, 1)), torch.zeros(2, 2), 3)[1])
### END HIDDEN TESTS
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 1), nn.Dropout(0.5))  # the logit becomes 0, or twice itself
with torch.no_grad():
    model[0].weight.zero_()
    model[0].bias.fill_(2.0)
mean, deviation = mc_dropout(model, torch.ones(1, 2), calls=400)
expected = (0.5 + torch.tensor(4.0).sigmoid()) / 2
check.close(mean, expected.reshape(1, 1), rtol=0, atol=0.05)
check.close(deviation, (expected - 0.5).reshape(1, 1), rtol=0, atol=0.05)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The flag is a plain attribute of each Module: `module.training = ...` sets it for one without its children. Walk through `model.modules()`.
# </details>
# <details><summary>Hint 2</summary>
#
# `isinstance(module, nn.Dropout)` is the flag that each needs. Stack the probabilities of all calls into (calls, N, 1), and take mean and `std(dim=0, correction=0)` along the first dimension: of the probabilities, not of the logits.
# </details>

# %% [markdown]
# ### See it
#
# Left, what the net says of the plane, less ½ (orange: class 0); right, how much its thinned nets disagree. They do so most at the lower left, where the border runs on far from any sample.

# %%
torch.manual_seed(0)
along = torch.linspace(-3, 3, 60)
grid = torch.cartesian_prod(along, along).flip(1)  # row by row, from below
mean, deviation = mc_dropout(net, grid, calls=100)
planes = {"mean probability - ½": mean - 0.5, "deviation of 100 calls": deviation}
plots.score_planes({title: values.reshape(60, 60) for title, values in planes.items()}, x, y, 3.0)

# %% [markdown]
# ### Calibration
#
# A model that says 0.9 should be right nine times in ten when it says so: then it is **calibrated**. Sort the samples by their probability into bins, and compare in each bin the mean probability with the share that came out. On points that overlap, a TinyNet, and a wide net that has learned its 100 training points by heart:

# %%
few_x, few_y = data.plane(samples=100, seed=1, noise=0.4)
test_x, test_y = data.plane(samples=4000, seed=2, noise=0.4)
torch.manual_seed(0)
models = {
    "TinyNet": fitted(TinyNet(), few_x, few_y, steps=2000),
    "64 wide": fitted(TinyNet(width=64), few_x, few_y, steps=1000, lr=1e-2),
}
logits = {}
for name, model in models.items():
    with torch.no_grad():
        logits[name], on_training = model.eval()(test_x), model(few_x)
    right = ((logits[name] > 0) == (test_y == 1)).float().mean()
    learned = ((on_training > 0) == (few_y == 1)).float().mean()
    sure = (logits[name].sigmoid() - 0.5).abs().mean() + 0.5
    print(f"{name}: accuracy {learned:.2f} in training, {right:.2f} on new data; "
          f"mean confidence {sure:.2f}")

# %% [markdown]
# ### Exercise 10. Reliability · ●●● · 8 min

# %% nbgrader={"grade": false, "grade_id": "reliability", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reliability(probability, target, bins=10):
    """Return confidence, frequency and count of each bin: three tensors (bins,).

    probability: (N,) or (N, 1), said probability of class 1, from 0 to 1. target: the same shape,
    0 or 1, of any dtype. Bin i holds i / bins <= probability < (i + 1) / bins; the last one holds
    1.0, too. confidence: mean probability of the bin's samples; frequency: the share of class 1
    among them; both of probability's dtype, NaN for an empty bin. count: int64.

    reliability(torch.tensor([0.2, 0.9, 0.7]), torch.tensor([0, 1, 0]), bins=2) is
    (tensor([0.2, 0.8]), tensor([0.0, 0.5]), tensor([1, 2]))
    """
    ### BEGIN SOLUTION
    p, t = probability.flatten(), target.flatten().to(probability.dtype)
    index = (p * bins).long().clamp(max=bins - 1)
    count = torch.bincount(index, minlength=bins)
    empty = torch.zeros(bins, dtype=p.dtype)
    confidence = empty.index_add(0, index, p) / count
    frequency = empty.index_add(0, index, t) / count
    return confidence, frequency, count
    ### END SOLUTION


def calibration_error(confidence, frequency, count):
    """Return the expected calibration error, a float: Σ count / N · |confidence - frequency|.

    Three tensors (bins,), as reliability returns them; N is the sum of count. Empty bins, whose
    confidence is NaN, add nothing.
    """
    ### BEGIN SOLUTION
    distance = (confidence - frequency).abs() * count / count.sum()
    return distance.nansum().item()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "reliability_test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def told_and_came(count, seed, dtype=torch.float32):
    draw = observe.generator(seed)
    return torch.rand(count, generator=draw, dtype=dtype), torch.rand(count, generator=draw).round().to(torch.int64)


def error_of(p, t, bins=10):
    return calibration_error(*reliability(p, t, bins))


p200, t200 = told_and_came(200, 650)
upper = 0.6 + 0.4 * p200
gaps = torch.tensor([0.15, 0.5, torch.nan]), torch.tensor([0.25, 0.2, torch.nan]), torch.tensor([6, 2, 0])
observe("ten bins", reliability, p200, t200)
observe("three bins", reliability, p200, t200, bins=3)
observe("one bin", reliability, p200, t200, bins=1)
observe("empty bins", reliability, upper, t200)
observe("a column, float32 targets", reliability, p200.reshape(-1, 1), t200.reshape(-1, 1).float())
observe("float64", reliability, *told_and_came(50, 651, torch.float64), bins=4)
observe("boolean targets", reliability, p200, t200 == 1, bins=5)
observe("the ends, and a bound between", reliability, torch.tensor([0.0, 1.0, 0.5, 1.0, 0.49]), torch.tensor([0, 1, 1, 0, 0]), bins=2)
observe("one sample", reliability, torch.tensor([0.3]), torch.tensor([1]), bins=4)
observe("the error", error_of, p200, t200, tolerance=(1e-5, 1e-6))
observe("the error, other bins", error_of, upper, t200, bins=7, tolerance=(1e-5, 1e-6))
observe("the error of given bins", calibration_error, *gaps, tolerance=(1e-5, 1e-6))
observe("a calibrated model", lambda: error_of(torch.full((4,), 0.5), torch.tensor([0, 1, 0, 1])))
### END HIDDEN TESTS
bins = reliability(torch.tensor([0.2, 0.9, 0.7]), torch.tensor([0, 1, 0]), bins=2)
check.close(bins[0], torch.tensor([0.2, 0.8]))
check.close(bins[1], torch.tensor([0.0, 0.5]))
check.equal(bins[2], torch.tensor([1, 2]))
given = torch.tensor([0.2, 0.8]), torch.tensor([0.0, 0.5]), torch.tensor([1, 2])
check.close(calibration_error(*given), 0.8 / 3, rtol=1e-5)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The index of a sample's bin is `(p * bins).long()`; for p = 1.0 that is one too many: `clamp(max=bins - 1)`.
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.bincount(index, minlength=bins)` counts. `torch.zeros(bins, dtype=p.dtype).index_add(0, index, p)` adds p up for each bin; divide by the counts, and 0 / 0 is the NaN that is asked for.
# </details>
# <details><summary>Hint 3</summary>
#
# The error weights each bin by its share of the samples, `count / count.sum()`, and adds with `nansum()`. A mean over the bins would count three samples like three thousand.
# </details>

# %% [markdown]
# ### See it
#
# Your bins, drawn. Below the diagonal at the right, above it at the left: the wide net says 0 and 1 far too often.

# %%
plots.reliability({name: reliability(z.sigmoid(), test_y) for name, z in logits.items()})

# %% [markdown]
# ### Explore
#
# **Temperature scaling** divides all logits by one number T, chosen on data that was not trained on. A T above 1 draws all probabilities toward ½.
#
# **Question.** Which T gives the wide net the least **log loss** (the mean binary cross-entropy, as it is called where probabilities are judged), and about how large is its calibration error then? What does T do to its accuracy? And which T does TinyNet need? (Where the controls don't answer, this is the first picture.)

# %%
widgets.temperature({"64 wide": logits["64 wide"], "TinyNet": logits["TinyNet"]}, test_y)

# %% [markdown]
# <details><summary>Answer</summary>
#
# T = 4: the log loss falls from 0.863 to 0.466, the calibration error from 0.135 to 0.047. The accuracy stays at 0.790 for every T, since a logit keeps its sign. TinyNet needs none: T = 1. (Choose T on validation data, not on the data of your last figure; here one set is enough to see it.)
# </details>

# %%
for name, temperature in (("64 wide", 1), ("64 wide", 4), ("TinyNet", 1), ("TinyNet", 4)):
    z = logits[name] / temperature
    error = calibration_error(*reliability(z.sigmoid(), test_y))
    loss = F.binary_cross_entropy_with_logits(z, test_y)
    right = ((z > 0) == (test_y == 1)).float().mean()
    print(f"{name}, T = {temperature}: log loss {loss:.3f}, "
          f"calibration error {error:.3f}, accuracy {right:.3f}")

# %% [markdown]
# ---
# ## Part 7 · Parity
#
# BatchNorm, in both modes: outputs, running statistics and gradients over three batches, on random shapes; in float32 without the gradients, where two samples that lie close together magnify each rounding.

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


def random_batches(dtype):
    """Three batches, which of them to train on, eps, momentum, a seed for the weight."""
    channels, length = whole(1, 5), whole(0, 4)
    shape = (channels, length) if length else (channels,)
    batches, modes = [], []
    for _ in range(3):
        batches.append(3 * torch.randn(whole(2, 8), *shape, generator=random, dtype=dtype) + 1)
        modes.append(whole(0, 3) > 0)
    return batches, modes, 10.0 ** -whole(1, 6), whole(1, 10) / 10, whole(0, 100)


def all_of(kind, name, slopes):
    """What a BatchNorm of this kind gives for three batches: outputs, buffers, and gradients."""

    def run(batches, modes, eps, momentum, seed):
        torch.manual_seed(seed)
        made = kind(batches[0].shape[1], eps=eps, momentum=momentum).to(batches[0].dtype)
        nn.init.normal_(made.weight)
        found = []
        for batch, training in zip(batches, modes, strict=True):
            batch = batch.clone().requires_grad_()
            out = made.train(training)(batch)
            out.pow(3).sum().backward()
            found += [out.detach(), batch.grad if slopes else None]
        state = [made.running_mean, made.running_var, made.num_batches_tracked]
        return [*found, *state, *([made.weight.grad, made.bias.grad] if slopes else [])]

    run.__name__ = name
    return run


for dtype, slopes in ((torch.float64, True), (torch.float32, False)):
    mine = all_of(BatchNorm, "BatchNorm", slopes)
    pytorchs = all_of(nn.BatchNorm1d, "nn.BatchNorm1d", slopes)
    cases = inputs(lambda dtype=dtype: random_batches(dtype), 150)
    check.parity(mine, pytorchs, cases, rtol=1e-5, atol=1e-5)

# %% [markdown]
# Dropout draws, so its numbers can't be PyTorch's; its properties can, to two hundredths. And in evaluation mode it must agree exactly.

# %%
def random_dropout():
    shape = [whole(1, 6) for _ in range(whole(0, 4))]
    return whole(0, 10) / 10, torch.randn(shape, generator=random)


def in_evaluation(kind, name):
    def run(p, sample):
        return kind(p).eval()(sample)

    run.__name__ = name
    return run


def properties(kind, name):
    """The share kept, the mean and the two values, for 300,000 ones."""

    def run(p):
        torch.manual_seed(0)
        out = kind(p)(torch.ones(300_000))
        return (out != 0).double().mean(), out.double().mean(), out.unique()

    run.__name__ = name
    return run


both = (Dropout, "Dropout"), (nn.Dropout, "nn.Dropout")
check.parity(*(in_evaluation(*one) for one in both), inputs(random_dropout, 100))
check.parity(*(properties(*one) for one in both), [(n / 10,) for n in range(10)], rtol=0, atol=0.02)

# %% [markdown]
# Put together: a TinyNet of your layers takes the trained state of PyTorch's, as the names in it are the same, and `evaluate` says the same of both, in float32 and after a move to float64.

# %%
mine = TinyNet(BatchNorm(8), Dropout(0.5))
mine.load_state_dict(net.state_dict())
for dtype in (torch.float32, torch.float64):
    both = [copy.deepcopy(one).to(dtype) for one in (mine, net)]
    batches = [(new_x.to(dtype), new_y.to(dtype))]
    check.close(evaluate(both[0], batches)["loss"], evaluate(both[1], batches)["loss"], rtol=1e-5)

# %% [markdown]
# ---
# ## Part 8 · Break it
#
# Symptom → hypothesis → evidence → fix, as in lesson 04. In the repairs you also name the faults, with their letters:
#
# | | Fault |
# |---|---|
# | A | `eval()` was taken for turning gradients off |
# | B | `no_grad()` was taken for `eval()` |
# | C | `train()` was forgotten after an evaluation |
# | D | means of unequal batches were averaged as if they were equal |
# | E | a gradient was added to the one before |
# | F | a batch of one sample, in training mode |
# | G | a loss without a slope |
# | H | labels of test samples took part in a fit or a choice |
# | I | a statistic was taken over test samples, too |
# | J | gradients were computed, and no weight was changed |
# | K | the same mathematics, with another constant |
#
# ### Seven to look at
#
# Read the symptom, form a hypothesis, and only then open the answer.

# %%
new_batches = list(zip(new_x.split(50), new_y.split(50), strict=True))


def start():
    """A fresh copy of the trained net, in training mode, without gradients."""
    model = copy.deepcopy(net).train()
    model.zero_grad()
    return model


# 1. The same model says two things of the same samples.
model = start()
with torch.no_grad():
    first, second = model(new_x), model(new_x)
print("1. two calls agree:", torch.equal(first, second))

# 2. It worked in every test. In service the samples come one by one.
service = start()
print("2.", outcome(service, new_x[:1]))

# 3. Evaluation runs out of memory after some thousand batches. "But I call eval()!"
model = start().eval()
losses = [F.binary_cross_entropy_with_logits(model(a), b) for a, b in new_batches]
print("3. losses that hold a graph:", sum(loss.requires_grad for loss in losses), "of", len(losses))

# 4. Since the gradient norm of the validation batch is logged, training goes another way.
model = start()
model.eval()
F.binary_cross_entropy_with_logits(model(new_x), new_y).backward()  # for the log
model.train()
torch.manual_seed(4)
only = F.binary_cross_entropy_with_logits(model(x), y)
(alone,) = torch.autograd.grad(only, model.output.bias, retain_graph=True)
only.backward()
same = torch.allclose(model.output.bias.grad, alone)
print("4. the bias's gradient is that of the training batch:", same)

# 5. The loss in eval() falls from batch to batch: "it learns". But not for long.
torch.manual_seed(3)
model = TinyNet(nn.BatchNorm1d(8))
weights, found = copy.deepcopy(list(model.parameters())), []
for _ in range(30):
    with torch.no_grad():
        found.append(F.binary_cross_entropy_with_logits(model.eval()(10 * x), y).item())
    F.binary_cross_entropy_with_logits(model.train()(10 * x), y).backward()
moved = not all(map(torch.equal, weights, model.parameters()))
print(f"5. loss {found[0]:.2f}, {found[5]:.2f}, … {found[29]:.2f}; weights moved: {moved}")

# 6. "PyTorch's variance is not mine." With momentum=1 the running one is that of the last batch.
norm = nn.BatchNorm1d(1, momentum=1.0)
batch = torch.randn(5, 1, generator=torch.Generator().manual_seed(1))
norm(batch)
theirs, by_hand = norm.running_var.item(), ((batch - batch.mean()) ** 2).mean().item()
print(f"6. PyTorch {theirs:.4f}, by hand {by_hand:.4f}, ratio {theirs / by_hand:.4f}")

# 7. All right on the test set, a quarter wrong in service. Before the split, 100 samples had been
# made 400 by adding a little noise.
draw = torch.Generator().manual_seed(0)
origin = torch.arange(100).repeat(4)
copies = few_x[origin] + 0.01 * torch.randn(400, 2, generator=draw)
order = torch.randperm(400, generator=draw)
train_rows, test_rows = order[:300], order[300:]


def nearest(points, among, labels):
    """The label of the nearest of some points."""
    return labels[torch.cdist(points, among).argmin(dim=1)]


known = copies[train_rows], few_y[origin[train_rows]]
right = (nearest(copies[test_rows], *known) == few_y[origin[test_rows]]).float().mean()
in_service = (nearest(test_x, *known) == test_y).float().mean()
print(f"7. test {right:.2f}, service {in_service:.2f}")

# %% [markdown]
# <details><summary>1. Two answers: hypothesis, evidence, fix</summary>
#
# **B.** `no_grad()` records nothing, and changes nothing that is computed. Evidence: `model.training` is `True`. Fix: `model.eval()`.
# </details>
# <details><summary>2. One by one</summary>
#
# **F.** BatchNorm in training mode can't take the variance of one number. Evidence: it is raised in `train()`, and not in `eval()`. Fix: `eval()`. (In training: leave a batch of one out.) Without a BatchNorm nothing would have been raised, and Dropout would have dropped in service.
# </details>
# <details><summary>3. Memory</summary>
#
# **A.** `eval()` turns no gradients off: each loss holds its whole graph. Evidence: `loss.requires_grad` is `True`. Fix: `torch.no_grad()` as well, and `.item()` for what is kept.
# </details>
# <details><summary>4. The log that trains</summary>
#
# **E.** `backward()` in `eval()` writes gradients like any other, and the next one adds to them; it doesn't overwrite. Evidence: `footprint` of the logging says `"gradients"`. Fix: `torch.autograd.grad`, which returns the gradient and writes nothing, or `zero_grad()` after the log.
# </details>
# <details><summary>5. It learns</summary>
#
# **J.** `backward()` updates no weight, and nobody called `step()`. What moved are BatchNorm's running statistics: each forward pass in training mode brings them nearer to the data. Evidence: `footprint` says `"buffers"` and `"gradients"`, not `"weights"`. Fix: `optimizer.step()`.
# </details>
# <details><summary>6. Another variance</summary>
#
# **K.** The ratio is 1.25 = 5 / 4 = N / (N − 1), on any data: the same squares, divided by N − 1. A framework has no mathematics of its own; an exact ratio is a constant that somebody chose. Evidence: `batch.var(correction=1)`. Fix: none is needed; say which one you mean.
# </details>
# <details><summary>7. Copies</summary>
#
# **H.** Most test samples have a copy in the training set: the label is looked up, not predicted. Evidence: how many test rows come from a sample that is in the training set, too. Fix: split the 100 originals, and copy afterwards. The same with several images of one patient, or several lines of one author: split by patient, by author.
# </details>

# %% [markdown]
# Each piece of evidence, and each fix, run:

# %%
model = start()
print("1. training flag:", model.training)
print("   in eval() two calls agree:", torch.equal(model.eval()(new_x), model(new_x)))

print("2. in eval():", tuple(service.eval()(new_x[:1]).shape))

model = start().eval()
with torch.no_grad():
    losses = [F.binary_cross_entropy_with_logits(model(a), b) for a, b in new_batches]
print("3. losses that hold a graph, under no_grad:", sum(loss.requires_grad for loss in losses))

model = start().eval()
loss = F.binary_cross_entropy_with_logits(model(new_x), new_y)
grads = torch.autograd.grad(loss, list(model.parameters()))  # returned, and written nowhere
torch.manual_seed(4)  # the same Dropout as there
F.binary_cross_entropy_with_logits(model.train()(x), y).backward()
print("4. after torch.autograd.grad it is:", torch.allclose(model.output.bias.grad, alone))

torch.manual_seed(3)
model = TinyNet(nn.BatchNorm1d(8))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _ in range(100):
    optimizer.zero_grad()
    F.binary_cross_entropy_with_logits(model.train()(10 * x), y).backward()
    optimizer.step()
with torch.no_grad():
    loss = F.binary_cross_entropy_with_logits(model.eval()(10 * x), y).item()
print(f"5. 100 steps by step(): loss below 0.4: {loss < 0.4}")

print("6. divided by N - 1:", math.isclose(batch.var(correction=1).item(), theirs, rel_tol=1e-5))

shared = torch.isin(origin[test_rows], origin[train_rows]).float().mean()
print(f"7. share of test rows with a copy in training: {shared:.2f}")
fit_rows, out_rows = torch.arange(400)[origin < 75], torch.arange(400)[origin >= 75]
said = nearest(copies[out_rows], copies[fit_rows], few_y[origin[fit_rows]])
print(f"   split by original: test {(said == few_y[origin[out_rows]]).float().mean():.2f}")

# %% [markdown]
# And by the tools that you built, cases 3 to 5:

# %%
print("3. kept in eval():", saved_bytes(lambda: start().eval()(new_x)) > 0)
print("   kept under no_grad:", saved_bytes(torch.no_grad()(lambda: start()(new_x))), "bytes")


def logged(model):
    """What the log of case 4 does."""
    F.binary_cross_entropy_with_logits(model(new_x), new_y).backward()


asked, learner = start().eval(), start()
optimizer = torch.optim.Adam(learner.parameters(), lr=1e-3)
print("4. the log changes:", sorted(footprint(asked, lambda: logged(asked))))
print("5. forward and backward change:", sorted(footprint(learner, lambda: logged(learner))))
print("   step() changes:", sorted(footprint(learner, optimizer.step)))

# %% [markdown]
# ### Exercise 11. Repair: training with a validation · ●●○ · 7 min
#
# **Symptoms.** (1) Dropout drops in the first epoch, and never again. (2) Memory grows with each epoch. (3) With 41 training samples in batches of 10 it stops. There are three faults.

# %%
fit_faults = {"never again": "?", "memory": "?", "stops": "?"}  # you name them below


def faulty_fit(model, optimizer, training, validation, epochs):
    history = []
    model.train()
    for _ in range(epochs):
        for x, y in training:
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(model(x), y).backward()
            optimizer.step()
        model.eval()
        losses = [
            F.binary_cross_entropy_with_logits(model(x), y, reduction="sum") for x, y in validation
        ]
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    return history


def batches_of(points, classes, size):
    return list(zip(points.split(size), classes.split(size), strict=True))


def run(fit, samples):
    """The history, and the training flag of Dropout in each call on training data."""
    torch.manual_seed(0)
    model, flags = TinyNet(nn.BatchNorm1d(8), nn.Dropout(0.5)), []

    def note(layer, args, _output):
        if len(args[0]) <= 10:
            flags.append(layer.training)

    model.drop.register_forward_hook(note)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    training = batches_of(x[:samples], y[:samples], 10)
    return fit(model, optimizer, training, [(new_x, new_y)], epochs=2), flags


history, flags = run(faulty_fit, 40)
print("(1) Dropout drops, batch by batch:", flags)
print("(2) history:", history)
print("(3)", outcome(run, faulty_fit, 41))

# %% nbgrader={"grade": false, "grade_id": "fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit(model, optimizer, training, validation, epochs):
    """Train for some epochs by binary cross-entropy on logits; return the validation losses.

    training, validation: lists of batches x (N, 2), y (N, 1). In each epoch: the model, in
    training mode, makes one step for each training batch, in order; a batch of one sample is left
    out. Then its loss on the validation samples is taken, in evaluation mode, without a graph:
    the mean over all of them, a float. Returns the list of these, one for each epoch. At the end
    the whole model is in training mode.
    """
    ### BEGIN SOLUTION
    history = []
    count = sum(len(x) for x, _ in validation)
    for _ in range(epochs):
        model.train()
        for x, y in training:
            if len(x) > 1:
                optimizer.zero_grad()
                F.binary_cross_entropy_with_logits(model(x), y).backward()
                optimizer.step()
        model.eval()
        with torch.no_grad():
            losses = [F.binary_cross_entropy_with_logits(model(x), y, reduction="sum").item() for x, y in validation]
        history.append(sum(losses) / count)
    model.train()
    return history
    ### END SOLUTION


# The faults, by their letters in the table: fit_faults["never again"] = "A" to "K", and so on
### BEGIN SOLUTION
fit_faults = {"never again": "C", "memory": "A", "stops": "F"}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "fit_test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
class Masked(nn.Dropout):
    """A Dropout whose masks are drawn from a generator of its own, and that notes how it is asked."""

    def __init__(self, seed):
        super().__init__(0.5)
        self.draw, self.asked = observe.generator(seed), []

    def forward(self, x):
        self.asked.append((len(x), self.training, torch.is_grad_enabled()))
        return x * (torch.rand(x.shape, generator=self.draw) > 0.5) * 2 if self.training else x


def some_batches(sizes, seed):
    draw = observe.generator(seed)
    points = torch.randn(sum(sizes), 2, generator=draw)
    classes = (torch.rand(sum(sizes), 1, generator=draw) > 0.5).float()
    return list(zip(points.split(sizes), classes.split(sizes), strict=True))


def after_fit(sizes, validation=(6,), epochs=2, train=True, momentum=0.9):
    draw = observe.generator(660)
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), Masked(661), nn.Linear(3, 1)).train(train)
    for p in model.parameters():
        p.data = torch.randn(p.shape, generator=draw)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=momentum)
    history = fit(model, optimizer, some_batches(sizes, 662), some_batches(list(validation), 663), epochs)
    weights = [p.detach() for p in model.parameters()]
    return history, weights, model[1].running_mean, model[2].asked, [m.training for m in model.modules()]


near = (1e-4, 1e-5)
observe("one epoch", after_fit, [4, 4], epochs=1, tolerance=near)
observe("three epochs", after_fit, [4, 3, 5], epochs=3, tolerance=near)
observe("a last batch of one", after_fit, [4, 4, 1], tolerance=near)
observe("a batch of one in the middle", after_fit, [4, 1, 3], momentum=0.0, tolerance=near)
observe("batches of two", after_fit, [2, 2], tolerance=near)
observe("unequal validation batches", after_fit, [5], validation=(5, 2, 1), tolerance=near)
observe("a model that comes in eval()", after_fit, [4, 4], train=False, tolerance=near)
observe("the kinds in the history", lambda: [type(loss).__name__ for loss in after_fit([4, 4])[0]])
observe("no epoch", lambda: after_fit([4], epochs=0, train=False)[::4])
observe("the fault behind (1)", lambda: fit_faults["never again"].strip().upper())
observe("the fault behind (2)", lambda: fit_faults["memory"].strip().upper())
observe("the fault behind (3)", lambda: fit_faults["stops"].strip().upper())
### END HIDDEN TESTS
history, flags = run(fit, 41)
check.equal([type(loss).__name__ for loss in history], ["float", "float"])
check.equal(flags, [True] * 8)
check.true(set(fit_faults.values()) <= set("ABCDEFGHIJK"), "each fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Follow `model.training` through two epochs, line by line. Which line sets it, and how often does that line run?
# </details>
# <details><summary>Hint 2</summary>
#
# `eval()` records as much as `train()`. What is in `history` after the first epoch, and what does it hold?
# </details>
# <details><summary>Hint 3</summary>
#
# `model.train()` goes into the loop over epochs (and once more to the end); the validation under `torch.no_grad()`, with `.item()`; and a batch with `len(x) == 1` makes no step.
# </details>

# %% [markdown]
# ### Exercise 12. Repair: a good score on coin flips · ●●○ · 7 min
#
# **Symptoms.** (1) The labels are coin flips, independent of the features, and yet the accuracy on test samples is far above ½. (2) If one test sample is changed, the others get other scores. There are two faults. (`~test` is `True` for the training samples.)

# %%
leak_faults = {"coin flips": "?", "others": "?"}  # you name them below


def faulty_scores(x, y, test, k):
    z = x / x.std(dim=0)
    gap = z[y == 1].mean(dim=0) - z[y == 0].mean(dim=0)
    chosen = gap.abs().topk(k).indices
    z = z[:, chosen]
    one, zero = z[~test & (y == 1)].mean(dim=0), z[~test & (y == 0)].mean(dim=0)
    return chosen, ((z[test] - zero) ** 2).sum(dim=1) - ((z[test] - one) ** 2).sum(dim=1)


draw = torch.Generator().manual_seed(0)
features, coins = torch.randn(60, 2000, generator=draw), torch.randint(2, (60,), generator=draw)
test = torch.arange(60) >= 40


def accuracy_of(scores):
    return ((scores > 0) == (coins[test] == 1)).float().mean().item()


_, scores = faulty_scores(features, coins, test, 20)
print(f"(1) accuracy on coin flips: {accuracy_of(scores):.2f}")
changed = features.clone()
changed[59] += 10  # the last test sample
_, scores_changed = faulty_scores(changed, coins, test, 20)
print("(2) the others keep their scores:", torch.allclose(scores_changed[:-1], scores[:-1]))

# %% nbgrader={"grade": false, "grade_id": "honest_scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
def honest_scores(x, y, test, k):
    """Return the k features chosen, and a score of each test sample (above 0: class 1).

    x: (N, D) floating point. y: (N,) of 0 and 1. test: (N,) bool. Everything is learned from the
    training samples alone: the standard deviation of each feature, by which all samples are
    divided; the k features whose class means then lie farthest apart (int64, (k,), the farthest
    first); the class means on them. score: squared distance to the mean of class 0, less that to
    the mean of class 1; (number of test samples,).
    """
    ### BEGIN SOLUTION
    seen, labels = x[~test], y[~test]
    spread = seen.std(dim=0)
    seen, asked = seen / spread, x[test] / spread
    one, zero = seen[labels == 1].mean(dim=0), seen[labels == 0].mean(dim=0)
    chosen = (one - zero).abs().topk(k).indices
    to_one, to_zero = (asked - one)[:, chosen], (asked - zero)[:, chosen]
    return chosen, (to_zero**2).sum(dim=1) - (to_one**2).sum(dim=1)
    ### END SOLUTION


# The faults, by their letters in the table: leak_faults["coin flips"] = "A" to "K", and so on
### BEGIN SOLUTION
leak_faults = {"coin flips": "H", "others": "I"}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "honest_scores_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def table(rows, columns, seed, dtype=torch.float64):
    """Features of different sizes, coin flips, and a test set of every third row."""
    draw = observe.generator(seed)
    sizes = 1 + 4 * torch.rand(columns, generator=draw, dtype=dtype)
    numbers = sizes * torch.randn(rows, columns, generator=draw, dtype=dtype) + 3
    labels = (torch.arange(rows) + torch.randint(2, (rows,), generator=draw)) % 4 // 2
    return numbers, labels, torch.arange(rows) % 3 == 1


def scored(rows, columns, k, seed, dtype=torch.float64):
    return honest_scores(*table(rows, columns, seed, dtype), k)


def with_test_samples_moved(k):
    """The scores of the others when one test sample is far away, and the choice when test labels turn."""
    numbers, labels, held = table(30, 8, 673)
    moved = numbers.clone()
    moved[1] += 100
    turned = torch.where(held, 1 - labels, labels)
    return honest_scores(moved, labels, held, k)[1][1:], honest_scores(numbers, turned, held, k)


observe("two of six features", scored, 24, 6, 2, 670)
observe("all features", scored, 30, 4, 4, 671)
observe("one of many features", scored, 36, 40, 1, 672)
observe("five of many, float32", scored, 45, 60, 5, 674, torch.float32, tolerance=(1e-4, 1e-4))
observe("test samples that move", with_test_samples_moved, 3)
observe("a single test sample", lambda: honest_scores(*table(20, 5, 675)[:2], torch.arange(20) == 7, 2))
observe("the fault behind (1)", lambda: leak_faults["coin flips"].strip().upper())
observe("the fault behind (2)", lambda: leak_faults["others"].strip().upper())
### END HIDDEN TESTS
_, honest = honest_scores(features, coins, test, 20)
check.true(0.2 <= accuracy_of(honest) <= 0.8, "coin flips can't be predicted")
check.close(honest_scores(changed, coins, test, 20)[1][:-1], honest[:-1])
check.true(set(leak_faults.values()) <= set("ABCDEFGHIJK"), "each fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Three things are learned: the deviation, the choice, the class means. From which rows is each of them learned? Only the last one is honest.
# </details>
# <details><summary>Hint 2</summary>
#
# Take the training rows out first: `x[~test]`, `y[~test]`. Then nothing that you compute from them can leak.
# </details>
# <details><summary>Hint 3</summary>
#
# Divide the test rows by the deviation of the *training* rows: `x[test] / x[~test].std(dim=0)`. The class means of the scaled training rows give both the choice and the classifier.
# </details>

# %%
print(f"accuracy on coin flips with the leak: {accuracy_of(scores):.2f}")
print(f"and without it: {accuracy_of(honest):.2f}")

# %% [markdown]
# The choice of 20 among 2000 features is a part of the fitting, and so is the choice of a learning rate, of an epoch to stop at, of a temperature: each needs data that the last figure doesn't use.
#
# ---
# ## Part 9 · In practice
#
# Your parts, trained and asked as one would at work. For answers that go nowhere else, `inference_mode` in place of `no_grad`; as a decorator either wraps a whole function.

# %%
place = device.best()
torch.manual_seed(0)
model = TinyNet(BatchNorm(8), Dropout(0.2)).to(place)
model = fitted(model, x.to(place), y.to(place), lr=1e-2)


@torch.inference_mode()
def predict(model, points):
    """Return the probability of class 1 for each sample, on the CPU."""
    flags = {module: module.training for module in model.modules()}
    model.eval()
    probability = model(points.to(next(model.parameters()).device)).sigmoid().cpu()
    for module, was in flags.items():  # a frozen part goes on being in eval()
        module.training = was
    return probability


report = evaluate(model, [(new_x.to(place), new_y.to(place))])
probability = predict(model, new_x)
right = ((probability > 0.5) == (new_y == 1)).float().mean().item()
print("loss on new data below 0.3:", report["loss"] < 0.3)
print("accuracy above 0.85:", report["accuracy"] > 0.85)
print("predictions agree with it:", math.isclose(right, report["accuracy"], abs_tol=0.01))
print("they are inference tensors:", probability.is_inference())
print("one sample can be asked:", tuple(predict(model, new_x[:1]).shape))

# %% [markdown]
# Weights that were averaged or changed by hand need new statistics: BatchNorm's still belong to the old ones.

# %%
moved = copy.deepcopy(net).eval()
with torch.no_grad():
    moved.hidden.weight *= 3
    stale = F.binary_cross_entropy_with_logits(moved(new_x), new_y).item()
    torch.optim.swa_utils.update_bn([x], moved)  # a forward pass over training data, anew
    fresh = F.binary_cross_entropy_with_logits(moved.eval()(new_x), new_y).item()
print("stale statistics cost more than twice the loss:", stale > 2 * fresh)

# %% [markdown]
# Habits worth keeping:
#
# - `eval()` **and** `no_grad()` for every evaluation, `inference_mode()` where the results stay outside of training. `train()` at the top of each epoch, not before the first.
# - Sums and counts over batches, one division at the end. Ratios such as precision: numerator and denominator apart.
# - Fit everything (means, features, temperature, the epoch to stop at) on training or validation data; touch the test set once. Split by what belongs together.
# - Report a log loss or a calibration error next to the accuracy, if anybody will read the probabilities.
# - After averaging weights, or changing them by hand: `torch.optim.swa_utils.update_bn`.
#
# ---
# ## Knowledge check
#
# ### Exercise 13. Choose one answer · ●●○ · 6 min
#
# Choose one letter for each question.
#
# **q1.** After `model.eval()`, `loss.backward()`
#
# - **a** does nothing: `eval()` turns gradients off
# - **b** raises
# - **c** adds gradients to `.grad`, as in training mode
# - **d** updates the weights, without Dropout
#
# **q2.** A model with BatchNorm and Dropout, in training mode, is called under `torch.no_grad()`. Then
#
# - **a** Dropout drops, and the running statistics move
# - **b** Dropout drops, and the running statistics stay
# - **c** Dropout keeps everything, and the running statistics move
# - **d** it computes what it would in `eval()`
#
# **q3.** For a log, the validation loss gets a `backward()`, in `eval()`. The training batch's follows, without `zero_grad()` between. `.grad` holds
#
# - **a** the training batch's gradient: the second call overwrites
# - **b** the sum of both
# - **c** the training batch's gradient: in `eval()` none was written
# - **d** the mean of both
#
# **q4.** `momentum=1.0`, one batch of 10: BatchNorm's running variance is 10 / 9 of your mean of squares. Because
#
# - **a** PyTorch computes variances by a numerical method of its own
# - **b** `eps` is added to it
# - **c** the batch was normalized by that variance
# - **d** it divides by N − 1, to estimate the variance of all data
#
# **q5.** A net with `nn.Dropout(0.5)` was trained. In `eval()` its Dropout
#
# - **a** multiplies by 0.5, since half of the units were there in training
# - **b** does nothing: what was kept in training had been doubled
# - **c** multiplies by 2
# - **d** drops the units that were dropped most often
#
# **q6.** Two batches: 300 samples with accuracy 0.9, and 100 with 0.7. The accuracy is
#
# - **a** 0.8
# - **b** 0.75
# - **c** 0.85
# - **d** 0.9
#
# **q7.** Someone trains on `-((logits > 0) == (y == 1)).float().mean()`. What happens?
#
# - **a** `backward()` raises: no graph leads through a comparison
# - **b** it trains, slowly
# - **c** it trains the accuracy, which is better than cross-entropy
# - **d** the weights become NaN
#
# **q8.** An evaluation holds a graph for each batch, though `model.eval()` is called. What takes the graphs away?
#
# - **a** `model.eval()` once more, after loading the weights
# - **b** `model.zero_grad()` after each batch
# - **c** a smaller Dropout
# - **d** `torch.no_grad()` around the loop
#
# **q9.** All logits are divided by 4. What can't change?
#
# - **a** the log loss
# - **b** the accuracy at the threshold ½
# - **c** the calibration error
# - **d** the largest probability
#
# **q10.** 50 samples, 5000 features, random labels; the 30 best features are chosen, then the data is split. The test accuracy is 0.9. Because
#
# - **a** 5000 features hold enough information to predict random labels
# - **b** the classifier is overfitted to the training samples
# - **c** the test set is too small, and 0.9 is chance
# - **d** the test labels took part in choosing the features

# %% nbgrader={"grade": false, "grade_id": "knowledge_check", "locked": false, "schema_version": 3, "solution": true, "task": false}
answers = {}  # such as answers["q1"] = "a"

### BEGIN SOLUTION
answers = {
    "q1": "c", "q2": "a", "q3": "b", "q4": "d", "q5": "b",
    "q6": "c", "q7": "a", "q8": "d", "q9": "b", "q10": "d",
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "knowledge_check_test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
observe("question 1", answers.get, "q1", because={
    "a": "The two calls stand together in every tutorial, so they seem to be one. eval() writes a flag that Dropout and BatchNorm read; autograd never looks at it.",
    "b": "A graph was recorded as usual, and backward() walks it. It is under no_grad() that there is nothing to walk.",
    "d": "backward() writes gradients, in any mode. A weight changes in optimizer.step() alone.",
})
observe("question 2", answers.get, "q2", because={
    "b": "The statistics are no gradients: BatchNorm writes its buffers in the forward pass, which no_grad() leaves as it is.",
    "c": "Dropout reads model.training, and that is True. no_grad() says nothing to it.",
    "d": "no_grad() is not eval(): it stops the recording, and changes no number that is computed.",
})
observe("question 3", answers.get, "q3", because={
    "a": "An assignment would overwrite; backward() adds to .grad, whatever is in it.",
    "c": "In eval() gradients are computed and written as always: only two kinds of layers behave differently.",
    "d": "Nothing counts the calls, so nothing can divide by their number.",
})
observe("question 4", answers.get, "q4", because={
    "a": "An exact ratio of N / (N - 1) is no rounding and no method: it is the same sum of squares, with another constant below.",
    "b": "eps is 0.00001 and stands under the root when dividing; it isn't part of what is kept.",
    "c": "The batch is normalized by the biased one, so that its entries have the variance 1.",
})
observe("question 5", answers.get, "q5", because={
    "a": "That is how the paper of 2014 did it. PyTorch scales in training, so that evaluation has nothing to do.",
    "c": "The doubling happens in training, for what is kept. Twice would be twice too much.",
    "d": "Nothing is remembered: each call in training draws anew.",
})
observe("question 6", answers.get, "q6", because={
    "a": "That is the mean of the two, as if each stood for as many samples. 270 + 70 of 400 are right.",
    "b": "That weights the small batch three times, and the large one once.",
    "d": "The second batch counts, too: a quarter of all samples are in it.",
})
observe("question 7", answers.get, "q7", because={
    "b": "There is no slope at all to follow, not a small one.",
    "c": "It is what one wants to be high, and nothing that can be followed downhill: it moves in steps.",
    "d": "It doesn't come to a step: backward() already says that there is no graph.",
})
observe("question 8", answers.get, "q8", because={
    "a": "eval() turns no gradients off, the first time or the second.",
    "b": "That empties .grad. What fills the memory is what the graph keeps for a backward that never comes.",
    "c": "Dropout keeps nothing in eval(). All other layers keep their inputs.",
})
observe("question 9", answers.get, "q9", because={
    "a": "The log loss sees the probabilities, and they all move toward one half.",
    "c": "That is what temperature is used for: the said probabilities change, the outcomes don't.",
    "d": "sigmoid(z / 4) is nearer to one half than sigmoid(z).",
})
observe("question 10", answers.get, "q10", because={
    "a": "On 50 known labels they can: some feature fits by chance. On unknown ones none does.",
    "b": "That would show as a high accuracy in training and one half on the test samples.",
    "c": "9 of 10 by chance is rare, and the same on every split: here the labels were seen.",
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
# q1 to q3: Part 1. q4: Part 3. q5: Part 2. q6, q7: Part 5. q8: Predict 6. q9: the explorer. q10: Exercise 12.
# </details>

# %% [markdown]
# ---
# ## Ledger
#
# | Call | What it hides | Where you built it | What it still hides | How it fails |
# |---|---|---|---|---|
# | the 2×2 of `train`/`eval` and grad/`no_grad` | two flags with different readers | Part 1, all four run; Exercises 1 and 2 | other thread, other grad flag | one switch is taken for the other (Part 8 cases 1 and 3) |
# | `eval()` | a walk that writes `training = False` | Exercises 1, 8, 9; Predict 1 | which layers read it | gradients stay on: graphs and `.grad` (Predict 1, Part 8 cases 3 and 4); forgotten, a sample depends on its neighbors (Predict 4, Part 8 case 2) |
# | `train()` | the same walk | Exercises 8, 11 | that it wakes frozen parts, too | forgotten after an evaluation: no Dropout from then on (Exercise 11) |
# | `no_grad()`, `enable_grad()` | a flag, kept and put back | Exercise 5 | C++ sees the flag of the thread | Dropout drops and statistics move all the same (Predict 2, Part 8 case 1) |
# | `inference_mode()` | tensors without a version counter | Exercise 7, Predict 7 | views and counters | such tensors can't be kept for backward, nor changed outside |
# | `nn.Dropout` | a mask, and 1 / (1 − p) in training | Exercise 3, Predict 3 | generators on a GPU, `Dropout2d`'s whole channels | without the scale, evaluation sees larger signals |
# | `nn.BatchNorm1d` | batch statistics in training, running ones in evaluation | Exercise 4, Predict 5 | `momentum=None`, synchronized batches | biased to normalize, unbiased to keep: the ratio N / (N − 1) is no other mathematics (Part 8 case 6) |
# | BatchNorm with one sample | no variance | Exercise 4, "A batch of one" | two samples always give ±1 | raises in training (Part 8 case 2, Exercise 11) |
# | `saved_tensors_hooks` | what an operation keeps | Exercise 6, memory of each mode in Predict 6 | what the allocator holds beyond it | `eval()` alone keeps a graph |
# | metrics over batches | sums and counts | Exercise 8, Predict 8 | ratios without a count of samples | mean of means: depends on the cut |
# | accuracy | a step function | Predict 9 | how sure the model was | as a loss it raises, or has no slope (question 7) |
# | `backward()` in an evaluation | `.grad` written, no weight changed | Exercises 1 and 2 | BatchNorm moves meanwhile | it adds to the training gradient (Part 8 case 4); without `step` only statistics "learn" (case 5) |
# | MC dropout | `eval()` with Dropout in `train()` | Exercise 9 | that a spread is no guarantee | `train()` for all: a question moves the statistics (Predict 10) |
# | calibration, temperature | bins, and one number | Exercise 10, the explorer | bins chosen otherwise give another error | accuracy says nothing of it |
# | a split | what was fitted on which rows | Exercise 12 | groups, time | leakage: statistics, choices (Exercise 12), copies (Part 8 case 7) |
