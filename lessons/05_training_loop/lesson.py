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
# # 05 · Training loop: five lines, and all that can go wrong around them
#
# ## Why
#
# PyTorch has no `fit`: you write the loop, so you decide what a step, an epoch and a run are. Each of its lines is short, and a loop with a line too few, too many or in the wrong place raises nothing: the loss falls a little, memory grows a little, the best model is silently overwritten. Whoever knows what each line reads and writes sees such a fault in the numbers.
#
# **At the end you can** write a training loop from memory, say which orders of its lines are sound, make four small batches count as one large one, stop a run and resume it bit for bit, read its curves, stop it in time, and name nine silent faults by their symptoms.
#
# **You build** one step in three ways, a sampler, an epoch, gradient accumulation, a run that resumes bit for bit, early stopping, a progress bar, and a classifier of handwritten digits.
#
# **Before this:** 02 Autograd, 03 Module, 04 Losses and optimizers.
#
# | Part | You | Minutes |
# |---|---|---|
# | 1 · One step, three ways | write a step by hand, with nn, and with optim | 18 |
# | 2 · The order of the lines | find out which orders are sound | 9 |
# | 3 · Before you train | check the first loss, and overfit one batch | 9 |
# | 4 · Batches and epochs | build a sampler, an epoch, and accumulation | 22 |
# | 5 · The same again | repeat a run, and resume one bit for bit | 18 |
# | 6 · Reading curves | read rates and overfitting, and stop in time | 13 |
# | 7 · Watching it | draw a progress bar and a live plot | 5 |
# | 8 · Break it | look at five broken loops, and repair one | 12 |
# | 9 · In practice, quiz, ledger | train a classifier of digits | 14 |

# %%
import copy
import io
import itertools
import math

import torch
import torch.nn.functional as F
from IPython.display import display
from torch import nn

from course import check, data, device, observe, plots, widgets

torch.set_num_threads(1)  # these nets are too small to be shared between threads

# %% [markdown]
# ---
# ## Part 1 · One step, three ways
#
# TinyNet again, on the plane with two classes. In mathematics, a step of gradient descent is one line:
#
# θ ← θ − η · ∇L(θ), where L(θ) = (1/N) Σᵢ ℓ(f(xᵢ; θ), yᵢ)
#
# In PyTorch it is five. Nothing is added to the mathematics: the line is cut into its parts.


# %%
class TinyNet(nn.Module):
    """2 → 8 → 1 with a ReLU. Returns logits, (N, 1)."""

    def __init__(self, units=8):
        super().__init__()
        self.hidden = nn.Linear(2, units)
        self.output = nn.Linear(units, 1)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


x, y = data.plane(samples=200, seed=0)
torch.manual_seed(4)
net = TinyNet()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

logits = net(x)  # line 1
loss = criterion(logits, y)  # line 2
optimizer.zero_grad()  # line 3
loss.backward()  # line 4
optimizer.step()  # line 5
print(f"loss before {loss.item():.4f}, after {criterion(net(x), y).item():.4f}")

# %% [markdown]
# **Predict 1.** One weight w = 1, and the loss (2w)². What are `w` and `w.grad` after `backward()`, and after a second forward and backward, if nothing stands between them?

# %%
prediction_weight = ...  # w after the first backward()
prediction_first = ...  # w.grad after the first backward()
prediction_second = ...  # w.grad after the second

w = torch.tensor(1.0, requires_grad=True)
((2 * w) ** 2).backward()
check.prediction(prediction_weight, w.item())
check.prediction(prediction_first, w.grad.item())
((2 * w) ** 2).backward()
check.prediction(prediction_second, w.grad.item())

# %% [markdown]
# <details><summary>Why (open it after you ran the cell)</summary>
#
# 1, 8 and 16. `backward()` writes gradients and no weight; and it *adds* to `.grad`, so the second 8 comes on top of the first.
# </details>

# %% [markdown]
# ### Exercise 1. Name the mathematics · ●○○ · 4 min
#
# Which formula belongs to which line? g is what `.grad` holds. Three formulas belong to no line. Line 3 is done.
#
# | | Formula | | Formula |
# |---|---|---|---|
# | A | ŷ ← f(x; θ) | E | g ← g + ∂L/∂θ |
# | B | L ← (1/N) Σ ℓ(ŷᵢ, yᵢ) | F | g ← nothing |
# | C | g ← ∂L/∂θ | G | θ ← θ − η · g |
# | D | θ ← θ − η · ∂L/∂θ, g ← ∂L/∂θ | H | θ ← θ − η · g, g ← nothing |
#
# (Nothing counts as 0 when line 4 adds to it. To an optimizer it is not a 0: lesson 04.)
#
# Then the same twice, with numbers. A model predicts w · x, with w = 0.5; one sample has x = 2 and y = 3; the loss is (w · x − y)², the rate is 0.1.

# %% nbgrader={"grade": false, "grade_id": "name_the_mathematics", "locked": false, "schema_version": 3, "solution": true, "task": false}
line = {3: "F"}  # line[1] = "A" to "H", and so on, for lines 1, 2, 4 and 5
number = {}
# number["gradient"] = ...    what w.grad holds after line 4
# number["on paper"] = ...    w after θ ← θ − η · ∇L(θ), worked out on paper
# number["in PyTorch"] = ...  w after lines 1 to 5

### BEGIN SOLUTION
line.update({1: "A", 2: "B", 4: "E", 5: "G"})
number = {"gradient": -8.0, "on paper": 1.3, "in PyTorch": 1.3}
### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "name_the_mathematics_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def formula(at):
    return line[at].strip().upper()


def worked_out(name):
    return round(float(number[name]), 4)


observe("line 1, the forward pass", formula, 1)
observe("line 2, the loss", formula, 2)
observe("line 4, backward()", formula, 4)
observe("line 5, step()", formula, 5)
observe("the gradient", worked_out, "gradient")
observe("the weight on paper", worked_out, "on paper")
observe("the weight in PyTorch", worked_out, "in PyTorch")
### END HIDDEN TESTS
check.equal(line[3], "F")
check.true(set(line) == {1, 2, 3, 4, 5}, "there is a letter for each line")
check.true(set(number) == {"gradient", "on paper", "in PyTorch"}, "there are three numbers")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Predict 1 tells C from E, and whether a weight moves in line 4. What is left for line 5 to do, and does it clear anything?
# </details>
# <details><summary>Hint 2</summary>
#
# The derivative of (w · x − y)² by w is 2 · (w · x − y) · x. Put in 0.5, 2 and 3.
# </details>
# <details><summary>Hint 3</summary>
#
# The five lines compute the formula on paper, and nothing else. If your last two numbers differ, one of them is wrong.
# </details>

# %% [markdown]
# ### Exercise 2. A step: by hand, nn, optim · ●●○ · 9 min
#
# Write the step three times, and each time let PyTorch do one thing more. For the first, the gradients by hand are given: they are those of lesson 00.


# %%
def hand_gradients(weights, x, y):
    """The gradients of TinyNet's loss, without autograd. weights: [w1, b1, w2, b2]."""
    w1, b1, w2, b2 = weights
    hidden = (x @ w1.T + b1).clamp(min=0)
    d_logits = ((hidden @ w2.T + b2).sigmoid() - y) / len(x)
    d_hidden = d_logits @ w2 * (hidden > 0)
    return [d_hidden.T @ x, d_hidden.sum(dim=0), d_logits.T @ hidden, d_logits.sum(dim=0)]


# %% nbgrader={"grade": false, "grade_id": "three_steps", "locked": false, "schema_version": 3, "solution": true, "task": false}
def step_by_hand(weights, x, y, lr):
    """Take one step of gradient descent, without autograd: change each tensor of weights in place.

    weights: [w1 (H, 2), b1 (H,), w2 (1, H), b2 (1,)], no one requires a gradient.
    x: (N, 2). y: (N, 1) of 0 and 1. Call hand_gradients. Returns None.
    """
    ### BEGIN SOLUTION
    for weight, gradient in zip(weights, hand_gradients(weights, x, y), strict=True):
        weight -= lr * gradient
    ### END SOLUTION


def step_with_nn(model, x, y, lr):
    """The same for a Module, by autograd, without torch.optim: change its parameters in place.

    What .grad holds when you are called doesn't count. Returns the loss before the step, a float.
    The loss is F.binary_cross_entropy_with_logits.
    """
    ### BEGIN SOLUTION
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss.item()
    ### END SOLUTION


def step_with_optim(model, optimizer, x, y):
    """The same with an optimizer of torch.optim, which holds model's parameters. Returns a float."""
    ### BEGIN SOLUTION
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "three_steps_test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def drawn_net(seed, units=5):
    """TinyNet with weights drawn for the test, and points (6, 2) with classes (6, 1)."""
    draw = observe.generator(seed)
    model = TinyNet(units)
    for p in model.parameters():
        p.data = torch.randn(p.shape, generator=draw)
    points = torch.randn(6, 2, generator=draw)
    return model, points, (torch.rand(6, 1, generator=draw) > 0.5).float()


def by_hand(seed, lr, steps):
    """The weights, and whether they are the tensors they were, and what came back."""
    model, points, classes = drawn_net(seed)
    weights = [p.detach().clone() for p in model.parameters()]
    held = list(weights)
    returned = [step_by_hand(weights, points, classes, lr) for _ in range(steps)]
    return held, all(a is b for a, b in zip(weights, held, strict=True)), returned


def by_nn(seed, lr, steps, stale=False):
    model, points, classes = drawn_net(seed)
    held = list(model.parameters())
    if stale:
        for p in held:
            p.grad = torch.ones_like(p)
    losses = [step_with_nn(model, points, classes, lr) for _ in range(steps)]
    kept = all(a is b and a.requires_grad for a, b in zip(model.parameters(), held, strict=True))
    return [p.detach() for p in model.parameters()], losses, kept


def by_optim(seed, make_optimizer, steps, stale=False):
    model, points, classes = drawn_net(seed)
    if stale:
        for p in model.parameters():
            p.grad = torch.ones_like(p)
    optimizer = make_optimizer(model.parameters())
    losses = [step_with_optim(model, optimizer, points, classes) for _ in range(steps)]
    return [p.detach() for p in model.parameters()], losses


def sgd(lr):
    return lambda parameters: torch.optim.SGD(parameters, lr=lr)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3)


near = (1e-4, 1e-5)
observe("by hand, one step", by_hand, 501, 0.1, 1, tolerance=near)
observe("by hand, ten steps", by_hand, 502, 0.3, 10, tolerance=near)
observe("nn, one step", by_nn, 501, 0.1, 1, tolerance=near)
observe("nn, ten steps", by_nn, 502, 0.3, 10, tolerance=near)
observe("nn, with old gradients", by_nn, 503, 0.1, 1, stale=True, tolerance=near)
observe("optim, one step", by_optim, 501, sgd(0.1), 1, tolerance=near)
observe("optim, ten steps", by_optim, 502, sgd(0.3), 10, tolerance=near)
observe("optim, with old gradients", by_optim, 503, sgd(0.1), 1, stale=True, tolerance=near)
observe("optim, twenty steps of Adam", by_optim, 504, adam, 20, tolerance=near)
### END HIDDEN TESTS
torch.manual_seed(4)
net = TinyNet()
by_hand_weights = [p.detach().clone() for p in net.parameters()]
other = copy.deepcopy(net)
step_by_hand(by_hand_weights, x, y, 0.1)
step_with_nn(net, x, y, 0.1)
step_with_optim(other, torch.optim.SGD(other.parameters(), lr=0.1), x, y)
check.close(by_hand_weights, [p.detach() for p in net.parameters()])
check.equal([p.detach() for p in other.parameters()], [p.detach() for p in net.parameters()])

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# By hand it is two lines: a loop over weights and gradients, and `weight -= lr * gradient`. `weight = weight - ...` makes a new tensor, and the list keeps the old one.
# </details>
# <details><summary>Hint 2</summary>
#
# With nn: loss, `model.zero_grad()`, `loss.backward()`, then `p -= lr * p.grad` for each parameter, under `torch.no_grad()`, as the update itself is nothing to be recorded. Return `loss.item()`.
# </details>
# <details><summary>Hint 3</summary>
#
# With optim, the loop over the parameters becomes `optimizer.step()`, and `model.zero_grad()` becomes `optimizer.zero_grad()`. No learning rate appears: the optimizer has it.
# </details>

# %% [markdown]
# ### Parity
#
# Do the three agree on other nets, sizes and rates? The oracle is optim, after five steps.


# %%
def random_step(seed):
    """Units, weights as one vector, points, classes, a rate."""
    draw = torch.Generator().manual_seed(seed)
    units, count = (int(n) for n in torch.randint(1, 12, (2,), generator=draw))
    vector = torch.randn(4 * units + 1, generator=draw, dtype=torch.float64)
    points = torch.randn(count, 2, generator=draw, dtype=torch.float64)
    classes = (torch.rand(count, 1, generator=draw) > 0.5).double()
    return units, vector, points, classes, 10.0 ** -int(torch.randint(0, 4, (), generator=draw))


def net_of(units, vector):
    model = TinyNet(units).double()
    nn.utils.vector_to_parameters(vector, model.parameters())
    return model


def hand_weights(units, vector, points, classes, lr):
    weights = [p.detach().clone() for p in net_of(units, vector).parameters()]
    for _ in range(5):
        step_by_hand(weights, points, classes, lr)
    return torch.cat([weight.flatten() for weight in weights])


def nn_weights(units, vector, points, classes, lr):
    model = net_of(units, vector)
    for _ in range(5):
        step_with_nn(model, points, classes, lr)
    return nn.utils.parameters_to_vector(model.parameters()).detach()


def optim_weights(units, vector, points, classes, lr):
    model = net_of(units, vector)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(5):
        step_with_optim(model, optimizer, points, classes)
    return nn.utils.parameters_to_vector(model.parameters()).detach()


cases = [random_step(seed) for seed in range(50)]
check.parity(hand_weights, optim_weights, cases)
check.parity(nn_weights, optim_weights, cases)

# %% [markdown]
# The three agree, so from here on you write the third. What optim buys: another rule in the place of `p -= lr * p.grad`, with its state, in the same two lines.
#
# ### See it
#
# TinyNet with Adam at 10⁻³ on the plane, drawn as it learns: a straight line first, which then bends where hidden units begin to count (the dotted lines).

# %%
torch.manual_seed(4)
net = TinyNet()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
seen = {}
for update in range(3001):
    if update in (300, 1000, 3000):
        seen[f"update {update}"] = copy.deepcopy(net)
    loss = criterion(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

plots.decision_regions(seen, x, y)

# %% [markdown]
# `copy.deepcopy`, as the net itself goes on changing: `seen[...] = net` would draw the last one three times.
#
# ---
# ## Part 2 · The order of the lines
#
# Four calls can be written in 24 orders: **F**orward (with the loss), **Z**ero_grad, **B**ackward, **S**tep. In a loop only the circle counts: FZBS is followed by FZBS. Which of them train?
#
# **Predict 2.** F B Z S, that is, `zero_grad()` between `backward()` and `step()`: what does the loss do?

# %%
prediction = ...  # "falls", "rises" or "stands still"


def after(order, updates=50):
    """The weights after so many rounds of the calls in `order`, or what was raised."""
    torch.manual_seed(4)
    model = TinyNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    held = {}

    def forward():
        held["loss"] = criterion(model(x), y)

    calls = {
        "F": forward,
        "Z": optimizer.zero_grad,
        "B": lambda: held["loss"].backward(),
        "S": optimizer.step,
    }
    forward()  # so that a circle may begin anywhere
    try:
        for _ in range(updates):
            for call in order:
                calls[call]()
    except RuntimeError as error:
        return error
    return nn.utils.parameters_to_vector(model.parameters()).detach()


start, good = after("", 0), after("FZBS")
check.prediction(prediction, "stands still" if torch.equal(after("FBZS"), start) else "falls")

# %% [markdown]
# <details><summary>Why</summary>
#
# It stands still: at `step()` each `.grad` is `None`, and the optimizer leaves out what has no gradient.
# </details>

# %% [markdown]
# ### Exercise 3. Which orders are sound? · ●●○ · 6 min
#
# For each order, work out what 50 rounds do. `"same"`: the very weights of F Z B S. `"still"`: no weight ever moves. `"raises"`: an exception. `"other"`: it moves the weights, to others. Work it out with the table of who reads and who writes, before you run `after(...)`. As above, one F has run before the 50 rounds.
#
# | Call | Reads | Writes |
# |---|---|---|
# | F | weights | the graph (which remembers the weights that it used) |
# | Z | | `.grad` ← nothing |
# | B | the graph, and the weights that it remembers | `.grad` ← `.grad` + gradient |
# | S | `.grad`; where there is none it does nothing | weights, in place |

# %% nbgrader={"grade": false, "grade_id": "orders", "locked": false, "schema_version": 3, "solution": true, "task": false}
outcome = {
    "FZBS": "same",  # write a word in each line
    "ZFBS": "",  # cleared before the forward
    "FBSZ": "",  # cleared at the end
    "FBS": "",  # never cleared
    "FBZS": "still",
    "FZB": "",  # no step
    "FSBZ": "",  # step before backward, then cleared
    "FZSB": "",  # cleared, stepped, then backward
    "FSZB": "",  # step before backward, cleared in between
    "FBFS": "",  # two forwards, one backward, never cleared
    "BFSZ": "",  # backward for the loss of the last round, a new forward, then the step
}

### BEGIN SOLUTION
outcome.update(
    {
        "ZFBS": "same",
        "FBSZ": "same",
        "FBS": "other",
        "FZB": "still",
        "FSBZ": "still",
        "FZSB": "still",
        "FSZB": "raises",
        "FBFS": "other",
        "BFSZ": "raises",
    }
)
### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "orders_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def chosen(order):
    return outcome[order].strip().lower()


observe("cleared before the forward", chosen, "ZFBS")
observe("cleared at the end", chosen, "FBSZ")
observe("never cleared", chosen, "FBS")
observe("no step", chosen, "FZB")
observe("step, backward, cleared", chosen, "FSBZ")
observe("cleared, step, backward", chosen, "FZSB")
observe("step, cleared, backward", chosen, "FSZB")
observe("two forwards", chosen, "FBFS")
observe("backward for the loss of the last round", chosen, "BFSZ")
### END HIDDEN TESTS
check.equal(outcome["FBZS"], "still")
check.true(
    set(outcome.values()) <= {"same", "still", "raises", "other"}, "each is one of the four words"
)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Follow `.grad` around the circle twice. If it is always cleared between B and S, then S has nothing to do.
# </details>
# <details><summary>Hint 2</summary>
#
# If S moves weights between an F and the B for that F, the graph remembers weights that are no longer there: B raises. If S had nothing to do, they are still there.
# </details>
# <details><summary>Hint 3</summary>
#
# Now run it: `after("FSZB")` is a vector or an exception. Compare it with `good` and with `start` by `torch.equal`.
# </details>

# %% [markdown]
# All 24, run. Two circles are sound, F Z B S and Z F B S. Cut where you like, they give eight orders; two of those begin with a step that has no gradient yet, and are a round late. All others stand still, or raise.


# %%
def kind_of(result):
    if isinstance(result, Exception):
        return "raises"
    return (
        "still"
        if torch.equal(result, start)
        else "same"
        if torch.equal(result, good)
        else "a round late"
    )


kinds = {}
for order in itertools.permutations("FZBS"):
    kinds.setdefault(kind_of(after("".join(order))), []).append("".join(order))
for kind, orders in kinds.items():
    print(f"{kind:12} {len(orders):2}  {' '.join(orders)}")

# %% [markdown]
# ---
# ## Part 3 · Before you train
#
# Two checks cost a minute and find most faults of data, shapes and loss before an hour of training does.
#
# 1. **The first loss.** A new classifier of C classes knows nothing: each gets about 1/C, and the loss is about ln C.
# 2. **Overfit one batch.** A sound model, loss and optimizer learn a handful of samples by heart: the loss goes to about 0. If it doesn't, more data won't help.
#
# **Predict 3.** A new classifier of handwritten digits, ten classes. What is its first cross-entropy, about? And what is it if the pixels, 0 to 16, come in as they are?

# %%
prediction_scaled = ...  # a number, to one decimal
prediction_raw = ...  # "about the same" or "larger"

images, labels = data.digits()  # (1797, 64) float32, each 8 by 8 pixels of 0 to 16; (1797,) int64
torch.manual_seed(0)
classifier = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
first_scaled = F.cross_entropy(classifier(images / 16), labels).item()
first_raw = F.cross_entropy(classifier(images), labels).item()
check.prediction(prediction_scaled, round(first_scaled, 1))
check.prediction(prediction_raw, "larger" if first_raw > first_scaled + 0.05 else "about the same")

# %% [markdown]
# <details><summary>Why</summary>
#
# ln 10 = 2.3, and larger: inputs sixteen times as large make logits about sixteen times as far apart, so the new net is sure of itself, and mostly wrong. A first loss far from ln C says: look at the inputs, the last layer or the targets.
# </details>

# %%
print(f"ln 10 = {math.log(10):.3f}, scaled {first_scaled:.3f}, raw {first_raw:.3f}")
plots.digits(images[:10], labels[:10])

# %% [markdown]
# ### Exercise 4. Overfit one batch · ●●○ · 7 min


# %% nbgrader={"grade": false, "grade_id": "overfit_batch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def overfit_batch(model, inputs, targets, criterion, steps=100, lr=0.01):
    """Return the loss of one batch before and after `steps` updates by Adam, two floats.

    model: any Module; it is left as it was: its weights, buffers, gradients and mode. Train a
    copy, in training mode. inputs, targets: one batch, the same in each update.
    criterion(output, target) gives a loss with no dimensions. The second number is the loss
    after the last update, not the one that it was computed from. steps may be 0.

    For a sound classifier of C classes: the first is near ln C, the second near 0.
    """
    ### BEGIN SOLUTION
    model = copy.deepcopy(model)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps + 1):
        loss = criterion(model(inputs), targets)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses[0], losses[-1]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "overfit_batch_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def small_net(seed, dropout=False):
    """4 → 6 → 3, its weights drawn for the test."""
    middle = nn.Dropout(0.5) if dropout else nn.Identity()
    model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), middle, nn.Linear(6, 3))
    draw = observe.generator(seed)
    for p in model.parameters():
        p.data = 0.5 * torch.randn(p.shape, generator=draw)
    return model


def batch_of(seed, count=8):
    draw = observe.generator(seed)
    return torch.randn(count, 4, generator=draw), torch.randint(3, (count,), generator=draw)


def both_losses(seed, mode=True, **options):
    """The two losses; what became of the model: its weights, gradients, mode."""
    model = small_net(seed).train(mode)
    before = copy.deepcopy(model.state_dict())
    found = overfit_batch(model, *batch_of(seed + 50), F.cross_entropy, **options)
    as_it_was = all(
        torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True)
    )
    no_gradient = all(p.grad is None for p in model.parameters())
    return list(found), as_it_was, no_gradient, model.training


def kept_gradient(seed):
    """What a gradient that the model held before has become, and the losses with it."""
    model = small_net(seed)
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    found = overfit_batch(model, *batch_of(seed + 50), F.cross_entropy, steps=3, lr=0.05)
    return list(found), [p.grad for p in model.parameters()]


def dropout_is_on(seed):
    """Whether the loss is that of a training pass, for a model that comes in eval mode."""
    model = small_net(seed, dropout=True).eval()
    inputs, targets = batch_of(seed + 50)
    torch.manual_seed(1)
    found = overfit_batch(model, inputs, targets, F.cross_entropy, steps=0)
    return found[0], model.training


near = (1e-4, 1e-5)
observe("the losses of ten steps", both_losses, 511, steps=10, tolerance=near)
observe("one step, a larger rate", both_losses, 512, steps=1, lr=0.1, tolerance=near)
observe("no step at all", both_losses, 513, steps=0, tolerance=near)
observe("by default", both_losses, 514, tolerance=(1e-2, 1e-4))
observe("a model in eval mode", both_losses, 515, mode=False, steps=4, tolerance=near)
observe("a model that holds a gradient", kept_gradient, 516, tolerance=near)
observe("dropout drops", dropout_is_on, 517, tolerance=near)
### END HIDDEN TESTS
torch.manual_seed(0)
classifier = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
first_loss, last_loss = overfit_batch(classifier, images[:16] / 16, labels[:16], F.cross_entropy)
check.close(first_loss, math.log(10), atol=0.2)
check.true(last_loss < 0.01, "the loss of the batch goes to about 0")
check.close(F.cross_entropy(classifier(images[:16] / 16), labels[:16]).item(), first_loss)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `copy.deepcopy(model)` has weights of its own, and an optimizer made from *its* parameters moves only those. Say `train()` to the copy: it may have come in eval mode.
# </details>
# <details><summary>Hint 2</summary>
#
# A loop over the five lines of Part 1. The copy takes the gradients along, so clear them *before* each backward.
# </details>
# <details><summary>Hint 3</summary>
#
# `loss.item()` inside the loop is the loss *before* that update. For the loss after the last one, compute it once more, or go around once more and take the last entry.
# </details>

# %% [markdown]
# What it finds: a model whose inputs get lost on the way (a mask, a wrong index, a unit that is dead). It can learn how frequent each class is, and no more.

# %%
torch.manual_seed(0)
for name, inputs in (("sound", images[:16] / 16), ("inputs lost", torch.zeros(16, 64))):
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(100):
        loss = F.cross_entropy(model(inputs), labels[:16])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"{name:12} loss of the batch after 100 updates: {loss.item():.2f}")

# %% [markdown]
# ---
# ## Part 4 · Batches and epochs
#
# The gradient of a **batch** is an estimate of the whole gradient, for a part of its cost. An **epoch** is one pass over all samples, in a new random order.
#
# **Predict 4.** 200 samples, batches of 64. How many updates does an epoch take, and how many samples has the last batch?

# %%
prediction_updates = ...  # a number
prediction_last = ...  # a number

sizes = [len(part) for part in torch.arange(200).split(64)]
check.prediction(prediction_updates, len(sizes))
check.prediction(prediction_last, sizes[-1])

# %% [markdown]
# <details><summary>Why</summary>
#
# 4 updates, of 64, 64, 64 and 8 samples. The last batch moves the weights as far as the others do, on an eighth of the evidence; its mean loss must not count as much as theirs (lesson 04). `drop_last` leaves it out of the epoch; in another order, its samples come another time.
# </details>

# %% [markdown]
# ### Exercise 5. A sampler · ●○○ · 5 min


# %% nbgrader={"grade": false, "grade_id": "index_batches", "locked": false, "schema_version": 3, "solution": true, "task": false}
def index_batches(count, batch_size, generator=None, drop_last=False):
    """Return the batches of one epoch: a list of 1-D int64 tensors of indices 0 to count - 1.

    Each index is in one batch, once. With a generator the order is torch.randperm's from that
    generator, so that the next epoch gets another; without, it is 0, 1, 2, … The last batch has
    what is left; with drop_last it is left out if it is smaller than batch_size.

    [b.tolist() for b in index_batches(5, 2)] is [[0, 1], [2, 3], [4]]
    """
    ### BEGIN SOLUTION
    order = torch.arange(count) if generator is None else torch.randperm(count, generator=generator)
    found = list(order.split(batch_size))
    return [batch for batch in found if len(batch) == batch_size or not drop_last]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "index_batches_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def in_order(count, batch_size, **options):
    return [batch for batch in index_batches(count, batch_size, **options) if len(batch)]


def epochs(count, batch_size, seed, **options):
    """Two epochs from one generator, and the generator's next number."""
    source = torch.Generator().manual_seed(seed)
    found = [index_batches(count, batch_size, source, **options) for _ in range(2)]
    return found, torch.rand(1, generator=source)


def global_state():
    """The sizes of the batches, and whether they left the global generator as it was."""
    before = torch.get_rng_state()
    found = index_batches(10, 3, torch.Generator().manual_seed(3)) + index_batches(10, 3)
    return [len(batch) for batch in found], torch.equal(before, torch.get_rng_state())


observe("in order", in_order, 7, 3)
observe("in order, all batches full", in_order, 6, 3)
observe("one large batch", in_order, 4, 10)
observe("the last one left out", in_order, 7, 3, drop_last=True)
observe("none left out, as all are full", in_order, 6, 3, drop_last=True)
observe("too few for a batch", in_order, 2, 3, drop_last=True)
observe("two random epochs", epochs, 10, 4, 1)
observe("two random epochs, the last one left out", epochs, 11, 2, 2, drop_last=True)
observe("the global generator is left alone", global_state)
### END HIDDEN TESTS
check.equal([batch.tolist() for batch in index_batches(5, 2)], [[0, 1], [2, 3], [4]])
check.equal(
    [len(batch) for batch in index_batches(200, 64, torch.Generator(), drop_last=True)],
    [64, 64, 64],
)
check.equal(torch.cat(index_batches(200, 64, torch.Generator())).sort().values, torch.arange(200))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `torch.randperm(count, generator=generator)` is each index once, in a random order. Drawing with `torch.randint` takes some twice and some never.
# </details>
# <details><summary>Hint 2</summary>
#
# `order.split(batch_size)` cuts it; the last piece has what is left. For `drop_last`, keep the pieces of full length.
# </details>

# %% [markdown]
# ### What a loss holds on to
#
# **Predict 5.** For a curve, somebody adds up the losses of 5 batches: `total += loss`. How many of the five graphs are alive after that? And with `total += loss.item()`?

# %%
prediction_tensor = ...  # a number of graphs
prediction_item = ...  # a number of graphs


def graphs_behind(value):
    """How many losses can be reached from `value` through its graph."""
    seen, todo = set(), [getattr(value, "grad_fn", None)]
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [following for following, _ in node.next_functions]
    return sum("BinaryCrossEntropy" in node.name() for node in seen)


total_tensor, total_number = 0.0, 0.0
for part in torch.arange(200).split(40):
    loss = criterion(net(x[part]), y[part])
    total_tensor += loss
    total_number += loss.item()
check.prediction(prediction_tensor, graphs_behind(total_tensor))
check.prediction(prediction_item, graphs_behind(total_number))

# %% [markdown]
# <details><summary>Why</summary>
#
# 5 and 0. The sum is a tensor with a graph of its own, which holds each loss's graph, and with it all activations that were saved for `backward()`. (`backward()` frees the saved activations, not the nodes; in a validation loop nothing calls it.) `.item()` copies the number out. On a GPU it also waits until the number is there, so take it once for each batch, or less often.
# </details>

# %% [markdown]
# ### Exercise 6. One epoch · ●●○ · 7 min


# %% nbgrader={"grade": false, "grade_id": "train_epoch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_epoch(model, batches, criterion, optimizer):
    """Make one update for each batch, and return the mean loss over all samples, a float.

    batches: an iterable of pairs (inputs (N, …), targets (N, …)); N may differ. criterion returns
    the mean over its batch. Each sample counts once, by the loss before its batch's update.
    The model is set to training mode. Each update follows its own batch's gradient alone, and
    nothing of a gradient from before counts. No batch at all: ValueError.
    """
    ### BEGIN SOLUTION
    model.train()
    total, count = 0.0, 0
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
        count += len(inputs)
    if count == 0:
        raise ValueError("an epoch needs at least one batch")
    return total / count
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "train_epoch_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def batches_of(seed, *sizes):
    return [batch_of(seed + n, size) for n, size in enumerate(sizes)]


def an_epoch(seed, *sizes, make=None, mode=True, stale=False, as_iterator=False, epochs=1):
    """What came back, the weights, the mode."""
    model = small_net(seed).train(mode)
    if stale:
        for p in model.parameters():
            p.grad = torch.ones_like(p)
    make = make or (lambda parameters: torch.optim.SGD(parameters, lr=0.2))
    optimizer = make(model.parameters())
    found = []
    for _ in range(epochs):
        given = batches_of(seed + 60, *sizes)
        found.append(
            train_epoch(model, iter(given) if as_iterator else given, F.cross_entropy, optimizer)
        )
    return found, [p.detach() for p in model.parameters()], model.training


def no_batch(given):
    try:
        return train_epoch(
            small_net(525), given, F.cross_entropy, torch.optim.SGD([torch.zeros(1)], lr=0.1)
        )
    except ValueError:
        return "ValueError"


near = (1e-4, 1e-5)
observe("one batch", an_epoch, 521, 6, tolerance=near)
observe("equal batches", an_epoch, 522, 4, 4, 4, tolerance=near)
observe("a small last batch", an_epoch, 523, 8, 8, 1, tolerance=near)
observe("Adam, three epochs", an_epoch, 524, 5, 3, make=torch.optim.Adam, epochs=3, tolerance=near)
observe("a model in eval mode", an_epoch, 525, 4, 2, mode=False, tolerance=near)
observe("a gradient from before", an_epoch, 526, 4, 2, stale=True, tolerance=near)
observe("an iterator", an_epoch, 527, 3, 3, 2, as_iterator=True, tolerance=near)
observe("no batch, then one", lambda: [no_batch([]), no_batch(batches_of(588, 2)) > 0])
### END HIDDEN TESTS
torch.manual_seed(4)
net = TinyNet()
still = torch.optim.SGD(net.parameters(), lr=0.0)
whole_loss = criterion(net(x), y).item()
pieces = [(x[part], y[part]) for part in torch.arange(200).split(64)]
check.close(train_epoch(net, pieces, criterion, still), whole_loss, rtol=1e-5)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Inside the loop: the five lines. Around it: a sum of losses, a count of samples. The criterion gives a mean, so a batch adds its mean times its size.
# </details>
# <details><summary>Hint 2</summary>
#
# Take `loss.item()`, or the sum keeps every graph and isn't a float. Clear before the backward, as there may be a gradient from before the call.
# </details>
# <details><summary>Hint 3</summary>
#
# `model.train()` first; in the loop loss, `zero_grad`, `backward`, `step`, `total += loss.item() * len(inputs)`, `count += len(inputs)`. After it: ValueError if the count is 0, else `total / count`. An iterator can't be asked for its length before.
# </details>

# %% [markdown]
# ### A batch too large for the memory
#
# `backward()` adds. That is what makes **accumulation** possible: several small backwards, then one step. For equal parts, each loss is divided by their number.
#
# **Predict 6.** 200 points in four parts of 50. Four backwards without dividing, no `zero_grad` between them. By which factor is the gradient larger than that of the whole batch?

# %%
prediction = ...  # a number


def gradient_of(model, parts, factor=1.0):
    model.zero_grad()
    for part in parts:
        (factor * criterion(model(x[part]), y[part])).backward()
    return torch.cat([p.grad.flatten() for p in model.parameters()])


torch.manual_seed(4)
net = TinyNet()
whole_gradient = gradient_of(net, [torch.arange(200)])
summed_gradient = gradient_of(net, torch.arange(200).split(50))
check.prediction(prediction, round((summed_gradient.norm() / whole_gradient.norm()).item(), 3))

# %% [markdown]
# <details><summary>Why</summary>
#
# 4. The gradient of a mean over 200 is the mean of the four gradients of means over 50, and `backward()` sums. With SGD that is a rate four times as large; Adam hardly notices, which hides the fault until clipping comes in, or a decay that is added to the gradient (lesson 04).
# </details>

# %% [markdown]
# ### Exercise 7. Accumulate · ●●○ · 7 min
#
# The parts may be unequal, so dividing by their number is not enough.


# %% nbgrader={"grade": false, "grade_id": "accumulated_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def accumulated_step(model, parts, criterion, optimizer):
    """Make one update by the gradient of all parts together; return their loss, a float.

    parts: a list of pairs (inputs (n, …), targets (n, …)) of any sizes, at least one. criterion
    returns the mean over its batch. The update and the loss are those of one batch that holds
    all samples; but only one part's graph is alive at a time: call backward() for each part.
    What .grad holds when you are called doesn't count. The model's mode is left as it is.
    """
    ### BEGIN SOLUTION
    count = sum(len(inputs) for inputs, _ in parts)
    total = 0.0
    optimizer.zero_grad()
    for inputs, targets in parts:
        loss = criterion(model(inputs), targets) * (len(inputs) / count)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "accumulated_step_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
class Counted(nn.Module):
    """A net that notes how many of its outputs still have a graph whenever it is called."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.calls, self.alive, self.most = inner, 0, 0, 0

    def forward(self, inputs):
        self.calls, self.alive = self.calls + 1, self.alive + 1
        self.most = max(self.most, self.alive)
        output = self.inner(inputs)
        output.register_hook(self.gone)
        return output

    def gone(self, gradient):
        self.alive -= 1


def accumulated(seed, *sizes, make=None, stale=False, updates=1):
    """The losses, the weights, the mode."""
    model = small_net(seed).eval()
    if stale:
        for p in model.parameters():
            p.grad = torch.ones_like(p)
    make = make or (lambda parameters: torch.optim.SGD(parameters, lr=0.5))
    optimizer = make(model.parameters())
    losses = [
        accumulated_step(model, batches_of(seed + 70, *sizes), F.cross_entropy, optimizer)
        for _ in range(updates)
    ]
    return losses, [p.detach() for p in model.parameters()], model.training


def graphs_at_once(seed, *sizes):
    """How often the model was called, and how many graphs were alive at most."""
    model = Counted(small_net(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    accumulated_step(model, batches_of(seed + 70, *sizes), F.cross_entropy, optimizer)
    return model.calls, model.most


near = (1e-4, 1e-5)
observe("one part", accumulated, 531, 6, tolerance=near)
observe("equal parts", accumulated, 532, 4, 4, 4, tolerance=near)
observe("unequal parts", accumulated, 533, 7, 2, 1, tolerance=near)
observe(
    "unequal parts, momentum, three updates",
    accumulated,
    534,
    5,
    1,
    make=lambda p: torch.optim.SGD(p, lr=0.3, momentum=0.9),
    updates=3,
    tolerance=near,
)
observe("a gradient from before", accumulated, 535, 2, 3, stale=True, tolerance=near)
observe("one graph at a time", graphs_at_once, 536, 3, 2, 2)
### END HIDDEN TESTS
torch.manual_seed(4)
net = TinyNet()
other = copy.deepcopy(net)
parts = [(x[part], y[part]) for part in torch.arange(200).split(64)]
step_loss = accumulated_step(net, parts, criterion, torch.optim.SGD(net.parameters(), lr=0.1))
check.close(step_loss, criterion(other(x), y).item(), rtol=1e-5)
criterion(other(x), y).backward()
torch.optim.SGD(other.parameters(), lr=0.1).step()
check.close([p.detach() for p in net.parameters()], [p.detach() for p in other.parameters()])

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `zero_grad()` once, before the first part; `step()` once, after the last. Between them, one forward and one `backward()` for each part.
# </details>
# <details><summary>Hint 2</summary>
#
# The mean over all is Σ n · (mean of a part) / Σ n. So a part's loss gets the weight n / count, *before* its backward.
# </details>

# %% [markdown]
# **One exception.** BatchNorm normalizes by the mean and variance of what it sees at once, a part, so accumulation is not the large batch there. (Lesson 06 builds it.)

# %%
torch.manual_seed(0)
for name, layer in (("without", nn.Identity()), ("with BatchNorm", nn.BatchNorm1d(8))):
    model = nn.Sequential(nn.Linear(2, 8), layer, nn.ReLU(), nn.Linear(8, 1))
    at_once = gradient_of(model, [torch.arange(200)])
    in_parts = gradient_of(model, torch.arange(200).split(50), factor=1 / 4)
    print(f"{name:15} accumulated equals whole: {torch.allclose(at_once, in_parts, atol=1e-5)}")

# %% [markdown]
# ---
# ## Part 5 · The same again
#
# A run is random in its weights, its order of samples, and its dropout. **Seeds** make it repeatable; whether the *bits* are the same depends on the order of additions, too.
#
# **Predict 7.** TinyNet, 100 full-batch updates, three times: twice with seed 0; once with seed 0, and the 200 points in another order. Are the two with seed 0 alone the same, bit for bit? Is the third the same, bit for bit, or at least to 5 decimals?

# %%
prediction_seed = ...  # True or False: the same seed gives the same bits
prediction_order = ...  # True or False: another order within the batch gives the same bits
prediction_close = ...  # True or False: ... the same to 5 decimals


def weights_of(order, seed=0):
    torch.manual_seed(seed)
    model = TinyNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        criterion(model(x[order]), y[order]).backward()
        optimizer.step()
    return nn.utils.parameters_to_vector(model.parameters()).detach()


in_order_weights = weights_of(torch.arange(200))
reordered = weights_of(torch.randperm(200, generator=torch.Generator().manual_seed(1)))
check.prediction(prediction_seed, torch.equal(in_order_weights, weights_of(torch.arange(200))))
check.prediction(prediction_order, torch.equal(in_order_weights, reordered))
check.prediction(prediction_close, torch.allclose(in_order_weights, reordered, rtol=0, atol=1e-5))

# %% [markdown]
# <details><summary>Why</summary>
#
# `True`, `False`, `True`. In mathematics a mean has no order. In float32 a sum is rounded after each addition, so another order (or another number of threads, another GPU, another version of PyTorch) ends in other last digits. So: the same program on the same machine, compare bits; anything else, compare with a tolerance (`torch.testing.assert_close`).
# </details>

# %%
torch.use_deterministic_algorithms(True)  # raise where an operation has no deterministic form
deterministic = weights_of(torch.arange(200))
torch.use_deterministic_algorithms(False)
print("the same, on the CPU:", torch.equal(in_order_weights, deterministic))
place = device.best()
if place.type == "cpu":
    print("no accelerator here: there, index_add or scatter_add may add in another order each time")
else:
    print("this machine has an accelerator: it has a random state of its own, to be saved, too")

# %% [markdown]
# ### Exact resume
#
# A run of days is stopped, by the queue or by a crash, and resumed from a file. Resumed *exactly*, it ends in the very weights of a run that was never stopped. Everything that the next update reads has to be in the file:
#
# | | What it holds | Without it |
# |---|---|---|
# | model | weights and buffers | starts anew |
# | optimizer | momentum, Adam's means and counts, for each weight | the first steps are wrong |
# | scheduler | how many steps it has counted | the rate starts anew |
# | random state | where the generator of Dropout stands, which sets random entries to 0 while training (lesson 06) | other entries are dropped |
# | sampler | its generator, and the rest of the epoch | some samples twice, some never |
#
# **Predict 8.** After 10 updates with Adam only the model is saved, and loaded into a new run, with a new optimizer. It makes one update with the same batch. Are the weights the same as without the stop? And with plain SGD?

# %%
prediction_adam = ...  # True or False
prediction_sgd = ...  # True or False


def same_after_resume(kind):
    torch.manual_seed(0)
    model = TinyNet()
    optimizer = kind(model.parameters(), lr=0.01)
    for _ in range(10):
        step_with_torch(model, optimizer)
    resumed = copy.deepcopy(model)
    step_with_torch(model, optimizer)
    step_with_torch(resumed, kind(resumed.parameters(), lr=0.01))
    return all(map(torch.equal, model.parameters(), resumed.parameters()))


def step_with_torch(model, optimizer):
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    optimizer.step()


check.prediction(prediction_adam, same_after_resume(torch.optim.Adam))
check.prediction(prediction_sgd, same_after_resume(torch.optim.SGD))

# %% [markdown]
# <details><summary>Why</summary>
#
# `False` and `True`. SGD without momentum keeps nothing. Adam's means begin at 0 again, and with its count at 1 each weight makes a full step of size lr.
# </details>

# %% [markdown]
# ### Exercise 8. A run that resumes bit for bit · ●●● · 14 min
#
# A run may be stopped after *any* update, also in the middle of an epoch. `__init__` is given.


# %% nbgrader={"grade": false, "grade_id": "resumable_run", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Run:
    """A training that can be stopped after any update, and goes on bit for bit.

    It draws the order of samples from self.generator; model may draw from the global generator.
    self.rest (int64, 1-D) holds the samples of this epoch that are still to come.
    """

    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
        """Make one update by the next batch, and return its loss, a float.

        If self.rest is empty, an epoch begins: self.rest is torch.randperm over all samples, by
        self.generator. The batch is the first batch_size of self.rest, or what is left. The
        scheduler is stepped after each update. The model is in training mode.
        """
        ### BEGIN SOLUTION
        if len(self.rest) == 0:
            self.rest = torch.randperm(len(self.x), generator=self.generator)
        batch, self.rest = self.rest[: self.batch_size], self.rest[self.batch_size :]
        self.model.train()
        loss = self.criterion(self.model(self.x[batch]), self.y[batch])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()
        ### END SOLUTION

    def state_dict(self):
        """Return all that the next update reads, but for the data, as a dict.

        Its keys: "model", "optimizer", "scheduler", "global generator", "generator", "rest".
        A snapshot: later updates of this run don't change it. It holds only tensors, numbers,
        strings and dicts or lists of them, so that torch.load(weights_only=True) can read it.
        """
        ### BEGIN SOLUTION
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "global generator": torch.get_rng_state(),
                "generator": self.generator.get_state(),
                "rest": self.rest,
            }
        )
        ### END SOLUTION

    def load_state_dict(self, state):
        """Go on where the run that gave `state` stood; `state` itself is not changed, ever."""
        ### BEGIN SOLUTION
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "resumable_run_test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def new_run(seed, count=11, batch_size=4, make=None, dropout=False):
    """A run over `count` samples; two runs of one seed begin alike."""
    model = small_net(seed, dropout)
    make = make or (lambda p: torch.optim.SGD(p, lr=0.2))
    optimizer = make(model.parameters())
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)
    inputs, targets = batch_of(540, count)
    torch.manual_seed(seed)
    return Run(model, optimizer, scheduler, inputs, targets, F.cross_entropy, batch_size, seed)


def momentum(parameters):
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)


def adam_of(parameters):
    return torch.optim.Adam(parameters, lr=0.05)


def where(run):
    """The weights, the rate, what is left of the epoch."""
    weights = [p.detach().clone() for p in run.model.parameters()]
    return weights, run.optimizer.param_groups[0]["lr"], run.rest


def straight(updates, seed, **options):
    run = new_run(seed, **options)
    run.model.eval()
    return [run.update() for _ in range(updates)], where(run), run.model.training


def saved(run):
    """The state, after a way through a file."""
    file = io.BytesIO()
    torch.save(run.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def resumed(before, later, seed, **options):
    """Losses and weights of a resumed run; and whether they are, bit for bit, those without a stop."""
    run = new_run(seed, **options)
    for _ in range(before):
        run.update()
    state = saved(run)
    losses, end = [run.update() for _ in range(later)], where(run)
    other = new_run(seed + 1, **options)
    other.update()
    torch.manual_seed(12345)
    other.load_state_dict(state)
    again, other_end = [other.update() for _ in range(later)], where(other)
    equal = losses == again and all(map(torch.equal, end[0], other_end[0]))
    return again, other_end, equal and end[1] == other_end[1] and torch.equal(end[2], other_end[2])


def resumed_twice(seed, in_memory):
    """One state, loaded twice, with updates of both runs in between."""
    run = new_run(seed, make=adam_of, dropout=True)
    for _ in range(4):
        run.update()
    state = run.state_dict() if in_memory else saved(run)
    if in_memory:
        run.update()  # must not change the state
    found = []
    for _ in range(2):
        other = new_run(seed + 2, make=adam_of, dropout=True)
        other.load_state_dict(state)
        found.append([other.update() for _ in range(4)])
    return found


def same_run_again(seed):
    """A run that goes back to its own earlier state."""
    run = new_run(seed, make=momentum)
    run.update()
    state = run.state_dict()
    first = [run.update() for _ in range(3)]
    run.load_state_dict(state)
    return first, [run.update() for _ in range(3)]


near = (1e-4, 1e-5)
observe("an epoch without a stop", straight, 3, 541, tolerance=near)
observe("three epochs without a stop", straight, 9, 542, tolerance=near)
observe("one batch an epoch", straight, 3, 543, batch_size=20, tolerance=near)
observe(
    "momentum, Dropout, without a stop",
    straight,
    5,
    544,
    make=momentum,
    dropout=True,
    tolerance=near,
)
observe("resumed after an epoch", resumed, 3, 4, 545, tolerance=near)
observe("resumed before the first update", resumed, 0, 4, 546, tolerance=near)
observe("resumed in the middle of an epoch", resumed, 5, 6, 547, tolerance=near)
observe("resumed with momentum", resumed, 4, 3, 548, make=momentum, tolerance=near)
observe("resumed with Adam", resumed, 4, 3, 549, make=adam_of, tolerance=near)
observe("resumed with Dropout", resumed, 2, 5, 550, dropout=True, tolerance=near)
observe("a state in memory is a snapshot", resumed_twice, 551, True, tolerance=near)
observe("a state from a file, loaded twice", resumed_twice, 552, False, tolerance=near)
observe("back to its own state", same_run_again, 553, tolerance=near)


### END HIDDEN TESTS
def tiny_run(seed):
    """TinyNet with Dropout, Adam, a falling rate, 200 points in batches of 64."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.5)
    return Run(model, optimizer, scheduler, x, y, criterion, batch_size=64, seed=seed)


first_run = tiny_run(0)
check.equal([len(first_run.rest) for _ in range(4) if first_run.update()], [136, 72, 8, 0])
for _ in range(3):
    first_run.update()
saved_state = first_run.state_dict()
first_losses = [first_run.update() for _ in range(6)]
second_run = tiny_run(1)
second_run.load_state_dict(saved_state)
check.equal([second_run.update() for _ in range(6)], first_losses)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `state_dict` has six entries: the five rows of the table, of which the sampler has two. Model, optimizer and scheduler have a `state_dict()` each; `torch.get_rng_state()` is the global generator's state, `self.generator.get_state()` that of yours.
# </details>
# <details><summary>Hint 2</summary>
#
# `model.state_dict()` holds the very tensors that the next update changes. `copy.deepcopy` of the whole dict makes a snapshot of it. The same when you load: `optimizer.load_state_dict` may keep your tensors and go on writing to them.
# </details>
# <details><summary>Hint 3</summary>
#
# `update`: refill `self.rest` if it is empty; `batch, self.rest = self.rest[:k], self.rest[k:]`; `train()`; the five lines; `scheduler.step()`; `loss.item()`. Loading is the six entries the other way: three `load_state_dict`, `torch.set_rng_state`, `self.generator.set_state`, and `self.rest`.
# </details>

# %% [markdown]
# Which is missed most? The loss of a run that is resumed after 22 updates without one of the entries, less that of the run that was never stopped. The scheduler's is the one that nobody notices: the rate is lowered some updates late.


# %%
def without(*names):
    """The losses of 20 more updates, resumed without these entries."""
    torch.manual_seed(99)
    other = tiny_run(5)
    fresh = other.state_dict()
    other.load_state_dict(
        {key: fresh[key] if key in names else value for key, value in state.items()}
    )
    return [other.update() for _ in range(20)]


run = tiny_run(0)
for _ in range(22):
    run.update()
state = run.state_dict()
unbroken = [run.update() for _ in range(20)]
lost = {
    name: [abs(a - b) for a, b in zip(without(name), unbroken, strict=True)]
    for name in ("optimizer", "scheduler", "rest")
}
print(
    "with all of them, the difference is",
    max(abs(a - b) for a, b in zip(without(), unbroken, strict=True)),
)
plots.tracked(
    {f"no {name}": values for name, values in lost.items()},
    "update after the resume",
    "|difference of the loss|",
)

# %% [markdown]
# ---
# ## Part 6 · Reading curves
#
# Two curves tell most: the loss on the samples that are trained on, and on a **validation** set that is not.
#
# | You see | It says |
# |---|---|
# | both fall slowly, in a straight line | the rate is too small, or the run too short |
# | both jump up and down, or end in NaN | the rate is too large |
# | both stop at a high value | the model is too small, or a fault (Part 3) |
# | training falls, validation turns and rises | overfitting: more data, a smaller model, or stop at the turn |
# | validation lies below training | it is easier; or training counts with Dropout on, and before the update |
#
# ### See it


# %%
def losses_at(lr, updates=150):
    """TinyNet's loss before each full-batch update by Adam; what is above 1 is drawn as 1."""
    torch.manual_seed(4)
    model, found = TinyNet(), []
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(updates):
        loss = criterion(model(x), y)
        found.append(min(loss.item(), 1.0))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return found


plots.tracked(
    {f"lr {lr:g}": losses_at(lr) for lr in (1e-3, 1e-2, 1e-1, 2.0)}, "update", "training loss"
)

# %% [markdown]
# ### Explore
#
# A net of one hidden layer on the plane, whose classes overlap; 300 validation points. **Question.** With 20 training points, 64 units and a rate of 0.03: at which update is the validation loss least, and does the training loss know of it? What do 200 points change? And a rate of 1? (Where the controls don't answer, such as in a printed page, this is the first picture.)

# %%
widgets.curves()

# %% [markdown]
# <details><summary>Answer</summary>
#
# At update 8, and no: the training loss falls on to 0.001, while validation rises to 1.46, twice a coin's 0.69. With 200 points validation turns only at 75, at half that loss, 0.15, and hardly rises: the same net has too much to learn by heart. At a rate of 1 the first updates throw the weights far off: with 200 points both curves leap out of the picture before they settle, and with 20 no later update is as good as the new net.
# </details>

# %% [markdown]
# **Predict 9.** At the best epoch somebody writes `best = model.state_dict()`, and trains on. At the end, `model.load_state_dict(best)`: which weights has the model?

# %%
prediction = ...  # "those of the best epoch" or "those of the last epoch"

torch.manual_seed(4)
net = TinyNet()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
best = net.state_dict()
step_with_torch(net, optimizer)
last = copy.deepcopy(net.state_dict())
net.load_state_dict(best)
same = all(torch.equal(net.state_dict()[name], last[name]) for name in last)
check.prediction(prediction, "those of the last epoch" if same else "those of the best epoch")

# %% [markdown]
# <details><summary>Why</summary>
#
# Those of the last. `state_dict()` is a dict of the tensors themselves, not of copies: the optimizer writes in place, so "best" goes on with the training. `copy.deepcopy(model.state_dict())` is a snapshot, and so is a file.
# </details>

# %% [markdown]
# ### Exercise 9. Early stopping · ●●○ · 8 min


# %% nbgrader={"grade": false, "grade_id": "early_stopping", "locked": false, "schema_version": 3, "solution": true, "task": false}
class EarlyStopping:
    """Keep the best weights, and say when to stop.

    update(loss, model) is called once for each epoch, with the validation loss, a float. It
    returns True if the last `patience` epochs in a row brought no new best, else False. Only a
    smaller loss is better: not an equal one, and never NaN. restore(model) puts the weights and
    buffers of the best epoch back into the model, and may be called more than once; if there
    was no best epoch (every loss was NaN), it leaves the model as it is. self.best is the
    smallest loss so far, math.inf at first.
    """

    def __init__(self, patience):
        self.patience = patience
        self.best = math.inf
        ### BEGIN SOLUTION
        self.waited, self.state = 0, None
        ### END SOLUTION

    def update(self, loss, model):
        """Take note of an epoch; return whether to stop."""
        ### BEGIN SOLUTION
        if loss < self.best:
            self.best, self.waited = loss, 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.patience
        ### END SOLUTION

    def restore(self, model):
        """Load the best epoch's weights into the model."""
        ### BEGIN SOLUTION
        if self.state is not None:
            model.load_state_dict(self.state)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "early_stopping_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
class Epochs(nn.Module):
    """A model whose weight and buffer are the number of the epoch."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2))
        self.register_buffer("seen", torch.zeros(()))

    def set(self, epoch):
        with torch.no_grad():
            self.weight.fill_(epoch)
        self.seen.fill_(epoch)


def followed(losses, patience, again=False):
    """What each epoch returned, the best loss, and what was restored."""
    model, stopping = Epochs(), EarlyStopping(patience)
    said = []
    for epoch, loss in enumerate(losses, start=1):
        model.set(float(epoch))
        said.append(bool(stopping.update(loss, model)))
    stopping.restore(model)
    found = [model.weight.tolist(), model.seen.item()]
    if again:  # trains on, and goes back once more
        model.set(-1.0)
        stopping.restore(model)
        found += [model.weight.tolist(), model.seen.item()]
    return said, stopping.best, found


nan = math.nan
observe("down, then up", followed, [5.0, 3.0, 4.0, 6.0, 7.0], 2)
observe("down all the way", followed, [3.0, 2.0, 1.0], 1)
observe("a new best begins the count anew", followed, [5.0, 6.0, 4.0, 6.0, 3.0, 5.0, 5.0], 2)
observe("patience 1", followed, [2.0, 1.0, 3.0], 1)
observe("patience 3", followed, [2.0, 3.0, 3.0, 3.0], 3)
observe("equal is not better", followed, [2.0, 2.0, 2.0], 2)
observe("NaN is not better", followed, [2.0, nan, nan], 2)
observe("NaN first", followed, [nan, 4.0, 5.0], 3)
observe("nothing but NaN", followed, [nan, nan], 2)
observe("restored, trained, restored again", followed, [2.0, 1.0, 3.0, 4.0], 5, again=True)
### END HIDDEN TESTS
torch.manual_seed(4)
net = TinyNet()
stopping = EarlyStopping(patience=2)
kept = net.output.bias.item()
check.equal(stopping.update(0.5, net), False)
with torch.no_grad():
    net.output.bias += 1.0
check.equal([stopping.update(0.7, net), stopping.update(0.6, net)], [False, True])
stopping.restore(net)
check.equal(net.output.bias.item(), kept)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Besides `best` you need a count of epochs without a new best, and the best state. `loss < self.best` is False for NaN and for a tie.
# </details>
# <details><summary>Hint 2</summary>
#
# `copy.deepcopy(model.state_dict())`, for the reason of Predict 9; it has the buffers, too. `load_state_dict` copies *into* the model, so the kept state stays its own.
# </details>
# <details><summary>Hint 3</summary>
#
# A new best sets the count to 0; anything else adds 1; `return count >= patience`.
# </details>

# %% [markdown]
# ### The test set is for the end
#
# **Predict 10.** Twenty models guess: each calls a test point by a coin. You keep the one that is best on 50 test points; then 50 fresh points are drawn. Is its accuracy above 0.6 on the first 50? And on the fresh ones?

# %%
prediction_chosen = ...  # more than 0.6: True or False
prediction_fresh = ...  # more than 0.6: True or False

coins = torch.Generator().manual_seed(0)
right_on_test = (
    torch.randint(2, (1000, 20, 50), generator=coins).float().mean(dim=2)
)  # 1000 repetitions
right_on_fresh = torch.randint(2, (1000, 20, 50), generator=coins).float().mean(dim=2)
winner = right_on_test.argmax(dim=1, keepdim=True)
chosen = right_on_test.gather(1, winner).mean().item()
fresh = right_on_fresh.gather(1, winner).mean().item()
check.prediction(prediction_chosen, chosen > 0.6)
check.prediction(prediction_fresh, fresh > 0.6)
print(f"on the points it was chosen by {chosen:.2f}, on fresh ones {fresh:.2f}")

# %% [markdown]
# <details><summary>Why</summary>
#
# `True` and `False`: 0.63 and 0.50. The best of many numbers is partly luck, and luck doesn't repeat. Each choice (the rate, the epoch to stop at, the seed) uses up the set that it was made by. So there are three: train, validation to choose by, test to be looked at once.
# </details>

# %% [markdown]
# ---
# ## Part 7 · Watching it
#
# A display that is written over needs a handle: `display(..., display_id=True)` returns one, and `handle.update(...)` puts something else in its place. What you put there is a string, or a picture.
#
# ### Exercise 10. A progress bar · ●○○ · 4 min


# %% nbgrader={"grade": false, "grade_id": "progress_line", "locked": false, "schema_version": 3, "solution": true, "task": false}
def progress_line(done, total, loss=None, width=20):
    """Return a line such as "[##########··········]  50% loss 0.6931".

    done of total updates are made, 0 <= done <= total, total >= 1. Of `width` characters,
    width · done / total are "#", rounded down; the others are "·". The percentage is
    rounded down, too, and takes three places: it says 100 only at the end. The loss has four
    decimals; without one, the line ends after "%".
    """
    ### BEGIN SOLUTION
    full = width * done // total
    line = "[" + "#" * full + "·" * (width - full) + f"] {100 * done // total:3}%"
    return line if loss is None else f"{line} loss {loss:.4f}"
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "progress_line_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
observe("a third", progress_line, 1, 3, 0.5)
observe("at the start", progress_line, 0, 7)
observe("at the end", progress_line, 7, 7, 0.00004)
observe("almost at the end", progress_line, 999, 1000, 1.23456)
observe("another width", progress_line, 29, 100, None, 7)
observe("a loss of 0", progress_line, 2, 4, 0.0, width=4)
observe("each update of an epoch", lambda: [progress_line(n, 6, n / 3, width=10) for n in range(7)])
### END HIDDEN TESTS
check.equal(progress_line(1, 2, 0.69314), "[##########··········]  50% loss 0.6931")
check.equal(progress_line(0, 8, width=4), "[····]   0%")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `//` divides and rounds down, and stays exact for large numbers: `width * done // total`. A string times a number repeats it.
# </details>
# <details><summary>Hint 2</summary>
#
# `f"{number:3}%"` fills up to three places, `f"{loss:.4f}"` has four decimals. Ask `loss is None`, as a loss of 0.0 is false, too.
# </details>

# %% [markdown]
# The bar and a live plot at work, with points to validate on. In JupyterLab both change while the cell runs; what stays is their last state. (Drawing takes longer than an update here: draw now and then.)

# %%
valid_x, valid_y = data.plane(samples=300, seed=1)

# %% tags=["nbval-ignore-output"]
torch.manual_seed(4)
net = TinyNet()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
order_of = torch.Generator().manual_seed(0)
curves = {"training": [], "validation": []}
bar = display({"text/plain": progress_line(0, 60)}, raw=True, display_id=True)
picture = display({"text/plain": "(the curves)"}, raw=True, display_id=True)
for epoch in range(1, 61):
    pieces = [(x[part], y[part]) for part in torch.randperm(200, generator=order_of).split(64)]
    total = 0.0
    for inputs, targets in pieces:
        loss = criterion(net(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
    curves["training"].append(total / 200)
    with torch.no_grad():
        curves["validation"].append(criterion(net(valid_x), valid_y).item())
    bar.update({"text/plain": progress_line(epoch, 60, curves["training"][-1])}, raw=True)
    if epoch % 20 == 0:
        picture.update(plots.tracked(curves, "epoch", "loss"))

# %% [markdown]
# ---
# ## Part 8 · Break it
#
# None of these bugs raises. Handle each in four steps: **symptom** (what you see) → **hypothesis** (which fault could do this?) → **evidence** (the one line that tells) → **fix**. In the repair you also name the faults, with their letters:
#
# | | Fault |
# |---|---|
# | A | gradients were computed, and no weight was changed |
# | B | gradients of several batches were added up, and that was not meant |
# | C | `eval()` was taken for "no gradients, no learning" |
# | D | a loss with another constant in front, such as a sum in the place of a mean |
# | E | a loss was kept as a tensor, and its graph with it |
# | F | a snapshot was no copy |
# | G | something that the next update reads wasn't saved |
# | H | a choice was made by the test set |
# | I | the means of unequal batches were averaged |
#
# ### Five broken loops
#
# Read the symptom, form a hypothesis, and only then open the answer.


# %%
def fresh_net(lr=0.1):
    torch.manual_seed(4)
    model = TinyNet()
    return model, torch.optim.SGD(model.parameters(), lr=lr)


halves = [(x[:100], y[:100]), (x[100:], y[100:])]

# 1. "It computes gradients, so why doesn't it learn?"
net, optimizer = fresh_net()
seen_losses = []
for _ in range(3):
    optimizer.zero_grad()
    loss = criterion(net(x), y)
    loss.backward()
    seen_losses.append(round(loss.item(), 4))
print("1. losses:", seen_losses)

# 2. The loss falls, and then rises above where it began. (Every tenth update is shown.)
net, optimizer = fresh_net(lr=5.0)
seen_losses = []
for update in range(100):
    loss = criterion(net(x), y)
    loss.backward()
    optimizer.step()
    if update % 10 == 0:
        seen_losses.append(round(loss.item(), 2))
print("2. losses:", seen_losses)

# 3. Validation data is only looked at: eval() is called before. But the model knows it by heart.
net, optimizer = fresh_net()
before = net.hidden.weight.clone()


def epoch_of(model, batches, training):
    model.train(training)
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


epoch_of(net, halves[1:], training=False)
print("3. the weights are as they were after validation:", torch.equal(net.hidden.weight, before))

# 4. "The paper trains with a rate of 0.1. In PyTorch, 0.1 diverges: it must compute something else."
net, optimizer = fresh_net(lr=0.1)
for _ in range(20):
    optimizer.zero_grad()
    loss = F.binary_cross_entropy_with_logits(net(x), y, reduction="sum")
    loss.backward()
    optimizer.step()
print("4. loss per sample is more than at the start:", bool(criterion(net(x), y) > 0.7007))

# 5. Memory grows with each batch, until the process is killed after some hours.
net, optimizer = fresh_net()
history = []
for _ in range(25):
    for inputs, targets in halves:
        loss = criterion(net(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss)
print("5. graphs kept:", sum(graphs_behind(kept) for kept in history))

# %% [markdown]
# <details><summary>1. No learning: hypothesis, evidence, fix</summary>
#
# **A.** `backward()` updates nothing. Evidence: `p.grad` is there, and `p` is what it was. Fix: `optimizer.step()` after it.
# </details>
# <details><summary>2. The loss that rises again</summary>
#
# **B.** Gradients don't overwrite each other: `backward()` adds, and each step follows the sum of all gradients so far. Evidence: `.grad` after a backward isn't the gradient of that batch. Fix: `optimizer.zero_grad()` for each update.
# </details>
# <details><summary>3. Validation that trains</summary>
#
# **C.** `eval()` turns no gradient off and stops no optimizer; it sets a flag that Dropout and BatchNorm read. Evidence: the weights before and after. Fix: a loop of its own for validation, without `backward()` and `step()`, under `torch.no_grad()`; and `eval()` as well (lesson 06).
# </details>
# <details><summary>4. "Something else"</summary>
#
# **D.** The mathematics is the same, the loss isn't: this one is a sum over 200 samples, so its gradient is 200 times that of the paper's mean, and so is the step. Evidence: the ratio of the gradients is 200, for each weight. Fix: the mean.
# </details>
# <details><summary>5. Memory that grows</summary>
#
# **E.** Each entry of `history` is a tensor that holds its graph. Evidence: `history[0].grad_fn`. Fix: `loss.item()`, or `loss.detach()`.
# </details>

# %% [markdown]
# Each piece of evidence, and each fix, run:

# %%
net, optimizer = fresh_net()
criterion(net(x), y).backward()
print(
    "1. a gradient:",
    bool(net.hidden.weight.grad.abs().sum() > 0),
    "- moved:",
    not torch.equal(net.hidden.weight, before),
)

net, optimizer = fresh_net(lr=5.0)
seen_losses = []
for update in range(100):
    optimizer.zero_grad()
    loss = criterion(net(x), y)
    loss.backward()
    optimizer.step()
    if update % 10 == 0:
        seen_losses.append(round(loss.item(), 2))
print("2. with zero_grad:", seen_losses)

net, optimizer = fresh_net()
net.eval()
with torch.no_grad():
    loss = criterion(net(halves[1][0]), halves[1][1])
print("3. without backward and step, as they were:", torch.equal(net.hidden.weight, before))

net, optimizer = fresh_net()
criterion(net(x), y).backward()
of_mean = net.hidden.weight.grad.clone()
net.zero_grad()
F.binary_cross_entropy_with_logits(net(x), y, reduction="sum").backward()
print(
    "4. each entry of the gradient is 200 times as large:",
    torch.allclose(net.hidden.weight.grad, 200 * of_mean, rtol=1e-3, atol=1e-4),
)

print("5. graphs kept with .item():", sum(graphs_behind(kept.item()) for kept in history))

# %% [markdown]
# ### Exercise 11. Repair: a fit with three faults · ●●○ · 8 min
#
# **Symptoms.** (1) With more batches in an epoch, training gets rougher, until it diverges. (2) Memory grows. (3) The model that comes back is the last one, not the one of the best epoch.

# %%
fit_faults = {"rougher": "?", "memory": "?", "last one": "?"}  # you name them below


def faulty_fit(model, batches, valid, criterion, optimizer, epochs):
    history, best, best_state = [], math.inf, None
    for _ in range(epochs):
        optimizer.zero_grad()
        for inputs, targets in batches:
            criterion(model(inputs), targets).backward()
            optimizer.step()
        valid_loss = criterion(model(valid[0]), valid[1])
        history.append(valid_loss)
        if valid_loss < best:
            best, best_state = valid_loss, model.state_dict()
    model.load_state_dict(best_state)
    return history


net, optimizer = fresh_net(lr=1.0)
tenths = [(x[part], y[part]) for part in torch.arange(200).split(20)]
history = faulty_fit(net, tenths, (valid_x, valid_y), criterion, optimizer, epochs=10)
print("(1)", [round(loss.item(), 2) for loss in history])
print("(2) graphs kept:", sum(graphs_behind(loss) for loss in history))
print(
    f"(3) best {min(history).item():.2f}, the model's {criterion(net(valid_x), valid_y).item():.2f}"
)


# %% nbgrader={"grade": false, "grade_id": "fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit(model, batches, valid, criterion, optimizer, epochs):
    """Train, and leave the weights of the best epoch in the model; return the history.

    batches: a list of (inputs, targets); one update for each, by its gradient alone. valid: one
    pair (inputs, targets); its loss is computed after each epoch, without a graph, and is only
    looked at. epochs: at least 1. The best epoch is the first with the smallest of these losses.
    Returns a list of `epochs` floats. What .grad holds when you are called doesn't count.
    """
    ### BEGIN SOLUTION
    history, best, best_state = [], math.inf, None
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
        with torch.no_grad():
            valid_loss = criterion(model(valid[0]), valid[1]).item()
        history.append(valid_loss)
        if valid_loss < best:
            best, best_state = valid_loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history
    ### END SOLUTION


# The faults, by their letters in the table: fit_faults["rougher"] = "A" to "I", and so on
### BEGIN SOLUTION
fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}
### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fit_test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
class Watched(nn.Module):
    """A net that notes whether a graph was recorded in each of its calls."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.recorded = inner, []

    def forward(self, inputs):
        output = self.inner(inputs)
        self.recorded.append(output.requires_grad)
        return output


def fitted(seed, *sizes, epochs=1, lr=0.2, stale=False):
    """The history, and the weights."""
    model = small_net(seed)
    if stale:
        for p in model.parameters():
            p.grad = torch.ones_like(p)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = fit(
        model,
        batches_of(seed + 80, *sizes),
        batch_of(seed + 90, 7),
        F.cross_entropy,
        optimizer,
        epochs,
    )
    return history, [p.detach() for p in model.parameters()]


def recorded(seed):
    """Whether each call, of training and of validation, recorded a graph."""
    model = Watched(small_net(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    fit(model, batches_of(seed + 80, 3, 2), batch_of(seed + 90, 7), F.cross_entropy, optimizer, 2)
    return model.recorded


def planned(losses):
    """The epoch whose weights come back, if the validation losses are these."""
    model, coming = nn.Linear(1, 1, bias=False), iter(losses)
    with torch.no_grad():
        model.weight.fill_(0.0)

    def plan(output, target):
        return output.mean() if target is None else output.mean() * 0 + next(coming)

    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    one = torch.ones(1, 1)
    history = fit(model, [(-one, None)], (one, one), plan, optimizer, len(losses))
    return history, model.weight.item()


near = (1e-4, 1e-5)
observe("one batch, one epoch", fitted, 561, 6, tolerance=near)
observe("three batches, one epoch", fitted, 562, 4, 2, 3, tolerance=near)
observe("three batches, five epochs", fitted, 563, 4, 2, 3, epochs=5, tolerance=near)
observe("a rate that is too large", fitted, 564, 4, 4, epochs=6, lr=4.0, tolerance=(1e-3, 1e-4))
observe("a gradient from before", fitted, 565, 3, 3, stale=True, tolerance=near)
observe("graphs", recorded, 566)
observe("the best is in the middle", planned, [5.0, 3.0, 4.0, 6.0])
observe("the best is the first", planned, [1.0, 2.0])
observe("the best twice", planned, [3.0, 2.0, 4.0, 2.0])
observe("the fault behind (1)", lambda: fit_faults["rougher"].strip().upper())
observe("the fault behind (2)", lambda: fit_faults["memory"].strip().upper())
observe("the fault behind (3)", lambda: fit_faults["last one"].strip().upper())
### END HIDDEN TESTS
net, optimizer = fresh_net(lr=1.0)
history = fit(net, tenths, (valid_x, valid_y), criterion, optimizer, epochs=10)
check.true(all(isinstance(loss, float) for loss in history), "the history holds floats")
check.close(criterion(net(valid_x), valid_y).item(), min(history), rtol=1e-5)
check.true(set(fit_faults.values()) <= set("ABCDEFGHI"), "each fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# What does `.grad` hold at the third batch of an epoch? Which type have the entries of the history? And what did Predict 9 say about `state_dict()`?
# </details>
# <details><summary>Hint 2</summary>
#
# `zero_grad()` belongs into the inner loop. The validation loss is computed under `torch.no_grad()`, and `.item()` makes it a float.
# </details>
# <details><summary>Hint 3</summary>
#
# Four changes: the place of one line, one `with`, one `.item()`, one `copy.deepcopy(...)`. The letters are those of loops 2 and 5 above, and one that you find in the table.
# </details>

# %% [markdown]
# ---
# ## Part 9 · In practice
#
# All of it together: a classifier of handwritten digits. 1797 images of 8 by 8 pixels, bundled with scikit-learn; nothing is downloaded.
#
# ### Exercise 12. Design: a classifier of digits · ●●○ · 8 min
#
# Model, rate, batches and epochs are yours to choose; so is whether you use what you built above. Graded are the predictions on 597 digits that you have never seen: at least 95 of 100 have to be right. A Module that scales the pixels is given, for `nn.Sequential`.


# %%
class Scale(nn.Module):
    """Pixels of 0 to 16 become 0 to 1, in training and ever after."""

    def forward(self, x):
        return x / 16


# %% nbgrader={"grade": false, "grade_id": "train_digits", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_digits(images, labels, seed):
    """Train a classifier from these samples alone, and return it, a Module in eval mode.

    images: (N, 64) float32, pixels of 0 to 16. labels: (N,) int64 of 0 to 9; they may come sorted.
    model(images) takes pixels of 0 to 16, too, and returns logits (N, 10).
    The same seed gives the same predictions, whatever was drawn before the call.
    About 1200 samples; it may take 5 seconds.
    """
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        for batch in torch.randperm(len(images)).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "train_digits_test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
all_images, all_labels = data.digits()
apart = torch.randperm(len(all_labels), generator=observe.generator(571))
chosen_ones, unseen = apart[:1200], apart[1200:]
by_class = chosen_ones[all_labels[chosen_ones].argsort(stable=True)]


def trained_on(indices, seed, before=1000):
    torch.manual_seed(before)  # the function must not rest on what was drawn before
    return train_digits(all_images[indices].clone(), all_labels[indices].clone(), seed)


def margins(model, share):
    """How far the right class's logit lies above the next, for the best `share` of the unseen."""
    with torch.no_grad():
        logits = model(all_images[unseen])
    right = logits.gather(1, all_labels[unseen].unsqueeze(1)).squeeze(1)
    others = logits.scatter(1, all_labels[unseen].unsqueeze(1), -torch.inf).amax(dim=1)
    return (right - others).sort(descending=True).values[: math.ceil(share * len(unseen))]


def form(model):
    """The shape and dtype of the logits, the mode, and whether images one by one give the same."""
    with torch.no_grad():
        logits = model(all_images[unseen[:5]])
        single = torch.cat([model(one) for one in all_images[unseen[:5]].split(1)])
    return (
        tuple(logits.shape),
        logits.dtype,
        model.training,
        torch.allclose(logits, single, atol=1e-3),
    )


def same_predictions(seed, first):
    """Whether a second call, after other draws, predicts the same."""
    again = trained_on(chosen_ones, seed, before=2000)
    with torch.no_grad():
        return torch.equal(first(all_images[unseen]).argmax(1), again(all_images[unseen]).argmax(1))


models = {}


def margins_of(name, indices, seed):
    models[name] = trained_on(indices, seed)
    return margins(models[name], 0.95)


observe("95 of 100 unseen digits are right", margins_of, "mixed", chosen_ones, 1, at_least=0.0)
observe("also where the samples come sorted", margins_of, "sorted", by_class, 2, at_least=0.0)
observe("the form of what comes back", lambda: form(models["mixed"]))
observe("the same seed, the same predictions", lambda: same_predictions(1, models["mixed"]))
### END HIDDEN TESTS
split = torch.randperm(1797, generator=torch.Generator().manual_seed(0))
train, valid, test = split[:1000], split[1000:1200], split[1200:]
digit_net = train_digits(images[train], labels[train], seed=0)
with torch.no_grad():
    predicted = digit_net(images[valid]).argmax(dim=1)
check.true(
    (predicted == labels[valid]).float().mean() >= 0.93, "93 of 100 validation digits are right"
)
check.true(not digit_net.training, "the model comes back in eval mode")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# 64 → 64 → 10 with a ReLU and Adam at 10⁻² in batches of 64 is enough; so is a dozen epochs. Let the order be drawn anew for each epoch: sorted batches teach one digit at a time.
# </details>
# <details><summary>Hint 2</summary>
#
# Pixels of 0 to 16 want to be scaled, and whoever calls the model gives raw ones: put the scaling *into* the model: `nn.Sequential(Scale(), nn.Linear(64, 64), ...)`.
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.manual_seed(seed)` before the model is made; `torch.randperm` for the order draws from the same generator then. At the end `return model.eval()`.
# </details>

# %% [markdown]
# What it gets wrong, you might, too. (Under each image: what it is, and what it was taken for.)

# %%
wrong = valid[predicted != labels[valid]][:10]
with torch.no_grad():
    taken_for = digit_net(images[wrong]).argmax(dim=1)
plots.digits(images[wrong], labels[wrong], taken_for)

# %% [markdown]
# ### What you built, put together
#
# Your sampler, epoch, early stopping and progress bar train the same net. (Each needs its exercise solved: 5, 6, 9 and 10.)

# %% tags=["nbval-ignore-output"]
torch.manual_seed(0)
model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
shuffle, stopping = torch.Generator().manual_seed(0), EarlyStopping(patience=5)
bar = display({"text/plain": progress_line(0, 40)}, raw=True, display_id=True)
for epoch in range(1, 41):
    pieces = [train[batch] for batch in index_batches(len(train), 64, shuffle)]
    batches = [(images[piece], labels[piece]) for piece in pieces]
    training_loss = train_epoch(model, batches, F.cross_entropy, optimizer)
    with torch.no_grad():
        valid_loss = F.cross_entropy(model(images[valid]), labels[valid]).item()
    bar.update({"text/plain": progress_line(epoch, 40)}, raw=True)
    if stopping.update(valid_loss, model):
        break
stopping.restore(model)
bar.update({"text/plain": "the weights of the best epoch are back"}, raw=True)

# %%
with torch.no_grad():
    right = (model(images[valid]).argmax(dim=1) == labels[valid]).float().mean().item()
print("stopped before the last epoch:", epoch < 40)
print("more than 93% of 200 validation digits are right:", right > 0.93)

# %% [markdown]
# And the loop as you would write it at work: three sets, the best device, both modes said aloud, the best epoch kept, and the test set looked at here for the first time. (For `DataLoader`, see lesson 07.)

# %%
place = device.best()
torch.manual_seed(0)
pixels, classes = (images / 16).to(place), labels.to(place)

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)).to(place)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20 * 16)
shuffle = torch.Generator().manual_seed(0)
curves, best, best_state = {"training": [], "validation": []}, math.inf, None

for _ in range(20):
    model.train()
    total = torch.zeros((), device=place)
    for batch in train[torch.randperm(len(train), generator=shuffle)].split(64):
        loss = F.cross_entropy(model(pixels[batch]), classes[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        total += loss.detach() * len(batch)  # no .item(): nothing has to wait for the device
    model.eval()
    with torch.no_grad():
        valid_loss = F.cross_entropy(model(pixels[valid]), classes[valid]).item()
    curves["training"].append(total.item() / len(train))
    curves["validation"].append(valid_loss)
    if valid_loss < best:
        best, best_state = valid_loss, copy.deepcopy(model.state_dict())

model.load_state_dict(best_state)
model.eval()
with torch.no_grad():
    accuracy = (model(pixels[test]).argmax(dim=1) == classes[test]).float().mean().item()
print("more than 95% of 597 test digits are right:", accuracy > 0.95)
plots.train_and_valid(curves["training"], curves["validation"])

# %% [markdown]
# Habits worth keeping:
#
# - First loss near ln C; one batch learned by heart; then train.
# - Forward, loss, `zero_grad`, `backward`, `step`: the five lines in one place, in this order.
# - `.item()` or `.detach()` for whatever outlives the batch.
# - Sums over samples, divided once; each part of an accumulation weighted by its size.
# - `copy.deepcopy(model.state_dict())`, or a file, for the best epoch.
# - Into the file goes all that the next update reads. Try the resume *before* the long run. On a GPU, `torch.cuda.get_rng_state_all()` goes in as well.
# - Choose by validation; look at the test set once.
#
# ---
# ## Knowledge check
#
# ### Exercise 13. Choose one answer · ●●○ · 6 min
#
# Choose one letter for each question.
#
# **q1.** In a loop, the weights change in
#
# - **a** `loss.backward()`
# - **b** `optimizer.step()`
# - **c** `optimizer.zero_grad()`
# - **d** `model.train()`
#
# **q2.** `zero_grad()` is left out. After the third batch, `.grad` holds
#
# - **a** the third batch's gradient
# - **b** nothing
# - **c** the mean of three gradients
# - **d** the sum of three gradients
#
# **q3.** Before validation somebody calls `model.eval()`, and then the same function as for training. The weights
#
# - **a** stay, as eval() turns gradients off
# - **b** stay, as eval() stops the optimizer
# - **c** move by the validation samples
# - **d** move only in layers of Dropout
#
# **q4.** Your loop in NumPy and PyTorch's, with the same weights, data, loss and SGD rate, differ
#
# - **a** in the last digits at most
# - **b** a little in each step, since autograd approximates
# - **c** by a factor that PyTorch puts in for stability
# - **d** completely, as optimizers follow rules of their own
#
# **q5.** The order is F, B, Z, S. The loss
#
# - **a** falls as usual
# - **b** stands still
# - **c** falls one round late
# - **d** rises: gradients add up
#
# **q6.** A new classifier of 100 classes has the loss 25. Most likely
#
# - **a** that is usual before training
# - **b** the rate is too large
# - **c** its logits are far too large: look at the scale of the inputs
# - **d** it overfits
#
# **q7.** Parts of 30 and 10 samples stand for a batch of 40. Before their backwards, the mean losses are multiplied by
#
# - **a** 1/2 and 1/2
# - **b** 1 and 1
# - **c** 3/4 and 1/4
# - **d** 1/30 and 1/10
#
# **q8.** A resumed run with Adam makes one large step, then goes on nearly as before. Missing in the file is
#
# - **a** the optimizer's state
# - **b** the order of the samples
# - **c** the model's weights
# - **d** the generator of Dropout
#
# **q9.** Training loss 0.01 and falling; validation loss 0.8 and rising. You
#
# - **a** train on: the training loss still falls
# - **b** raise the rate
# - **c** take the weights of the epoch where validation was least
# - **d** move validation samples into the test set
#
# **q10.** Of 30 settings you report the accuracy of the one that is best on the test set. The number is
#
# - **a** right, as the test set was never trained on
# - **b** too small
# - **c** right, if the seed is fixed
# - **d** too large: it was chosen by that set

# %% nbgrader={"grade": false, "grade_id": "knowledge_check", "locked": false, "schema_version": 3, "solution": true, "task": false}
answers = {}  # such as answers["q1"] = "a"

### BEGIN SOLUTION
answers = {
    "q1": "b",
    "q2": "d",
    "q3": "c",
    "q4": "a",
    "q5": "b",
    "q6": "c",
    "q7": "c",
    "q8": "a",
    "q9": "c",
    "q10": "d",
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "knowledge_check_test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
observe(
    "question 1",
    answers.get,
    "q1",
    because={
        "a": "It stands right before the weights change, so it looks like it. backward() only adds to .grad; leave step() out, and the loss stands still.",
        "c": "It writes .grad, and nothing else: what was gathered there is thrown away.",
        "d": "train() sets a flag that Dropout and BatchNorm read. No weight moves.",
    },
)
observe(
    "question 2",
    answers.get,
    "q2",
    because={
        "a": "It would if backward() overwrote .grad. It adds, which is what makes accumulation possible.",
        "b": "step() doesn't clear what it has read. Clearing is a call of its own.",
        "c": "Nobody counts the calls, so nobody divides. Whoever accumulates weights the losses by hand.",
    },
)
observe(
    "question 3",
    answers.get,
    "q3",
    because={
        "a": "eval() sounds like switching learning off, and turns no gradient off. torch.no_grad() does that.",
        "b": "The optimizer doesn't know the mode of any Module. It reads .grad, and steps.",
        "d": "Dropout has no weights. In eval mode it passes its input through; all other layers learn as before.",
    },
)
observe(
    "question 4",
    answers.get,
    "q4",
    because={
        "b": "Autograd applies the chain rule, as you do on paper. Only rounding differs. Exercise 2 compared both.",
        "c": "Nothing is put in. A factor always comes from the loss: a sum in place of a mean, a half.",
        "d": "SGD's rule is w -= lr * w.grad, the line that you write by hand. There is no other mathematics behind it.",
    },
)
observe(
    "question 5",
    answers.get,
    "q5",
    because={
        "a": "All four are there, but between backward and step the gradients are thrown away.",
        "c": "A round late is a step that begins the circle. Here each step comes too late, for ever.",
        "d": "They add up where Z is missing. Here it comes too early.",
    },
)
observe(
    "question 6",
    answers.get,
    "q6",
    because={
        "a": "Usual is ln 100, 4.6: each class gets about 1/100.",
        "b": "Before the first update no rate has been used.",
        "d": "It has seen nothing yet that it could know by heart.",
    },
)
observe(
    "question 7",
    answers.get,
    "q7",
    because={
        "a": "Right for equal parts. Here each of the 10 would count as much as three of the 30.",
        "b": "Then the gradient is about twice as large: that of a sum of means.",
        "d": "That would divide the means once more: they are sums over 30 and 10, divided, already.",
    },
)
observe(
    "question 8",
    answers.get,
    "q8",
    because={
        "b": "Other samples make other steps, but not one large one.",
        "c": "Without them the loss would be that of a new model.",
        "d": "Other units would be dropped, in each step, and none of them larger than usual.",
    },
)
observe(
    "question 9",
    answers.get,
    "q9",
    because={
        "a": "It falls because the samples are learned by heart. What is wanted is new samples, and there it gets worse.",
        "b": "The rate is fine: training falls. A larger one hides the turn, and doesn't undo it.",
        "d": "That mixes two sets that are needed apart, and mends nothing.",
    },
)
observe(
    "question 10",
    answers.get,
    "q10",
    because={
        "a": "Not by backward(), but by you: choosing is learning, too. Predict 10 made 0.63 of coins.",
        "b": "The best of 30 is lucky, not unlucky.",
        "c": "A seed makes the same luck again.",
    },
)
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
# q1, q2, q4: Part 1. q3: loop 3 in Part 8. q5: Part 2. q6: Part 3. q7: Exercise 7. q8: Part 5. q9, q10: Part 6.
# </details>

# %% [markdown]
# ---
# ## Ledger
#
# | Call | What it hides | Where you built it | What it still hides | How it fails |
# |---|---|---|---|---|
# | by hand → nn → optim | gradients, then the update rule | Exercise 2, equal weights after each | other rules and their state (lesson 04) | one looks for another mathematics in the framework (Part 8, loop 4) |
# | forward, loss, backward, update | θ ← θ − η ∇L, cut into its parts | Exercise 1, each line and its formula | the graph (lesson 02) | without `step` nothing moves (Part 8, loop 1) |
# | the order of the lines | who reads and who writes `.grad` | Exercise 3, all 24 run in Part 2 | schedulers and clipping (lesson 04) | Z between B and S: stands still; S between F and B: raises |
# | the first loss, one batch | ln C; a batch learned by heart | Predict 3, Exercise 4 | that all other batches are sound | passes with labels that are wrong in every batch alike |
# | epoch, batch, last batch | a permutation, cut | Exercises 5, 6, Predict 4 | workers, collating (lesson 07) | the mean of unequal means; a short last batch steps as far |
# | accumulation | `backward()` adds | Exercise 7, Predict 6 | BatchNorm sees the parts (Part 4), so it is no large batch | not divided: the rate is k times as large |
# | `loss.item()` | a number without its graph | Predict 5, Exercise 6, Part 8, loop 5 | that it waits for the device | `total += loss` keeps every graph |
# | `manual_seed`, `use_deterministic_algorithms` | generators; the order of additions | Predict 7 | threads, GPU kernels, versions | bits compared where a tolerance is due |
# | exact resume: model, optimizer, scheduler, random state, sampler | all that the next update reads | Exercise 8, Predict 8 | a GPU's random state, workers | resumed without the optimizer's state: a jump |
# | curves: rate, overfitting | two losses, one of them on samples not trained on | Part 6, the explorer | noise of a small validation set | one trusts the training loss |
# | early stopping, `state_dict()` | a copy of the best weights | Exercise 9, Predict 9, Exercise 11 | what patience is right | the best state_dict wasn't copied: it is the last |
# | the test set | one look | Predict 10 | that others have looked before you | used to choose: too good by luck |
# | a progress bar, a live plot | a display that is written over | Exercise 10, Part 7 | `tqdm`, TensorBoard | drawn for each batch, it takes longer than training |
# | `model.train()`, `model.eval()` | a flag | Exercise 6, Part 8, loop 3 | what Dropout and BatchNorm do with it (lesson 06) | `eval()` taken for "no learning" |
# | five broken loops | one line each | Part 8, Exercise 11 | the next one | none of them raises |
# | a classifier of digits | all of the above | Exercise 12, at least 95 of 100 right | convolutions (lesson 08) | sorted samples, not shuffled; inputs scaled only in training |
