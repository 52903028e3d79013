# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# ## count_numbers

# %% variant={"exercise": "count_numbers", "name": "worked_out", "is": "right"}
units, inputs, outputs, batch = 8, 2, 1, 5
counts = {"hidden layer": units * inputs + units}
counts["output layer"] = outputs * units + outputs
counts["all"] = sum(counts.values())
counts["hidden values"] = batch * units
counts["logits"] = batch * outputs

# %% variant={"exercise": "count_numbers", "name": "asked_of_torch", "is": "right"}
layers_counted = {"hidden layer": nn.Linear(2, 8), "output layer": nn.Linear(8, 1)}
counts = {name: sum(p.numel() for p in layer.parameters()) for name, layer in layers_counted.items()}
counts["all"] = counts["hidden layer"] + counts["output layer"]
counts["hidden values"] = torch.zeros(5, 8).numel()
counts["logits"] = torch.zeros(5, 1).numel()

# %% [markdown]
# You counted the weights of the output layer and left out its bias. A unit has one weight for each number that it reads, and one bias: 8 + 1. Compare the hidden layer, 8 · 2 + 8.

# %% variant={"exercise": "count_numbers", "name": "no_output_bias", "is": "wrong"}
counts = {"hidden layer": 24, "output layer": 8, "all": 32, "hidden values": 40, "logits": 5}

# %% [markdown]
# You counted `h` and `z` for a single point. A net takes a whole batch at once, a row for each point, so 5 points have 5 rows of hidden values and 5 logits. Look at the shape in Predict 1.

# %% variant={"exercise": "count_numbers", "name": "one_point", "is": "wrong"}
counts = {"hidden layer": 24, "output layer": 9, "all": 33, "hidden values": 8, "logits": 1}

# %% [markdown]
# You multiplied the net's numbers by the points. The weights are shared: the same 33 numbers are used for each row of the batch, however many rows there are. What grows with the batch are `h` and `z`.

# %% variant={"exercise": "count_numbers", "name": "weights_for_each_point", "is": "wrong"}
counts = {"hidden layer": 24, "output layer": 45, "all": 165, "hidden values": 40, "logits": 5}

# %% [markdown]
# You counted the hidden values and the logits among the numbers that the net learns. They are worked out anew for every batch. What is learned, and kept, are the weights and the biases alone: 24 + 9.

# %% variant={"exercise": "count_numbers", "name": "values_are_learned", "is": "wrong"}
counts = {"hidden layer": 24, "output layer": 9, "all": 78, "hidden values": 40, "logits": 5}

# %% [markdown]
# ## what_changes

# %% variant={"exercise": "what_changes", "name": "in_one_dict", "is": "right"}
changes = dict(a="nothing", b="nothing", c="gradients", d="gradients", e="weights")

# %% variant={"exercise": "what_changes", "name": "by_kind", "is": "right"}
kinds = {"nothing": "ab", "gradients": "cd", "weights": "e"}
changes = {line: kind.upper() if line == "e" else kind for kind, lines in kinds.items() for line in lines}
changes["e"] = changes["e"].lower()

# %% [markdown]
# You say that `backward()` changes the weights. It works out the gradients and puts them into `.grad`; not a weight moves. Run Predict 3 once more: between `backward()` and `step()`, the bias is what it was. The line that moves the weights is `optimizer.step()`.

# %% variant={"exercise": "what_changes", "name": "backward_updates", "is": "wrong"}
changes = {"a": "nothing", "b": "nothing", "c": "gradients", "d": "weights", "e": "weights"}

# %% [markdown]
# You have the last two the wrong way round: as if `backward()` moved the weights, and `step()` worked something out. `backward()` fills `.grad`; `step()` reads `.grad` and moves the weights. Predict 3 shows the one before the other.

# %% variant={"exercise": "what_changes", "name": "swapped", "is": "wrong"}
changes = {"a": "nothing", "b": "nothing", "c": "gradients", "d": "weights", "e": "gradients"}

# %% [markdown]
# You say that `zero_grad()` sets weights to zero. Its name says what it clears: the gradients. Were the weights cleared in each step, nothing learned would last.

# %% variant={"exercise": "what_changes", "name": "zeroes_the_weights", "is": "wrong"}
changes = {"a": "nothing", "b": "nothing", "c": "weights", "d": "gradients", "e": "weights"}

# %% [markdown]
# You say that the loss already changes the gradients. Up to that line PyTorch has only noted what was done. The gradients appear when `backward()` walks the notes back: after the forward pass, `.grad` was still `None`.

# %% variant={"exercise": "what_changes", "name": "loss_makes_gradients", "is": "wrong"}
changes = {"a": "nothing", "b": "gradients", "c": "gradients", "d": "gradients", "e": "weights"}

# %% [markdown]
# You say that `zero_grad()` changes nothing, as `backward()` would write over the gradients anyway. It adds to them (Predict 4). So clearing them is a change of its own, and it has to be there.

# %% variant={"exercise": "what_changes", "name": "gradients_are_overwritten", "is": "wrong"}
changes = {"a": "nothing", "b": "nothing", "c": "nothing", "d": "gradients", "e": "weights"}

# %% [markdown]
# ## train

# %% variant={"exercise": "train", "name": "cleared_at_the_end", "is": "right"}
def train(net, criterion, optimizer, x, y, steps):
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses

# %% variant={"exercise": "train", "name": "net_clears_its_own", "is": "right"}
def train(net, criterion, optimizer, x, y, steps):
    losses = [0.0] * steps
    for step in range(steps):
        net.zero_grad(set_to_none=False)
        logits = net(x)
        loss = criterion(logits, y)
        losses[step] = float(loss.detach())
        loss.backward()
        optimizer.step()
    return losses

# %% [markdown]
# Nothing calls `optimizer.step()`, so the loss of each step is the same number: `backward()` works the gradients out, and does not move the weights. Go back to Predict 3, then add the update after `backward()`.

# %% variant={"exercise": "train", "name": "no_step", "is": "wrong"}
def train(net, criterion, optimizer, x, y, steps):
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
    return losses

# %% [markdown]
# This is what you get when gradients are never cleared. `backward()` adds to `.grad`, so that each step follows the sum of all gradients so far, not the gradient of its own loss. Call `optimizer.zero_grad()` in each step, before `backward()`.

# %% variant={"exercise": "train", "name": "never_cleared", "is": "wrong"}
def train(net, criterion, optimizer, x, y, steps):
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% [markdown]
# `step()` runs before `backward()`. So the first step finds no gradient and moves nothing, and each later one follows the gradient of the step before. The order is: forward, loss, clear, backward, update.

# %% variant={"exercise": "train", "name": "update_before_backward", "is": "wrong"}
def train(net, criterion, optimizer, x, y, steps):
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
    return losses

# %% [markdown]
# The loss never moves: the gradients are cleared after `backward()` has worked them out, and `step()` finds none. Clear before `backward()`, or after `step()`, but not between the two.

# %% variant={"exercise": "train", "name": "cleared_too_late", "is": "wrong"}
def train(net, criterion, optimizer, x, y, steps):
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% [markdown]
# You append the loss itself, which is a tensor, and holds the graph of its whole step: a list of them keeps every graph in memory. The docstring asks for Python floats: `loss.item()`.

# %% variant={"exercise": "train", "name": "tensors_kept", "is": "wrong"}
def train(net, criterion, optimizer, x, y, steps):
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss)
    return losses

# %% [markdown]
# You measure the loss again after the update. Each number of your list is one step ahead, and costs a second forward pass. The loss that `backward()` starts from is what is asked for.

# %% variant={"exercise": "train", "name": "measured_after_the_update", "is": "wrong"}
def train(net, criterion, optimizer, x, y, steps):
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(criterion(net(x), y).item())
    return losses

# %% [markdown]
# ## numpy_gradients

# %% variant={"exercise": "numpy_gradients", "name": "by_where", "is": "right"}
def numpy_gradients(weights, x, y):
    w1, b1, w2, b2 = weights
    before, hidden, logits = numpy_forward(weights, x)
    d_logits = (np.exp(-np.logaddexp(0, -logits)) - y) / x.shape[0]
    d_before = np.where(before <= 0, 0.0, d_logits * w2)
    d_w1 = np.einsum("nh,nd->hd", d_before, x)
    d_b1 = d_before.T @ np.ones(len(x))
    return [d_w1, d_b1, d_logits.T @ hidden, d_logits.sum(axis=0)]

# %% variant={"exercise": "numpy_gradients", "name": "point_by_point", "is": "right"}
def numpy_gradients(weights, x, y):
    total = [np.zeros(w.shape) for w in weights]
    before, hidden, logits = numpy_forward(weights, x)
    for n in range(len(x)):
        slope = (1 / (1 + np.exp(-logits[n, 0])) - y[n, 0]) / len(x)
        total[2][0] += slope * hidden[n]
        total[3] += slope
        for unit in range(len(total[1])):
            if before[n, unit] > 0:
                total[0][unit] += slope * weights[2][0, unit] * x[n]
                total[1][unit] += slope * weights[2][0, unit]
    return total

# %% [markdown]
# The gradient went through the ReLU as if the ReLU were not there. Where a unit was negative before it, the ReLU put a 0 in, and moving the unit's weights a little changes nothing: there the gradient is 0. Multiply by `before > 0`.

# %% variant={"exercise": "numpy_gradients", "name": "through_the_relu", "is": "wrong"}
def numpy_gradients(weights, x, y):
    w1, b1, w2, b2 = weights
    before, hidden, logits = numpy_forward(weights, x)
    d_logits = (1 / (1 + np.exp(-logits)) - y) / len(x)
    d_before = d_logits @ w2
    return [d_before.T @ x, d_before.sum(axis=0), d_logits.T @ hidden, d_logits.sum(axis=0)]

# %% [markdown]
# Your gradients of `w1` and `b1` are those of the *sum* of the losses: too large by the number of points, the same factor for each. That is no other mathematics, it is another loss; `numpy_loss` takes the mean. `d_logits` is divided by N already, so go on from it.

# %% variant={"exercise": "numpy_gradients", "name": "of_the_sum", "is": "wrong"}
def numpy_gradients(weights, x, y):
    w1, b1, w2, b2 = weights
    before, hidden, logits = numpy_forward(weights, x)
    d_logits = (1 / (1 + np.exp(-logits)) - y) / len(x)
    d_before = len(x) * (d_logits @ w2) * (before > 0)
    return [d_before.T @ x, d_before.sum(axis=0), d_logits.T @ hidden, d_logits.sum(axis=0)]

# %% [markdown]
# You divided by N twice: `d_logits` is divided by the number of points already, and every gradient that is made from it carries that along. `b1` takes the sum over the points, not their mean.

# %% variant={"exercise": "numpy_gradients", "name": "divided_twice", "is": "wrong"}
def numpy_gradients(weights, x, y):
    w1, b1, w2, b2 = weights
    before, hidden, logits = numpy_forward(weights, x)
    d_logits = (1 / (1 + np.exp(-logits)) - y) / len(x)
    d_before = (d_logits @ w2) * (before > 0)
    return [d_before.T @ x / len(x), d_before.mean(axis=0), d_logits.T @ hidden, d_logits.sum(axis=0)]

# %% [markdown]
# You multiplied by `hidden` where the ReLU's derivative belongs. The ReLU's value is the number itself; its derivative is 1 where the number is positive, and 0 elsewhere: `before > 0`.

# %% variant={"exercise": "numpy_gradients", "name": "value_for_derivative", "is": "wrong"}
def numpy_gradients(weights, x, y):
    w1, b1, w2, b2 = weights
    before, hidden, logits = numpy_forward(weights, x)
    d_logits = (1 / (1 + np.exp(-logits)) - y) / len(x)
    d_before = (d_logits @ w2) * hidden
    return [d_before.T @ x, d_before.sum(axis=0), d_logits.T @ hidden, d_logits.sum(axis=0)]

# %% [markdown]
# Where a unit is exactly 0 before its ReLU, your derivative is 1. There is a kink, so any number from 0 to 1 could be defended; PyTorch takes 0, and the docstring asks for that. Write `before > 0`, not `before >= 0`.

# %% variant={"exercise": "numpy_gradients", "name": "one_at_the_kink", "is": "wrong"}
def numpy_gradients(weights, x, y):
    w1, b1, w2, b2 = weights
    before, hidden, logits = numpy_forward(weights, x)
    d_logits = (1 / (1 + np.exp(-logits)) - y) / len(x)
    d_before = (d_logits @ w2) * (before >= 0)
    return [d_before.T @ x, d_before.sum(axis=0), d_logits.T @ hidden, d_logits.sum(axis=0)]

# %% [markdown]
# `w1` is read as (D, H) here, but it is (H, D): a row for each unit, as in `x @ w1.T`. Its gradient has its shape, so it is `d_before.T @ x`, (H, N) times (N, D).

# %% variant={"exercise": "numpy_gradients", "name": "transposed", "is": "wrong"}
def numpy_gradients(weights, x, y):
    w1, b1, w2, b2 = weights
    before, hidden, logits = numpy_forward(weights, x)
    d_logits = (1 / (1 + np.exp(-logits)) - y) / len(x)
    d_before = (d_logits @ w2) * (before > 0)
    return [x.T @ d_before, d_before.sum(axis=0), d_logits.T @ hidden, d_logits.sum(axis=0)]

# %% [markdown] equivalent={"exercise": "numpy_gradients"}
# The output layer has one unit: (N, 1) times (1, H) is the same product, whether rows meet columns or both are broadcast.
#
# ```diff
# - d_hidden = d_logits @ w2                             # (N, H)
# + d_hidden = d_logits * w2                             # (N, H)
# ```

# %% [markdown]
# ## descend

# %% variant={"exercise": "descend", "name": "asked_for_one_gradient", "is": "right"}
def descend(weight, x, y, rate, steps):
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(x @ weight, y)
        (gradient,) = torch.autograd.grad(loss, [weight])
        with torch.no_grad():
            weight.add_(gradient, alpha=-rate)
    return weight


descent_fault = "B"

# %% variant={"exercise": "descend", "name": "an_optimizer_of_torch", "is": "right"}
def descend(weight, x, y, rate, steps):
    optimizer = torch.optim.SGD([weight], lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        ((x @ weight - y) ** 2).mean().backward()
        optimizer.step()
    return weight


descent_fault = " b "

# %% [markdown]
# The loop is as it was: each `backward()` adds its gradient to those before, so the weight is pulled by the sum of all past steps, and it swings like a weight on a spring. Clear the gradient at the start of each step. The fault is B.

# %% variant={"exercise": "descend", "name": "as_it_was", "is": "wrong"}
def descend(weight, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ weight - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
    return weight


descent_fault = "?"

# %% [markdown]
# You clear the gradient once, before the loop. That mends the first step; from the second on, the gradients add up as before. Clear it in each step.

# %% variant={"exercise": "descend", "name": "cleared_once", "is": "wrong"}
def descend(weight, x, y, rate, steps):
    weight.grad = None
    for _ in range(steps):
        loss = ((x @ weight - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
    return weight


descent_fault = "B"

# %% [markdown]
# The weight stands still: you clear the gradient after `backward()` has worked it out and before the update has used it. Clear at the start of the step, or at its end.

# %% variant={"exercise": "descend", "name": "cleared_too_late", "is": "wrong"}
def descend(weight, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ weight - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight.grad.zero_()
            weight -= rate * weight.grad
    return weight


descent_fault = "B"

# %% [markdown]
# You clear the gradient at the end of each step. Within one call that is sound, but what the weight held when you were called still counts in your first step, and the docstring rules that out. Clear at the start of the step instead.

# %% variant={"exercise": "descend", "name": "cleared_at_the_end", "is": "wrong"}
def descend(weight, x, y, rate, steps):
    for _ in range(steps):
        loss = ((x @ weight - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
        weight.grad = None
    return weight


descent_fault = "B"

# %% [markdown]
# `weight = weight - …` makes a new tensor and leaves the one that you were given as it was. Whoever holds that one, such as a net, sees no training. Update in place: `weight -= …` under `no_grad`.

# %% variant={"exercise": "descend", "name": "a_new_tensor", "is": "wrong"}
def descend(weight, x, y, rate, steps):
    for _ in range(steps):
        weight = weight.detach().requires_grad_()
        loss = ((x @ weight - y) ** 2).mean()
        loss.backward()
        weight = weight.detach() - rate * weight.grad
    return weight.requires_grad_()


descent_fault = "B"

# %% [markdown]
# The function is mended, but the fault has another name. There is an update, written by hand, so it is not A; what goes wrong is that the gradients of all steps add up: B.

# %% variant={"exercise": "descend", "name": "named_no_step", "is": "wrong"}
def descend(weight, x, y, rate, steps):
    for _ in range(steps):
        weight.grad = None
        loss = ((x @ weight - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
    return weight


descent_fault = "A"

# %% [markdown]
# ## knowledge_check

# %% variant={"exercise": "knowledge_check", "name": "one_by_one", "is": "right"}
answers = {}
for number, letter in enumerate("cadbdb", start=1):
    answers[f"q{number}"] = letter

# %% [markdown]
# You hold that `backward()` moves the weights (q1) and that each step's gradients take the place of the last one's (q3). Both are undone by Part 3: Predict 3 finds the weights unmoved, and Predict 4 finds the gradient doubled.

# %% variant={"exercise": "knowledge_check", "name": "backward_updates", "is": "wrong"}
answers = {"q1": "a", "q2": "a", "q3": "a", "q4": "b", "q5": "d", "q6": "b"}

# %% [markdown]
# You take the framework for another mathematics (q2): as if its gradients were estimates, or its own invention. They are those of Exercise 4, to the last digits; read "Parity" again.

# %% variant={"exercise": "knowledge_check", "name": "another_mathematics", "is": "wrong"}
answers = {"q1": "c", "q2": "c", "q3": "d", "q4": "b", "q5": "d", "q6": "b"}

# %% [markdown]
# You think of the graph as made once, ahead (q4, q5). That is how a recorded graph works. In PyTorch each forward pass leaves a graph of its own, so the data may choose the way; `torch.compile` cuts its graph where they do.

# %% variant={"exercise": "knowledge_check", "name": "one_graph_for_all", "is": "wrong"}
answers = {"q1": "c", "q2": "a", "q3": "d", "q4": "c", "q5": "b", "q6": "b"}

# %% [markdown]
# You take the checks that you see for all there are (q6). They are a part: when it is graded, your answer meets other inputs, and the docstring says which must work.

# %% variant={"exercise": "knowledge_check", "name": "visible_is_all", "is": "wrong"}
answers = {"q1": "c", "q2": "a", "q3": "d", "q4": "b", "q5": "d", "q6": "a"}
