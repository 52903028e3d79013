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
# # 05 · Training loop: known right and known wrong answers
#
# Each code cell stands in the place of an exercise's solution cell. Above a wrong one is what a student who answered so reads. `autograder verify 05` proves that the hidden tests accept every right one and catch every wrong one.

# %% [markdown]
# ## name_the_mathematics

# %% variant={"exercise": "name_the_mathematics", "name": "run_in_pytorch", "is": "right"}
w = torch.tensor(0.5, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
((w * 2 - 3) ** 2).backward()
number = {"gradient": w.grad.item(), "on paper": 0.5 - 0.1 * 2 * (0.5 * 2 - 3) * 2}
optimizer.step()
number["in PyTorch"] = w.item()
line = dict(zip((1, 2, 3, 4, 5), "abfeg"))

# %% [markdown]
# You let `backward()` update the weights. It adds to `.grad`, and no weight moves in it: that is line 5, G. In Predict 1, `w` is still 1 after `backward()`.

# %% variant={"exercise": "name_the_mathematics", "name": "backward_updates_the_weights", "is": "wrong"}
line = {1: "A", 2: "B", 3: "F", 4: "D", 5: "G"}
number = {"gradient": -8.0, "on paper": 1.3, "in PyTorch": 1.3}

# %% [markdown]
# You let `backward()` overwrite the gradient (C). It adds (E), which is why line 3 has to clear first. In Predict 1 the second `backward()` made 16 of 8.

# %% variant={"exercise": "name_the_mathematics", "name": "gradients_overwrite", "is": "wrong"}
line = {1: "A", 2: "B", 3: "F", 4: "C", 5: "G"}
number = {"gradient": -8.0, "on paper": 1.3, "in PyTorch": 1.3}

# %% [markdown]
# You let `step()` clear the gradient (H). It only reads it; clearing is line 3, a call of its own. Print `.grad` after `optimizer.step()`.

# %% variant={"exercise": "name_the_mathematics", "name": "step_clears", "is": "wrong"}
line = {1: "A", 2: "B", 3: "F", 4: "E", 5: "H"}
number = {"gradient": -8.0, "on paper": 1.3, "in PyTorch": 1.3}

# %% [markdown]
# Your two weights differ, as if the framework followed a mathematics of its own. The five lines compute θ ← θ − η · ∇L, cut into parts; with the same loss, data and rate, paper and PyTorch agree. Write line 5 by hand, `w -= 0.1 * w.grad`, and compare.

# %% variant={"exercise": "name_the_mathematics", "name": "framework_is_another_mathematics", "is": "wrong"}
line = {1: "A", 2: "B", 3: "F", 4: "E", 5: "G"}
number = {"gradient": -8.0, "on paper": 1.3, "in PyTorch": 0.6}

# %% [markdown]
# Your derivative lacks the inner factor x: the derivative of (w · x − y)² by w is 2 · (w · x − y) · x. Here that is 2 · (−2) · 2. Let `w.grad` tell you.

# %% variant={"exercise": "name_the_mathematics", "name": "inner_factor_forgotten", "is": "wrong"}
line = {1: "A", 2: "B", 3: "F", 4: "E", 5: "G"}
number = {"gradient": -4.0, "on paper": 0.9, "in PyTorch": 0.9}

# %% [markdown]
# You walk uphill: the step is *minus* rate times gradient, and the gradient is negative here, so the weight grows. Put your weight into the loss, and compare it with 0.5's.

# %% variant={"exercise": "name_the_mathematics", "name": "uphill", "is": "wrong"}
line = {1: "A", 2: "B", 3: "F", 4: "E", 5: "G"}
number = {"gradient": -8.0, "on paper": -0.3, "in PyTorch": -0.3}

# %% [markdown]
# ## three_steps


# %% variant={"exercise": "three_steps", "name": "written_otherwise", "is": "right"}
def step_by_hand(weights, x, y, lr):
    gradients = hand_gradients(weights, x, y)
    for k in range(4):
        weights[k].sub_(gradients[k], alpha=lr)


def step_with_nn(model, x, y, lr):
    parameters = list(model.parameters())
    loss = nn.BCEWithLogitsLoss()(model(x), y)
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.data.add_(g, alpha=-lr)
    return float(loss)


def step_with_optim(model, optimizer, x, y):
    optimizer.zero_grad(set_to_none=False)
    loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach().item()


# %% [markdown]
# You never clear the gradients, as if `backward()` overwrote them. It adds: your second step follows the sum of two gradients. Call `zero_grad()` before each backward, and print `.grad` to see it.


# %% variant={"exercise": "three_steps", "name": "gradients_overwrite", "is": "wrong"}
def step_by_hand(weights, x, y, lr):
    for weight, gradient in zip(weights, hand_gradients(weights, x, y)):
        weight -= lr * gradient


def step_with_nn(model, x, y, lr):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss.item()


def step_with_optim(model, optimizer, x, y):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


# %% [markdown]
# With nn and optim no weight of yours moves: `backward()` was taken for the update. It fills `.grad`, and that is all. What follows it is `p -= lr * p.grad` for each parameter, or `optimizer.step()`.


# %% variant={"exercise": "three_steps", "name": "backward_updates_the_weights", "is": "wrong"}
def step_by_hand(weights, x, y, lr):
    for weight, gradient in zip(weights, hand_gradients(weights, x, y)):
        weight -= lr * gradient


def step_with_nn(model, x, y, lr):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    model.zero_grad()
    loss.backward()
    return loss.item()


def step_with_optim(model, optimizer, x, y):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


# %% [markdown]
# By hand you write `weight = weight - ...`: that makes a new tensor with a local name, and the list keeps the old one. Change it in place: `weight -= lr * gradient`.


# %% variant={"exercise": "three_steps", "name": "new_tensor", "is": "wrong"}
def step_by_hand(weights, x, y, lr):
    for weight, gradient in zip(weights, hand_gradients(weights, x, y)):
        weight = weight - lr * gradient


def step_with_nn(model, x, y, lr):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss.item()


def step_with_optim(model, optimizer, x, y):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% [markdown]
# You put new tensors in the place of the weights: into the list, and into the Module. Whoever holds the old ones (an optimizer, most of all) goes on with those. Change them in place.


# %% variant={"exercise": "three_steps", "name": "weights_replaced", "is": "wrong"}
def step_by_hand(weights, x, y, lr):
    weights[:] = [w - lr * g for w, g in zip(weights, hand_gradients(weights, x, y))]


def step_with_nn(model, x, y, lr):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    model.zero_grad()
    loss.backward()
    for layer in (model.hidden, model.output):
        layer.weight = nn.Parameter(layer.weight.detach() - lr * layer.weight.grad)
        layer.bias = nn.Parameter(layer.bias.detach() - lr * layer.bias.grad)
    return loss.item()


def step_with_optim(model, optimizer, x, y):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% [markdown]
# You compute all gradients anew after each weight. A step moves all weights by the gradients at *one* point: take them once, before the first weight moves.


# %% variant={"exercise": "three_steps", "name": "one_weight_after_the_other", "is": "wrong"}
def step_by_hand(weights, x, y, lr):
    for k in range(4):
        weights[k] -= lr * hand_gradients(weights, x, y)[k]


def step_with_nn(model, x, y, lr):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss.item()


def step_with_optim(model, optimizer, x, y):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% [markdown]
# You clear between `backward()` and the step, so there is nothing to step by: nothing moves, or `.grad` is None. Clear before the backward, or after the step. Part 2 runs this order.


# %% variant={"exercise": "three_steps", "name": "cleared_too_early", "is": "wrong", "same_as": "backward_updates_the_weights"}
def step_by_hand(weights, x, y, lr):
    for weight, gradient in zip(weights, hand_gradients(weights, x, y)):
        weight -= lr * gradient


def step_with_nn(model, x, y, lr):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    loss.backward()
    model.zero_grad()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= lr * p.grad
    return loss.item()


def step_with_optim(model, optimizer, x, y):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


# %% [markdown]
# ## orders

# %% variant={"exercise": "orders", "name": "run", "is": "right"}
outcome = {}
for order in ("FZBS", "ZFBS", "FBSZ", "FBS", "FBZS", "FZB", "FSBZ", "FZSB", "FSZB", "FBFS", "BFSZ"):
    found = after(order)
    if isinstance(found, Exception):
        outcome[order] = "raises"
    else:
        outcome[order] = (
            "still"
            if torch.equal(found, start)
            else "same"
            if torch.equal(found, good)
            else "other"
        )

# %% [markdown]
# You take FBS for sound, as if each `backward()` overwrote `.grad`. Without Z the gradients add up: each step follows the sum of all so far. It trains, to other weights. Compare `after("FBS")` with `good`.

# %% variant={"exercise": "orders", "name": "gradients_overwrite", "is": "wrong"}
outcome = {
    "FZBS": "same",
    "ZFBS": "same",
    "FBSZ": "same",
    "FBS": "same",
    "FBZS": "still",
    "FZB": "still",
    "FSBZ": "still",
    "FZSB": "still",
    "FSZB": "raises",
    "FBFS": "same",
    "BFSZ": "raises",
}

# %% [markdown]
# You let a loop without S train, as if `backward()` moved the weights. Only S writes weights: in FZB nothing ever moves. Run `after("FZB")`, and compare it with `start`.

# %% variant={"exercise": "orders", "name": "backward_updates_the_weights", "is": "wrong"}
outcome = {
    "FZBS": "same",
    "ZFBS": "same",
    "FBSZ": "same",
    "FBS": "other",
    "FBZS": "still",
    "FZB": "same",
    "FSBZ": "other",
    "FZSB": "other",
    "FSZB": "raises",
    "FBFS": "other",
    "BFSZ": "raises",
}

# %% [markdown]
# You take it that only FZBS as it stands is sound. Z has to come between the last S and the next B: before F, after F, or at the end of the round are all that. `after("ZFBS")` and `after("FBSZ")` give the very same weights.

# %% variant={"exercise": "orders", "name": "only_one_order", "is": "wrong"}
outcome = {
    "FZBS": "same",
    "ZFBS": "other",
    "FBSZ": "other",
    "FBS": "other",
    "FBZS": "still",
    "FZB": "still",
    "FSBZ": "still",
    "FZSB": "still",
    "FSZB": "raises",
    "FBFS": "other",
    "BFSZ": "raises",
}

# %% [markdown]
# You miss the two that raise. S moves the weights in place; the graph of an F before it remembers the weights that it used, and its B finds them changed. PyTorch notices, and raises. Run `after("FSZB")`.

# %% variant={"exercise": "orders", "name": "nothing_raises", "is": "wrong"}
outcome = {
    "FZBS": "same",
    "ZFBS": "same",
    "FBSZ": "same",
    "FBS": "other",
    "FBZS": "still",
    "FZB": "still",
    "FSBZ": "still",
    "FZSB": "still",
    "FSZB": "other",
    "FBFS": "other",
    "BFSZ": "other",
}

# %% [markdown]
# You let every loop raise in which S stands between F and B. In FSBZ and FZSB each gradient is cleared before an S could use it: nothing is changed in place, so B finds what it remembers, and nothing moves. Follow `.grad` around the circle.

# %% variant={"exercise": "orders", "name": "raises_too_often", "is": "wrong"}
outcome = {
    "FZBS": "same",
    "ZFBS": "same",
    "FBSZ": "same",
    "FBS": "other",
    "FBZS": "still",
    "FZB": "still",
    "FSBZ": "raises",
    "FZSB": "raises",
    "FSZB": "raises",
    "FBFS": "other",
    "BFSZ": "raises",
}

# %% [markdown]
# ## overfit_batch


# %% variant={"exercise": "overfit_batch", "name": "computed_once_more", "is": "right"}
def overfit_batch(model, inputs, targets, criterion, steps=100, lr=0.01):
    pupil = copy.deepcopy(model).train()
    optimizer = torch.optim.Adam(pupil.parameters(), lr=lr)
    optimizer.zero_grad()
    first = loss = criterion(pupil(inputs), targets)
    for _ in range(steps):
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        loss = criterion(pupil(inputs), targets)
    return float(first), float(loss)


# %% [markdown]
# You train the model itself. A check must leave no trace: the real training would start from weights that know one batch by heart. Train `copy.deepcopy(model)`, with an optimizer made from the copy's parameters.


# %% variant={"exercise": "overfit_batch", "name": "trains_the_model_itself", "is": "wrong"}
def overfit_batch(model, inputs, targets, criterion, steps=100, lr=0.01):
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


# %% [markdown]
# Your second number is the loss that the last update was computed from, so it is one update old; and with `steps=0` there is none. Compute the loss once more after the loop.


# %% variant={"exercise": "overfit_batch", "name": "loss_before_the_last_update", "is": "wrong"}
def overfit_batch(model, inputs, targets, criterion, steps=100, lr=0.01):
    model = copy.deepcopy(model).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(max(steps, 1)):
        loss = criterion(model(inputs), targets)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses[0], losses[-1]


# %% [markdown]
# You never clear the gradients: `backward()` adds to what is there, and a copied model brings its gradients along. Call `optimizer.zero_grad()` before each backward.


# %% variant={"exercise": "overfit_batch", "name": "gradients_overwrite", "is": "wrong"}
def overfit_batch(model, inputs, targets, criterion, steps=100, lr=0.01):
    model = copy.deepcopy(model).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps + 1):
        loss = criterion(model(inputs), targets)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    return losses[0], losses[-1]


# %% [markdown]
# Your optimizer holds the parameters of the original, and your backward fills the gradients of the copy: nothing moves, and both losses are the same. Make the optimizer after the copy, from the copy's parameters.


# %% variant={"exercise": "overfit_batch", "name": "optimizer_of_the_original", "is": "wrong"}
def overfit_batch(model, inputs, targets, criterion, steps=100, lr=0.01):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    pupil = copy.deepcopy(model).train()
    losses = []
    for _ in range(steps + 1):
        loss = criterion(pupil(inputs), targets)
        losses.append(loss.item())
        pupil.zero_grad()
        loss.backward()
        optimizer.step()
    return losses[0], losses[-1]


# %% [markdown]
# You leave the mode as it is. A model that comes in eval mode is then trained without its Dropout. Say `train()` to the copy.


# %% variant={"exercise": "overfit_batch", "name": "mode_left", "is": "wrong"}
def overfit_batch(model, inputs, targets, criterion, steps=100, lr=0.01):
    model = copy.deepcopy(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps + 1):
        loss = criterion(model(inputs), targets)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses[0], losses[-1]


# %% [markdown]
# You return tensors, each with its graph behind it. A loss that is only looked at is a number: `loss.item()`.


# %% variant={"exercise": "overfit_batch", "name": "tensors_returned", "is": "wrong"}
def overfit_batch(model, inputs, targets, criterion, steps=100, lr=0.01):
    model = copy.deepcopy(model).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps + 1):
        loss = criterion(model(inputs), targets)
        losses.append(loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses[0], losses[-1]


# %% [markdown]
# ## index_batches


# %% variant={"exercise": "index_batches", "name": "by_slices", "is": "right"}
def index_batches(count, batch_size, generator=None, drop_last=False):
    order = torch.arange(count)
    if generator is not None:
        order = torch.randperm(count, generator=generator)
    end = count - count % batch_size if drop_last else count
    return [order[at : at + batch_size] for at in range(0, end, batch_size)]


# %% [markdown]
# You draw indices with replacement: some samples come twice in an epoch, others never. An epoch is a permutation: `torch.randperm`.


# %% variant={"exercise": "index_batches", "name": "with_replacement", "is": "wrong"}
def index_batches(count, batch_size, generator=None, drop_last=False):
    order = (
        torch.arange(count)
        if generator is None
        else torch.randint(count, (count,), generator=generator)
    )
    return [b for b in order.split(batch_size) if len(b) == batch_size or not drop_last]


# %% [markdown]
# You always leave out the last batch if it is short. Without `drop_last` its samples belong to the epoch. Try 5 samples in batches of 2: there are three batches.


# %% variant={"exercise": "index_batches", "name": "always_dropped", "is": "wrong"}
def index_batches(count, batch_size, generator=None, drop_last=False):
    order = torch.arange(count) if generator is None else torch.randperm(count, generator=generator)
    return [b for b in order.split(batch_size) if len(b) == batch_size]


# %% [markdown]
# You leave out the last batch with `drop_last` even if it is full. Only one that is smaller than `batch_size` goes. Try 6 samples in batches of 3.


# %% variant={"exercise": "index_batches", "name": "last_one_dropped_even_if_full", "is": "wrong"}
def index_batches(count, batch_size, generator=None, drop_last=False):
    order = torch.arange(count) if generator is None else torch.randperm(count, generator=generator)
    found = list(order.split(batch_size))
    return found[:-1] if drop_last else found


# %% [markdown]
# You ignore `drop_last`: the short batch is always there. Keep the pieces of full length if it is True.


# %% variant={"exercise": "index_batches", "name": "drop_last_ignored", "is": "wrong"}
def index_batches(count, batch_size, generator=None, drop_last=False):
    order = torch.arange(count) if generator is None else torch.randperm(count, generator=generator)
    return list(order.split(batch_size))


# %% [markdown]
# Each epoch of yours has the same order: you seed the generator anew. Its state has to go on from epoch to epoch, so draw from the one that you are given, and leave its seed alone.


# %% variant={"exercise": "index_batches", "name": "same_order_each_epoch", "is": "wrong"}
def index_batches(count, batch_size, generator=None, drop_last=False):
    order = torch.arange(count)
    if generator is not None:
        order = torch.randperm(
            count, generator=torch.Generator().manual_seed(generator.initial_seed())
        )
    return [b for b in order.split(batch_size) if len(b) == batch_size or not drop_last]


# %% [markdown]
# You draw from the global generator. Then any other random call, of Dropout or of a new model, changes the order of your samples. Hand `generator=generator` to `torch.randperm`.


# %% variant={"exercise": "index_batches", "name": "global_generator", "is": "wrong"}
def index_batches(count, batch_size, generator=None, drop_last=False):
    order = torch.arange(count) if generator is None else torch.randperm(count)
    return [b for b in order.split(batch_size) if len(b) == batch_size or not drop_last]


# %% [markdown]
# You shuffle the batches, and not the samples: the same ones always meet in a batch. Permute the indices first, then cut.


# %% variant={"exercise": "index_batches", "name": "batches_shuffled", "is": "wrong"}
def index_batches(count, batch_size, generator=None, drop_last=False):
    found = [
        b for b in torch.arange(count).split(batch_size) if len(b) == batch_size or not drop_last
    ]
    if generator is None:
        return found
    return [found[k] for k in torch.randperm(len(found), generator=generator).tolist()]


# %% [markdown]
# ## train_epoch


# %% variant={"exercise": "train_epoch", "name": "lists", "is": "right"}
def train_epoch(model, batches, criterion, optimizer):
    model.train(True)
    optimizer.zero_grad()
    losses, sizes = [], []
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        sizes.append(inputs.shape[0])
    if not sizes:
        raise ValueError("no batch")
    return sum(a * n for a, n in zip(losses, sizes)) / sum(sizes)


# %% [markdown]
# You average the means of the batches. The samples of a small last batch then count more than others. Add each mean times its size, and divide once by the count of samples.


# %% variant={"exercise": "train_epoch", "name": "mean_of_means", "is": "wrong"}
def train_epoch(model, batches, criterion, optimizer):
    model.train()
    losses = []
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if not losses:
        raise ValueError("no batch")
    return sum(losses) / len(losses)


# %% [markdown]
# You never clear the gradients, as if each backward overwrote the last. It adds, so each update follows the sum of all batches so far. Call `optimizer.zero_grad()` before each backward.


# %% variant={"exercise": "train_epoch", "name": "gradients_overwrite", "is": "wrong"}
def train_epoch(model, batches, criterion, optimizer):
    model.train()
    total, count = 0.0, 0
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
        count += len(inputs)
    if count == 0:
        raise ValueError("no batch")
    return total / count


# %% [markdown]
# There is no `optimizer.step()` in your loop: `backward()` computes gradients, and updates nothing. The loss of a second epoch would be that of the first.


# %% variant={"exercise": "train_epoch", "name": "backward_updates_the_weights", "is": "wrong"}
def train_epoch(model, batches, criterion, optimizer):
    model.train()
    total, count = 0.0, 0
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        total += loss.item() * len(inputs)
        count += len(inputs)
    if count == 0:
        raise ValueError("no batch")
    return total / count


# %% [markdown]
# You step once, after the loop, by the last batch's gradient. An epoch makes one update for each batch: `optimizer.step()` belongs into the loop.


# %% variant={"exercise": "train_epoch", "name": "one_step_an_epoch", "is": "wrong"}
def train_epoch(model, batches, criterion, optimizer):
    model.train()
    total, count = 0.0, 0
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        total += loss.item() * len(inputs)
        count += len(inputs)
    if count == 0:
        raise ValueError("no batch")
    optimizer.step()
    return total / count


# %% [markdown]
# You return a tensor, whose graph holds the graphs of all batches. Take `loss.item()` for whatever outlives the batch.


# %% variant={"exercise": "train_epoch", "name": "graphs_kept", "is": "wrong"}
def train_epoch(model, batches, criterion, optimizer):
    model.train()
    total, count = 0.0, 0
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss * len(inputs)
        count += len(inputs)
    if count == 0:
        raise ValueError("no batch")
    return total / count


# %% [markdown]
# You don't set the mode. Somebody validated before, with `eval()`, and your epoch trains without Dropout, without a word. Say `model.train()` at the start.


# %% variant={"exercise": "train_epoch", "name": "mode_left", "is": "wrong"}
def train_epoch(model, batches, criterion, optimizer):
    total, count = 0.0, 0
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
        count += len(inputs)
    if count == 0:
        raise ValueError("no batch")
    return total / count


# %% [markdown]
# You clear after the step, which keeps the batches of this epoch apart; but what `.grad` held before the call is added to the first batch's gradient. Clear before the backward.


# %% variant={"exercise": "train_epoch", "name": "cleared_after_only", "is": "wrong"}
def train_epoch(model, batches, criterion, optimizer):
    model.train()
    total, count = 0.0, 0
    for inputs, targets in batches:
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item() * len(inputs)
        count += len(inputs)
    if count == 0:
        raise ValueError("no batch")
    return total / count


# %% [markdown]
# You measure the loss after each update, by a second forward. What an epoch reports is the loss that its update was computed from: it is there already, and costs nothing.


# %% variant={"exercise": "train_epoch", "name": "loss_after_the_update", "is": "wrong"}
def train_epoch(model, batches, criterion, optimizer):
    model.train()
    total, count = 0.0, 0
    for inputs, targets in batches:
        optimizer.zero_grad()
        criterion(model(inputs), targets).backward()
        optimizer.step()
        total += criterion(model(inputs), targets).item() * len(inputs)
        count += len(inputs)
    if count == 0:
        raise ValueError("no batch")
    return total / count


# %% [markdown]
# ## accumulated_step


# %% variant={"exercise": "accumulated_step", "name": "gradients_scaled_at_the_end", "is": "right"}
def accumulated_step(model, parts, criterion, optimizer):
    optimizer.zero_grad()
    total, count = 0.0, 0
    for inputs, targets in parts:
        loss = criterion(model(inputs), targets) * len(inputs)
        loss.backward()
        total, count = total + loss.item(), count + len(inputs)
    for p in model.parameters():
        p.grad /= count
    optimizer.step()
    return total / count


# %% [markdown]
# You don't weight the losses: the gradients of the parts' means are summed, and the step is about as many times too long as there are parts. Multiply each loss by its share of the samples before its backward. Look at Predict 6.


# %% variant={"exercise": "accumulated_step", "name": "not_divided", "is": "wrong"}
def accumulated_step(model, parts, criterion, optimizer):
    count = sum(len(inputs) for inputs, _ in parts)
    total = 0.0
    optimizer.zero_grad()
    for inputs, targets in parts:
        loss = criterion(model(inputs), targets)
        loss.backward()
        total += loss.item() * len(inputs) / count
    optimizer.step()
    return total


# %% [markdown]
# You divide by the number of parts. That is right for equal parts; here a part of one sample weighs as much as one of seven. Weight by len(inputs) / count.


# %% variant={"exercise": "accumulated_step", "name": "divided_by_the_parts", "is": "wrong"}
def accumulated_step(model, parts, criterion, optimizer):
    total = 0.0
    optimizer.zero_grad()
    for inputs, targets in parts:
        loss = criterion(model(inputs), targets) / len(parts)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


# %% [markdown]
# You clear before each part, so only the last one's gradient is left for the step. `backward()` doesn't overwrite, and that is what accumulation lives on: clear once, before the first part.


# %% variant={"exercise": "accumulated_step", "name": "cleared_for_each_part", "is": "wrong"}
def accumulated_step(model, parts, criterion, optimizer):
    count = sum(len(inputs) for inputs, _ in parts)
    total = 0.0
    for inputs, targets in parts:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets) * (len(inputs) / count)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


# %% [markdown]
# You step after each part: those are several small updates, each from other weights, and no large batch. `step()` once, after the last part.


# %% variant={"exercise": "accumulated_step", "name": "step_for_each_part", "is": "wrong"}
def accumulated_step(model, parts, criterion, optimizer):
    count = sum(len(inputs) for inputs, _ in parts)
    total = 0.0
    for inputs, targets in parts:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets) * (len(inputs) / count)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


# %% [markdown]
# You add the losses up and call `backward()` once. The gradient is right, but all graphs are alive until then: as much memory as the large batch needs, which was to be avoided. One backward for each part.


# %% variant={"exercise": "accumulated_step", "name": "one_backward", "is": "wrong"}
def accumulated_step(model, parts, criterion, optimizer):
    count = sum(len(inputs) for inputs, _ in parts)
    optimizer.zero_grad()
    loss = sum(
        criterion(model(inputs), targets) * (len(inputs) / count) for inputs, targets in parts
    )
    loss.backward()
    optimizer.step()
    return loss.item()


# %% [markdown]
# You put the parts together into the large batch again. Then its activations have to fit into the memory, and they don't: that is why there are parts. One forward and one backward for each.


# %% variant={"exercise": "accumulated_step", "name": "parts_put_together", "is": "wrong"}
def accumulated_step(model, parts, criterion, optimizer):
    inputs = torch.cat([inputs for inputs, _ in parts])
    targets = torch.cat([targets for _, targets in parts])
    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


# %% [markdown]
# You never clear: the gradient of the update before, which `step()` doesn't take away, is added to this one. `optimizer.zero_grad()` once, before the first part.


# %% variant={"exercise": "accumulated_step", "name": "never_cleared", "is": "wrong"}
def accumulated_step(model, parts, criterion, optimizer):
    count = sum(len(inputs) for inputs, _ in parts)
    total = 0.0
    for inputs, targets in parts:
        loss = criterion(model(inputs), targets) * (len(inputs) / count)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


# %% [markdown]
# ## resumable_run


# %% variant={"exercise": "resumable_run", "name": "snapshots_by_a_file", "is": "right"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
        if len(self.rest) == 0:
            self.rest = torch.randperm(len(self.x), generator=self.generator)
        batch, *others = self.rest.split(self.batch_size)
        self.rest = torch.cat(others) if others else self.rest[:0]
        self.model.train()
        loss = self.criterion(self.model(self.x[batch]), self.y[batch])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    def parts(self):
        return {"model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler}

    def state_dict(self):
        file = io.BytesIO()
        state = {name: part.state_dict() for name, part in self.parts().items()}
        state.update(
            {
                "global generator": torch.random.get_rng_state(),
                "generator": self.generator.get_state(),
            }
        )
        torch.save({**state, "rest": self.rest.tolist()}, file)
        file.seek(0)
        return torch.load(file, weights_only=True)

    def load_state_dict(self, state):
        for name, part in self.parts().items():
            part.load_state_dict(copy.deepcopy(state[name]))
        torch.random.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = torch.tensor(state["rest"], dtype=torch.int64)


# %% [markdown]
# The optimizer's state is not saved. Momentum, and Adam's means and counts, begin anew, so the first steps after the resume go elsewhere. It is `self.optimizer.state_dict()`. Look at Predict 8.


# %% variant={"exercise": "resumable_run", "name": "optimizer_left_out", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "global generator": torch.get_rng_state(),
                "generator": self.generator.get_state(),
                "rest": self.rest,
            }
        )

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# The scheduler's state is not saved: after the resume it counts from 0 again, and lowers the rate too late. It is `self.scheduler.state_dict()`; print the rate after each update.


# %% variant={"exercise": "resumable_run", "name": "scheduler_left_out", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "global generator": torch.get_rng_state(),
                "generator": self.generator.get_state(),
                "rest": self.rest,
            }
        )

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# The global generator's state is not saved, so Dropout drops other units after the resume than it would have. It is `torch.get_rng_state()`; your own generator holds only the order of the samples.


# %% variant={"exercise": "resumable_run", "name": "dropouts_generator_left_out", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "generator": self.generator.get_state(),
                "rest": self.rest,
            }
        )

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# The sampler's generator is not saved: the epoch that is under way ends as it should, and the next one has another order. Save `self.generator.get_state()`.


# %% variant={"exercise": "resumable_run", "name": "samplers_generator_left_out", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "global generator": torch.get_rng_state(),
                "rest": self.rest,
            }
        )

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.rest = state["rest"]


# %% [markdown]
# What is left of the epoch is not saved: after the resume a new epoch begins, and some samples come twice while others are missed. Save `self.rest`. Stop after an update that doesn't end an epoch to see it.


# %% variant={"exercise": "resumable_run", "name": "rest_left_out", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "global generator": torch.get_rng_state(),
                "generator": self.generator.get_state(),
            }
        )

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])


# %% [markdown]
# You save the model, and nothing else that the next update reads: five of the table's six entries are missing. What you load is a model, not a run.


# %% variant={"exercise": "resumable_run", "name": "model_alone", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return copy.deepcopy({"model": self.model.state_dict()})

    def load_state_dict(self, state):
        self.model.load_state_dict(state["model"])


# %% [markdown]
# Your state holds the tensors of the run itself, not copies: its next update changes them, and what you load is no longer what you saved. `copy.deepcopy` the whole dict. It is the fault of Predict 9.


# %% variant={"exercise": "resumable_run", "name": "no_snapshot", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "global generator": torch.get_rng_state(),
            "generator": self.generator.get_state(),
            "rest": self.rest,
        }

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# You hand the tensors of `state` to the optimizer, which goes on writing into them: a second load of the same state finds what the first run made of it. Copy it first: `state = copy.deepcopy(state)`.


# %% variant={"exercise": "resumable_run", "name": "state_is_taken_over", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
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

    def load_state_dict(self, state):
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# You save the generator's seed, and seed it again: it then stands at its beginning, and the orders of the first epochs come again. Where it stands is `get_state()`.


# %% variant={"exercise": "resumable_run", "name": "seeded_again", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "global generator": torch.get_rng_state(),
                "generator": self.generator.initial_seed(),
                "rest": self.rest,
            }
        )

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.manual_seed(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# You save whole objects. A file of those is a pickle of code: `torch.load(weights_only=True)` refuses it, and it breaks when the class is renamed. Save each one's `state_dict()`, and load into the objects that are there.


# %% variant={"exercise": "resumable_run", "name": "objects_saved", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
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

    def state_dict(self):
        return copy.deepcopy(
            {
                "model": self.model,
                "optimizer": self.optimizer,
                "scheduler": self.scheduler,
                "global generator": torch.get_rng_state(),
                "generator": self.generator.get_state(),
                "rest": self.rest,
            }
        )

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model, self.optimizer, self.scheduler = (
            state["model"],
            state["optimizer"],
            state["scheduler"],
        )
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# You never clear the gradients, as if each backward overwrote the last: every update follows the sum of all so far, and after a resume that sum is missing. Call `zero_grad()` before the backward.


# %% variant={"exercise": "resumable_run", "name": "gradients_overwrite", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
        if len(self.rest) == 0:
            self.rest = torch.randperm(len(self.x), generator=self.generator)
        batch, self.rest = self.rest[: self.batch_size], self.rest[self.batch_size :]
        self.model.train()
        loss = self.criterion(self.model(self.x[batch]), self.y[batch])
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    def state_dict(self):
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

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# You begin a new epoch as soon as fewer than `batch_size` samples are left: the last ones of each epoch are never seen. A new one begins when `self.rest` is empty.


# %% variant={"exercise": "resumable_run", "name": "short_batch_left_out", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
        if len(self.rest) < self.batch_size:
            self.rest = torch.randperm(len(self.x), generator=self.generator)
        batch, self.rest = self.rest[: self.batch_size], self.rest[self.batch_size :]
        self.model.train()
        loss = self.criterion(self.model(self.x[batch]), self.y[batch])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    def state_dict(self):
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

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# The scheduler is never stepped, so the rate stays what it was. `self.scheduler.step()` comes after `self.optimizer.step()`, in each update.


# %% variant={"exercise": "resumable_run", "name": "scheduler_never_stepped", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
        if len(self.rest) == 0:
            self.rest = torch.randperm(len(self.x), generator=self.generator)
        batch, self.rest = self.rest[: self.batch_size], self.rest[self.batch_size :]
        self.model.train()
        loss = self.criterion(self.model(self.x[batch]), self.y[batch])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def state_dict(self):
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

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# You shuffle before each update, so an epoch is never finished: some samples come often, others hardly ever. Refill `self.rest` only when it is empty.


# %% variant={"exercise": "resumable_run", "name": "new_order_each_update", "is": "wrong"}
class Run:
    def __init__(self, model, optimizer, scheduler, x, y, criterion, batch_size, seed):
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.x, self.y, self.criterion, self.batch_size = x, y, criterion, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def update(self):
        self.rest = torch.randperm(len(self.x), generator=self.generator)
        batch, self.rest = self.rest[: self.batch_size], self.rest[self.batch_size :]
        self.model.train()
        loss = self.criterion(self.model(self.x[batch]), self.y[batch])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    def state_dict(self):
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

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["global generator"])
        self.generator.set_state(state["generator"])
        self.rest = state["rest"]


# %% [markdown]
# ## early_stopping


# %% variant={"exercise": "early_stopping", "name": "by_epochs", "is": "right"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best = patience, math.inf
        self.epoch = self.best_epoch = 0
        self.kept = {}

    def update(self, loss, model):
        self.epoch += 1
        if self.best > loss:
            self.best, self.best_epoch = loss, self.epoch
            self.kept = {name: value.clone() for name, value in model.state_dict().items()}
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        for name, value in model.state_dict().items():
            value.copy_(self.kept.get(name, value))


# %% [markdown]
# Your best state is not a copy: `state_dict()` holds the model's own tensors, and training goes on in them. What you restore is the last epoch. Keep `copy.deepcopy(model.state_dict())`. Look at Predict 9.


# %% variant={"exercise": "early_stopping", "name": "state_not_copied", "is": "wrong"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best = patience, math.inf
        self.waited, self.state = 0, None

    def update(self, loss, model):
        if loss < self.best:
            self.best, self.waited, self.state = loss, 0, model.state_dict()
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        if self.state is not None:
            model.load_state_dict(self.state)


# %% [markdown]
# You copy the dict and not what is in it: `dict(...)` or `.copy()` makes a new dict of the same tensors. `copy.deepcopy` copies the tensors, too.


# %% variant={"exercise": "early_stopping", "name": "shallow_copy", "is": "wrong", "same_as": "state_not_copied"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best = patience, math.inf
        self.waited, self.state = 0, None

    def update(self, loss, model):
        if loss < self.best:
            self.best, self.waited, self.state = loss, 0, dict(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        if self.state is not None:
            model.load_state_dict(self.state)


# %% [markdown]
# Your count of epochs without a new best is never set back, so all bad epochs of the run count together. `patience` is about epochs *in a row*: a new best begins the count anew.


# %% variant={"exercise": "early_stopping", "name": "count_not_set_back", "is": "wrong"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best = patience, math.inf
        self.waited, self.state = 0, None

    def update(self, loss, model):
        if loss < self.best:
            self.best, self.state = loss, copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        if self.state is not None:
            model.load_state_dict(self.state)


# %% [markdown]
# You stop an epoch late: with `>` the count has to exceed `patience`. After `patience` epochs without a new best it is time: `>=`.


# %% variant={"exercise": "early_stopping", "name": "an_epoch_late", "is": "wrong"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best = patience, math.inf
        self.waited, self.state = 0, None

    def update(self, loss, model):
        if loss < self.best:
            self.best, self.waited = loss, 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        return self.waited > self.patience

    def restore(self, model):
        if self.state is not None:
            model.load_state_dict(self.state)


# %% [markdown]
# You compare with the epoch before, not with the best so far. A loss of 4 after 6 is no new best if 3 was there. Compare with `self.best`.


# %% variant={"exercise": "early_stopping", "name": "compared_with_the_last_epoch", "is": "wrong"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best, self.last = patience, math.inf, math.inf
        self.waited, self.state = 0, None

    def update(self, loss, model):
        if loss < self.last:
            self.best, self.waited = min(self.best, loss), 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        self.last = loss
        return self.waited >= self.patience

    def restore(self, model):
        if self.state is not None:
            model.load_state_dict(self.state)


# %% [markdown]
# NaN, or an equal loss, counts as better with you: `not loss >= best` is True for NaN, and `<=` for a tie. Only `loss < self.best` is better.


# %% variant={"exercise": "early_stopping", "name": "nan_is_better", "is": "wrong"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best = patience, math.inf
        self.waited, self.state = 0, None

    def update(self, loss, model):
        if not loss >= self.best:
            self.best, self.waited = loss, 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        if self.state is not None:
            model.load_state_dict(self.state)


# %% [markdown]
# You keep the parameters and forget the buffers. The running statistics of a BatchNorm would be those of the last epoch, under the weights of the best. `state_dict()` has both.


# %% variant={"exercise": "early_stopping", "name": "buffers_forgotten", "is": "wrong"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best = patience, math.inf
        self.waited, self.state = 0, None

    def update(self, loss, model):
        if loss < self.best:
            self.best, self.waited = loss, 0
            self.state = [p.detach().clone() for p in model.parameters()]
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        if self.state is not None:
            for p, kept in zip(model.parameters(), self.state):
                p.data.copy_(kept)


# %% [markdown]
# If there was no best epoch, you try to load None, and stop there. A run whose losses are all NaN has nothing to restore: leave the model as it is.


# %% variant={"exercise": "early_stopping", "name": "nothing_to_restore", "is": "wrong"}
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best = patience, math.inf
        self.waited, self.state = 0, None

    def update(self, loss, model):
        if loss < self.best:
            self.best, self.waited = loss, 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        model.load_state_dict(self.state)


# %% [markdown]
# ## progress_line


# %% variant={"exercise": "progress_line", "name": "filled_by_ljust", "is": "right"}
def progress_line(done, total, loss=None, width=20):
    bar = ("#" * math.floor(width * done / total)).ljust(width, "·")
    words = ["[" + bar + "]", str(done * 100 // total).rjust(3) + "%"]
    if loss is not None:
        words += ["loss", format(loss, ".4f")]
    return " ".join(words)


# %% [markdown]
# You round to the nearest: 999 of 1000 then says 100%, with an update to go. Round down with `//`, for the bar as for the percentage.


# %% variant={"exercise": "progress_line", "name": "rounded", "is": "wrong"}
def progress_line(done, total, loss=None, width=20):
    full = round(width * done / total)
    line = "[" + "#" * full + "·" * (width - full) + f"] {100 * done / total:3.0f}%"
    return line if loss is None else f"{line} loss {loss:.4f}"


# %% [markdown]
# A loss of 0.0 disappears from your line: `if loss` is False for 0.0 as for None. Ask `loss is None`.


# %% variant={"exercise": "progress_line", "name": "zero_taken_for_none", "is": "wrong"}
def progress_line(done, total, loss=None, width=20):
    full = width * done // total
    line = "[" + "#" * full + "·" * (width - full) + f"] {100 * done // total:3}%"
    return f"{line} loss {loss:.4f}" if loss else line


# %% [markdown]
# Your bar has 20 characters, whatever `width` is. Take `width` for the filled part and for the rest.


# %% variant={"exercise": "progress_line", "name": "width_ignored", "is": "wrong"}
def progress_line(done, total, loss=None, width=20):
    full = 20 * done // total
    line = "[" + "#" * full + "·" * (20 - full) + f"] {100 * done // total:3}%"
    return line if loss is None else f"{line} loss {loss:.4f}"


# %% [markdown]
# Your line changes its length as it goes on: the percentage takes one, two or three places. Fill it up to three: `f"{number:3}%"`.


# %% variant={"exercise": "progress_line", "name": "percentage_not_filled", "is": "wrong"}
def progress_line(done, total, loss=None, width=20):
    full = width * done // total
    line = "[" + "#" * full + "·" * (width - full) + f"] {100 * done // total}%"
    return line if loss is None else f"{line} loss {loss:.4f}"


# %% [markdown]
# You divide before you multiply: `done // total` is 0 until the end, and so is your bar. Multiply first: `width * done // total`.


# %% variant={"exercise": "progress_line", "name": "divided_first", "is": "wrong"}
def progress_line(done, total, loss=None, width=20):
    full = width * (done // total)
    line = "[" + "#" * full + "·" * (width - full) + f"] {100 * (done // total):3}%"
    return line if loss is None else f"{line} loss {loss:.4f}"


# %% [markdown]
# ## fit


# %% variant={"exercise": "fit", "name": "states_in_a_list", "is": "right"}
def fit(model, batches, valid, criterion, optimizer, epochs):
    model.zero_grad()
    history, states = [], []
    for _ in range(epochs):
        for inputs, targets in batches:
            criterion(model(inputs), targets).backward()
            optimizer.step()
            optimizer.zero_grad()
        with torch.inference_mode():
            history += [float(criterion(model(valid[0]), valid[1]))]
        states.append({name: value.clone() for name, value in model.state_dict().items()})
    model.load_state_dict(states[history.index(min(history))])
    return history


fit_faults = {"rougher": "b", "memory": "e", "last one": "f"}

# %% [markdown]
# This is the code as it was, with its three faults: gradients add up over the batches of an epoch, each validation loss keeps its graph, and the best state is no copy.

# %% variant={"exercise": "fit", "name": "as_it_was", "is": "wrong"}
fit = faulty_fit
fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# You clear once an epoch, as if `backward()` overwrote the gradient of the batch before. It adds: the third batch steps by the sum of three. Clear before each backward.


# %% variant={"exercise": "fit", "name": "gradients_overwrite", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
    history, best, best_state = [], math.inf, None
    for _ in range(epochs):
        optimizer.zero_grad()
        for inputs, targets in batches:
            criterion(model(inputs), targets).backward()
            optimizer.step()
        with torch.no_grad():
            valid_loss = criterion(model(valid[0]), valid[1]).item()
        history.append(valid_loss)
        if valid_loss < best:
            best, best_state = valid_loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# You clear once, before all epochs. From the second batch on, each step follows the sum of all gradients so far. Clear before each backward.


# %% variant={"exercise": "fit", "name": "cleared_once", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
    history, best, best_state = [], math.inf, None
    optimizer.zero_grad()
    for _ in range(epochs):
        for inputs, targets in batches:
            criterion(model(inputs), targets).backward()
            optimizer.step()
        with torch.no_grad():
            valid_loss = criterion(model(valid[0]), valid[1]).item()
        history.append(valid_loss)
        if valid_loss < best:
            best, best_state = valid_loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# You call `eval()` for validation, in the belief that it turns gradients off. It sets a flag that Dropout and BatchNorm read; the graph is recorded all the same, with all its activations. `torch.no_grad()` turns it off. Look at loop 3.


# %% variant={"exercise": "fit", "name": "eval_turns_gradients_off", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
    history, best, best_state = [], math.inf, None
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
        model.eval()
        valid_loss = criterion(model(valid[0]), valid[1]).item()
        model.train()
        history.append(valid_loss)
        if valid_loss < best:
            best, best_state = valid_loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# You train on the validation samples: `eval()` stops neither `backward()` nor `step()`. Validation only looks: a forward and a loss, under `torch.no_grad()`.


# %% variant={"exercise": "fit", "name": "validation_trains", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
    history, best, best_state = [], math.inf, None
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
        model.eval()
        optimizer.zero_grad()
        loss = criterion(model(valid[0]), valid[1])
        loss.backward()
        optimizer.step()
        valid_loss = loss.item()
        model.train()
        history.append(valid_loss)
        if valid_loss < best:
            best, best_state = valid_loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# The best state is still no copy: `state_dict()` holds the model's own tensors, and the next epoch writes into them. `copy.deepcopy` it. Look at Predict 9.


# %% variant={"exercise": "fit", "name": "best_not_copied", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
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
            best, best_state = valid_loss, model.state_dict()
    model.load_state_dict(best_state)
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# Your history holds tensors, not numbers. Under `no_grad` they keep no graph any more, but a curve is a list of floats: take `.item()`.


# %% variant={"exercise": "fit", "name": "tensors_in_the_history", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
    history, best, best_state = [], math.inf, None
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
        with torch.no_grad():
            valid_loss = criterion(model(valid[0]), valid[1])
        history.append(valid_loss)
        if valid_loss < best:
            best, best_state = valid_loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# Of two epochs with the same smallest loss you keep the later one. Asked for is the first: only a smaller loss is better, `<`.


# %% variant={"exercise": "fit", "name": "last_of_the_best", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
    history, best, best_state = [], math.inf, None
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
        with torch.no_grad():
            valid_loss = criterion(model(valid[0]), valid[1]).item()
        history.append(valid_loss)
        if valid_loss <= best:
            best, best_state = valid_loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# You keep the best state, and never load it: the model has the weights of the last epoch. `model.load_state_dict(best_state)` at the end.


# %% variant={"exercise": "fit", "name": "best_not_loaded", "is": "wrong", "same_as": "best_not_copied"}
def fit(model, batches, valid, criterion, optimizer, epochs):
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
    _ = best_state
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# The code is mended, and the names of the faults are not: gradients that add up are B, a loss kept with its graph is E, a snapshot that is no copy is F.


# %% variant={"exercise": "fit", "name": "wrong_names", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
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


fit_faults = {"rougher": "D", "memory": "F", "last one": "H"}

# %% [markdown]
# There is no `optimizer.step()` in your loop. `backward()` computes gradients, and updates nothing: all entries of your history are the same.


# %% variant={"exercise": "fit", "name": "backward_updates_the_weights", "is": "wrong"}
def fit(model, batches, valid, criterion, optimizer, epochs):
    history, best, best_state = [], math.inf, None
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
        with torch.no_grad():
            valid_loss = criterion(model(valid[0]), valid[1]).item()
        history.append(valid_loss)
        if valid_loss < best:
            best, best_state = valid_loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history


fit_faults = {"rougher": "B", "memory": "E", "last one": "F"}

# %% [markdown]
# ## train_digits


# %% variant={"exercise": "train_digits", "name": "scaling_layer", "is": "right"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(15):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% variant={"exercise": "train_digits", "name": "full_batches", "is": "right"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(250):
        for batch in torch.randperm(len(images), generator=order).split(len(images)):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% variant={"exercise": "train_digits", "name": "sgd_and_dropout", "is": "right"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(20):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% [markdown]
# No weight moves in your training: `backward()` computes gradients, and `optimizer.step()` uses them. One digit in ten is right, as with a coin of ten sides.


# %% variant={"exercise": "train_digits", "name": "never_updated", "is": "wrong"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
    return model.eval()


# %% [markdown]
# You never clear the gradients, as if `backward()` overwrote them: each step follows the sum of all batches so far, and training stops short of 95 of 100. Print the loss of each epoch, and call `zero_grad()`.


# %% variant={"exercise": "train_digits", "name": "gradients_never_cleared", "is": "wrong"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
    return model.eval()


# %% [markdown]
# You train in the order in which the samples come. If they come sorted, each batch holds one digit, and the last digits are all that the model remembers. Draw a new order for each epoch: `torch.randperm`.


# %% variant={"exercise": "train_digits", "name": "not_shuffled", "is": "wrong"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        for batch in torch.arange(len(images)).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% [markdown]
# One epoch at a small rate is too short: less than 95 of 100 unseen digits are right. Look at the loss of each epoch; while it falls, go on.


# %% variant={"exercise": "train_digits", "name": "one_epoch", "is": "wrong"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(1):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% [markdown]
# You scale the pixels in training, outside of the model. Whoever calls it gives pixels of 0 to 16, and it has never seen such. Make the scaling a part of the model: a Module of its own in front.


# %% variant={"exercise": "train_digits", "name": "scaled_only_in_training", "is": "wrong"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model((images[batch] - 8) / 16), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% [markdown]
# The model comes back in training mode: its Dropout goes on dropping, and its predictions change from call to call. Return `model.eval()`.


# %% variant={"exercise": "train_digits", "name": "training_mode", "is": "wrong"}
def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


# %% [markdown]
# The weights that you begin with don't come from the seed, but from what was drawn before the call, so two calls with one seed differ. `torch.manual_seed(seed)` before the model is made.


# %% variant={"exercise": "train_digits", "name": "not_seeded", "is": "wrong"}
def train_digits(images, labels, seed):
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% [markdown]
# Your model subtracts the mean of the batch that it is given, so its answer for an image depends on which others come along; an image alone becomes all zeros. Take statistics from the training samples, once, and keep them.


# %% variant={"exercise": "train_digits", "name": "a_row_too_few", "is": "wrong"}
class Scale(nn.Module):
    def forward(self, x):
        return x / 16 - (x / 16).mean(dim=0)


def train_digits(images, labels, seed):
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = nn.Sequential(Scale(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        for batch in torch.randperm(len(images), generator=order).split(64):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% [markdown]
# ## knowledge_check

# %% variant={"exercise": "knowledge_check", "name": "assigned_one_by_one", "is": "right"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "bdcabccacd"))

# %% [markdown]
# In your answers backward() updates the weights. It adds to `.grad`, and that is all; `optimizer.step()` reads `.grad` and changes the weights. Look at loop 1 in Part 8.

# %% variant={"exercise": "knowledge_check", "name": "backward_updates_the_weights", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "adcabccacd"))

# %% [markdown]
# In your answers gradients overwrite each other. backward() adds to `.grad`; that is why there is a zero_grad, and why accumulation works. Look at loop 2 in Part 8.

# %% variant={"exercise": "knowledge_check", "name": "gradients_overwrite", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "bacabccacd"))

# %% [markdown]
# In your answers eval() turns gradients off. It sets a flag that Dropout and BatchNorm read; a function that trains goes on training. Look at loop 3 in Part 8.

# %% variant={"exercise": "knowledge_check", "name": "eval_turns_gradients_off", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "bdaabccacd"))

# %% [markdown]
# In your answers a framework has a mathematics of its own. Exercise 2 made the same step by hand, with nn and with optim, and the weights were equal. Look at loop 4 in Part 8.

# %% variant={"exercise": "knowledge_check", "name": "framework_is_another_mathematics", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "bdcdbccacd"))
