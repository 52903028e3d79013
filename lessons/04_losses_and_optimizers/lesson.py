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
# # 04 · Losses and optimizers: one number to lower, one rule for the step
#
# ## Why
#
# Training needs two things that the model doesn't have: one number that says how wrong it is, and a rule that turns gradients into new weights. PyTorch gives each as one call, `criterion(output, target)` and `optimizer.step()`. A wrong target, a softmax too many or a stale gradient raises nothing there: the loss still falls, only not far enough, and nothing says why.
#
# **At the end you can** choose a loss and its target from the task, say what the loss of a perfect or of a new model must be, rebuild cross-entropy, SGD, RMSprop, Adam and AdamW to the last digits, and tell ten silent bugs from their symptoms.
#
# **You build** log-sum-exp, cross-entropy, binary cross-entropy on logits, SGD, RMSprop, Adam, AdamW, gradient clipping, and a learning-rate schedule.
#
# **Before this:** 02 Autograd, 03 Module.
#
# | Part | You | Minutes |
# |---|---|---|
# | 1 · A loss is one number | reduce errors by hand, and average batches | 8 |
# | 2 · Classes | build log-sum-exp and cross-entropy | 20 |
# | 3 · Two classes | build TinyNet's loss | 10 |
# | 4 · A step | trace one line by line, then build SGD | 17 |
# | 5 · A rate for each entry | build RMSprop, Adam and AdamW | 20 |
# | 6 · Around the step | clip gradients, schedule the rate | 13 |
# | 7 · Parity | compare all you built with PyTorch | 2 |
# | 8 · Break it | repair faulty code, and name the faults | 15 |
# | 9 · In practice, quiz, ledger | write it as you would at work | 15 |

# %%
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

from course import check, data, device, observe, plots, widgets

torch.set_num_threads(1)  # these nets are too small to be shared between threads

# %% [markdown]
# ---
# ## Part 1 · A loss is one number
#
# A **loss** compares predictions with targets and returns one number, so that "better" means "lower" and every weight has a derivative. The mean squared error takes one difference for each entry, squares it, and **reduces** the squares to one number.

# %%
predicted = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
target = torch.tensor([[1.0, 0.0], [0.0, 5.0]])

squares = (predicted - target) ** 2
check.equal(F.mse_loss(predicted, target, reduction="none"), squares)
check.equal(F.mse_loss(predicted, target, reduction="sum"), squares.sum())
check.equal(F.mse_loss(predicted, target), squares.sum() / squares.numel())  # reduction="mean"

# %% [markdown]
# `"mean"` divides by the number of *entries*, not of samples: here by 4, though there are 2 samples.
#
# **Predict 1.** `predicted` has shape (2, 4), and each entry is 1 too large. What is the derivative of `F.mse_loss(predicted, target)` at `predicted[0, 0]`?

# %%
prediction = ...  # a number

predicted = torch.ones(2, 4, requires_grad=True)
F.mse_loss(predicted, torch.zeros(2, 4)).backward()
check.prediction(prediction, predicted.grad[0, 0])

# %% [markdown]
# <details><summary>Why (open it after you ran the cell)</summary>
#
# 0.25. The square's derivative is 2 · error, and the mean divides it by 8. A reduction is a factor in front of every gradient: with `"sum"` it would be 2, as if the learning rate were 8 times as large.
# </details>

# %% [markdown]
# **Predict 2.** Five samples have the losses 1, 1, 1, 1 and 6. They come in a batch of four and a last batch of one. You average the two batch means. What do you get, and what is the mean over the five samples?

# %%
prediction_of_means = ...    # a number
prediction_of_samples = ...  # a number

losses = torch.tensor([1.0, 1.0, 1.0, 1.0, 6.0])
batch_means = torch.stack([batch.mean() for batch in losses.split(4)])
check.prediction(prediction_of_means, batch_means.mean())
check.prediction(prediction_of_samples, losses.mean())

# %% [markdown]
# <details><summary>Why</summary>
#
# 3.5 and 2. The lonely sample of the last batch counts as much as four others. Add sums, and divide once by the count; or weight each mean by its batch's size.
# </details>

# %% [markdown]
# ### Exercise 1. Read the reductions · ●○○ · 4 min
#
# Work out each number on paper, without running it. The first one is done. "f" sets a loss from a textbook against PyTorch's.

# %%
predicted = torch.tensor([[1.0, 2.0], [3.0, 5.0], [0.0, 0.0], [1.0, 3.0]])
target = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, 0.0]])
# The errors are          0    2      3    4     -2    0      1    3

# "a"   F.mse_loss(predicted, target, reduction="sum")
# "b"   F.mse_loss(predicted, target)
# "c"   the first three samples are one batch, the last one is another: the mean of the two batch means
# "d"   the weight of the first batch's mean, if the weighted mean is to be "b"; the two weights add up to 1
# "e"   the derivative of "b" at predicted[1, 1]
# "f"   a textbook has the loss ½ · Σ error². Its derivative at predicted[1, 1], divided by "e"

# %% nbgrader={"grade": false, "grade_id": "read_reductions", "locked": false, "schema_version": 3, "solution": true, "task": false}
reduction = {"a": 43.0}

### BEGIN SOLUTION
reduction["b"] = 43 / 8
reduction["c"] = (33 / 6 + 10 / 2) / 2
reduction["d"] = 3 / 4
reduction["e"] = 2 * 4 / 8
reduction["f"] = 4.0
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "read_reductions_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def written(name):
    return float(reduction[name])


observe("b, the mean", written, "b")
observe("c, the mean of the batch means", written, "c")
observe("d, the weight of the larger batch", written, "d")
observe("e, a derivative of the mean", written, "e")
observe("f, a textbook's derivative", written, "f")
### END HIDDEN TESTS
check.equal(reduction["a"], F.mse_loss(predicted, target, reduction="sum").item())
check.true(set(reduction) == set("abcdef"), "there is an answer for each of a to f")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The squares are 0, 4, 9, 16, 4, 0, 1 and 9. Each sample has two of them.
# </details>
# <details><summary>Hint 2</summary>
#
# "c": the first batch has 6 entries, the second 2. "d": three of the four samples are in the first batch.
# </details>
# <details><summary>Hint 3</summary>
#
# The derivative of error² is 2 · error. The mean divides that by the number of entries; the textbook's ½ takes the 2 away, and nothing divides. Both are derivatives, by the same rules, of two different losses.
# </details>

# %% [markdown]
# ---
# ## Part 2 · Classes
#
# A classifier returns one score for each class: the **logits**, any real numbers. Softmax turns them into probabilities, and **cross-entropy** is −log of the probability that the right class got. Both steps in one formula, for logits z and the right class y:
#
# −log softmax(z)ᵧ = log Σⱼ exp(zⱼ) − zᵧ
#
# (log is the natural logarithm, as `torch.log` is.) The first term is called **log-sum-exp**: a smooth maximum.
#
# **Predict 3.** Two logits, 0 and 200. What is the log of the first probability: in two steps, `softmax` and then `log`, and in one, by `log_softmax`?

# %%
prediction_two_steps = ...  # a number, -torch.inf or torch.nan
prediction_one_step = ...   # a number, -torch.inf or torch.nan

z = torch.tensor([0.0, 200.0])
check.prediction(prediction_two_steps, z.softmax(dim=0).log()[0])
check.prediction(prediction_one_step, z.log_softmax(dim=0)[0])

# %% [markdown]
# <details><summary>Why</summary>
#
# `-inf`, and −200. exp(−200) is smaller than the smallest float32, so the probability is rounded to 0, and its log is −∞. In one step it is 0 − log(exp(0) + exp(200)), which is −200: with the largest logit taken out first, nothing over- or underflows that counts.
# </details>

# %% [markdown]
# The infinity doesn't stay where it is. `backward()` makes NaN of it, and the next step carries that into every weight:

# %%
z = torch.tensor([0.0, 200.0], requires_grad=True)
(-z.softmax(dim=0).log()[0]).backward()
print("gradient in two steps:", z.grad.tolist())

z.grad = None
(-z.log_softmax(dim=0)[0]).backward()
print("gradient in one step: ", z.grad.tolist())

# %% [markdown]
# ### Exercise 2. log-sum-exp · ●●○ · 6 min
#
# log Σ exp(xⱼ) = m + log Σ exp(xⱼ − m) for every m. Take the largest entry for m, and no exp can overflow.

# %% nbgrader={"grade": false, "grade_id": "log_sum_exp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def log_sum_exp(x, dim, keepdim=False):
    """Return log Σ exp(x) along dim, without overflow.

    x: floating-point tensor, with at least one entry along dim. dim: may be negative.
    Returns a tensor of x's dtype, without dimension dim, or with size 1 there if keepdim is True.
    An entry of -inf counts 0 in the sum; where all entries are -inf, the result is -inf.

    log_sum_exp(torch.tensor([1000., 1000.]), dim=0) is tensor(1000.6931)
    """
    ### BEGIN SOLUTION
    largest = x.amax(dim=dim, keepdim=True)
    largest = torch.where(largest.isinf(), 0.0, largest)  # -inf - -inf would be NaN
    result = (x - largest).exp().sum(dim=dim, keepdim=True).log() + largest
    return result if keepdim else result.squeeze(dim)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "log_sum_exp_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def and_gradient(x, dim):
    x = x.clone().requires_grad_()
    result = log_sum_exp(x, dim)
    result.sum().backward()
    return result.detach(), x.grad


scores = torch.randn(3, 4, generator=observe.generator(402))
cube = torch.randn(2, 3, 1, generator=observe.generator(403), dtype=torch.float64)
ruled_out = torch.tensor([[0.0, -torch.inf], [-torch.inf, -torch.inf], [1.0, 2.0]])
observe("a matrix, along each dimension", lambda: [log_sum_exp(scores, 0), log_sum_exp(scores, 1)])
observe("keepdim", log_sum_exp, scores, 1, keepdim=True)
observe("float64, a negative dim", log_sum_exp, cube, -2)
observe("a dimension of size 1", lambda: [log_sum_exp(cube, 2), log_sum_exp(cube[:1], 1, keepdim=True)])
observe("one entry", log_sum_exp, torch.tensor([-3.5]), 0)
observe("large entries", log_sum_exp, torch.tensor([1000.0, 1001.0, 0.0]), 0)
observe("rows far apart", log_sum_exp, torch.tensor([[500.0, 501.0], [-500.0, -501.0]]), dim=1)
observe("entries of -inf", log_sum_exp, ruled_out, 1)
observe("the gradient", and_gradient, scores * 100, 1)
### END HIDDEN TESTS
check.close(log_sum_exp(torch.zeros(2, 4), dim=1), torch.full((2,), math.log(4)))
check.close(log_sum_exp(torch.tensor([1000.0, 1000.0]), dim=0), torch.tensor(1000 + math.log(2)))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Each slice along `dim` has a largest entry of its own: `x.amax(...)`. What has to stay, so that it can be taken away from `x`?
# </details>
# <details><summary>Hint 2</summary>
#
# Work with `keepdim=True` all the way, and drop the dimension at the very end with `squeeze(dim)`. A bare `squeeze()` would drop others, too.
# </details>
# <details><summary>Hint 3</summary>
#
# Where all entries are `-inf`, the largest is, too, and `-inf - -inf` is NaN. Put 0 in its place before you subtract: `torch.where(largest.isinf(), 0.0, largest)`.
# </details>

# %% [markdown]
# ### A softmax too many
#
# `F.cross_entropy` and `nn.CrossEntropyLoss` take **logits**: the softmax is inside. What if the model ends in a softmax already?
#
# **Predict 4.** A three-class model is perfect: it gives its right class a logit 100 above the others. What is the loss of the two calls?

# %%
prediction_once = ...   # a number, to three decimals
prediction_twice = ...  # the same; the probabilities (1, 0, 0) are taken for logits

logits, target = torch.tensor([[100.0, 0.0, 0.0]]), torch.tensor([0])
check.prediction(prediction_once, round(F.cross_entropy(logits, target).item(), 3))
check.prediction(prediction_twice, round(F.cross_entropy(logits.softmax(dim=1), target).item(), 3))

# %% [markdown]
# <details><summary>Why</summary>
#
# 0, and 0.551. Put z = (1, 0, 0) into the formula: log(e¹ + e⁰ + e⁰) − 1 = log(e + 2) − log e = log(1 + 2/e). Probabilities lie between 0 and 1, so as logits they can't be further apart than 1: no training gets below that.
# </details>

# %%
for classes in (2, 3, 10, 1000):
    perfect = torch.zeros(1, classes)
    perfect[0, 0] = 1.0  # what a perfect model's softmax gives
    floor = F.cross_entropy(perfect, torch.tensor([0]))
    torch.testing.assert_close(floor.item(), math.log(1 + (classes - 1) / math.e), rtol=1e-5, atol=0)
    print(f"{classes:4} classes: floor {floor:.3f}, before training ln C = {math.log(classes):.3f}")

# %% [markdown]
# ### See it
#
# The loss falls with the logit of the right class, and the second one stops falling. Look at its slope at the left, too: where the model is most wrong, it hardly pulls. That is why such a model still trains, only slowly and not far.

# %%
plots.softmax_twice(classes=3)

# %% [markdown]
# ### Targets
#
# A target is either the **index** of the class, (N,), or a **probability** for each class, (N, C), such as a one-hot row. The two are told apart by shape and dtype.
#
# **Predict 5.** `logits` is (3, 4). For each target: `True` if the loss is that of the first line, else `"raises"`.

# %%
prediction_a = ...  # the indices as float32
prediction_b = ...  # one-hot rows as they come from F.one_hot: int64
prediction_c = ...  # one-hot rows as float32
prediction_d = ...  # the indices as a column, (3, 1)


def outcome(function, *args, **kwargs):
    """Return what the call returns, or the exception that it raises."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return error


logits = torch.tensor([[2.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 3.0], [1.0, 0.0, 0.0, 0.0]])
index = torch.tensor([0, 3, 2])
rows = F.one_hot(index, num_classes=4)
loss = F.cross_entropy(logits, index)


def same_loss(target):
    found = outcome(F.cross_entropy, logits, target)
    return found if isinstance(found, Exception) else torch.allclose(found, loss)


check.prediction(prediction_a, same_loss(index.float()))
check.prediction(prediction_b, same_loss(rows))
check.prediction(prediction_c, same_loss(rows.float()))
check.prediction(prediction_d, same_loss(index.unsqueeze(1)))

# %% [markdown]
# <details><summary>Why</summary>
#
# Only c is `True`; the others raise. Indices are int64, because they index; probabilities are floating point, because they are multiplied. A one-hot row of integers is neither.
# </details>

# %% [markdown]
# A sample without a label has the index `ignore_index`, by default −100. It adds nothing to the sum, and isn't counted by the mean.
#
# **Predict 6.** In one batch no sample at all has a label. What are the mean and the sum?

# %%
prediction_mean = ...  # a number, torch.inf or torch.nan
prediction_sum = ...   # a number, torch.inf or torch.nan

unlabeled = torch.full((3,), -100)
check.prediction(prediction_mean, F.cross_entropy(logits, unlabeled))
check.prediction(prediction_sum, F.cross_entropy(logits, unlabeled, reduction="sum"))

# %% [markdown]
# <details><summary>Why</summary>
#
# The mean is 0 / 0, NaN; one backward, one step, and each weight is NaN. The sum is 0.
# </details>

# %% [markdown]
# ### Exercise 3. Cross-entropy · ●●● · 10 min
#
# Build it for both kinds of targets. Use `torch.logsumexp` in place of your own, so that this exercise doesn't rest on the last one.

# %% nbgrader={"grade": false, "grade_id": "cross_entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    """Return the cross-entropy, as F.cross_entropy does.

    logits: (N, C) floating point. target: (N,) int64, each the index of a class or ignore_index,
    or (N, C) floating point, a probability for each class. Any other target: ValueError.
    reduction: "none" gives (N,), 0 where there is no label; "sum"; "mean" divides the sum by the
    number of samples that have a label (by N for probabilities), and is NaN if there is none.

    cross_entropy(torch.zeros(2, 4), torch.tensor([3, 0])) is tensor(1.3863), which is ln 4
    """
    ### BEGIN SOLUTION
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    if target.shape == logits.shape and target.is_floating_point():
        losses, count = -(target * log_p).sum(dim=1), len(target)
    elif target.shape == logits.shape[:1] and target.dtype == torch.int64:
        known = target != ignore_index
        picked = log_p.gather(1, torch.where(known, target, 0).unsqueeze(1)).squeeze(1)
        losses, count = torch.where(known, -picked, 0.0), known.sum()
    else:
        raise ValueError(f"a target of shape {tuple(target.shape)} and dtype {target.dtype}")
    if reduction == "none":
        return losses
    return losses.sum() / count if reduction == "mean" else losses.sum()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "cross_entropy_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def ways(*args, **kwargs):
    """The three reductions."""
    return [cross_entropy(*args, **kwargs, reduction=way) for way in ("none", "sum", "mean")]


def with_gradient(logits, target, **kwargs):
    logits = logits.clone().requires_grad_()
    loss = cross_entropy(logits, target, **kwargs)
    loss.backward()
    return loss.detach(), logits.grad


def refusals(*targets):
    """What comes of targets that are none, and last of one that is."""
    found = []
    for target in targets:
        try:
            found.append(cross_entropy(torch.zeros(3, 4), target))
        except ValueError:
            found.append("ValueError")
    return found


scores = 3 * torch.randn(5, 4, generator=observe.generator(404))
labels = torch.tensor([3, 0, -100, 1, -100])
soft = torch.rand(5, 4, generator=observe.generator(405)).softmax(dim=1)
observe("each reduction", ways, scores, labels.abs() % 4)
observe("some without a label", ways, scores, labels)
observe("the default is the mean", cross_entropy, scores, labels)
observe("another number to ignore", ways, scores, torch.tensor([0, 1, 2, 3, 0]), ignore_index=0)
observe("none has a label", lambda: [cross_entropy(scores, torch.full((5,), -100), reduction=way) for way in ("mean", "sum")])
observe("probabilities", ways, scores, soft)
observe("one-hot rows, float64", ways, scores.double(), F.one_hot(labels.abs() % 4, 4).double())
observe("as many samples as classes", lambda: [cross_entropy(scores[:4], labels[:4]), cross_entropy(scores[:4], soft[:4])])
observe("a single sample", ways, scores[:1], labels[:1])
observe("large logits", with_gradient, 100 * scores, labels)
observe("the gradient", with_gradient, scores, labels, reduction="sum")
observe(
    "targets that are none", refusals, torch.zeros(3), torch.tensor([[0], [1], [2]]),
    torch.eye(3, 4, dtype=torch.int64), torch.eye(3, 5), torch.tensor([0, 1]), torch.tensor([0, 1, 2]),
)
### END HIDDEN TESTS
check.close(cross_entropy(torch.zeros(2, 4), torch.tensor([3, 0])), torch.tensor(math.log(4)))
check.close(cross_entropy(logits, index), F.cross_entropy(logits, index))
check.close(cross_entropy(logits, rows.float()), F.cross_entropy(logits, index))
check.raises(ValueError, cross_entropy, logits, index.float())

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# First make the table of log-probabilities, (N, C): the logits less their log-sum-exp, kept as a column. With probabilities as target, the loss of a row is −Σ target · log-probability.
# </details>
# <details><summary>Hint 2</summary>
#
# With indices, pick one log-probability of each row: `gather(1, safe.unsqueeze(1)).squeeze(1)`, where `safe` holds some class in place of `ignore_index`. Then put 0 where there is no label.
# </details>
# <details><summary>Hint 3</summary>
#
# Three branches: `target.shape == logits.shape and target.is_floating_point()`; `target.shape == logits.shape[:1] and target.dtype == torch.int64`; else raise. The mean divides by `known.sum()`, or by `len(target)`.
# </details>

# %% [markdown]
# ---
# ## Part 3 · Two classes
#
# For a yes or no one logit is enough: p = sigmoid(z), and the **binary cross-entropy** is −log p if the target is 1, and −log(1 − p) if it is 0. TinyNet ends in one logit, SimpleNet of lesson 03 in a sigmoid. So they need two losses:
#
# | The model returns | Loss | Is |
# |---|---|---|
# | a logit (TinyNet) | `BCEWithLogitsLoss` | the sigmoid inside, computed together |
# | a probability (SimpleNet) | `BCELoss` | −log p or −log(1 − p), of a sigmoid already rounded |

# %%
class TinyNet(nn.Module):
    """(N, 2) to one logit for each sample, (N, 1)."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 8)
        self.output = nn.Linear(8, 1)

    def forward(self, x):
        return self.output(self.hidden(x).relu())


class SimpleNet(nn.Module):
    """(N, 10) to one probability for each sample, (N, 1)."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def logit(self, x):
        return self.output(self.hidden(x).relu())

    def forward(self, x):
        return self.logit(x).sigmoid()


torch.manual_seed(0)
net, x, y = SimpleNet(), torch.randn(64, 10), torch.randint(2, (64, 1)).float()
apart = nn.BCELoss()(net(x), y)
together = nn.BCEWithLogitsLoss()(net.logit(x), y)
print(f"apart {apart.item():.4f}, together {together.item():.4f}: close to ln 2 = {math.log(2):.4f}")
torch.testing.assert_close(apart, together)

# %% [markdown]
# The same number, by the same mathematics: framework or formula, sigmoid and log are what they are. What differs is the rounding on the way.
#
# **Predict 7.** A sample of class 0 gets the logit 20: the model is sure, and wrong. What is the gradient at that logit, for the two losses?

# %%
prediction_apart = ...     # sigmoid, then BCELoss
prediction_together = ...  # BCEWithLogitsLoss

z, zero = torch.tensor([20.0], requires_grad=True), torch.zeros(1)
F.binary_cross_entropy(z.sigmoid(), zero).backward()
check.prediction(prediction_apart, z.grad.item())
z.grad = None
F.binary_cross_entropy_with_logits(z, zero).backward()
check.prediction(prediction_together, z.grad.item())

# %% [markdown]
# <details><summary>Why</summary>
#
# 0 and 1. sigmoid(20) is 1 − 2·10⁻⁹, which float32 rounds to 1. Then 1 − p is 0, log(1 − p) is −∞ (BCELoss puts −100 there), and the sigmoid's slope p(1 − p) is 0: nothing gets through. Taken together, the derivative is sigmoid(z) − target, and that is 1.
# </details>

# %% [markdown]
# ### See it

# %%
plots.saturation()

# %% [markdown]
# So SimpleNet, made sure of itself, stops learning from its worst mistakes. (Here by hand: its last layer is scaled up.)

# %%
with torch.no_grad():
    net.output.weight *= 300


def gradient_at_the_logits(loss_of_logits):
    z = net.logit(x).detach().requires_grad_()
    loss_of_logits(z).backward()
    return z.grad


worst = (y == 0) & (net.logit(x) > 18)
apart = gradient_at_the_logits(lambda z: F.binary_cross_entropy(z.sigmoid(), y, reduction="sum"))
together = gradient_at_the_logits(lambda z: F.binary_cross_entropy_with_logits(z, y, reduction="sum"))
print("there are samples of class 0 with a logit above 18:", bool(worst.any()))
print("their gradients, sigmoid and BCELoss, all 0:       ", bool((apart[worst] == 0).all()))
print("their gradients, BCEWithLogitsLoss, all 1:         ", bool((together[worst] > 0.999).all()))

# %% [markdown]
# ### Exercise 4. TinyNet's loss · ●●○ · 7 min
#
# With softplus(z) = log(1 + exp z), the two logarithms are −log sigmoid(z) = softplus(−z) and −log(1 − sigmoid(z)) = softplus(z). `F.softplus` doesn't overflow. `pos_weight` multiplies the part of the targets that are 1: with 9 negatives for each positive, `pos_weight=9` balances them.

# %% nbgrader={"grade": false, "grade_id": "bce_with_logits", "locked": false, "schema_version": 3, "solution": true, "task": false}
def bce_with_logits(logits, target, pos_weight=None):
    """Return the mean binary cross-entropy of logits, as F.binary_cross_entropy_with_logits does.

    logits, target: floating point, of one shape; each target lies between 0 and 1. pos_weight:
    None, or a tensor that broadcasts against them. Returns a tensor with no dimensions.
    Each entry is pos_weight · target · softplus(-logit) + (1 - target) · softplus(logit).
    Raises ValueError if the shapes of logits and target differ.

    bce_with_logits(torch.zeros(3, 1), torch.ones(3, 1)) is tensor(0.6931), which is ln 2
    """
    ### BEGIN SOLUTION
    if logits.shape != target.shape:
        raise ValueError(f"logits {tuple(logits.shape)}, but target {tuple(target.shape)}")
    positive = target * F.softplus(-logits)
    if pos_weight is not None:
        positive = positive * pos_weight
    return (positive + (1 - target) * F.softplus(logits)).mean()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "bce_with_logits_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def bce_and_gradient(logits, target, **kwargs):
    logits = logits.clone().requires_grad_()
    loss = bce_with_logits(logits, target, **kwargs)
    loss.backward()
    return loss.detach(), logits.grad


def shapes(*pairs):
    """What comes of each pair of shapes; the last one fits."""
    found = []
    for a, b in pairs:
        try:
            found.append(bce_with_logits(torch.ones(a), torch.zeros(b)))
        except ValueError:
            found.append("ValueError")
    return found


z = 2 * torch.randn(6, 1, generator=observe.generator(406))
t = (torch.rand(6, 1, generator=observe.generator(407)) > 0.5).float()
t[:2] = torch.tensor([[0.0], [1.0]])
three = torch.tensor([0.5, 1.0, 4.0])
observe("a column of logits", bce_and_gradient, z, t)
observe("float64, three outputs", bce_and_gradient, z.double().reshape(2, 3), t.double().reshape(2, 3))
observe("targets between 0 and 1", bce_and_gradient, z, t * 0.8 + 0.1)
observe("pos_weight, one number", bce_and_gradient, z, t, pos_weight=torch.tensor(3.0))
observe("pos_weight, one for each output", bce_and_gradient, z.reshape(2, 3), t.reshape(2, 3), pos_weight=three)
observe("sure and right", bce_and_gradient, torch.tensor([30.0, -30.0]), torch.tensor([1.0, 0.0]))
observe("sure and wrong", bce_and_gradient, torch.tensor([30.0, -30.0, 200.0, -200.0]), torch.tensor([0.0, 1.0, 0.0, 1.0]))
observe("no dimensions", bce_with_logits, torch.tensor(-1.5), torch.tensor(1.0))
observe("shapes", shapes, ((4, 1), (4,)), ((4,), (4, 1)), ((2, 3), (3,)), ((4, 1), (1, 1)), ((4, 1), (4, 1)))
### END HIDDEN TESTS
check.close(bce_with_logits(torch.zeros(3, 1), torch.ones(3, 1)), torch.tensor(math.log(2)))
check.close(bce_with_logits(torch.tensor([40.0]), torch.tensor([0.0])), torch.tensor(40.0))
check.raises(ValueError, bce_with_logits, torch.zeros(3, 1), torch.zeros(3))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Never call `sigmoid`. The docstring's line is already the stable form; `F.softplus` takes a tensor.
# </details>
# <details><summary>Hint 2</summary>
#
# Compare `logits.shape` with `target.shape` before anything else: (N, 1) and (N,) would broadcast to (N, N).
# </details>
# <details><summary>Hint 3</summary>
#
# `positive = target * F.softplus(-logits)`, times `pos_weight` if it is not None. Add `(1 - target) * F.softplus(logits)`, and take the mean over all entries: not over the sum of the weights.
# </details>

# %% [markdown]
# TinyNet on the two-class plane, before any step: a loss near ln 2 says that loss, target and shapes fit together.

# %%
torch.manual_seed(0)
x, y = data.plane(samples=200, seed=0)
tiny = TinyNet()
loss = nn.BCEWithLogitsLoss()(tiny(x), y)
print(f"logits {tuple(tiny(x).shape)}, targets {tuple(y.shape)} {y.dtype}, loss {loss.item():.2f}")

# %% [markdown]
# ---
# ## Part 4 · A step
#
# Four lines make a step: the five of lesson 00, with forward and loss in one. Each does one thing:
#
# | Line | Reads | Writes |
# |---|---|---|
# | `loss = criterion(model(x), y)` | weights, data | the graph |
# | `loss.backward()` | the graph | **adds** to each weight's `.grad` |
# | `optimizer.step()` | `.grad`, the optimizer's state | the weights, the state |
# | `optimizer.zero_grad()` | | sets each `.grad` to `None` |
#
# `zero_grad()` may stand anywhere but between `backward()` and `step()`: at the end of a step, or at the start of the next.
#
# ### Exercise 5. Trace two steps · ●○○ · 5 min
#
# One weight, one sample. Follow the lines on paper; four decimals are more than enough.
#
# ```python
# w = torch.tensor(1.0, requires_grad=True)
# optimizer = torch.optim.SGD([w], lr=0.1)
#
# loss = (w * 2.0 - 0.0) ** 2    # "a"  the loss
# loss.backward()                # "b"  w        "c"  w.grad
# optimizer.step()               # "d"  w        "e"  w.grad
# loss = (w * 2.0 - 0.0) ** 2
# loss.backward()                # "f"  w.grad: there was no zero_grad
# optimizer.step()               # "g"  w
# ```
#
# "h": go back to the state after the first `backward()`. Instead of `optimizer.step()` you write `with torch.no_grad(): w -= 0.1 * w.grad`. What is `w` now?

# %% nbgrader={"grade": false, "grade_id": "trace_two_steps", "locked": false, "schema_version": 3, "solution": true, "task": false}
trace = {"a": 4.0}

### BEGIN SOLUTION
trace["b"] = 1.0
trace["c"] = 8.0
trace["d"] = 0.2
trace["e"] = 8.0
trace["f"] = 9.6
trace["g"] = -0.76
trace["h"] = 0.2
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "trace_two_steps_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def traced(name):
    return round(float(trace[name]), 4)


observe("b, the weight after backward()", traced, "b")
observe("c, the gradient after backward()", traced, "c")
observe("d, the weight after step()", traced, "d")
observe("e, the gradient after step()", traced, "e")
observe("f, the gradient after the second backward()", traced, "f")
observe("g, the weight after the second step()", traced, "g")
observe("h, the weight after a step by hand", traced, "h")
### END HIDDEN TESTS
check.equal(trace["a"], 4.0)
check.true(set(trace) == set("abcdefgh"), "there is an answer for each of a to h")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The derivative of (2w)² is 8w. Look up in the table above which line writes the weight, and which writes its gradient.
# </details>
# <details><summary>Hint 2</summary>
#
# `backward()` adds to what is in `.grad`. Nothing has emptied it: `step()` only reads it.
# </details>
# <details><summary>Hint 3</summary>
#
# SGD without options is w − lr · w.grad, and no more than that. "f" is 8 plus 8 · 0.2.
# </details>

# %% [markdown]
# ### The shell of an optimizer
#
# Every optimizer in `torch.optim` is a shell around a rule. The shell holds **parameter groups**, each with its options, and a dict of **state for each parameter**; it visits every parameter that has a gradient. Here it is whole. You write the rules that it calls.

# %%
class Optimizer:
    """Parameter groups, state for each parameter, and a loop that calls update(p, grad, state, ...)."""

    def __init__(self, params, update, **options):
        params = list(params)
        groups = params if isinstance(params[0], dict) else [{"params": params}]
        self.update, self.state = update, {}
        self.param_groups = [
            {**options, **group, "params": list(group["params"])} for group in groups
        ]

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            options = {name: value for name, value in group.items() if name != "params"}
            for p in group["params"]:
                if p.grad is not None:  # no gradient: no step, not even by momentum
                    self.update(p, p.grad, self.state.setdefault(p, {}), **options)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None


def plain_update(p, grad, state, *, lr):
    p -= lr * grad  # in place: the model holds the same tensor


w = torch.tensor(1.0, requires_grad=True)
mine = Optimizer([w], plain_update, lr=0.1)
((w * 2.0) ** 2).backward()
mine.step()
print("after one step:", round(w.item(), 4))

# %% [markdown]
# ### No gradient, and a gradient of zero
#
# `zero_grad()` sets `.grad` to `None`. Its older form, `zero_grad(set_to_none=False)`, fills it with 0. Does it matter? It does where an optimizer remembers: with `momentum=0.9`, SGD keeps a **buffer** for each weight, which each step makes 0.9 · buffer + gradient, and the weight moves by −lr · buffer.
#
# **Predict 8.** One step with gradient 1, at `lr=0.1` and `momentum=0.9`, has moved `w` from 1 to 0.9. What does a second step do if the gradient is a zero, and if there is none?

# %%
prediction_zero = ...  # w after the second step, if w.grad is tensor(0.)
prediction_none = ...  # w after the second step, if w.grad is None


def after_two_steps(second_grad):
    w = torch.tensor(1.0, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
    for grad in (torch.tensor(1.0), second_grad):
        w.grad = grad
        optimizer.step()
    return round(w.item(), 4)


check.prediction(prediction_zero, after_two_steps(torch.tensor(0.0)))
check.prediction(prediction_none, after_two_steps(None))

# %% [markdown]
# <details><summary>Why</summary>
#
# 0.81 and 0.9. A zero is a gradient: the momentum buffer becomes 0.9 · 1 + 0, and the weight follows it. Without a gradient the parameter is left out of the loop. A weight that a batch doesn't use stands still under `None`, and drifts under zeros; weight decay and Adam make it move as well.
# </details>

# %% [markdown]
# ### Exercise 6. SGD · ●●○ · 8 min
#
# With **momentum**, a step follows a running sum of past gradients: what keeps its sign adds up, what swings cancels. **Weight decay** adds weight_decay · p to the gradient, which is the gradient of the penalty ½ · weight_decay · p² (*L2*).

# %% nbgrader={"grade": false, "grade_id": "sgd_update", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    """Take one step of SGD as torch.optim.SGD does: change p in place.

    p, grad: floating-point tensors of one shape; grad is left as it was, and may be overwritten
    by somebody else later. state: p's own dict, empty at first; keep there what the next step
    needs. With momentum 0 there is no buffer.

    g         = grad + weight_decay · p
    buffer    = g at the first step;  later  momentum · buffer + (1 - dampening) · g
    direction = buffer;  with nesterov  g + momentum · buffer;  without momentum  g
    p         = p - lr · direction
    """
    ### BEGIN SOLUTION
    direction = grad + weight_decay * p
    if momentum:
        g = direction
        if "buffer" in state:
            state["buffer"] = momentum * state["buffer"] + (1 - dampening) * g
        else:
            state["buffer"] = g
        direction = g + momentum * state["buffer"] if nesterov else state["buffer"]
    p -= lr * direction
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "sgd_update_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def walk(steps, seed, shape=(2, 3), dtype=torch.float64, **options):
    """The parameter after so many steps, each with a new random gradient."""
    draw = observe.generator(seed)
    p, state = torch.randn(shape, generator=draw, dtype=dtype), {}
    for _ in range(steps):
        sgd_update(p, torch.randn(shape, generator=draw, dtype=dtype), state, **options)
    return p


def walk_in_one_gradient(steps, seed, **options):
    """The same, with one gradient tensor that is written anew; and that tensor at the end."""
    draw = observe.generator(seed)
    p, grad, state = torch.randn(4, generator=draw), torch.empty(4), {}
    for _ in range(steps):
        grad.copy_(torch.randn(4, generator=draw))
        sgd_update(p, grad, state, **options)
    return p, grad


def walk_in_turns(steps, seed, **options):
    """Two parameters of one shape, each with its state."""
    draw = observe.generator(seed)
    both = [(torch.randn(3, generator=draw), {}) for _ in range(2)]
    for _ in range(steps):
        for p, state in both:
            sgd_update(p, torch.randn(3, generator=draw), state, **options)
    return [p for p, _ in both]


observe("plain", walk, 3, 411, lr=0.1)
observe("momentum", walk, 5, 412, lr=0.1, momentum=0.9)
observe("momentum, one step", walk, 1, 413, lr=0.1, momentum=0.5)
observe("dampening", walk, 4, 414, lr=0.1, momentum=0.8, dampening=0.3)
observe("Nesterov", walk, 4, 415, lr=0.1, momentum=0.9, nesterov=True)
observe("weight decay", walk, 3, 416, lr=0.1, weight_decay=0.2)
observe("weight decay and momentum", walk, 4, 417, lr=0.1, momentum=0.9, weight_decay=0.2)
observe("all options, 100 steps", walk, 100, 418, lr=0.01, momentum=0.9, weight_decay=0.1, nesterov=True)
observe("float32, no dimensions", walk, 3, 419, (), torch.float32, lr=0.1, momentum=0.9, dampening=0.5)
observe("one gradient tensor, written anew", walk_in_one_gradient, 3, 420, lr=0.1, momentum=0.9)
observe("the gradient is left alone", walk_in_one_gradient, 2, 421, lr=0.1, momentum=0.9, weight_decay=0.5)
observe("two parameters in turns", walk_in_turns, 3, 422, lr=0.1, momentum=0.9)
### END HIDDEN TESTS
w, buffers = torch.tensor([1.0]), {}
sgd_update(w, torch.tensor([1.0]), buffers, lr=0.1, momentum=0.9)
check.close(w, torch.tensor([0.9]))
sgd_update(w, torch.tensor([0.0]), buffers, lr=0.1, momentum=0.9)
check.close(w, torch.tensor([0.81]))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Without momentum two lines are enough. `p -= ...` works in place; `p = p - ...` makes a new tensor, and the model never sees it.
# </details>
# <details><summary>Hint 2</summary>
#
# The first step is known by `state` being empty. What you keep there must be a tensor of its own: `grad` itself may be overwritten, and an in-place change to the buffer would change `grad`. `grad + 0.0` or `grad.clone()` is a new tensor.
# </details>
# <details><summary>Hint 3</summary>
#
# After `g`: if momentum is not 0, set `state["buffer"]` by one of its two formulas, then choose the direction by `nesterov`. If it is 0, the direction is `g`. Last line: `p -= lr * direction`.
# </details>

# %% [markdown]
# ---
# ## Part 5 · A rate for each entry
#
# ### See it
#
# A ravine: curvature 1 along it, 25 across. SGD has one rate for both. Across, a step must stay below 2 / 25, or each swing is longer than the last; along, that is slow. RMSprop and Adam, which you build below, give each entry a rate of its own.

# %%
plots.trajectories({"SGD": 0.07, "SGD, momentum 0.9": 0.03, "RMSprop": 0.1, "Adam": 0.2})

# %% [markdown]
# ### Explore
#
# **Question.** At a steepness of 25, which of the rates does SGD survive? How far does momentum 0.9 move that limit? And what does the steepness do to the way of Adam? (Where the controls don't answer, such as in a printed page, this is the first picture.)

# %%
widgets.ravine()

# %% [markdown]
# <details><summary>Answer</summary>
#
# SGD survives up to 0.07; its limit is 2 / steepness = 0.08. Momentum β moves it to 2 (1 + β) / steepness = 0.152, so 0.14 still works and 0.2 doesn't. Adam's way doesn't change at all: across, each gradient is `steepness` times as large, and so is what Adam divides it by (Exercise 8).
# </details>

# %% [markdown]
# **RMSprop** divides each entry's gradient by the root of a running mean of its squares: every entry gets a step of about `lr`, whatever its scale.
#
# ### Exercise 7. RMSprop · ●○○ · 4 min
#
# Complete it: two lines are missing.

# %% nbgrader={"grade": false, "grade_id": "rmsprop_update", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    """Take one step of RMSprop as torch.optim.RMSprop does: change p in place.

    p, grad: floating-point tensors of one shape; grad is left as it was. state: p's own dict.

    g    = grad + weight_decay · p
    mean = alpha · mean + (1 - alpha) · g²      (it begins at 0)
    p    = p - lr · g / (√mean + eps)
    """
    g = grad + weight_decay * p
    mean = state.get("mean", torch.zeros_like(p))
    ### BEGIN SOLUTION
    mean = state["mean"] = alpha * mean + (1 - alpha) * g**2
    p -= lr * g / (mean.sqrt() + eps)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "rmsprop_update_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def rms_walk(steps, seed, shape=(2, 3), dtype=torch.float64, size=1.0, **options):
    """The parameter after so many steps, each with a new random gradient."""
    draw = observe.generator(seed)
    p, state = torch.randn(shape, generator=draw, dtype=dtype), {}
    for _ in range(steps):
        rmsprop_update(p, size * torch.randn(shape, generator=draw, dtype=dtype), state, **options)
    return p


def rms_walk_in_turns(steps, seed):
    """Two parameters of one shape, each with its state."""
    draw = observe.generator(seed)
    both = [(torch.randn(3, generator=draw), {}) for _ in range(2)]
    for _ in range(steps):
        for p, state in both:
            rmsprop_update(p, torch.randn(3, generator=draw), state, lr=0.1)
    return [p for p, _ in both]


observe("the first step", rms_walk, 1, 431)
observe("five steps", rms_walk, 5, 432, lr=0.1)
observe("another alpha", rms_walk, 4, 433, lr=0.1, alpha=0.5)
observe("a large eps", rms_walk, 4, 434, lr=0.1, eps=0.5)
observe("tiny gradients", rms_walk, 3, 435, size=1e-8)
observe("weight decay", rms_walk, 4, 436, lr=0.1, weight_decay=0.3)
observe("100 steps", rms_walk, 100, 437)
observe("float32, no dimensions", rms_walk, 3, 438, (), torch.float32, lr=0.1)
observe("two parameters in turns", rms_walk_in_turns, 3, 439)
### END HIDDEN TESTS
w = torch.tensor([1.0, 1.0])
rmsprop_update(w, torch.tensor([0.001, 1000.0]), {}, lr=0.1)
check.close(w, torch.tensor([0.0, 0.0]), atol=1e-4)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The two lines are the last two of the docstring. Write `mean` back to `state`, or it is forgotten.
# </details>
# <details><summary>Hint 2</summary>
#
# Change `p` in place: `p -= ...`. `eps` is added to the root, not under it.
# </details>

# %% [markdown]
# In the visible check, a rate of 0.1 moved both weights by 1.0. The running mean begins at 0 and has seen only (1 − 0.99) · g², so its root is ten times too small, and the first step ten times too long. **Adam** mends this. It keeps a running mean m of the gradients (for momentum) and v of their squares, and divides each by the weight that it has gathered so far, 1 − βᵗ after t steps: the **bias correction**.

# %%
beta, mean = 0.9, 0.0
for t in range(1, 5):
    mean = beta * mean + (1 - beta) * 1.0  # every number is 1, so the mean should be 1
    print(f"step {t}: running mean {mean:.4f}, corrected {mean / (1 - beta**t):.4f}")

# %% [markdown]
# **Predict 9.** Adam's first step at `lr=0.001`. One parameter has three entries; their gradients are 0.001, 1 and 1000. By how much does each entry move?

# %%
prediction = ...  # a list of three numbers; each entry begins at 0

w = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.Adam([w], lr=0.001)
w.grad = torch.tensor([0.001, 1.0, 1000.0])
optimizer.step()
check.prediction(prediction, w)

# %% [markdown]
# <details><summary>Why</summary>
#
# −0.001 each. At t = 1 the corrected m is g, the corrected v is g², and g / √g² is the sign of g.
# </details>

# %% [markdown]
# So the scale of the loss hardly matters to Adam, at the first step or later:

# %%
ends = []
for scale in (1.0, 1000.0):
    w = torch.tensor([3.0, -2.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.01)
    for _ in range(20):
        optimizer.zero_grad()
        (scale * (w**2).sum()).backward()
        optimizer.step()
    ends.append(w.detach())
print("20 steps down loss, and down 1000 · loss, end at the same place:", torch.allclose(*ends, atol=1e-6))

# %% [markdown]
# ### See it
#
# Without the correction, m is a tenth of what it should be and √v a thirtieth: the first step is three times too long, and it gets worse before it gets better.

# %%
plots.bias_correction()

# %% [markdown]
# ### Weight decay, twice
#
# Adam with `weight_decay` adds the decay to the gradient (L2), and then divides it by √v like everything else. **AdamW** takes lr · weight_decay · p away from the weight itself, *decoupled* from the gradient. For plain SGD the two are the same thing: w − lr · (g + λ · w) is (1 − lr · λ) · w − lr · g.
#
# **Predict 10.** Two weights, 1 and 100; their gradients are 0; `lr=0.001`, `weight_decay=0.1`. How much is taken away from each, in the first step?

# %%
prediction_adam = ...   # a list of two numbers
prediction_adamw = ...  # a list of two numbers


def taken_away(kind):
    w = torch.tensor([1.0, 100.0], dtype=torch.float64, requires_grad=True)
    before = w.detach().clone()
    optimizer = kind([w], lr=0.001, weight_decay=0.1)
    w.grad = torch.zeros_like(w)
    optimizer.step()
    return before - w.detach()


check.prediction(prediction_adam, taken_away(torch.optim.Adam))
check.prediction(prediction_adamw, taken_away(torch.optim.AdamW))

# %% [markdown]
# <details><summary>Why</summary>
#
# Adam: 0.001 and 0.001. The decay is the whole gradient, and Adam makes a step of `lr` of any gradient: the large weight decays no more than the small one. AdamW: 0.0001 and 0.01, a ten-thousandth of each.
# </details>

# %% [markdown]
# ### Exercise 8. Adam and AdamW · ●●● · 10 min

# %% nbgrader={"grade": false, "grade_id": "adam_update", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adam_update(
    p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False
):
    """Take one step of Adam (AdamW if decoupled), as torch.optim does: change p in place.

    p, grad: floating-point tensors of one shape; grad is left as it was. state: p's own dict,
    empty at first; keep there what the next step needs, also the number t of p's steps.

    decoupled:   p = p - lr · weight_decay · p,  then  g = grad
    otherwise:   g = grad + weight_decay · p
    m = beta1 · m + (1 - beta1) · g          v = beta2 · v + (1 - beta2) · g²      (both begin at 0)
    m_hat = m / (1 - beta1ᵗ)                 v_hat = v / (1 - beta2ᵗ)      (t is 1 at the first step)
    p = p - lr · m_hat / (√v_hat + eps)
    """
    ### BEGIN SOLUTION
    beta1, beta2 = betas
    if decoupled:
        p -= lr * weight_decay * p
        g = grad
    else:
        g = grad + weight_decay * p
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    p -= lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "adam_update_test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def adam_walk(steps, seed, shape=(2, 3), dtype=torch.float64, size=1.0, **options):
    """The parameter after so many steps, each with a new random gradient."""
    draw = observe.generator(seed)
    p, state = torch.randn(shape, generator=draw, dtype=dtype), {}
    for _ in range(steps):
        adam_update(p, size * torch.randn(shape, generator=draw, dtype=dtype), state, **options)
    return p


def adam_walk_in_turns(steps, seed, **options):
    """Two parameters of one shape; the second begins three steps later."""
    draw = observe.generator(seed)
    both = [(torch.randn(3, generator=draw), {}) for _ in range(2)]
    for step in range(steps):
        for p, state in both[: 1 if step < 3 else 2]:
            adam_update(p, torch.randn(3, generator=draw), state, **options)
    return [p for p, _ in both]


def adam_in_one_gradient(seed, **options):
    """One gradient tensor that is written anew; and that tensor at the end."""
    draw = observe.generator(seed)
    p, grad, state = torch.randn(4, generator=draw), torch.empty(4), {}
    for _ in range(3):
        grad.copy_(torch.randn(4, generator=draw))
        adam_update(p, grad, state, lr=0.1, **options)
    return p, grad


observe("the first step", adam_walk, 1, 441)
observe("five steps", adam_walk, 5, 442, lr=0.1)
observe("other betas", adam_walk, 4, 443, lr=0.1, betas=(0.5, 0.7))
observe("a large eps", adam_walk, 4, 444, lr=0.1, eps=0.3)
observe("tiny gradients", adam_walk, 3, 445, size=1e-8)
observe("weight decay in the gradient", adam_walk, 4, 446, lr=0.1, weight_decay=0.3)
observe("weight decay, decoupled", adam_walk, 4, 447, lr=0.1, weight_decay=0.3, decoupled=True)
observe("decoupled without decay", adam_walk, 3, 448, lr=0.1, decoupled=True)
observe("100 steps of Adam", adam_walk, 100, 449, weight_decay=0.1)
observe("100 steps of AdamW", adam_walk, 100, 450, weight_decay=0.1, decoupled=True)
observe("float32, no dimensions", adam_walk, 3, 451, (), torch.float32, lr=0.1)
observe("two parameters, one begins later", adam_walk_in_turns, 5, 452, lr=0.1)
observe("the gradient is left alone", adam_in_one_gradient, 453, weight_decay=0.5)
### END HIDDEN TESTS
w, moments = torch.zeros(3), {}
adam_update(w, torch.tensor([0.001, 1.0, 1000.0]), moments)
check.close(w, torch.full((3,), -0.001), rtol=1e-4)
decayed = torch.tensor([1.0, 100.0])
adam_update(decayed, torch.zeros(2), {}, weight_decay=0.1, decoupled=True)
check.close(decayed, torch.tensor([0.9999, 99.99]))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Three things live in `state`: t, m and v. `state.get("m", 0.0)` gives 0 at the first step; a number times or plus a tensor broadcasts.
# </details>
# <details><summary>Hint 2</summary>
#
# Count t up *before* you use it: 1 − β⁰ is 0. Keep m and v uncorrected in `state`, and correct them only on the way into the step.
# </details>
# <details><summary>Hint 3</summary>
#
# Order: decay (one of the two ways), t, m, v, then `p -= lr * m_hat / (v_hat.sqrt() + eps)`. `eps` stands outside the root. The decoupled decay takes the learning rate, too: `p -= lr * weight_decay * p`.
# </details>

# %% [markdown]
# State is memory: SGD keeps nothing, momentum a tensor of the parameter's size, Adam two.

# %%
tiny(x).sum().backward()
count = sum(p.numel() for p in tiny.parameters())
for kind, options in ((torch.optim.SGD, {}), (torch.optim.SGD, {"momentum": 0.9}), (torch.optim.Adam, {})):
    optimizer = kind(tiny.parameters(), lr=0.0, **options)
    optimizer.step()
    tensors = [v for state in optimizer.state.values() for v in state.values() if torch.is_tensor(v)]
    kept = sum(v.numel() for v in tensors if v.ndim)  # without the count of steps, a number
    print(f"{kind.__name__:4} {options}: {kept} numbers for {count} weights")
tiny.zero_grad()

# %% [markdown]
# ---
# ## Part 6 · Around the step
#
# ### Clipping
#
# One bad batch can make a gradient so long that the step throws the weights far away. Clipping by **norm** shortens the gradient of all parameters together to a given length, and keeps its direction. Clipping by **value** cuts each entry, and turns it.
#
# **Predict 11.** A gradient is (3, 4). What do `clip_grad_norm_` and `clip_grad_value_`, each with the limit 1, make of it?

# %%
prediction_norm = ...   # a list of two numbers
prediction_value = ...  # a list of two numbers


def clipped(clip):
    w = torch.zeros(2, requires_grad=True)
    w.grad = torch.tensor([3.0, 4.0])
    clip([w], 1.0)
    return w.grad


check.prediction(prediction_norm, clipped(nn.utils.clip_grad_norm_))
check.prediction(prediction_value, clipped(nn.utils.clip_grad_value_))

# %% [markdown]
# <details><summary>Why</summary>
#
# (0.6, 0.8): its length was 5, and is 1 now. (1, 1): another direction.
# </details>

# %% [markdown]
# ### Exercise 9. Clip by norm · ●●○ · 5 min

# %% nbgrader={"grade": false, "grade_id": "clip_gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
def clip_gradients(parameters, max_norm):
    """Shorten all gradients together to max_norm, as clip_grad_norm_ does; return their norm.

    parameters: an iterable of parameters, such as model.parameters(). Those without a gradient
    are left out. The norm is the root of the sum of all squared entries of all gradients.
    Each gradient is multiplied, in place, by max_norm / (norm + 1e-6), if that is less than 1.
    Returns the norm before clipping, a tensor with no dimensions; 0 if there is no gradient.
    """
    ### BEGIN SOLUTION
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.zeros(())
    if grads:
        norm = torch.stack([(grad**2).sum() for grad in grads]).sum().sqrt()
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for grad in grads:
            grad *= factor
    return norm
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "clip_gradients_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def clipped_by(max_norm, *grads):
    """The norm, and the gradients that the parameters and their other holders see."""
    parameters = [nn.Parameter(torch.zeros(3 if g is None else g.shape)) for g in grads]
    for p, grad in zip(parameters, grads, strict=True):
        p.grad = None if grad is None else grad.clone()
    held = [p.grad for p in parameters]
    norm = clip_gradients(iter(parameters), max_norm)
    return norm, [p.grad for p in parameters], held


near = (1e-5, 1e-5)  # 1e-6 in the factor is no misunderstanding
draw = observe.generator(461)
matrix, vector, single = torch.randn(3, 4, generator=draw), 5 * torch.randn(4, generator=draw), torch.randn((), generator=draw)
observe("three gradients, clipped together", clipped_by, 1.0, matrix, vector, single, tolerance=near)
observe("another length", clipped_by, 2.5, matrix, vector, tolerance=near)
observe("a parameter without a gradient", clipped_by, 0.5, matrix, None, vector, tolerance=near)
observe("short enough", clipped_by, 100.0, matrix, vector, tolerance=near)
observe("a little shorter than the limit", clipped_by, 7.0, torch.tensor([3.0, 4.0]), tolerance=near)
observe("one gradient", clipped_by, 0.01, single, tolerance=near)
observe("a gradient of zeros", clipped_by, 1.0, torch.zeros(4), torch.zeros(2), tolerance=near)
observe("no gradient at all", clipped_by, 1.0, None, None, tolerance=near)
### END HIDDEN TESTS
w = nn.Parameter(torch.zeros(2))
w.grad = torch.tensor([3.0, 4.0])
check.close(clip_gradients([w], 1.0), torch.tensor(5.0))
check.close(w.grad, torch.tensor([0.6, 0.8]), rtol=1e-5)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# One norm for all, one factor for all. A factor for each parameter would change the direction of the step.
# </details>
# <details><summary>Hint 2</summary>
#
# `model.parameters()` is a generator: it can be walked through once. Collect the gradients in a list first.
# </details>
# <details><summary>Hint 3</summary>
#
# Sum the squares over all gradients, take the root, make the factor, and only if it is below 1: `grad *= factor` (or `grad.mul_(factor)`), so that the tensor in `p.grad` itself changes.
# </details>

# %% [markdown]
# ### Schedules
#
# The rate need not stay the same: small at first, while Adam's means are young; then large; then down, to settle. All that a **scheduler** does is to write a number into `param_groups[i]["lr"]`.

# %%
optimizer = torch.optim.SGD(tiny.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
rates = []
for _ in range(6):
    rates.append(round(optimizer.param_groups[0]["lr"], 6))
    optimizer.step()
    scheduler.step()
print("the rate of each step:", rates)

# %% [markdown]
# **Predict 12.** Somebody writes the last two lines the other way round: `scheduler.step()`, then `optimizer.step()`. With `step_size=2`, which rates do the first four updates take?

# %%
prediction = ...  # a list of four numbers

optimizer = torch.optim.SGD(tiny.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
rates = []
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(4):
        scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
check.prediction(prediction, rates)
print("warnings of PyTorch:", len(caught), caught[0].category.__name__)

# %% [markdown]
# <details><summary>Why</summary>
#
# `[0.1, 0.01, 0.01, 0.001]`: the first rate is left out, and everything comes a step early. PyTorch warns once, at the first step; nothing is raised.
# </details>

# %% [markdown]
# ### Exercise 10. Warm up, then a cosine · ●●○ · 5 min
#
# Build a schedule that many large models are trained with. Its value is a *factor* for the learning rate, as `LambdaLR` wants it.

# %% nbgrader={"grade": false, "grade_id": "rate_factor", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rate_factor(step, warmup, total, floor=0.0):
    """Return the factor of the learning rate at update `step`, counted from 0. A float.

    step < warmup:  (step + 1) / warmup, so that no update is made at rate 0
    until total:    floor + (1 - floor) · (1 + cos(π · progress)) / 2, where progress is the part
                    of the way from warmup to total that step has come
    from total on:  floor

    rate_factor(0, 4, 12) is 0.25, rate_factor(4, 4, 12) is 1.0, rate_factor(8, 4, 12) is 0.5
    """
    ### BEGIN SOLUTION
    if step < warmup:
        return (step + 1) / warmup
    if step >= total:
        return float(floor)
    progress = (step - warmup) / (total - warmup)
    return floor + (1 - floor) * (1 + math.cos(math.pi * progress)) / 2
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "rate_factor_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def factors(steps, *args, **kwargs):
    return [rate_factor(step, *args, **kwargs) for step in steps]


observe("the warmup", factors, range(4), 4, 12)
observe("the cosine", factors, range(4, 12), 4, 12)
observe("the cosine, with a floor", factors, range(5, 25, 3), 5, 25, floor=0.1)
observe("past the end", factors, (12, 13, 40), 4, 12, floor=0.2)
observe("past the end, without a floor", factors, (30, 31), 3, 30)
observe("no warmup", factors, (0, 1, 5, 10, 11), 0, 10)
observe("all of it is warmup", factors, (0, 4, 5, 6), 5, 5, floor=0.05)
### END HIDDEN TESTS
check.close(rate_factor(0, 4, 12), 0.25)
check.close(rate_factor(4, 4, 12), 1.0)
check.close(rate_factor(8, 4, 12), 0.5)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Three cases, three returns. Ask for the warmup first, and for the end before the cosine: where total equals warmup there is no way left to divide by.
# </details>
# <details><summary>Hint 2</summary>
#
# progress is 0 at `warmup` and 1 at `total`: (step − warmup) / (total − warmup). `math.cos` and `math.pi` work in radians.
# </details>

# %%
plots.tracked(
    {
        "floor 0": [1e-3 * rate_factor(step, 10, 100) for step in range(100)],
        "floor 0.1": [1e-3 * rate_factor(step, 10, 100, floor=0.1) for step in range(100)],
    },
    "update", "learning rate", title="rate_factor, times 0.001",
)

# %% [markdown]
# ---
# ## Part 7 · Parity
#
# First the losses, on random inputs, with a seed for each. `check.parity` shows the first input on which the two differ.

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


def random_logits(*shape):
    """Logits of a random dtype and scale."""
    dtype = (torch.float32, torch.float64)[whole(0, 2)]
    numbers = torch.randn(shape, generator=random, dtype=torch.float64)
    return (10.0 ** whole(-1, 3) * numbers).to(dtype)


def random_classes():
    """Logits, targets of either kind, ignore_index, reduction."""
    n, c = whole(1, 8), whole(2, 6)
    logits = random_logits(n, c)
    missing = torch.rand(n, generator=random) < 0.2
    labels = torch.randint(c, (n,), generator=random).masked_fill(missing, -100)
    rows = torch.rand(n, c, generator=random).softmax(dim=1).to(logits.dtype)
    target = labels if whole(0, 2) else rows
    return logits, target, -100, ("none", "sum", "mean")[whole(0, 3)]


def torch_cross_entropy(logits, target, ignore_index, reduction):
    return F.cross_entropy(logits, target, ignore_index=ignore_index, reduction=reduction)


def random_binary():
    """Logits, targets, and for half of them a pos_weight."""
    logits = random_logits(whole(1, 8), whole(1, 4))
    target = torch.randint(2, logits.shape, generator=random).to(logits.dtype)
    weight = 1 + random_logits(logits.shape[1]).abs().to(logits.dtype)
    return logits, target, weight if whole(0, 2) else None


def torch_bce(logits, target, pos_weight):
    return F.binary_cross_entropy_with_logits(logits, target, pos_weight=pos_weight)


check.parity(log_sum_exp, torch.logsumexp, inputs(lambda: (random_logits(3, 4), whole(-2, 2)), 100))
check.parity(cross_entropy, torch_cross_entropy, inputs(random_classes, 300))
check.parity(bce_with_logits, torch_bce, inputs(random_binary, 200))

# %% [markdown]
# Then the optimizers. TinyNet takes 100 steps on the plane, once with your rule and once with PyTorch's, from the same weights. In float64 the weights at the end have to agree to 10⁻⁶, for each set of options. In float32, where the last set of each rule is tried, a step is rounded at the seventh digit, and another order of operations rounds otherwise: 100 steps later, 10⁻⁴ is what one may ask for.

# %%
def trained(make_optimizer, dtype, steps=100):
    """TinyNet's weights, as one vector, after so many steps."""
    torch.manual_seed(1)
    model, points, classes = TinyNet().to(dtype), x.to(dtype), y.to(dtype)
    optimizer = make_optimizer(model.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(model(points), classes).backward()
        optimizer.step()
    return nn.utils.parameters_to_vector(model.parameters()).detach()


RULES = {
    "SGD": (sgd_update, torch.optim.SGD),
    "RMSprop": (rmsprop_update, torch.optim.RMSprop),
    "Adam": (adam_update, torch.optim.Adam),
    "AdamW": (adam_update, torch.optim.AdamW),
}


def by_your_rule(name, options, dtype):
    decoupled = {"decoupled": True} if name == "AdamW" else {}
    return trained(lambda params: Optimizer(params, RULES[name][0], **options, **decoupled), dtype)


def by_torch_optim(name, options, dtype):
    return trained(lambda params: RULES[name][1](params, **options), dtype)


OPTIONS = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.05, "momentum": 0.9},
        {"lr": 0.05, "momentum": 0.9, "dampening": 0.4},
        {"lr": 0.05, "momentum": 0.9, "nesterov": True},
        {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01},
    ],
    "RMSprop": [{"lr": 0.01}, {"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "weight_decay": 0.01}],
    "Adam": [{"lr": 1e-3}, {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.01}],
    "AdamW": [
        {"lr": 0.01, "weight_decay": 0.1},
        {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.0},
    ],
}
settings = [(name, options) for name in OPTIONS for options in OPTIONS[name]]
in_float64 = [(*setting, torch.float64) for setting in settings]
in_float32 = [(name, OPTIONS[name][-1], torch.float32) for name in OPTIONS]
check.parity(by_your_rule, by_torch_optim, in_float64, rtol=0, atol=1e-6)
check.parity(by_your_rule, by_torch_optim, in_float32, rtol=1e-4, atol=1e-4)

# %% [markdown]
# Clipping and the schedule, too:

# %%
def random_gradients():
    return ([random_logits(whole(1, 4), 2).float() for _ in range(whole(1, 4))], 10.0 ** whole(-1, 3))


def norm_and_gradients(clip):
    def run(grads, max_norm):
        parameters = [nn.Parameter(torch.zeros_like(grad)) for grad in grads]
        for p, grad in zip(parameters, grads, strict=True):
            p.grad = grad.clone()
        return clip(parameters, max_norm), [p.grad for p in parameters]

    run.__name__ = clip.__name__
    return run


yours, pytorchs = norm_and_gradients(clip_gradients), norm_and_gradients(nn.utils.clip_grad_norm_)
check.parity(yours, pytorchs, inputs(random_gradients, 100))

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=50, eta_min=0.1)
for step in range(50):
    lr = optimizer.param_groups[0]["lr"]
    assert math.isclose(lr, rate_factor(step, 0, 50, floor=0.1), rel_tol=1e-9)
    optimizer.step()
    scheduler.step()
print("the cosine is that of CosineAnnealingLR")

# %% [markdown]
# ---
# ## Part 8 · Break it
#
# None of these bugs raises. Handle each in four steps: **symptom** (what you see) → **hypothesis** (which fault could do this?) → **evidence** (the one line that tells) → **fix**. In the repairs you also name the faults, with their letters:
#
# | | Fault |
# |---|---|
# | A | a softmax ran twice |
# | B | means of unequal batches were averaged as if they were equal |
# | C | a mean was taken over no sample |
# | D | gradients were computed, and no weight was changed |
# | E | a gradient was added to the one before |
# | F | the same mathematics, of a loss with another constant in front |
# | G | a gradient of zero was taken for no gradient |
# | H | the schedule is stepped at the wrong place |
# | I | `eval()` was taken for freezing |
# | J | a number under- or overflowed on the way |
#
# ### Six to look at
#
# Read the symptom, form a hypothesis, and only then open the answer.

# %%
def start():
    """A weight that should become 3, and its optimizer."""
    w = torch.tensor(0.0, requires_grad=True)
    return w, torch.optim.SGD([w], lr=0.2)


# 1. The loss doesn't move.
w, optimizer = start()
losses = []
for _ in range(4):
    optimizer.zero_grad()
    loss = (w - 3) ** 2
    loss.backward()
    losses.append(loss.item())
print("1.", losses)

# 2. The weight swings past 3, and doesn't settle.
w, optimizer = start()
weights = []
for _ in range(9):
    ((w - 3) ** 2).backward()
    optimizer.step()
    weights.append(round(w.item(), 1))
print("2.", weights)

# 3. "PyTorch gives another gradient than my textbook." There it is (p - t) · x, averaged over the samples.
generator = torch.Generator().manual_seed(3)
features, t = torch.randn(8, 1, generator=generator), torch.randn(8, 1, generator=generator)
w = torch.ones(1, 1, requires_grad=True)
F.mse_loss(features @ w, t).backward()
textbook = ((features @ w - t) * features).mean().item()
print(f"3. PyTorch {w.grad.item():.4f}, textbook {textbook:.4f}")

# 4. After an epoch of 10 batches nothing is learned any more. Meant was: a tenth every 2 epochs.
w, optimizer = start()
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
for _batch in range(10):
    optimizer.step()
    scheduler.step()
print(f"4. rate in the second epoch: {optimizer.param_groups[0]['lr']:.0e}")

# 5. A pretrained layer should stay as it is.
torch.manual_seed(0)
model = TinyNet()
before = model.hidden.weight.clone()
model.hidden.eval()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
F.binary_cross_entropy_with_logits(model(x), y).backward()
optimizer.step()
print("5. the layer is as it was:", torch.equal(model.hidden.weight, before))

# 6. One sample that the model is very wrong about, and every weight is NaN.
w = torch.tensor([[150.0], [0.0]], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
probabilities = (w @ torch.ones(1, 1)).softmax(dim=0)
(-probabilities.log()[1, 0]).backward()
optimizer.step()
print("6. weights:", w.flatten().tolist())

# %% [markdown]
# <details><summary>1. The loss doesn't move: hypothesis, evidence, fix</summary>
#
# **D.** `backward()` computes gradients; it updates nothing. Evidence: `w.grad` is −6, and `w` is still 0. Fix: `optimizer.step()`.
# </details>
# <details><summary>2. The weight swings</summary>
#
# **E.** `backward()` adds to `.grad`; it doesn't overwrite it. Each step follows the sum of all gradients so far, which is momentum 1: nothing brakes it. Evidence: `w.grad` after a backward is not 2 (w − 3). Fix: `optimizer.zero_grad()` once for each step.
# </details>
# <details><summary>3. Another gradient</summary>
#
# **F.** Exactly twice: the textbook has ½ · (p − t)² in mind, PyTorch (p − t)². The mathematics is the same, the loss is not. Evidence: the ratio is 2, to the last digits, on any data. Fix: write the loss down, with its ½ and its mean; or let it be, and halve the rate.
# </details>
# <details><summary>4. Nothing is learned any more</summary>
#
# **H.** `scheduler.step()` stands in the loop over batches, and `step_size=2` was meant in epochs. Evidence: print `optimizer.param_groups[0]["lr"]` for each epoch. Fix: step it once an epoch, or count `step_size` in updates.
# </details>
# <details><summary>5. The layer that should stay</summary>
#
# **I.** `eval()` sets a flag that Dropout and BatchNorm read. It turns no gradient off, and stops no optimizer. Evidence: `model.hidden.weight.grad is None` is `False`. Fix: `model.hidden.requires_grad_(False)` before the backward.
# </details>
# <details><summary>6. Every weight is NaN</summary>
#
# **J.** exp(−150) underflows to 0, its log is −∞, and the gradient is 0 times ∞. Evidence: `probabilities.min()` is exactly 0. Fix: `log_softmax`, or `F.cross_entropy` on the logits.
# </details>

# %% [markdown]
# Each piece of evidence, and each fix, run:

# %%
w, optimizer = start()
((w - 3) ** 2).backward()
print("1. gradient", w.grad.item(), "weight", w.item())

w, optimizer = start()
seen = []
for _ in range(9):
    optimizer.zero_grad()
    ((w - 3) ** 2).backward()
    optimizer.step()
    seen.append(round(w.item(), 1))
print("2. with zero_grad:", seen)

w = torch.ones(1, 1, requires_grad=True)
(0.5 * F.mse_loss(features @ w, t)).backward()
print("3. with the ½:", math.isclose(w.grad.item(), textbook, rel_tol=1e-5))

w, optimizer = start()
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
for _epoch in range(2):
    for _batch in range(10):
        optimizer.step()
    scheduler.step()
print(f"4. rate in the third epoch: {optimizer.param_groups[0]['lr']:.0e}")

model.zero_grad()
before = model.hidden.weight.clone()
model.hidden.requires_grad_(False)
F.binary_cross_entropy_with_logits(model(x), y).backward()
torch.optim.Adam(model.parameters(), lr=1e-3).step()
print("5. with requires_grad_(False), the layer is as it was:", torch.equal(model.hidden.weight, before))

w = torch.tensor([[150.0], [0.0]], requires_grad=True)
F.cross_entropy((w @ torch.ones(1, 1)).T, torch.tensor([1])).backward()
print("6. smallest probability", probabilities.min().item(), "gradient on logits", w.grad.flatten().tolist())

# %% [markdown]
# ### Exercise 11. Repair: the loss of an epoch · ●●○ · 7 min
#
# **Symptoms.** (1) Two samples are predicted perfectly, and their loss is 0.55. (2) The same five samples, cut into other batches, give another number. (3) A batch in which no sample has a label makes the whole epoch NaN. There are three faults.

# %%
epoch_faults = {"not 0": "?", "depends on the cut": "?", "NaN": "?"}  # you name them below


def faulty_epoch_loss(batches):
    losses = [F.cross_entropy(logits.softmax(dim=1), target) for logits, target in batches]
    return sum(losses) / len(losses)


target = torch.tensor([0, 1, 2, -100, -100])
logits = 100 * F.one_hot(target.clamp(min=0), 3).float()
logits[2] = 0  # perfect for samples 0 and 1; no idea for sample 2; samples 3 and 4 have no label


def cut(logits, target, *sizes):
    """A list of batches of these sizes."""
    return list(zip(logits.split(sizes), target.split(sizes), strict=True))


print(f"(1) two perfect samples: {faulty_epoch_loss(cut(logits[:2], target[:2], 2)).item():.2f}")
print(f"(2) cut 2 + 3: {faulty_epoch_loss(cut(logits, target, 2, 3)).item():.2f}, "
      f"cut 1 + 4: {faulty_epoch_loss(cut(logits, target, 1, 4)).item():.2f}")
print(f"(3) cut 3 + 2: {faulty_epoch_loss(cut(logits, target, 3, 2)).item():.2f}")

# %% nbgrader={"grade": false, "grade_id": "epoch_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def epoch_loss(batches):
    """Return the mean cross-entropy over all samples that have a label, over all batches.

    batches: a list of pairs (logits (N, C), target (N,) int64); a target of -100 is no label.
    The result doesn't depend on how the samples are cut into batches.
    Returns a tensor with no dimensions. Raises ValueError if no sample at all has a label.
    """
    ### BEGIN SOLUTION
    total = sum(F.cross_entropy(logits, target, reduction="sum") for logits, target in batches)
    count = sum(int((target != -100).sum()) for _, target in batches)
    if count == 0:
        raise ValueError("no sample has a label")
    return total / count
    ### END SOLUTION


# The faults, by their letters in the table: epoch_faults["not 0"] = "A" to "J", and so on
### BEGIN SOLUTION
epoch_faults = {"not 0": "A", "depends on the cut": "B", "NaN": "C"}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "epoch_loss_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def in_batches(logits, target, *sizes):
    return epoch_loss(list(zip(logits.split(sizes), target.split(sizes), strict=True)))


def refused(*targets):
    """What comes of targets without any label, and last of some with one."""
    found = []
    for target in targets:
        try:
            found.append(in_batches(torch.zeros(4, 3), target, 3, 1))
        except ValueError:
            found.append("ValueError")
    return found


scores = 2 * torch.randn(8, 3, generator=observe.generator(471))
labels = torch.tensor([0, 2, 1, -100, 2, -100, -100, 1])
observe("one batch", in_batches, scores, labels.abs() % 3, 8)
observe("unequal batches, all with labels", in_batches, scores, labels.abs() % 3, 5, 2, 1)
observe("equal batches, unequal counts of labels", in_batches, scores, labels, 4, 4)
observe("a batch without a label", in_batches, scores, labels, 5, 2, 1)
observe("every cut", lambda: [in_batches(scores, labels, n, 8 - n) for n in range(1, 8)])
observe("float64", in_batches, scores.double(), labels, 3, 5)
observe("sure of itself", in_batches, 100 * scores, labels, 6, 2)
observe("no label at all", refused, torch.full((4,), -100), torch.tensor([-100, 1, 0, 2]))
observe("the fault behind (1)", lambda: epoch_faults["not 0"].strip().upper())
observe("the fault behind (2)", lambda: epoch_faults["depends on the cut"].strip().upper())
observe("the fault behind (3)", lambda: epoch_faults["NaN"].strip().upper())
### END HIDDEN TESTS
check.close(epoch_loss(cut(logits[:2], target[:2], 2)), torch.tensor(0.0))
check.close(epoch_loss(cut(logits, target, 3, 2)), torch.tensor(math.log(3) / 3))
check.close(epoch_loss(cut(logits, target, 1, 4)), torch.tensor(math.log(3) / 3))
check.true(set(epoch_faults.values()) <= set("ABCDEFGHIJ"), "each fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which number is 0.55 for three classes? And how many samples does each batch's mean stand for?
# </details>
# <details><summary>Hint 2</summary>
#
# Take a sum of each batch, not a mean: `reduction="sum"` is 0 where no sample has a label. Divide once, at the end.
# </details>
# <details><summary>Hint 3</summary>
#
# What to divide by is the number of samples that *have a label*, `(target != -100).sum()`, over all batches.
# </details>

# %% [markdown]
# ### Exercise 12. Repair: the layer that won't stay · ●●○ · 5 min
#
# **Symptom.** For some steps, one layer is to stay exactly as it is. Its gradients are set to 0 before each step, and it moves.

# %%
freeze_fault = "?"  # you name it below


def faulty_step_without(optimizer, layer):
    for p in layer.parameters():
        p.grad.zero_()
    optimizer.step()


torch.manual_seed(0)
model = TinyNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
F.binary_cross_entropy_with_logits(model(x), y).backward()
optimizer.step()  # an ordinary step
before = model.hidden.weight.clone()
faulty_step_without(optimizer, model.hidden)
print("the layer is as it was:", torch.equal(model.hidden.weight, before))

# %% nbgrader={"grade": false, "grade_id": "step_without", "locked": false, "schema_version": 3, "solution": true, "task": false}
def step_without(optimizer, layer):
    """Take one optimizer.step() in which the parameters of `layer` are left out.

    optimizer: any of torch.optim, with or without state. layer: a Module; some of its parameters
    may have no gradient. Its weights, and what the optimizer keeps for them, stay exactly as they
    were; all other parameters make their usual step. A later optimizer.step(), with fresh
    gradients, moves the layer again. Returns None.
    """
    ### BEGIN SOLUTION
    for p in layer.parameters():
        p.grad = None
    optimizer.step()
    ### END SOLUTION


# The fault, by its letter in the table: freeze_fault = "A" to "J"
### BEGIN SOLUTION
freeze_fault = "G"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "step_without_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def weights_after(make_optimizer, ordinary=2, later=0, missing=False):
    """All weights of a net after ordinary steps, one without its first layer, and later ones."""
    draw = observe.generator(481)
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    for p in net.parameters():
        p.data = torch.randn(p.shape, generator=draw)
    optimizer = make_optimizer(net)

    def fresh_gradients():
        for p in net.parameters():
            p.grad = torch.randn(p.shape, generator=draw)

    for _ in range(ordinary):
        fresh_gradients()
        optimizer.step()
    fresh_gradients()
    if missing:
        net[0].bias.grad = None
    step_without(optimizer, net[0])
    for _ in range(later):
        fresh_gradients()
        optimizer.step()
    return [p.detach() for p in net.parameters()]


def with_groups(net):
    groups = [{"params": net[0].parameters(), "lr": 0.5}, {"params": net[2].parameters()}]
    return torch.optim.AdamW(groups, lr=0.1, weight_decay=0.1)


observe("momentum", weights_after, lambda net: torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9))
observe("weight decay alone", weights_after, lambda net: torch.optim.SGD(net.parameters(), lr=0.1, weight_decay=0.1))
observe("Adam", weights_after, lambda net: torch.optim.Adam(net.parameters(), lr=0.1))
observe("Adam, and steps afterwards", weights_after, lambda net: torch.optim.Adam(net.parameters(), lr=0.1), later=2)
observe("momentum, and a step afterwards", weights_after, lambda net: torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9), later=1)
observe("AdamW in two groups", weights_after, with_groups, later=1)
observe("AdamW, before any other step", weights_after, lambda net: torch.optim.AdamW(net.parameters(), lr=0.1, weight_decay=0.5), ordinary=0)
observe("a parameter without a gradient", weights_after, with_groups, missing=True)
observe("the name of the fault", lambda: freeze_fault.strip().upper())
### END HIDDEN TESTS
F.binary_cross_entropy_with_logits(model(x), y).backward()
hidden_before, output_before = model.hidden.weight.clone(), model.output.weight.clone()
step_without(optimizer, model.hidden)
check.equal(model.hidden.weight.detach(), hidden_before.detach())
check.true(not torch.equal(model.output.weight, output_before), "the other layer has made its step")
check.true(freeze_fault in set("ABCDEFGHIJ"), "freeze_fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Read `step` in the shell of Part 4: when is a parameter left out? Predict 8 is the same question.
# </details>
# <details><summary>Hint 2</summary>
#
# It is not enough to put the weights back afterwards: the optimizer's means and its count of steps would have moved, and the next step with them. `eval()` does nothing here, and `requires_grad_(False)` comes too late: the gradients are already there.
# </details>
# <details><summary>Hint 3</summary>
#
# One line of the faulty function has to change: the one that writes to `p.grad`. What does `zero_grad()` write there today?
# </details>

# %% [markdown]
# ---
# ## Part 9 · In practice
#
# Which parameters should decay? Weight matrices, yes: decay keeps them small. Biases and the scales of normalization layers, no: they are few, and 0 is no natural place for them. That is what parameter groups are for.
#
# ### Exercise 13. Design: who decays? · ●●○ · 7 min

# %% nbgrader={"grade": false, "grade_id": "decay_groups", "locked": false, "schema_version": 3, "solution": true, "task": false}
def decay_groups(module, weight_decay):
    """Return parameter groups for torch.optim: a list of two dicts with "params" and "weight_decay".

    Parameters of two and more dimensions decay by weight_decay; those of one or none by 0.0.
    Parameters that don't require a gradient are in neither group. A parameter that the module
    uses in two places is in a group once.

    For nn.Linear(2, 3) the weight decays, and the bias does not.
    """
    ### BEGIN SOLUTION
    trained = [p for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "decay_groups_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def decays(module, weight_decay):
    """The decay of each parameter by its name, as an optimizer takes it; None where it has none."""
    optimizer = torch.optim.AdamW(decay_groups(module, weight_decay), lr=0.1, weight_decay=0.77)
    held = [(p, group["weight_decay"]) for group in optimizer.param_groups for p in group["params"]]
    of = {name: [float(d) for q, d in held if q is p] for name, p in module.named_parameters()}
    return of, len(held)


def tied():
    net = nn.ModuleDict({"embed": nn.Embedding(5, 3), "norm": nn.LayerNorm(3), "head": nn.Linear(3, 5)})
    net["head"].weight = net["embed"].weight
    return net


def partly_frozen():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 3), nn.BatchNorm1d(3))
    net[0].requires_grad_(False)
    net[1].bias.requires_grad_(False)
    return net


class Scaled(nn.Module):
    """Names that say nothing: a matrix called bias_table, a number called weight."""

    def __init__(self):
        super().__init__()
        self.bias_table = nn.Parameter(torch.ones(2, 3))
        self.weight = nn.Parameter(torch.tensor(1.0))
        self.steps = nn.Parameter(torch.ones(2, 1, 3))


observe("one layer", decays, nn.Linear(4, 2), 0.1)
observe("normalization layers", decays, nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.LayerNorm(4), nn.Linear(4, 1)), 0.02)
observe("kernels of four dimensions", decays, nn.Sequential(nn.Conv2d(1, 2, 3), nn.GroupNorm(1, 2)), 0.3)
observe("tied weights", decays, tied(), 0.1)
observe("frozen parameters", decays, partly_frozen(), 0.1)
observe("the shape decides, not the name", decays, Scaled(), 0.05)
### END HIDDEN TESTS
groups = decay_groups(nn.Linear(2, 3), 0.1)
check.equal([group.get("weight_decay") for group in groups], [0.1, 0.0])
check.equal([[tuple(p.shape) for p in group["params"]] for group in groups], [[(3, 2)], [(3,)]])

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `p.ndim` tells a matrix from a bias, whatever its name is. A group without a "weight_decay" of its own takes the optimizer's, so write the 0.0 out.
# </details>
# <details><summary>Hint 2</summary>
#
# `module.parameters()` names each parameter once, even a tied one. Filter it by `requires_grad` first, then split it by `ndim`.
# </details>

# %% [markdown]
# A whole step, as you would write it today. The order is fixed by who reads what: clipping needs the gradients whole, `step` reads the clipped ones, the scheduler sets the rate of the *next* update.

# %%
place = device.best()
torch.manual_seed(0)
model = TinyNet().to(place)
points, classes = x.to(place), y.to(place)

criterion = nn.BCEWithLogitsLoss()
groups = [
    {"params": [model.hidden.weight, model.output.weight], "weight_decay": 0.01},
    {"params": [model.hidden.bias, model.output.bias], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=0.02)  # after model.to: its state is made where the weights are
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: min((step + 1) / 20, (1 + math.cos(math.pi * step / 200)) / 2)
)

history = []
for _ in range(200):
    optimizer.zero_grad()
    loss = criterion(model(points), classes)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0, error_if_nonfinite=True)
    optimizer.step()
    scheduler.step()
    history.append(loss.item())
print("at first near ln 2:", abs(history[0] - math.log(2)) < 0.2)
print("at the end less than half of that:", history[-1] < history[0] / 2)

# %% [markdown]
# ### See it
#
# TinyNet's loss on the plane with three rules: Adam at 10⁻³, the rate that is given everywhere, is slow for so small a net. Lesson 05 trains it to the end.

# %%
def history_of(kind, **options):
    """TinyNet's loss before each of 200 steps."""
    torch.manual_seed(0)
    model, found = TinyNet(), []
    optimizer = kind(model.parameters(), **options)
    for _ in range(200):
        optimizer.zero_grad()
        loss = nn.BCEWithLogitsLoss()(model(x), y)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


plots.tracked(
    {
        "SGD 0.1": history_of(torch.optim.SGD, lr=0.1),
        "momentum 0.9": history_of(torch.optim.SGD, lr=0.1, momentum=0.9),
        "Adam 0.001": history_of(torch.optim.Adam, lr=1e-3),
    },
    "step", "loss",
)

# %% [markdown]
# Habits worth keeping:
#
# - Let the model return logits; put sigmoid or softmax where you *read* probabilities, never in front of the loss.
# - Before the first step, compare the loss with ln C (ln 2 for two classes). A loss far from it says that shapes, targets or logits are wrong.
# - Sum losses over a dataset with `reduction="sum"`, and divide once.
# - AdamW for weight decay with Adam; biases and norms in a group without.
# - Clip between `backward()` and `step()`, and log the norm that comes back.
# - Save the optimizer's `state_dict` with the model's: without m, v and t a resumed Adam starts anew (lesson 05).
#
# ---
# ## Knowledge check
#
# ### Exercise 14. Choose one answer · ●●○ · 6 min
#
# Choose one letter for each question.
#
# **q1.** `loss.backward()`
#
# - **a** changes the weights by lr times the gradient
# - **b** computes the gradients and returns them
# - **c** adds the gradients to `.grad`, and changes no weight
# - **d** does nothing until `optimizer.step()` asks for it
#
# **q2.** You call `backward()` for two batches, and `zero_grad()` before neither of them. `.grad` then holds
#
# - **a** the second batch's gradient
# - **b** the sum of both
# - **c** the mean of both
# - **d** the first batch's gradient
#
# **q3.** You derive a gradient on paper. PyTorch's is exactly half of yours, for every weight. Most likely
#
# - **a** your loss and PyTorch's differ by a factor, such as that of a reduction
# - **b** autograd approximates derivatives by finite differences
# - **c** the framework scales gradients for stability
# - **d** float32 rounds the gradients
#
# **q4.** A three-class model is right on every sample, and its loss stands at 0.55. Most likely
#
# - **a** the learning rate is too small
# - **b** 0.55 is what a perfect cross-entropy comes to
# - **c** the targets should be one-hot
# - **d** the model ends in a softmax, and the loss has another
#
# **q5.** Two batches of 100 samples have the mean loss 1.0; a last one of 10 has 3.1. The mean over all samples is
#
# - **a** 1.7
# - **b** 1.1
# - **c** 1.0
# - **d** 5.1
#
# **q6.** A network ends in one sigmoid. What is the best change?
#
# - **a** train it with `BCEWithLogitsLoss` as it is
# - **b** keep it, and clip its outputs to 0.01 … 0.99 for `BCELoss`
# - **c** take the sigmoid away, and train with `BCEWithLogitsLoss`
# - **d** keep it: in float32 the two are the same
#
# **q7.** Training goes on with Adam. What keeps a layer's weights exactly as they are?
#
# - **a** `layer.eval()`
# - **b** `p.grad.zero_()` for its parameters before each step
# - **c** `p.grad = None` for its parameters before each step
# - **d** a gradient clipped to a very small norm
#
# **q8.** You multiply the loss by 1000. Adam's steps, but for `eps`,
#
# - **a** are the same
# - **b** are 1000 times as long
# - **c** are 1000 times shorter
# - **d** are √1000 times as long
#
# **q9.** `Adam(weight_decay=0.1)` and `AdamW(weight_decay=0.1)` differ, as
#
# - **a** AdamW decays only matrices
# - **b** in Adam the decay is divided by the root of v like the gradient
# - **c** Adam has no weight decay
# - **d** AdamW corrects the bias, and Adam doesn't
#
# **q10.** In which order do these belong?
#
# - **a** backward, step, clip, scheduler.step
# - **b** clip, backward, step, scheduler.step
# - **c** backward, clip, scheduler.step, step
# - **d** backward, clip, step, scheduler.step

# %% nbgrader={"grade": false, "grade_id": "knowledge_check", "locked": false, "schema_version": 3, "solution": true, "task": false}
answers = {}  # such as answers["q1"] = "a"

### BEGIN SOLUTION
answers = {
    "q1": "c", "q2": "b", "q3": "a", "q4": "d", "q5": "b",
    "q6": "c", "q7": "c", "q8": "a", "q9": "b", "q10": "d",
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "knowledge_check_test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
observe("question 1", answers.get, "q1", because={
    "a": "The line stands right before the weights change, so it looks like it. backward() only fills .grad; the weights change in optimizer.step().",
    "b": "It computes them, but returns None. They are added to each leaf's .grad, which is how the optimizer finds them.",
    "d": "The graph is walked at once. It is step() that does little: it reads what backward() left in .grad.",
})
observe("question 2", answers.get, "q2", because={
    "a": "An assignment would overwrite; backward() adds, as one weight may be reached by many paths and many calls. That is why zero_grad exists.",
    "c": "Nothing counts the calls, so nothing can divide by them. Whoever accumulates divides the loss by hand.",
    "d": "The second call does its work, too: it adds to what the first one left.",
})
observe("question 3", answers.get, "q3", because={
    "b": "Finite differences would be off by an irregular little, and would take two passes for each weight. Autograd applies the rules that you used on paper.",
    "c": "Nothing is scaled behind your back: with the same loss the numbers agree to the last digits. An exact factor is always in the loss, a half, a mean or a sum.",
    "d": "Rounding changes the seventh digit, at random. It makes no exact factor of 2.",
})
observe("question 4", answers.get, "q4", because={
    "a": "A small rate makes progress slow, and this one stopped, at a number that three classes give away: log(1 + 2/e).",
    "b": "On logits the loss of a perfect model goes to 0. It can't where the largest logit is a probability, 1, and the others are 0.",
    "c": "One-hot rows and indices give the same loss. The form of the target moves no floor.",
})
observe("question 5", answers.get, "q5", because={
    "a": "That is the mean of the three batch means: it counts each of the 10 last samples ten times as much as the others.",
    "c": "The last batch is small, but its samples count: 31 is added to 200 and divided by 210.",
    "d": "That is the sum of the three means. Take sums over samples: 100 + 100 + 31, and divide by 210.",
})
observe("question 6", answers.get, "q6", because={
    "a": "Then a sigmoid runs twice: probabilities are taken for logits between 0 and 1, and the loss has a floor again.",
    "b": "That hides the infinity, and the gradient of everything that is clipped is 0: the worst mistakes are not learned from.",
    "d": "They agree for small logits. From about 17 on, float32 rounds the sigmoid to 1, and the gradient is 0.",
})
observe("question 7", answers.get, "q7", because={
    "a": "eval() sounds like switching learning off. It only sets the flag that Dropout and BatchNorm read; gradients and steps go on.",
    "b": "A zero is a gradient like any other: Adam's mean of the earlier ones still moves the weight.",
    "d": "Adam divides by the size of the gradients, so small ones make steps as long as large ones.",
})
observe("question 8", answers.get, "q8", because={
    "b": "That is SGD. Adam divides by the root of the mean square, which grows by 1000, too.",
    "c": "v grows by 1000 squared, but it is its root that divides, and m above it grows by 1000 as well.",
    "d": "The root is taken of squares: it grows by 1000, and cancels the 1000 of m.",
})
observe("question 9", answers.get, "q9", because={
    "a": "It decays all that is in a group with a weight_decay. To leave biases out, you make a group for them.",
    "c": "It has the option, as an L2 term in the gradient. That is what makes it weak for weights with large gradients.",
    "d": "Both correct it. They differ in one line: where the decay enters.",
})
observe("question 10", answers.get, "q10", because={
    "a": "The step has been made with the whole gradient; what is clipped afterwards is thrown away by zero_grad.",
    "b": "Before backward() there is nothing to clip, or last step's gradient.",
    "c": "It looks tidy, but the scheduler then sets the rate before its first value was used: the first rate is left out.",
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
# q1, q2: Exercise 5. q3: Exercise 1, "f". q4, q5: Parts 1 and 2. q6: Part 3. q7: Predict 8. q8, q9: Part 5. q10: Parts 6 and 9.
# </details>

# %% [markdown]
# ---
# ## Ledger
#
# | Call | What it hides | Where you built it | What it still hides | How it fails |
# |---|---|---|---|---|
# | `mse_loss`, `reduction` | squares, and a factor in front of every gradient | Part 1, Exercise 1 | the fused kernel | the mean of unequal batch means is no mean (Predict 2, Exercise 11) |
# | a gradient of yours, and autograd's | the same rules: a ratio of ½ or 1/N is another loss, not another mathematics | Exercises 1 and 5, Part 8 case 3 | rounding | one looks for the fault in the framework |
# | `logsumexp` | the largest entry taken out | Exercise 2 | that its derivative is softmax | log of softmax gives −∞, then NaN (Predict 3, Part 8 case 6) |
# | `cross_entropy`, `CrossEntropyLoss` | log-softmax, `gather`, a mean over labeled samples | Exercise 3 | class weights, label smoothing | a softmax before it: a floor of log(1 + (C − 1)/e), 0.551 for 3 classes (Predict 4, Exercise 11) |
# | targets as indices or probabilities | two formulas, told apart by shape and dtype | Exercise 3, Predict 5 | indices may be uint8 | one-hot int64 raises |
# | `ignore_index` | a mask, and a smaller count | Exercises 3, 11 | which samples were left out | a batch without labels has the mean NaN |
# | `BCEWithLogitsLoss`, `pos_weight` | softplus of ± the logit | Exercise 4 | `weight` for each sample | sigmoid and BCELoss, as in SimpleNet: no gradient beyond a logit of 17 (Predict 7) |
# | `backward()` next to `step()` | who writes `.grad`, who writes the weight | Exercise 5, Part 8 cases 1 and 2 | the graph (lesson 02) | without `step` nothing moves; without `zero_grad` gradients add up |
# | `Optimizer`, `param_groups` | a loop, options, a dict of state for each parameter | Part 4, Exercise 13 | one fused kernel for all parameters (`foreach`, `fused`) | a forgotten `weight_decay` in a group is the optimizer's |
# | `SGD` | a running sum of gradients | Exercise 6, the explorer | `maximize`, sparse gradients | diverges above 2 / curvature |
# | `zero_grad(set_to_none=True)` | no gradient: left out of the loop | Predict 8, Exercise 12 | the memory that it frees | with zeros, or with `eval()`, momentum, Adam and decay still move the weight |
# | `RMSprop` | a running mean of squares | Exercise 7 | `centered`, `momentum` | no bias correction: a first step of 10 · lr |
# | `Adam` | two means, and their bias correction | Exercise 8, Predict 9 | `amsgrad`, `capturable` | resumed without its state it starts anew |
# | `AdamW` | decay taken from the weight itself | Exercise 8, Predict 10 | that a schedule scales the decay, too, as lr does | L2 in Adam decays large weights no more than small ones |
# | `clip_grad_norm_` | one norm, one factor | Exercise 9, Predict 11 | `norm_type`, `foreach` | after `step` it does nothing; a NaN norm makes all NaN |
# | schedulers | a number written into `param_groups` | Exercise 10, Predict 12 | `last_epoch`, chained state | stepped too early (Predict 12), or for each batch (Part 8 case 4): the rate is gone |
