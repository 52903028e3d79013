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
# # 04 · Losses and optimizers: known right and known wrong answers
#
# Each code cell stands in the place of an exercise's solution cell. Above a wrong one is what a student who answered so reads. `autograder verify 04` proves that the hidden tests accept every right one and catch every wrong one.

# %% [markdown]
# ## read_reductions

# %% variant={"exercise": "read_reductions", "name": "asked_of_pytorch", "is": "right"}
p = predicted.clone().requires_grad_()
mean = F.mse_loss(p, target)
mean.backward()
halves = F.mse_loss(predicted[:3], target[:3]), F.mse_loss(predicted[3:], target[3:])
textbook = (predicted - target)[1, 1]
reduction = {
    "a": 43, "b": mean.item(), "c": (halves[0] + halves[1]) / 2, "d": 6 / 8,
    "e": p.grad[1, 1].item(), "f": textbook / p.grad[1, 1],
}

# %% [markdown]
# You divided by the number of samples. `reduction="mean"` divides by the number of entries: each sample has two here, so the mean is half of yours. Print `squares.numel()` in the first cell of Part 1.

# %% variant={"exercise": "read_reductions", "name": "divided_by_samples", "is": "wrong"}
reduction = {"a": 43.0, "b": 43 / 4, "c": (33 / 3 + 10 / 1) / 2, "d": 0.75, "e": 2 * 4 / 4, "f": 2.0}

# %% [markdown]
# Your "c" is the mean over all samples. That is what one wants, and not what averaging the two batch means gives: there the last sample counts as much as the first three together. Look at Predict 2.

# %% variant={"exercise": "read_reductions", "name": "batch_means_taken_for_the_mean", "is": "wrong"}
reduction = {"a": 43.0, "b": 43 / 8, "c": 43 / 8, "d": 0.5, "e": 1.0, "f": 4.0}

# %% [markdown]
# You let the textbook's derivative be the same as PyTorch's, as if a framework took derivatives in a way of its own. Both follow the same rules; the losses differ: ½ · Σ error² has the derivative error, with no mean to divide it. Work "f" out as you would in a mathematics class, then divide.

# %% variant={"exercise": "read_reductions", "name": "framework_is_another_mathematics", "is": "wrong"}
reduction = {"a": 43.0, "b": 43 / 8, "c": 5.25, "d": 0.75, "e": 1.0, "f": 1.0}

# %% [markdown]
# You took the derivative of the sum: the mean's factor, 1 / 8, is missing. A reduction is a factor in front of every gradient. Look at Predict 1.

# %% variant={"exercise": "read_reductions", "name": "derivative_without_the_mean", "is": "wrong"}
reduction = {"a": 43.0, "b": 43 / 8, "c": 5.25, "d": 0.75, "e": 8.0, "f": 0.5}

# %% [markdown]
# In "d" you gave both batches the same weight. Equal weights give "c"; for the mean over all, a batch weighs by its share of the samples: 3 of 4. Try it: 0.75 times the first mean plus 0.25 times the second.

# %% variant={"exercise": "read_reductions", "name": "equal_weights", "is": "wrong"}
reduction = {"a": 43.0, "b": 43 / 8, "c": 5.25, "d": 0.5, "e": 1.0, "f": 4.0}

# %% [markdown]
# ## log_sum_exp

# %% variant={"exercise": "log_sum_exp", "name": "folded_by_logaddexp", "is": "right"}
def log_sum_exp(x, dim, keepdim=False):
    parts = x.unbind(dim)
    total = parts[0]
    for part in parts[1:]:
        total = torch.logaddexp(total, part)
    return total.unsqueeze(dim if dim >= 0 else dim + x.ndim) if keepdim else total

# %% variant={"exercise": "log_sum_exp", "name": "clamped_largest", "is": "right"}
def log_sum_exp(x, dim, keepdim=False):
    m = x.detach().amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min)
    result = m + torch.log(torch.sum(torch.exp(x - m), dim, keepdim=True))
    return result if keepdim else result.squeeze(dim)

# %% [markdown]
# You take exp of the entries as they are. In float32 exp(89) is infinite, and exp(-104) is 0, so the log comes out as inf or -inf. Take the largest entry away first, and add it again at the end: the first line of Exercise 2.

# %% variant={"exercise": "log_sum_exp", "name": "largest_not_taken_out", "is": "wrong"}
def log_sum_exp(x, dim, keepdim=False):
    return x.exp().sum(dim=dim, keepdim=keepdim).log()

# %% [markdown]
# You took one largest entry for the whole tensor. A slice whose entries all lie far below it becomes log(0), which is -inf. Each slice along dim needs its own: give `amax` the dim, and keep it. Try rows of 500 and -500.

# %% variant={"exercise": "log_sum_exp", "name": "one_largest_for_all", "is": "wrong"}
def log_sum_exp(x, dim, keepdim=False):
    return (x - x.max()).exp().sum(dim=dim, keepdim=keepdim).log() + x.max()

# %% [markdown]
# Where all entries are -inf you return NaN: there the largest is -inf, too, and -inf - -inf is NaN. Put 0 in its place before you subtract. Try `torch.tensor([-torch.inf, -torch.inf])`, and read Hint 3.

# %% variant={"exercise": "log_sum_exp", "name": "infinite_largest", "is": "wrong"}
def log_sum_exp(x, dim, keepdim=False):
    largest = x.amax(dim=dim, keepdim=True)
    result = (x - largest).exp().sum(dim=dim, keepdim=True).log() + largest
    return result if keepdim else result.squeeze(dim)

# %% [markdown]
# You never add the largest entry again, so the result is too small by it. It was taken out of the log as log(exp(m)), which is m. Look at the formula at the top of Exercise 2, and print both sides for two numbers.

# %% variant={"exercise": "log_sum_exp", "name": "largest_never_added", "is": "wrong"}
def log_sum_exp(x, dim, keepdim=False):
    largest = x.amax(dim=dim, keepdim=True)
    largest = torch.where(largest.isinf(), 0.0, largest)
    result = (x - largest).exp().sum(dim=dim, keepdim=True).log()
    return result if keepdim else result.squeeze(dim)

# %% [markdown]
# You return the largest entry alone. log-sum-exp is a smooth maximum: near it, and above it by up to the log of the count. Print yours and `torch.logsumexp` for two equal entries.

# %% variant={"exercise": "log_sum_exp", "name": "hard_maximum", "is": "wrong"}
def log_sum_exp(x, dim, keepdim=False):
    return x.amax(dim=dim, keepdim=keepdim)

# %% [markdown]
# At the end you drop every dimension of size 1, not only `dim`. A bare `squeeze()` takes more away than the sum did. Name it: `squeeze(dim)`. Try an input of shape (2, 3, 1).

# %% variant={"exercise": "log_sum_exp", "name": "bare_squeeze", "is": "wrong"}
def log_sum_exp(x, dim, keepdim=False):
    largest = x.amax(dim=dim, keepdim=True)
    largest = torch.where(largest.isinf(), 0.0, largest)
    result = (x - largest).exp().sum(dim=dim, keepdim=True).log() + largest
    return result if keepdim else result.squeeze()

# %% [markdown]
# ## cross_entropy

# %% variant={"exercise": "cross_entropy", "name": "targets_made_one_hot", "is": "right"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    if target.dtype == torch.int64 and target.ndim == 1 and len(target) == len(logits):
        known = (target != ignore_index).to(logits.dtype)
        rows = (torch.arange(logits.shape[1]) == target.unsqueeze(1)).to(logits.dtype) * known.unsqueeze(1)
    elif target.is_floating_point() and target.shape == logits.shape:
        rows, known = target, torch.ones(len(target), dtype=logits.dtype)
    else:
        raise ValueError("no target")
    losses = -(rows * logits.log_softmax(dim=1)).sum(dim=1)
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / known.sum()}[reduction]

# %% variant={"exercise": "cross_entropy", "name": "only_labeled_rows", "is": "right"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    if target.shape == logits.shape and target.is_floating_point():
        losses = target.mul(torch.logsumexp(logits, 1, keepdim=True) - logits).sum(1)
        return getattr(losses, reduction)() if reduction != "none" else losses
    if target.shape != (len(logits),) or target.dtype != torch.int64:
        raise ValueError("no target")
    losses = torch.zeros(len(logits), dtype=logits.dtype)
    rows = torch.nonzero(target != ignore_index).squeeze(1)
    losses[rows] = torch.logsumexp(logits[rows], 1) - logits[rows, target[rows]]
    if reduction == "none":
        return losses
    return losses[rows].sum() if reduction == "sum" else losses[rows].mean()

# %% [markdown]
# You take the log of a softmax. Where a probability is too small for float32 it becomes 0, its log -inf, and the gradient NaN. Work with log-probabilities from the start: the logits less their log-sum-exp. Look at Predict 3.

# %% variant={"exercise": "cross_entropy", "name": "log_of_softmax", "is": "wrong"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    log_p = logits.softmax(dim=1).log()
    if target.shape == logits.shape and target.is_floating_point():
        losses, count = -(target * log_p).sum(dim=1), len(target)
    elif target.shape == logits.shape[:1] and target.dtype == torch.int64:
        known = target != ignore_index
        picked = log_p.gather(1, torch.where(known, target, 0).unsqueeze(1)).squeeze(1)
        losses, count = torch.where(known, -picked, 0.0), known.sum()
    else:
        raise ValueError("no target")
    if reduction == "none":
        return losses
    return losses.sum() / count if reduction == "mean" else losses.sum()

# %% [markdown]
# You put a softmax in front of the cross-entropy, which holds one already: probabilities are taken for logits. Your losses have a floor, log(1 + (C - 1)/e), whatever the logits are. Look at the picture under Predict 4.

# %% variant={"exercise": "cross_entropy", "name": "softmax_twice", "is": "wrong"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    if target.dtype != torch.int64 and not target.is_floating_point() or len(target) != len(logits):
        raise ValueError("no target")
    return F.cross_entropy(logits.softmax(dim=1), target, ignore_index=ignore_index, reduction=reduction)

# %% [markdown]
# Your mean divides by all N samples, also those without a label. They add 0 to the sum, so each of them makes the loss look smaller; and a batch without any label has the loss 0, not NaN. Divide by the number of labels: `known.sum()`.

# %% variant={"exercise": "cross_entropy", "name": "mean_over_all", "is": "wrong"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    if target.shape == logits.shape and target.is_floating_point():
        losses = -(target * log_p).sum(dim=1)
    elif target.shape == logits.shape[:1] and target.dtype == torch.int64:
        known = target != ignore_index
        picked = log_p.gather(1, torch.where(known, target, 0).unsqueeze(1)).squeeze(1)
        losses = torch.where(known, -picked, 0.0)
    else:
        raise ValueError("no target")
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()

# %% [markdown]
# Your samples without a label are counted as class 0. That class has to stand in so that `gather` finds an index, but its loss must be replaced by 0 afterwards. Print `reduction="none"` with a label of -100.

# %% variant={"exercise": "cross_entropy", "name": "unlabeled_count_as_class_0", "is": "wrong"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    if target.shape == logits.shape and target.is_floating_point():
        losses = -(target * log_p).sum(dim=1)
    elif target.shape == logits.shape[:1] and target.dtype == torch.int64:
        safe = torch.where(target != ignore_index, target, 0)
        losses = -log_p.gather(1, safe.unsqueeze(1)).squeeze(1)
    else:
        raise ValueError("no target")
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()

# %% [markdown]
# For probabilities you take the largest as the class. A target of (0.6, 0.4) says more than "class 0": each log-probability is weighted by its target, and all are summed. Compare with `F.cross_entropy` on a row that is not one-hot.

# %% variant={"exercise": "cross_entropy", "name": "probabilities_made_indices", "is": "wrong"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    if target.shape == logits.shape and target.is_floating_point():
        target = target.argmax(dim=1)
    if target.shape != logits.shape[:1] or target.dtype != torch.int64:
        raise ValueError("no target")
    return F.cross_entropy(logits, target, ignore_index=ignore_index, reduction=reduction)

# %% [markdown]
# You turn any target into what you need: indices that are floats are cast, columns are flattened. PyTorch refuses them, since such a target is mostly a mistake on its way here. Look at Predict 5, and raise ValueError for what is neither of the two forms.

# %% variant={"exercise": "cross_entropy", "name": "takes_any_target", "is": "wrong"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    if target.shape == logits.shape:
        return F.cross_entropy(logits, target.to(logits.dtype), reduction=reduction)
    target = target.flatten().long()[: len(logits)]
    return F.cross_entropy(logits[: len(target)], target, ignore_index=ignore_index, reduction=reduction)

# %% [markdown]
# Your sum over the labels runs down the samples, dim 0, so that each class is normalized over the batch. With a row for each sample, the log-sum-exp runs along the classes: dim 1. Print the shape of what you take away.

# %% variant={"exercise": "cross_entropy", "name": "normalized_over_the_batch", "is": "wrong"}
def cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    log_p = logits - torch.logsumexp(logits, dim=0, keepdim=True)
    if target.shape == logits.shape and target.is_floating_point():
        losses, count = -(target * log_p).sum(dim=1), len(target)
    elif target.shape == logits.shape[:1] and target.dtype == torch.int64:
        known = target != ignore_index
        picked = log_p.gather(1, torch.where(known, target, 0).unsqueeze(1)).squeeze(1)
        losses, count = torch.where(known, -picked, 0.0), known.sum()
    else:
        raise ValueError("no target")
    if reduction == "none":
        return losses
    return losses.sum() / count if reduction == "mean" else losses.sum()

# %% [markdown]
# ## bce_with_logits

# %% variant={"exercise": "bce_with_logits", "name": "by_logsigmoid", "is": "right"}
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    weight = 1.0 if pos_weight is None else pos_weight
    losses = -(weight * target * F.logsigmoid(logits) + (1 - target) * F.logsigmoid(-logits))
    return losses.sum() / losses.numel()

# %% variant={"exercise": "bce_with_logits", "name": "by_logaddexp", "is": "right"}
def bce_with_logits(logits, target, pos_weight=None):
    if tuple(logits.shape) != tuple(target.shape):
        raise ValueError("shapes differ")
    nothing = torch.zeros_like(logits)
    positive = target * torch.logaddexp(nothing, -logits)
    positive = positive if pos_weight is None else pos_weight * positive
    return torch.mean(positive + (1 - target) * torch.logaddexp(nothing, logits))

# %% [markdown]
# You take a sigmoid, and then its log. From a logit of about 17 on, float32 rounds the sigmoid to 1: the loss of a wrong sample becomes infinite, or 100, and its gradient 0 or NaN. Never take the sigmoid: use softplus of the logit and of its negative. Look at the picture in Part 3.

# %% variant={"exercise": "bce_with_logits", "name": "sigmoid_then_bce", "is": "wrong"}
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    weight = None if pos_weight is None else 1 + (pos_weight - 1) * target
    return F.binary_cross_entropy(logits.sigmoid(), target, weight=weight)

# %% [markdown]
# You put a sigmoid in front of a loss that has one inside: probabilities are taken for logits, and no loss gets below a floor. Pass the logits as they are.

# %% variant={"exercise": "bce_with_logits", "name": "sigmoid_twice", "is": "wrong"}
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    return F.binary_cross_entropy_with_logits(logits.sigmoid(), target, pos_weight=pos_weight)

# %% [markdown]
# Your pos_weight multiplies the whole loss, also that of the targets that are 0. Then nothing is balanced: it is only a larger learning rate. It belongs to the part with `target` in front.

# %% variant={"exercise": "bce_with_logits", "name": "weight_on_both_parts", "is": "wrong"}
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    losses = target * F.softplus(-logits) + (1 - target) * F.softplus(logits)
    return (losses if pos_weight is None else losses * pos_weight).mean()

# %% [markdown]
# You divide by the sum of the weights. CrossEntropyLoss does that with its class weights; here the mean runs over all entries, so pos_weight makes the loss larger. Compare with `F.binary_cross_entropy_with_logits`.

# %% variant={"exercise": "bce_with_logits", "name": "weighted_mean", "is": "wrong"}
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    positive = target * F.softplus(-logits)
    if pos_weight is None:
        return (positive + (1 - target) * F.softplus(logits)).mean()
    weights = pos_weight * target + (1 - target)
    return (pos_weight * positive + (1 - target) * F.softplus(logits)).sum() / weights.sum()

# %% [markdown]
# You don't compare the two shapes. Logits of (N, 1) and a target of (N,) broadcast to (N, N): each sample is compared with every target, and nothing is raised. Ask for equal shapes first.

# %% variant={"exercise": "bce_with_logits", "name": "shapes_broadcast", "is": "wrong"}
def bce_with_logits(logits, target, pos_weight=None):
    positive = target * F.softplus(-logits)
    positive = positive if pos_weight is None else positive * pos_weight
    return (positive + (1 - target) * F.softplus(logits)).mean()

# %% [markdown]
# The two signs are exchanged: -log sigmoid(z) is softplus(-z), and it belongs to the targets that are 1. Yours is small where the model is wrong. Try a logit of 10 with the target 1.

# %% variant={"exercise": "bce_with_logits", "name": "signs_exchanged", "is": "wrong"}
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    positive = target * F.softplus(logits)
    positive = positive if pos_weight is None else positive * pos_weight
    return (positive + (1 - target) * F.softplus(-logits)).mean()

# %% [markdown]
# You made classes of the targets: above one half is 1, else 0. A target may lie between, and its two parts are both used then. Multiply by `target` and by `1 - target`.

# %% variant={"exercise": "bce_with_logits", "name": "targets_rounded", "is": "wrong"}
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    weight = 1.0 if pos_weight is None else pos_weight
    return torch.where(target > 0.5, weight * F.softplus(-logits), F.softplus(logits)).mean()

# %% [markdown]
# You left pos_weight out: the loss is the same with it and without. It multiplies the part of the targets that are 1.

# %% variant={"exercise": "bce_with_logits", "name": "pos_weight_ignored", "is": "wrong"}
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    return (target * F.softplus(-logits) + (1 - target) * F.softplus(logits)).mean()

# %% [markdown]
# ## trace_two_steps

# %% variant={"exercise": "trace_two_steps", "name": "run", "is": "right"}
w = torch.tensor(1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
loss = (w * 2.0 - 0.0) ** 2
trace = {"a": loss.item()}
loss.backward()
trace.update(b=w.item(), c=w.grad.item(), h=(w - 0.1 * w.grad).item())
optimizer.step()
trace.update(d=w.item(), e=w.grad.item())
((w * 2.0) ** 2).backward()
trace["f"] = w.grad.item()
optimizer.step()
trace["g"] = w.item()

# %% variant={"exercise": "trace_two_steps", "name": "formulas", "is": "right"}
trace = {"a": 4.0, "b": 1, "c": 8, "d": 1 - 0.1 * 8, "e": 8, "f": 8 + 8 * 0.2, "g": 0.2 - 0.1 * 9.6, "h": 1 - 0.1 * 8}

# %% [markdown]
# You let `backward()` change the weight. It computes gradients, and writes `.grad`; the weight is changed by `optimizer.step()` alone. Read the table at the top of Part 4: which line writes the weights? Then print `w` right after `backward()`.

# %% variant={"exercise": "trace_two_steps", "name": "backward_updates_the_weight", "is": "wrong"}
trace = {"a": 4.0, "b": 0.2, "c": 8.0, "d": 0.2, "e": 8.0, "f": 9.6, "g": -0.76, "h": 0.2}

# %% [markdown]
# You let the second `backward()` overwrite the gradient. It adds: 8 is still there from the first, as nobody called `zero_grad`. So the second step follows 8 + 1.6. Print `w.grad` after each line.

# %% variant={"exercise": "trace_two_steps", "name": "gradients_overwrite", "is": "wrong"}
trace = {"a": 4.0, "b": 1.0, "c": 8.0, "d": 0.2, "e": 8.0, "f": 1.6, "g": 0.04, "h": 0.2}

# %% [markdown]
# You let `step()` clear the gradient. It only reads it: clearing is `zero_grad()`, a call of its own, so that gradients can be gathered over several batches. Print `w.grad` after `step()`.

# %% variant={"exercise": "trace_two_steps", "name": "step_clears", "is": "wrong"}
trace = {"a": 4.0, "b": 1.0, "c": 8.0, "d": 0.2, "e": 0.0, "f": 1.6, "g": 0.04, "h": 0.2}

# %% [markdown]
# In "h" the weight stays, as if only an optimizer could move it. An optimizer has no mathematics of its own: SGD's step is `w -= lr * w.grad`, and whoever writes it by hand gets the same 0.2. Try both lines.

# %% variant={"exercise": "trace_two_steps", "name": "framework_is_another_mathematics", "is": "wrong"}
trace = {"a": 4.0, "b": 1.0, "c": 8.0, "d": 0.2, "e": 8.0, "f": 9.6, "g": -0.76, "h": 1.0}

# %% [markdown]
# Your derivative lacks the inner factor: (2w)² is 4w², so its derivative is 8w, not 4w. The chain rule multiplies by 2 once for the square, and once more for the factor inside. Let `w.grad` tell you.

# %% variant={"exercise": "trace_two_steps", "name": "inner_derivative_forgotten", "is": "wrong"}
trace = {"a": 4.0, "b": 1.0, "c": 4.0, "d": 0.6, "e": 4.0, "f": 6.4, "g": -0.04, "h": 0.6}

# %% [markdown]
# You walk uphill: the step is *minus* lr times the gradient, as the gradient points to where the loss grows. Put your second weight into the loss, and compare it with the first.

# %% variant={"exercise": "trace_two_steps", "name": "uphill", "is": "wrong"}
trace = {"a": 4.0, "b": 1.0, "c": 8.0, "d": 1.8, "e": 8.0, "f": 22.4, "g": 4.04, "h": 1.8}

# %% [markdown]
# ## sgd_update

# %% variant={"exercise": "sgd_update", "name": "in_place_buffers", "is": "right"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    g = grad.add(p, alpha=weight_decay)
    if momentum != 0:
        if not state:
            state["v"] = g.clone()
        else:
            state["v"].mul_(momentum).add_(g, alpha=1 - dampening)
        g = g.add(state["v"], alpha=momentum) if nesterov else state["v"]
    p.add_(g, alpha=-lr)

# %% variant={"exercise": "sgd_update", "name": "by_torch_optim", "is": "right"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    if "optimizer" not in state:
        state["optimizer"] = torch.optim.SGD([p], lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov)
    p.grad = grad
    state["optimizer"].step()
    p.grad = None

# %% [markdown]
# Your `p = p - ...` makes a new tensor and gives it the local name p. The model's tensor is the old one, and it hasn't changed. Write in place: `p -= ...`.

# %% variant={"exercise": "sgd_update", "name": "new_tensor", "is": "wrong"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    g = grad + weight_decay * p
    if momentum:
        buffer = state["buffer"] = momentum * state["buffer"] + (1 - dampening) * g if "buffer" in state else g
        g = g + momentum * buffer if nesterov else buffer
    p = p - lr * g

# %% [markdown]
# Your first step dampens: the buffer begins at 0, and gets (1 - dampening) · g. The first buffer is g itself, undampened. Look at the two formulas for the buffer, and compare with torch.optim.SGD after one step.

# %% variant={"exercise": "sgd_update", "name": "first_step_dampened", "is": "wrong"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    g = grad + weight_decay * p
    if momentum:
        buffer = state["buffer"] = momentum * state.get("buffer", 0.0) + (1 - dampening) * g
        g = g + momentum * buffer if nesterov else buffer
    p -= lr * g

# %% [markdown]
# Your buffer is a mean: momentum · buffer + (1 - momentum) · g, as Adam has it. SGD's momentum is a sum, without the second factor, so its steps grow up to 1 / (1 - momentum) times as long. That is what `dampening` is an option for.

# %% variant={"exercise": "sgd_update", "name": "running_mean", "is": "wrong"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    g = grad + weight_decay * p
    if momentum:
        buffer = state["buffer"] = momentum * state["buffer"] + (1 - momentum) * g if "buffer" in state else (1 - momentum) * g
        g = g + momentum * buffer if nesterov else buffer
    p -= lr * g

# %% [markdown]
# Your buffer is the gradient tensor itself, and the next in-place change of one changes the other: the optimizer damages `p.grad`, or the next backward damages the buffer. Keep a tensor of your own: `g.clone()`.

# %% variant={"exercise": "sgd_update", "name": "buffer_is_the_gradient", "is": "wrong"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    g = grad + weight_decay * p if weight_decay else grad
    if momentum:
        if "buffer" not in state:
            state["buffer"] = g
        else:
            state["buffer"].mul_(momentum).add_(g, alpha=1 - dampening)
        g = g + momentum * state["buffer"] if nesterov else state["buffer"]
    p -= lr * g

# %% [markdown]
# You add the decay to the gradient in place. `grad` belongs to the parameter: whoever reads it after you (a log of norms, a second optimizer) finds your decay in it, and an accumulated gradient gets it twice. Make a new tensor: `grad + weight_decay * p`.

# %% variant={"exercise": "sgd_update", "name": "gradient_changed", "is": "wrong"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    grad += weight_decay * p
    g = grad.clone()
    if momentum:
        buffer = state["buffer"] = momentum * state["buffer"] + (1 - dampening) * g if "buffer" in state else g
        g = g + momentum * buffer if nesterov else buffer
    p -= lr * g

# %% [markdown]
# You never write the buffer back to `state`, so each step begins anew, and momentum does nothing. A local name ends with the call; `state` is what stays.

# %% variant={"exercise": "sgd_update", "name": "buffer_not_kept", "is": "wrong"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    g = grad + weight_decay * p
    if momentum:
        buffer = momentum * state["buffer"] + (1 - dampening) * g if "buffer" in state else g
        g = g + momentum * buffer if nesterov else buffer
    p -= lr * g

# %% [markdown]
# All parameters share one buffer of yours: you keep it outside of `state`. Each parameter has a dict of its own, so that the direction of one does not push another. Try two parameters in turns.

# %% variant={"exercise": "sgd_update", "name": "one_buffer_for_all", "is": "wrong"}
shared = {}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    g = grad + weight_decay * p
    if momentum:
        old = shared.get(p.shape)
        buffer = shared[p.shape] = g if old is None else momentum * old + (1 - dampening) * g
        g = g + momentum * buffer if nesterov else buffer
    p -= lr * g

# %% [markdown]
# Your decay shrinks the weight beside the gradient, and the buffer never sees it. That is the decoupled decay of AdamW. Here it is part of g, and so of the momentum: g = grad + weight_decay · p.

# %% variant={"exercise": "sgd_update", "name": "decay_decoupled", "is": "wrong"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    direction = grad.clone()
    if momentum:
        buffer = state["buffer"] = momentum * state["buffer"] + (1 - dampening) * grad if "buffer" in state else grad.clone()
        direction = grad + momentum * buffer if nesterov else buffer
    p.mul_(1 - lr * weight_decay)
    p -= lr * direction

# %% [markdown]
# You left Nesterov out: with it and without it you take the same steps. With `nesterov=True` the direction looks one step ahead: g + momentum · buffer.

# %% variant={"exercise": "sgd_update", "name": "nesterov_ignored", "is": "wrong"}
def sgd_update(p, grad, state, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    g = grad + weight_decay * p
    if momentum:
        g = state["buffer"] = momentum * state["buffer"] + (1 - dampening) * g if "buffer" in state else g
    p -= lr * g

# %% [markdown]
# ## rmsprop_update

# %% variant={"exercise": "rmsprop_update", "name": "in_place", "is": "right"}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad.add(p, alpha=weight_decay)
    mean = state.setdefault("mean", torch.zeros_like(p))
    mean.mul_(alpha).addcmul_(g, g, value=1 - alpha)
    p.addcdiv_(g, mean.sqrt().add_(eps), value=-lr)

# %% variant={"exercise": "rmsprop_update", "name": "interpolated", "is": "right"}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * p
    mean = state.get("mean", torch.zeros_like(p))
    state["mean"] = torch.lerp(g.square(), mean, alpha)
    p.sub_(lr * g / (state["mean"] ** 0.5 + eps))

# %% [markdown]
# You add eps under the root. A root of 1e-8 is 1e-4: for small gradients your steps come out far too short. It stands outside: `mean.sqrt() + eps`.

# %% variant={"exercise": "rmsprop_update", "name": "eps_under_the_root", "is": "wrong"}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * p
    mean = state["mean"] = alpha * state.get("mean", torch.zeros_like(p)) + (1 - alpha) * g**2
    p -= lr * g / (mean + eps).sqrt()

# %% [markdown]
# You add the squares up without forgetting any: that is Adagrad, whose steps get shorter for ever. RMSprop keeps a running mean: alpha · mean + (1 - alpha) · g².

# %% variant={"exercise": "rmsprop_update", "name": "sum_of_squares", "is": "wrong"}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * p
    mean = state["mean"] = state.get("mean", torch.zeros_like(p)) + g**2
    p -= lr * g / (mean.sqrt() + eps)

# %% [markdown]
# alpha and 1 - alpha are exchanged: your mean is almost the last square alone. alpha = 0.99 is how much of the *old* mean is kept.

# %% variant={"exercise": "rmsprop_update", "name": "alpha_exchanged", "is": "wrong"}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * p
    mean = state["mean"] = (1 - alpha) * state.get("mean", torch.zeros_like(p)) + alpha * g**2
    p -= lr * g / (mean.sqrt() + eps)

# %% [markdown]
# You never write the mean back to `state`: it begins at 0 in every step, and each step is the first one, ten times too long. `state["mean"] = mean` keeps it.

# %% variant={"exercise": "rmsprop_update", "name": "mean_not_kept", "is": "wrong"}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * p
    mean = state.get("mean", torch.zeros_like(p))
    mean = alpha * mean + (1 - alpha) * g**2
    p -= lr * g / (mean.sqrt() + eps)

# %% [markdown]
# You divide by the mean square itself. Its root has the gradient's unit, and cancels its scale; the square makes large gradients give *small* steps. Take `mean.sqrt()`.

# %% variant={"exercise": "rmsprop_update", "name": "root_forgotten", "is": "wrong"}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * p
    mean = state["mean"] = alpha * state.get("mean", torch.zeros_like(p)) + (1 - alpha) * g**2
    p -= lr * g / (mean + eps)

# %% [markdown]
# You correct the bias of the mean, as Adam does. RMSprop doesn't: its first step is 1 / √(1 - alpha) times as long. The docstring's formula has no correction in it.

# %% variant={"exercise": "rmsprop_update", "name": "bias_corrected", "is": "wrong"}
def rmsprop_update(p, grad, state, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * p
    t = state["t"] = state.get("t", 0) + 1
    mean = state["mean"] = alpha * state.get("mean", torch.zeros_like(p)) + (1 - alpha) * g**2
    p -= lr * g / ((mean / (1 - alpha**t)).sqrt() + eps)

# %% [markdown]
# ## adam_update

# %% variant={"exercise": "adam_update", "name": "in_place_as_torch_does", "is": "right"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    if not state:
        state.update(step=0, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
    state["step"] += 1
    if decoupled:
        p.mul_(1 - lr * weight_decay)
    else:
        grad = grad.add(p, alpha=weight_decay)
    state["exp_avg"].lerp_(grad, 1 - betas[0])
    state["exp_avg_sq"].mul_(betas[1]).addcmul_(grad, grad, value=1 - betas[1])
    correction1, correction2 = (1 - beta ** state["step"] for beta in betas)
    denominator = state["exp_avg_sq"].sqrt() / correction2**0.5 + eps
    p.addcdiv_(state["exp_avg"], denominator, value=-lr / correction1)

# %% variant={"exercise": "adam_update", "name": "list_in_state", "is": "right"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    m, v, t = state.get("all", (torch.zeros_like(p), torch.zeros_like(p), 0))
    g = grad if decoupled else grad + weight_decay * p
    m, v, t = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g * g, t + 1
    state["all"] = m, v, t
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    step = m_hat / (v_hat.sqrt() + eps) + (weight_decay * p if decoupled else 0)
    p.copy_(p - lr * step)

# %% [markdown]
# You left the bias correction out. m and v begin at 0, so at first both are too small, m by 10 and the root of v by 30: your first steps are 3 to 6 times too long. Divide m by 1 - beta1ᵗ and v by 1 - beta2ᵗ, and look at the picture in Part 5.

# %% variant={"exercise": "adam_update", "name": "no_bias_correction", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    if decoupled:
        p -= lr * weight_decay * p
    g = grad if decoupled else grad + weight_decay * p
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * m / (v.sqrt() + eps)

# %% [markdown]
# Your t begins at 0: 1 - beta⁰ is 0, and the first step divides by it. Count the step before you use it, so that t is 1 the first time.

# %% variant={"exercise": "adam_update", "name": "counted_too_late", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    if decoupled:
        p -= lr * weight_decay * p
    g = grad if decoupled else grad + weight_decay * p
    t = state.get("t", 0)
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps)
    state["t"] = t + 1

# %% [markdown]
# You count the steps of all parameters together. A parameter that begins later has means as young as its own first step, and needs t = 1. Keep t in `state`, next to m and v.

# %% variant={"exercise": "adam_update", "name": "one_count_for_all", "is": "wrong"}
steps_taken = 0
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    global steps_taken
    steps_taken += 1
    if decoupled:
        p -= lr * weight_decay * p
    g = grad if decoupled else grad + weight_decay * p
    t = steps_taken
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps)

# %% [markdown]
# You keep the corrected means in `state`, so the next step corrects them again, and they grow. Keep m and v as they are; the corrected ones only go into the step.

# %% variant={"exercise": "adam_update", "name": "correction_kept", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    if decoupled:
        p -= lr * weight_decay * p
    g = grad if decoupled else grad + weight_decay * p
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = (betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g) / (1 - betas[0] ** t)
    v = state["v"] = (betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2) / (1 - betas[1] ** t)
    p -= lr * m / (v.sqrt() + eps)

# %% [markdown]
# You add eps under the root. A root of 1e-8 is 1e-4, and for small gradients your steps come out far too short. It stands outside: √v̂ + eps.

# %% variant={"exercise": "adam_update", "name": "eps_under_the_root", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    if decoupled:
        p -= lr * weight_decay * p
    g = grad if decoupled else grad + weight_decay * p
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * (m / (1 - betas[0] ** t)) / (v / (1 - betas[1] ** t) + eps).sqrt()

# %% [markdown]
# You add eps to the root before it is corrected. The correction then divides eps, too, and while t is small it is 30 times what was asked for. Correct v, take the root, add eps: in this order.

# %% variant={"exercise": "adam_update", "name": "eps_before_the_correction", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    if decoupled:
        p -= lr * weight_decay * p
    g = grad if decoupled else grad + weight_decay * p
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * (m / (1 - betas[0] ** t)) * (1 - betas[1] ** t) ** 0.5 / (v.sqrt() + eps)

# %% [markdown]
# With `decoupled=True` your decay still goes through the gradient, as in Adam: it is divided by √v̂, and a large weight decays no more than a small one. Take lr · weight_decay · p away from the weight itself, and leave g alone. Look at Predict 10.

# %% variant={"exercise": "adam_update", "name": "never_decoupled", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    g = grad + weight_decay * p
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps)

# %% [markdown]
# You always decouple. Without `decoupled`, the decay is a part of the gradient, g = grad + weight_decay · p, and goes through m and v with it.

# %% variant={"exercise": "adam_update", "name": "always_decoupled", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    p -= lr * weight_decay * p
    g = grad
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps)

# %% [markdown]
# You take weight_decay · p away without the learning rate. The decay of AdamW is scaled by lr, so that a schedule lowers both together: lr · weight_decay · p.

# %% variant={"exercise": "adam_update", "name": "decay_without_the_rate", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    if decoupled:
        p -= weight_decay * p
    g = grad if decoupled else grad + weight_decay * p
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps)

# %% [markdown]
# You add the decay to `grad` in place. It belongs to the parameter, and others read it after you. Make a new tensor: `grad + weight_decay * p`.

# %% variant={"exercise": "adam_update", "name": "gradient_changed", "is": "wrong"}
def adam_update(p, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    if decoupled:
        p -= lr * weight_decay * p
    else:
        grad += weight_decay * p
    g = grad
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = state["v"] = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    p -= lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps)

# %% [markdown]
# ## clip_gradients

# %% variant={"exercise": "clip_gradients", "name": "by_vector_norm", "is": "right"}
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.linalg.vector_norm(torch.cat([torch.zeros(1), *(g.flatten() for g in grads)]))
    for g in grads:
        g.mul_((max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm

# %% variant={"exercise": "clip_gradients", "name": "norm_of_norms", "is": "right"}
def clip_gradients(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    norm = torch.tensor([p.grad.norm().item() for p in parameters]).norm()
    if norm > max_norm:
        for p in parameters:
            p.grad.copy_(p.grad * (max_norm / norm))
    return norm

# %% [markdown]
# You clip each parameter by a norm of its own. Then the gradients' proportions change, and the step goes elsewhere. One norm over all entries of all gradients, and one factor for all.

# %% variant={"exercise": "clip_gradients", "name": "each_by_its_own", "is": "wrong"}
def clip_gradients(parameters, max_norm):
    norms = []
    for p in parameters:
        if p.grad is not None:
            norms.append((p.grad**2).sum().sqrt())
            p.grad *= (max_norm / (norms[-1] + 1e-6)).clamp(max=1.0)
    return torch.stack(norms).norm() if norms else torch.zeros(())

# %% [markdown]
# You cut each entry at the limit: that is clipping by value, which turns the gradient. Clipping by norm keeps the direction. Look at Predict 11.

# %% variant={"exercise": "clip_gradients", "name": "by_value", "is": "wrong"}
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([(g**2).sum() for g in grads]).sum().sqrt() if grads else torch.zeros(())
    for g in grads:
        g.clamp_(-max_norm, max_norm)
    return norm

# %% [markdown]
# You scale short gradients, too: they are stretched to max_norm. A limit only shortens: multiply if the factor is less than 1.

# %% variant={"exercise": "clip_gradients", "name": "always_scaled", "is": "wrong"}
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([(g**2).sum() for g in grads]).sum().sqrt() if grads else torch.zeros(())
    for g in grads:
        g *= max_norm / (norm + 1e-6)
    return norm

# %% [markdown]
# You walk through `parameters` twice. `model.parameters()` is a generator, and the second walk finds nothing, so no gradient is clipped. Make a list of the gradients first.

# %% variant={"exercise": "clip_gradients", "name": "generator_used_up", "is": "wrong"}
def clip_gradients(parameters, max_norm):
    squares = [(p.grad**2).sum() for p in parameters if p.grad is not None]
    norm = torch.stack(squares).sum().sqrt() if squares else torch.zeros(())
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for p in parameters:
        if p.grad is not None:
            p.grad *= factor
    return norm

# %% [markdown]
# You add the norms up. Lengths of parts at right angles don't add: their squares do. Take the root of the sum of all squared entries.

# %% variant={"exercise": "clip_gradients", "name": "sum_of_norms", "is": "wrong"}
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([(g**2).sum().sqrt() for g in grads]).sum() if grads else torch.zeros(())
    if max_norm / (norm + 1e-6) < 1:
        for g in grads:
            g *= max_norm / (norm + 1e-6)
    return norm

# %% [markdown]
# You return the norm after clipping. What one logs is the norm before: after it, a hundred exploded gradients all look like max_norm.

# %% variant={"exercise": "clip_gradients", "name": "norm_afterwards", "is": "wrong"}
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([(g**2).sum() for g in grads]).sum().sqrt() if grads else torch.zeros(())
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for g in grads:
        g *= factor
    return norm * factor

# %% [markdown]
# You write new tensors to `p.grad`. Whoever holds the old gradient tensor, such as a bucket of a distributed run, doesn't see the clipped one. Scale in place: `grad *= factor`.

# %% variant={"exercise": "clip_gradients", "name": "new_gradient_tensors", "is": "wrong"}
def clip_gradients(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    norm = torch.stack([(p.grad**2).sum() for p in parameters]).sum().sqrt() if parameters else torch.zeros(())
    for p in parameters:
        p.grad = p.grad * (max_norm / (norm + 1e-6)).clamp(max=1.0)
    return norm

# %% [markdown]
# A parameter without a gradient stops you. `.grad` is None for what the loss didn't use: leave those out before you square anything.

# %% variant={"exercise": "clip_gradients", "name": "none_not_left_out", "is": "wrong"}
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters]
    norm = torch.stack([(g**2).sum() for g in grads]).sum().sqrt()
    for g in grads:
        g *= (max_norm / (norm + 1e-6)).clamp(max=1.0)
    return norm

# %% [markdown]
# ## rate_factor

# %% variant={"exercise": "rate_factor", "name": "clamped_progress", "is": "right"}
def rate_factor(step, warmup, total, floor=0.0):
    if step < warmup:
        return (1 + step) / warmup
    progress = min(1.0, (step - warmup) / max(1, total - warmup)) if step < total else 1.0
    return floor + (1 - floor) * 0.5 * (1 + math.cos(progress * math.pi))

# %% variant={"exercise": "rate_factor", "name": "half_angle", "is": "right"}
def rate_factor(step, warmup, total, floor=0.0):
    if step >= max(warmup, total):
        return floor
    if step < warmup:
        return (step + 1) / warmup
    return floor + (1 - floor) * math.cos(math.pi / 2 * (step - warmup) / (total - warmup)) ** 2

# %% [markdown]
# Your warmup begins with a rate of 0: the first update changes nothing. Steps are counted from 0, so the factor is (step + 1) / warmup.

# %% variant={"exercise": "rate_factor", "name": "starts_at_zero", "is": "wrong"}
def rate_factor(step, warmup, total, floor=0.0):
    if step < warmup:
        return step / warmup
    if step >= total:
        return float(floor)
    return floor + (1 - floor) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup))) / 2

# %% [markdown]
# Your cosine goes on after `total`, and the rate climbs again. From total on it is floor.

# %% variant={"exercise": "rate_factor", "name": "climbs_again", "is": "wrong"}
def rate_factor(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    return floor + (1 - floor) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup))) / 2

# %% [markdown]
# Your progress counts from step 0, so the cosine has already gone down when the warmup ends: the factor jumps there. progress is (step - warmup) / (total - warmup). Draw it.

# %% variant={"exercise": "rate_factor", "name": "progress_from_zero", "is": "wrong"}
def rate_factor(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    if step >= total:
        return float(floor)
    return floor + (1 - floor) * (1 + math.cos(math.pi * step / total)) / 2

# %% [markdown]
# You add the floor on top: your factor begins above 1. What the cosine scales is the part above the floor, 1 - floor. Put progress 0 into your formula.

# %% variant={"exercise": "rate_factor", "name": "floor_on_top", "is": "wrong"}
def rate_factor(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    if step >= total:
        return float(floor)
    return floor + (1 + math.cos(math.pi * (step - warmup) / (total - warmup))) / 2

# %% [markdown]
# Your way down is a straight line. A cosine stays near 1 for long, and comes to its end slowly: (1 + cos(π · progress)) / 2.

# %% variant={"exercise": "rate_factor", "name": "straight_down", "is": "wrong"}
def rate_factor(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    if step >= total:
        return float(floor)
    return floor + (1 - floor) * (1 - (step - warmup) / (total - warmup))

# %% [markdown]
# You return a learning rate, not a factor: LambdaLR multiplies it by the optimizer's own rate. At the top it is 1.

# %% variant={"exercise": "rate_factor", "name": "rate_not_factor", "is": "wrong"}
def rate_factor(step, warmup, total, floor=0.0):
    if step < warmup:
        return 1e-3 * (step + 1) / warmup
    if step >= total:
        return 1e-3 * floor + 1e-9
    return 1e-3 * (floor + (1 - floor) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup))) / 2)

# %% [markdown]
# ## epoch_loss

# %% variant={"exercise": "epoch_loss", "name": "all_samples_joined", "is": "right"}
def epoch_loss(batches):
    logits = torch.cat([logits for logits, _ in batches])
    target = torch.cat([target for _, target in batches])
    if not (target != -100).any():
        raise ValueError("no sample has a label")
    return F.cross_entropy(logits, target)


epoch_faults = {"not 0": "a", "depends on the cut": "b", "NaN": "c"}

# %% variant={"exercise": "epoch_loss", "name": "means_weighted", "is": "right"}
def epoch_loss(batches):
    total, count = torch.zeros(()), 0
    for logits, target in batches:
        labeled = int((target >= 0).sum())
        if labeled:
            total = total + labeled * F.cross_entropy(logits, target)
            count += labeled
    if not count:
        raise ValueError("no sample has a label")
    return total / count


epoch_faults = {"not 0": "A", "depends on the cut": "B", "NaN": "C"}

# %% [markdown]
# This is the code as it was. Take the three symptoms one by one: what does softmax give cross_entropy for logits? How many samples stands each batch's mean for? And what is a mean over none?

# %% variant={"exercise": "epoch_loss", "name": "as_it_was", "is": "wrong"}
epoch_loss = faulty_epoch_loss

# %% [markdown]
# The softmax is still there: cross_entropy has one inside, so a perfect model's loss stands at 0.55. Pass the logits as they are. Look at Predict 4.

# %% variant={"exercise": "epoch_loss", "name": "softmax_left", "is": "wrong"}
def epoch_loss(batches):
    total = sum(F.cross_entropy(logits.softmax(dim=1), target, reduction="sum") for logits, target in batches)
    count = sum(int((target != -100).sum()) for _, target in batches)
    if count == 0:
        raise ValueError("no sample has a label")
    return total / count


epoch_faults = {"not 0": "A", "depends on the cut": "B", "NaN": "C"}

# %% [markdown]
# You still average the means of the batches (those that have one). A batch with one label counts as much as one with a hundred, so the result depends on the cut. Add sums, and divide once.

# %% variant={"exercise": "epoch_loss", "name": "mean_of_means", "is": "wrong"}
def epoch_loss(batches):
    losses = [F.cross_entropy(logits, target) for logits, target in batches if (target != -100).any()]
    if not losses:
        raise ValueError("no sample has a label")
    return sum(losses) / len(losses)


epoch_faults = {"not 0": "A", "depends on the cut": "B", "NaN": "C"}

# %% [markdown]
# You divide by all samples, also those without a label: they add nothing to the sum, and make the mean smaller. Count `target != -100`.

# %% variant={"exercise": "epoch_loss", "name": "unlabeled_counted", "is": "wrong"}
def epoch_loss(batches):
    if not any((target != -100).any() for _, target in batches):
        raise ValueError("no sample has a label")
    total = sum(F.cross_entropy(logits, target, reduction="sum") for logits, target in batches)
    return total / sum(len(target) for _, target in batches)


epoch_faults = {"not 0": "A", "depends on the cut": "B", "NaN": "C"}

# %% [markdown]
# You weight each batch's mean by its number of samples. The mean was taken over those that have a label, so that is what it has to be weighted by; and a mean over none is NaN, however it is weighted.

# %% variant={"exercise": "epoch_loss", "name": "weighted_by_samples", "is": "wrong"}
def epoch_loss(batches):
    if not any((target != -100).any() for _, target in batches):
        raise ValueError("no sample has a label")
    total = sum(len(target) * F.cross_entropy(logits, target) for logits, target in batches)
    return total / sum(len(target) for _, target in batches)


epoch_faults = {"not 0": "A", "depends on the cut": "B", "NaN": "C"}

# %% [markdown]
# You replace the NaN by 0, and count the batch all the same. That hides the symptom: the empty batch now pulls the mean down. Leave out of the sum, and of the count, what has no label.

# %% variant={"exercise": "epoch_loss", "name": "nan_replaced", "is": "wrong"}
def epoch_loss(batches):
    if not any((target != -100).any() for _, target in batches):
        raise ValueError("no sample has a label")
    losses = [F.cross_entropy(logits, target).nan_to_num() for logits, target in batches]
    return sum(losses) / len(losses)


epoch_faults = {"not 0": "A", "depends on the cut": "B", "NaN": "C"}

# %% [markdown]
# The code is mended, and the names of the faults are not: 0.55 is the floor of a softmax too many (A), the cut shows a mean of means (B), NaN a mean over no sample (C). Read the table at the top of Part 8 against the three symptoms.

# %% variant={"exercise": "epoch_loss", "name": "wrong_names", "is": "wrong"}
def epoch_loss(batches):
    total = sum(F.cross_entropy(logits, target, reduction="sum") for logits, target in batches)
    count = sum(int((target != -100).sum()) for _, target in batches)
    if count == 0:
        raise ValueError("no sample has a label")
    return total / count


epoch_faults = {"not 0": "J", "depends on the cut": "C", "NaN": "J"}

# %% [markdown]
# ## step_without

# %% variant={"exercise": "step_without", "name": "groups_without_the_layer", "is": "right"}
def step_without(optimizer, layer):
    frozen = set(layer.parameters())
    kept = [group["params"] for group in optimizer.param_groups]
    for group in optimizer.param_groups:
        group["params"] = [p for p in group["params"] if p not in frozen]
    optimizer.step()
    for group, params in zip(optimizer.param_groups, kept):
        group["params"] = params


freeze_fault = "g"

# %% variant={"exercise": "step_without", "name": "zero_grad_of_the_layer", "is": "right"}
def step_without(optimizer, layer):
    layer.zero_grad(set_to_none=True)
    optimizer.step()


freeze_fault = "G"

# %% [markdown]
# This is the code as it was: a gradient of zero is a gradient. Momentum and Adam's mean of the earlier ones still move the weight, and weight decay does so without any. Set it to None: then the optimizer leaves the parameter out.

# %% variant={"exercise": "step_without", "name": "as_it_was", "is": "wrong"}
step_without = faulty_step_without

# %% [markdown]
# You called `eval()` on the layer. That sets a flag that Dropout and BatchNorm read; it turns no gradient off, and stops no optimizer. Compare the weights before and after, and read case 5 of the bug zoo.

# %% variant={"exercise": "step_without", "name": "eval_turns_gradients_off", "is": "wrong"}
def step_without(optimizer, layer):
    layer.eval()
    optimizer.step()
    layer.train()


freeze_fault = "I"

# %% [markdown]
# You set `requires_grad` to False after the backward. It tells the *next* backward to leave these weights out; the gradients of this one are there already, and the optimizer reads them. Set them to None.

# %% variant={"exercise": "step_without", "name": "requires_grad_too_late", "is": "wrong"}
def step_without(optimizer, layer):
    layer.requires_grad_(False)
    optimizer.step()
    layer.requires_grad_(True)


freeze_fault = "G"

# %% [markdown]
# You put the weights back after the step. They look untouched, but what the optimizer keeps for them has moved: its means and its count. The next ordinary step comes out differently. Make the optimizer leave them out: no gradient, no step.

# %% variant={"exercise": "step_without", "name": "weights_put_back", "is": "wrong"}
def step_without(optimizer, layer):
    before = [p.detach().clone() for p in layer.parameters()]
    optimizer.step()
    with torch.no_grad():
        for p, old in zip(layer.parameters(), before):
            p.copy_(old)


freeze_fault = "G"

# %% [markdown]
# You set the rate of the layer's group to 0, and for that of everything that shares the group. Besides, with a rate of 0 the optimizer still counts the step, and its means move. Set the gradients to None.

# %% variant={"exercise": "step_without", "name": "rate_zero", "is": "wrong"}
def step_without(optimizer, layer):
    frozen = set(layer.parameters())
    groups = [g for g in optimizer.param_groups if frozen & set(g["params"])]
    rates = [g["lr"] for g in groups]
    for g in groups:
        g["lr"] = 0.0
    optimizer.step()
    for g, lr in zip(groups, rates):
        g["lr"] = lr


freeze_fault = "G"

# %% [markdown]
# You clear all gradients, so no parameter makes a step. Only the layer's are to be left out.

# %% variant={"exercise": "step_without", "name": "all_left_out", "is": "wrong"}
def step_without(optimizer, layer):
    optimizer.zero_grad()
    optimizer.step()


freeze_fault = "G"

# %% [markdown]
# You throw the optimizer's state for the layer away. Zeros then don't move it by momentum, but weight decay still does, and later steps begin anew, without the means it had.

# %% variant={"exercise": "step_without", "name": "state_thrown_away", "is": "wrong"}
def step_without(optimizer, layer):
    for p in layer.parameters():
        optimizer.state.pop(p, None)
        if p.grad is not None:
            p.grad.zero_()
    optimizer.step()


freeze_fault = "G"

# %% [markdown]
# The code is mended, the fault has another name: gradients were set to zero, and that was taken for "no gradient". Compare G with I and D in the table.

# %% variant={"exercise": "step_without", "name": "wrong_name", "is": "wrong"}
def step_without(optimizer, layer):
    for p in layer.parameters():
        p.grad = None
    optimizer.step()


freeze_fault = "D"

# %% [markdown]
# ## decay_groups

# %% variant={"exercise": "decay_groups", "name": "one_loop", "is": "right"}
def decay_groups(module, weight_decay):
    decayed, plain, seen = [], [], set()
    for _, p in module.named_parameters():
        if not p.requires_grad or id(p) in seen:
            continue
        seen.add(id(p))
        (decayed if p.dim() > 1 else plain).append(p)
    return [dict(params=decayed, weight_decay=weight_decay), dict(params=plain, weight_decay=0.0)]

# %% variant={"exercise": "decay_groups", "name": "plain_group_first", "is": "right"}
def decay_groups(module, weight_decay):
    by_decay = {weight_decay: [], 0.0: []}
    for p in module.parameters():
        if p.requires_grad:
            by_decay[weight_decay if len(p.shape) >= 2 else 0.0].append(p)
    return [{"weight_decay": decay, "params": params} for decay, params in by_decay.items()]

# %% [markdown]
# You go by the name: what is called "bias" doesn't decay. The scale of a normalization layer is called "weight", and decays with you; and a name says nothing about a parameter of your own. Ask for the number of dimensions: `p.ndim`.

# %% variant={"exercise": "decay_groups", "name": "by_name", "is": "wrong"}
def decay_groups(module, weight_decay):
    named = [(name, p) for name, p in module.named_parameters() if p.requires_grad]
    return [
        {"params": [p for name, p in named if "bias" not in name], "weight_decay": weight_decay},
        {"params": [p for name, p in named if "bias" in name], "weight_decay": 0.0},
    ]

# %% [markdown]
# Everything decays with you, biases and normalization layers included. Split by `p.ndim`: one dimension or none goes to the group with 0.0.

# %% variant={"exercise": "decay_groups", "name": "all_decay", "is": "wrong"}
def decay_groups(module, weight_decay):
    return [
        {"params": [p for p in module.parameters() if p.requires_grad], "weight_decay": weight_decay},
        {"params": [], "weight_decay": 0.0},
    ]

# %% [markdown]
# Your second group doesn't name its weight decay, so the optimizer's own value holds there: for AdamW 0.01, if nobody says otherwise. Write the 0.0 out.

# %% variant={"exercise": "decay_groups", "name": "zero_not_written", "is": "wrong"}
def decay_groups(module, weight_decay):
    trained = [p for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2]},
    ]

# %% [markdown]
# The two groups are exchanged: with you the biases decay, and the matrices don't.

# %% variant={"exercise": "decay_groups", "name": "exchanged", "is": "wrong"}
def decay_groups(module, weight_decay):
    trained = [p for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": 0.0},
    ]

# %% [markdown]
# Frozen parameters are in your groups. They get no gradient, so they stand still, until one day somebody sets their gradients to zero in place of None, and the decay moves them. Filter by `requires_grad`.

# %% variant={"exercise": "decay_groups", "name": "frozen_included", "is": "wrong"}
def decay_groups(module, weight_decay):
    return [
        {"params": [p for p in module.parameters() if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in module.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]

# %% [markdown]
# A tied parameter is in your group twice: you walk over the layers, and two of them hold it. An optimizer refuses that, or moves it twice. `module.parameters()` names it once.

# %% variant={"exercise": "decay_groups", "name": "tied_twice", "is": "wrong"}
def decay_groups(module, weight_decay):
    held = [p for layer in module.modules() for p in layer.parameters(recurse=False) if p.requires_grad]
    return [
        {"params": [p for p in held if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in held if p.ndim < 2], "weight_decay": 0.0},
    ]

# %% [markdown]
# You take exactly two dimensions. The kernel of a convolution has four, and it decays like a matrix: two *and more*.

# %% variant={"exercise": "decay_groups", "name": "only_matrices", "is": "wrong"}
def decay_groups(module, weight_decay):
    trained = [p for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim == 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim != 2], "weight_decay": 0.0},
    ]

# %% [markdown]
# You go by the type of layer: Linear decays, whole, with its bias. The question is asked of each parameter, not of its layer: split by `p.ndim`.

# %% variant={"exercise": "decay_groups", "name": "by_layer", "is": "wrong"}
def decay_groups(module, weight_decay):
    layers = (nn.Linear, nn.Conv2d, nn.Embedding)
    decayed = {p for m in module.modules() if isinstance(m, layers) for p in m.parameters(recurse=False)}
    trained = [p for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p in decayed], "weight_decay": weight_decay},
        {"params": [p for p in trained if p not in decayed], "weight_decay": 0.0},
    ]

# %% [markdown]
# ## knowledge_check

# %% variant={"exercise": "knowledge_check", "name": "assigned_one_by_one", "is": "right"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "cbadbccabd"))

# %% [markdown]
# In your answers backward() updates the weights. It fills `.grad`, and that is all; `optimizer.step()` reads `.grad` and changes the weights. Go through Exercise 5 line by line.

# %% variant={"exercise": "knowledge_check", "name": "backward_updates_the_weights", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "abadbccabd"))

# %% [markdown]
# In your answers gradients overwrite each other. backward() adds to `.grad`: without zero_grad the second batch's gradient is added to the first's. Look at case 2 of the bug zoo.

# %% variant={"exercise": "knowledge_check", "name": "gradients_overwrite", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "caadbccabd"))

# %% [markdown]
# In your answers a framework has a mathematics of its own. Autograd applies the chain rule that you used on paper; an exact factor comes from a loss with another constant in front. Look at case 3 of the bug zoo.

# %% variant={"exercise": "knowledge_check", "name": "framework_is_another_mathematics", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "cbcdbccabd"))

# %% [markdown]
# In your answers eval() freezes a layer. It sets a flag that Dropout and BatchNorm read; gradients are computed, and the optimizer steps. Look at case 5 of the bug zoo.

# %% variant={"exercise": "knowledge_check", "name": "eval_freezes", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "cbadbcaabd"))
