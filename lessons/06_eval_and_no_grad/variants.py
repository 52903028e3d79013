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
# # 06 · Evaluation: known right and known wrong answers
#
# Each code cell stands in the place of an exercise's solution cell. Above a wrong one is what a student who answered so reads. `autograder verify 06` proves that the hidden tests accept every right one and catch every wrong one.

# %% [markdown]
# ## read_modes

# %% variant={"exercise": "read_modes", "name": "asked_of_pytorch", "is": "right"}
modes = {"train, grad": "DSG"}
for training, gradients in ((True, False), (False, True), (False, False)):
    layers = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout(1.0)).train(training)
    with torch.set_grad_enabled(gradients):
        out = layers(torch.ones(3, 2) * torch.arange(3.0).unsqueeze(1))
    said = "D" if not out.any() else ""
    said += "S" if layers[1].running_mean.any() else ""
    said += "G" if out.requires_grad else ""
    modes[f"{'train' if training else 'eval'}, {'grad' if gradients else 'no_grad'}"] = said
w = torch.tensor(1.0, requires_grad=True)
(w * 2.0).backward()
modes["norm"] = w.grad.item()
(w * 3.0).backward()
modes.update(both=w.grad.item(), weight=w.item())

# %% variant={"exercise": "read_modes", "name": "lower_case", "is": "right"}
modes = {"train, grad": "dsg", "train, no_grad": "sd", "eval, grad": "g", "eval, no_grad": "", "norm": 2, "both": 5, "weight": 1}

# %% [markdown]
# You let `eval()` turn gradients off: no graph, no gradient from the validation batch. `eval()` writes `training = False`, which Dropout and BatchNorm read; autograd reads another flag, which `no_grad()` sets. Look at the rows of the picture in Part 1, and run Predict 1 again.

# %% variant={"exercise": "read_modes", "name": "eval_turns_gradients_off", "is": "wrong"}
modes = {"train, grad": "DSG", "train, no_grad": "DS", "eval, grad": "", "eval, no_grad": "", "norm": 0.0, "both": 3.0, "weight": 1.0}

# %% [markdown]
# You let `no_grad()` do what `eval()` does: no dropping, no statistics. It stops the recording, and changes no number that is computed; BatchNorm writes its buffers without any graph. Run Predict 2 again.

# %% variant={"exercise": "read_modes", "name": "no_grad_is_eval", "is": "wrong"}
modes = {"train, grad": "DSG", "train, no_grad": "", "eval, grad": "G", "eval, no_grad": "", "norm": 2.0, "both": 5.0, "weight": 1.0}

# %% [markdown]
# You let `no_grad()` hold BatchNorm's statistics. They are no gradients: BatchNorm writes its buffers in each forward pass in training mode, whether a graph is recorded or not. Print `running_mean` before and after such a call.

# %% variant={"exercise": "read_modes", "name": "no_grad_holds_the_statistics", "is": "wrong"}
modes = {"train, grad": "DSG", "train, no_grad": "D", "eval, grad": "G", "eval, no_grad": "", "norm": 2.0, "both": 5.0, "weight": 1.0}

# %% [markdown]
# The two switches are exchanged: with you `eval()` stops the recording, and `no_grad()` stops Dropout and the statistics. Read the table at the top of Part 1: who reads `training`, and who reads the grad flag?

# %% variant={"exercise": "read_modes", "name": "switches_exchanged", "is": "wrong"}
modes = {"train, grad": "DSG", "train, no_grad": "G", "eval, grad": "DS", "eval, no_grad": "", "norm": 0.0, "both": 3.0, "weight": 1.0}

# %% [markdown]
# You let the second `backward()` overwrite the first. It adds: 2 is still there from the validation batch, so the training step would follow 5. Somebody has to call `zero_grad()` between them.

# %% variant={"exercise": "read_modes", "name": "gradients_overwrite", "is": "wrong"}
modes = {"train, grad": "DSG", "train, no_grad": "DS", "eval, grad": "G", "eval, no_grad": "", "norm": 2.0, "both": 3.0, "weight": 1.0}

# %% [markdown]
# You let `backward()` change the weight. It writes gradients, in any mode; a weight changes in `optimizer.step()`, and nobody calls it here. Print `w` after each line.

# %% variant={"exercise": "read_modes", "name": "backward_updates_the_weight", "is": "wrong"}
modes = {"train, grad": "DSG", "train, no_grad": "DS", "eval, grad": "G", "eval, no_grad": "", "norm": 2.0, "both": 5.0, "weight": 0.5}

# %% [markdown]
# ## footprint

# %% variant={"exercise": "footprint", "name": "deep_copies", "is": "right"}
def footprint(model, call):
    def same(a, b):
        return (a is None) == (b is None) and (a is None or bool((a == b).all()))

    grads = [copy.deepcopy(p.grad) for p in model.parameters()]
    weights, buffers = copy.deepcopy(list(model.parameters())), copy.deepcopy(list(model.buffers()))
    flags, random_state = [m.training for m in model.modules()], torch.get_rng_state()
    call()
    found = set()
    if any(not same(a, b.grad) for a, b in zip(grads, model.parameters())):
        found.add("gradients")
    if any(not same(a, b) for a, b in zip(weights, model.parameters())):
        found.add("weights")
    if any(not same(a, b) for a, b in zip(buffers, model.buffers())):
        found.add("buffers")
    if flags != [m.training for m in model.modules()]:
        found.add("flags")
    if not same(random_state, torch.get_rng_state()):
        found.add("random")
    return found

# %% variant={"exercise": "footprint", "name": "as_bytes", "is": "right"}
def footprint(model, call):
    def note():
        raw = lambda t: None if t is None else t.detach().cpu().numpy().tobytes()
        return (
            ("weights", [raw(p) for p in model.parameters()]),
            ("gradients", [raw(p.grad) for p in model.parameters()]),
            ("buffers", [raw(b) for b in model.buffers()]),
            ("flags", {name: m.training for name, m in model.named_modules()}),
            ("random", raw(torch.random.get_rng_state())),
        )

    first = note()
    call()
    return {name for (name, a), (_, b) in zip(first, note()) if a != b}

# %% [markdown]
# Your notes are the tensors themselves. Changes in place, such as those of an optimizer or of BatchNorm, happen in your notes, too, and nothing seems to have changed. Keep copies: `.clone()`.

# %% variant={"exercise": "footprint", "name": "notes_without_copies", "is": "wrong"}
def footprint(model, call):
    def notes():
        return {
            "weights": list(model.parameters()),
            "gradients": [torch.empty(0) if p.grad is None else p.grad for p in model.parameters()],
            "buffers": list(model.buffers()),
            "flags": [torch.tensor(m.training) for m in model.modules()],
            "random": [torch.get_rng_state()],
        }

    before = notes()
    call()
    after = notes()
    return {word for word in before if not all(map(torch.equal, before[word], after[word]))}

# %% [markdown]
# You look at the model's own flag alone. Each Module in it has one: a part may be set by itself, and `model.training` says nothing of that. Walk through `model.modules()`.

# %% variant={"exercise": "footprint", "name": "only_the_root_flag", "is": "wrong"}
def footprint(model, call):
    def notes():
        return {
            "weights": [p.detach().clone() for p in model.parameters()],
            "gradients": [torch.empty(0) if p.grad is None else p.grad.clone() for p in model.parameters()],
            "buffers": [b.clone() for b in model.buffers()],
            "flags": [torch.tensor(model.training)],
            "random": [torch.get_rng_state()],
        }

    before = notes()
    call()
    after = notes()
    return {word for word in before if not all(map(torch.equal, before[word], after[word]))}

# %% [markdown]
# You take weights and buffers from `state_dict()`: a buffer with `persistent=False` isn't in it. `model.buffers()` gives all of them (lesson 03).

# %% variant={"exercise": "footprint", "name": "by_state_dict", "is": "wrong"}
def footprint(model, call):
    def notes():
        names = {name for name, _ in model.named_parameters()}
        state = {name: value.clone() for name, value in model.state_dict().items()}
        return {
            "weights": [value for name, value in state.items() if name in names],
            "gradients": [torch.empty(0) if p.grad is None else p.grad.clone() for p in model.parameters()],
            "buffers": [value for name, value in state.items() if name not in names],
            "flags": [torch.tensor(m.training) for m in model.modules()],
            "random": [torch.get_rng_state()],
        }

    before = notes()
    call()
    after = notes()
    return {word for word in before if not all(map(torch.equal, before[word], after[word]))}

# %% [markdown]
# With you a gradient of zeros and no gradient are the same. They are not: an optimizer leaves out what has none (lesson 04). Put something in the place of `None` that no gradient is.

# %% variant={"exercise": "footprint", "name": "none_taken_for_zeros", "is": "wrong"}
def footprint(model, call):
    def notes():
        return {
            "weights": [p.detach().clone() for p in model.parameters()],
            "gradients": [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in model.parameters()],
            "buffers": [b.clone() for b in model.buffers()],
            "flags": [torch.tensor(m.training) for m in model.modules()],
            "random": [torch.get_rng_state()],
        }

    before = notes()
    call()
    after = notes()
    return {word for word in before if not all(map(torch.equal, before[word], after[word]))}

# %% [markdown]
# You only ask whether there is a gradient. One that was there and has been added to, or emptied in place, is another gradient: compare the entries as well.

# %% variant={"exercise": "footprint", "name": "only_whether_there_is_one", "is": "wrong"}
def footprint(model, call):
    def notes():
        return {
            "weights": [p.detach().clone() for p in model.parameters()],
            "gradients": [torch.tensor(p.grad is None) for p in model.parameters()],
            "buffers": [b.clone() for b in model.buffers()],
            "flags": [torch.tensor(m.training) for m in model.modules()],
            "random": [torch.get_rng_state()],
        }

    before = notes()
    call()
    after = notes()
    return {word for word in before if not all(map(torch.equal, before[word], after[word]))}

# %% [markdown]
# You count a backward as a change of the weights. `backward()` writes `.grad`, and no weight: that is `optimizer.step()`. Compare the parameters' own entries with a copy taken before.

# %% variant={"exercise": "footprint", "name": "backward_updates_the_weights", "is": "wrong"}
def footprint(model, call):
    def notes():
        grads = [torch.empty(0) if p.grad is None else p.grad.clone() for p in model.parameters()]
        return {
            "weights": [p.detach().clone() for p in model.parameters()] + grads,
            "gradients": grads,
            "buffers": [b.clone() for b in model.buffers()],
            "flags": [torch.tensor(m.training) for m in model.modules()],
            "random": [torch.get_rng_state()],
        }

    before = notes()
    call()
    after = notes()
    return {word for word in before if not all(map(torch.equal, before[word], after[word]))}

# %% [markdown]
# You clean up before you look: you set the model to `eval()` and clear its gradients, as if an evaluation did so by itself. The tool must only look, before and after.

# %% variant={"exercise": "footprint", "name": "cleans_up", "is": "wrong"}
def footprint(model, call):
    def notes():
        return {
            "weights": [p.detach().clone() for p in model.parameters()],
            "gradients": [torch.empty(0) if p.grad is None else p.grad.clone() for p in model.parameters()],
            "buffers": [b.clone() for b in model.buffers()],
            "flags": [torch.tensor(m.training) for m in model.modules()],
            "random": [torch.get_rng_state()],
        }

    model.eval()
    model.zero_grad()
    before = notes()
    call()
    after = notes()
    return {word for word in before if not all(map(torch.equal, before[word], after[word]))}

# %% [markdown] equivalent={"exercise": "footprint"}
# Whether two tensors are equal doesn't depend on which comes first.
#
# ```diff
# - return {word for word in before if not all(map(torch.equal, before[word], after[word]))}
# + return {word for word in before if not all(map(torch.equal, after[word], before[word]))}
# ```

# %% [markdown]
# ## dropout

# %% variant={"exercise": "dropout", "name": "by_bernoulli", "is": "right"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return x * 0.0
        mask = torch.empty_like(x).bernoulli_(1 - self.p)
        return x * (mask / (1 - self.p))

# %% variant={"exercise": "dropout", "name": "by_functional", "is": "right"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0.0 <= p <= 1.0:
            raise ValueError(p)
        self.keep = 1 - p

    def forward(self, x):
        return F.dropout(x, 1 - self.keep, training=self.training)

# %% variant={"exercise": "dropout", "name": "masked_fill", "is": "right"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not (p >= 0 and p <= 1):
            raise ValueError("not a probability")
        self.p = p

    def forward(self, x):
        if self.training:
            scale = 1 / (1 - self.p) if self.p != 1 else 0.0
            x = (x * scale).masked_fill(torch.rand(x.shape) < self.p, 0.0)
        return x

# %% [markdown]
# You don't scale what is kept. In training the next layer then gets 1 − p of what it will get in evaluation. Divide by 1 − p, and look at the printed sums under the exercise.

# %% variant={"exercise": "dropout", "name": "not_scaled", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(x.shape) >= self.p)

# %% [markdown]
# You scale in evaluation, by 1 − p, and leave training as it is: the way of the paper of 2014. PyTorch scales in training, so that evaluation has nothing to do. Both mean the same; a net trained in one way and evaluated in the other doesn't.

# %% variant={"exercise": "dropout", "name": "scaled_in_evaluation", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x * (1 - self.p)
        return x * (torch.rand(x.shape) >= self.p)

# %% [markdown]
# p is the share that you keep, with you. In PyTorch it is the share that is *dropped*: `Dropout(0.1)` keeps nine of ten. Look at the share of zeros for p = 0.1.

# %% variant={"exercise": "dropout", "name": "p_is_kept", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(x.shape) < self.p) / max(self.p, 1e-6)

# %% [markdown]
# You scale by 1 / p. What is kept is a share of 1 − p, so that is what to divide by; only for p = 0.5 the two are the same. Check the mean for another p.

# %% variant={"exercise": "dropout", "name": "divided_by_p", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        return x * (torch.rand(x.shape) >= self.p) / self.p

# %% [markdown]
# You drop in evaluation, too: the flag `self.training` isn't asked. Then the same sample gets another answer in each call. Return x as it is when `self.training` is `False`.

# %% variant={"exercise": "dropout", "name": "drops_in_evaluation", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        return x * (torch.rand(x.shape) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)

# %% [markdown]
# You ask whether gradients are recorded, and not whether the model is in training. `no_grad()` says nothing to Dropout: under it, in training mode, it drops as always. Read `self.training`.

# %% variant={"exercise": "dropout", "name": "no_grad_is_eval", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training or not torch.is_grad_enabled():
            return x
        return x * (torch.rand(x.shape) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)

# %% [markdown]
# One mask for all samples: you draw it for the last dimension alone. Each entry is drawn on its own, so the mask has the input's whole shape. Print two rows of the output for ones.

# %% variant={"exercise": "dropout", "name": "one_mask_for_all_rows", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(x.shape[-1:]) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)

# %% [markdown]
# Your mask is drawn once, and used in all calls: then the same units are gone for good, and the others learn to rely on each other again. Draw it anew in each forward pass.

# %% variant={"exercise": "dropout", "name": "one_mask_for_ever", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p, self.masks = p, {}

    def forward(self, x):
        if not self.training:
            return x
        if x.shape not in self.masks:
            self.masks[x.shape] = torch.rand(x.shape) >= self.p
        return x * self.masks[x.shape] * (1 / (1 - self.p) if self.p < 1 else 0.0)

# %% [markdown]
# You write into the input. Who holds it, such as the layer before, which keeps it for its derivative, then finds your zeros in it. Make a new tensor: `x * kept`.

# %% variant={"exercise": "dropout", "name": "input_changed", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        x.data.mul_((torch.rand(x.shape) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0))
        return x

# %% [markdown]
# With p = 1 you divide by 0: where everything is dropped, 0 · ∞ gives NaN. Treat it by itself, and let the output, and the gradient, be 0.

# %% variant={"exercise": "dropout", "name": "nan_for_1", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(x.shape) >= self.p) / torch.tensor(1 - self.p, dtype=x.dtype)

# %% [markdown]
# You take any number for p. 1.5 drops everything in silence, −0.1 nothing: whoever confused "keep" and "drop" would never hear of it. Raise ValueError.

# %% variant={"exercise": "dropout", "name": "any_p", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(x.shape) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)

# %% [markdown]
# You return a float32 tensor for a float64 or a float16 one: the mask times the scale has a dtype of its own, and decides (lesson 01). A boolean mask and a Python number leave the input's dtype alone.

# %% variant={"exercise": "dropout", "name": "float32_always", "is": "wrong"}
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return (x * (torch.rand(x.shape) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)).float()

# %% [markdown] equivalent={"exercise": "dropout"}
# The two differ where a draw is exactly p: one in 2²⁴ at p = 0, and of no matter elsewhere.
#
# ```diff
# - kept = torch.rand(x.shape, device=x.device) >= self.p
# + kept = torch.rand(x.shape, device=x.device) > self.p
# ```
#
# Submissions are graded on the CPU, where `x.device` is the device that is taken anyway.
#
# ```diff
# - kept = torch.rand(x.shape, device=x.device) >= self.p
# + kept = torch.rand(x.shape) >= self.p
# ```
#
# With p = 1 nothing is kept: any finite scale gives zeros, and slopes of zero.
#
# ```diff
# - return x * kept * (1 / (1 - self.p) if self.p < 1 else 0.0)
# + return x * kept * (1 / (1 - self.p) if self.p < 1 else 1.0)
# ```

# %% [markdown]
# ## batch_norm

# %% variant={"exercise": "batch_norm", "name": "channels_last", "is": "right"}
class BatchNorm(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        rows = x.movedim(1, -1)
        flat = rows.reshape(-1, x.shape[1])
        if self.training:
            if len(flat) < 2:
                raise ValueError("too few numbers")
            mean = flat.mean(0)
            var = ((flat - mean) ** 2).mean(0)
            m = self.momentum
            self.running_mean.mul_(1 - m).add_(m * mean.detach())
            self.running_var.mul_(1 - m).add_(m * flat.detach().var(0))
            self.num_batches_tracked.add_(1)
        else:
            mean, var = self.running_mean, self.running_var
        return ((rows - mean) * torch.rsqrt(var + self.eps) * self.weight + self.bias).movedim(-1, 1)

# %% variant={"exercise": "batch_norm", "name": "by_pytorch", "is": "right"}
class BatchNorm(nn.BatchNorm1d):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__(features, eps=eps, momentum=momentum)

# %% variant={"exercise": "batch_norm", "name": "buffers_assigned", "is": "right"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over = [d for d in range(x.ndim) if d != 1]
        column = [1, -1] + [1] * (x.ndim - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            var, mean = torch.var_mean(x, over, correction=0)
            n = x.numel() / x.size(1)
            if n < 2:
                raise ValueError("n")
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.detach()
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var.detach() * n / (n - 1)
            self.num_batches_tracked = self.num_batches_tracked + 1
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var + self.eps) ** 0.5 * weight + bias

# %% [markdown]
# You keep the biased variance. It is right for normalizing the batch; the running variance estimates that of all data, and a batch of n shows only (n − 1) / n of it. Look at the picture of Part 3, and multiply by n / (n − 1) for the buffer alone.

# %% variant={"exercise": "batch_norm", "name": "biased_kept", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over, column = [d for d in range(x.ndim) if d != 1], [1, -1] + [1] * (x.ndim - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("n")
            mean, var = x.mean(over), x.var(over, correction=0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(var.detach(), self.momentum)
            self.num_batches_tracked += 1
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var + self.eps).sqrt() * weight + bias

# %% [markdown]
# You normalize by the unbiased variance (`correction=1`, which is the default of `var`). Then the batch's own entries have a mean square of (n − 1) / n, not 1. Two variances are needed: `correction=0` for the output, n / (n − 1) of it for the buffer.

# %% variant={"exercise": "batch_norm", "name": "unbiased_to_normalize", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over, column = [d for d in range(x.ndim) if d != 1], [1, -1] + [1] * (x.ndim - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("n")
            mean, var = x.mean(over), x.var(over)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(var.detach(), self.momentum)
            self.num_batches_tracked += 1
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var + self.eps).sqrt() * weight + bias

# %% [markdown]
# Your momentum weighs the old value, as an optimizer's does. BatchNorm's is the share of the *new* one: with 0.1, nine tenths stay. Compare with Predict 5.

# %% variant={"exercise": "batch_norm", "name": "momentum_exchanged", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over, column = [d for d in range(x.ndim) if d != 1], [1, -1] + [1] * (x.ndim - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("n")
            mean, var = x.mean(over), x.var(over, correction=0)
            self.running_mean.lerp_(mean.detach(), 1 - self.momentum)
            self.running_var.lerp_(x.detach().var(over), 1 - self.momentum)
            self.num_batches_tracked += 1
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var + self.eps).sqrt() * weight + bias

# %% [markdown]
# You move the statistics only while gradients are recorded. `no_grad()` is not `eval()`: it stops the recording, and buffers were never recorded. What decides is `self.training`. Run Predict 2 again.

# %% variant={"exercise": "batch_norm", "name": "no_grad_is_eval", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        if not torch.is_grad_enabled():
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps)
        return super().forward(x)

# %% [markdown]
# You detach the statistics before you normalize with them. Each sample moves the batch's mean and variance, and so every output: that path belongs to the gradient. Detach what goes into the buffers, and nothing else.

# %% variant={"exercise": "batch_norm", "name": "statistics_detached", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over, column = [d for d in range(x.ndim) if d != 1], [1, -1] + [1] * (x.ndim - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("n")
            mean, var = x.detach().mean(over), x.detach().var(over, correction=0)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(x.detach().var(over), self.momentum)
            self.num_batches_tracked += 1
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var + self.eps).sqrt() * weight + bias

# %% [markdown]
# A graph hangs on your buffers: they are computed from the batch's statistics, with the gradient. Each step then holds all batches before it, and the next backward walks through a graph that is freed. Change the buffers under `torch.no_grad()`.

# %% variant={"exercise": "batch_norm", "name": "graph_on_the_buffers", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over, column = [d for d in range(x.ndim) if d != 1], [1, -1] + [1] * (x.ndim - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("n")
            mean, var = x.mean(over), x.var(over, correction=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(over)
            self.num_batches_tracked += 1
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var + self.eps).sqrt() * weight + bias

# %% [markdown]
# You normalize by the running statistics in training, too. There the batch's own are used; the running ones are only kept, for evaluation. A new layer would otherwise do nothing to its first batch.

# %% variant={"exercise": "batch_norm", "name": "running_ones_in_training", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over, column = [d for d in range(x.ndim) if d != 1], [1, -1] + [1] * (x.ndim - 2)
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("n")
            self.running_mean.lerp_(x.detach().mean(over), self.momentum)
            self.running_var.lerp_(x.detach().var(over), self.momentum)
            self.num_batches_tracked += 1
        mean, var = self.running_mean.clone(), self.running_var.clone()
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var + self.eps).sqrt() * weight + bias

# %% [markdown]
# You take the batch's statistics in evaluation, too. Then a sample's output depends on the samples it is asked with, and a single one can't be asked. In `eval()` the running statistics are used, and stay as they are.

# %% variant={"exercise": "batch_norm", "name": "batch_statistics_in_evaluation", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        if self.training:
            return super().forward(x)
        return F.batch_norm(x, None, None, self.weight, self.bias, True, 0.0, self.eps)

# %% [markdown]
# Your statistics move in evaluation, too: each question changes the model. Only in training mode are buffers written.

# %% variant={"exercise": "batch_norm", "name": "moves_in_evaluation", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        if self.training:
            return super().forward(x)
        over = [d for d in range(x.ndim) if d != 1]
        out = F.batch_norm(x, self.running_mean.clone(), self.running_var.clone(), self.weight, self.bias, False, 0.0, self.eps)
        self.running_mean.lerp_(x.detach().mean(over), self.momentum)
        self.running_var.lerp_(x.detach().var(over, correction=0), self.momentum)
        return out

# %% [markdown]
# You divide by the root, and add eps to that. It stands under the root, next to the variance: √(var + eps).

# %% variant={"exercise": "batch_norm", "name": "eps_outside_the_root", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over, column = [d for d in range(x.ndim) if d != 1], [1, -1] + [1] * (x.ndim - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("n")
            mean, var = x.mean(over), x.var(over, correction=0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.detach().var(over), self.momentum)
            self.num_batches_tracked += 1
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var.sqrt() + self.eps) * weight + bias

# %% [markdown]
# For (N, C, L) you take statistics over the samples alone, so that each position has its own. All N · L numbers of a channel belong together: take them over dimensions 0 and 2.

# %% variant={"exercise": "batch_norm", "name": "each_position_by_itself", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        if x.ndim == 2 or not self.training:
            return super().forward(x)
        if x.numel() == x.shape[1]:
            raise ValueError("n")
        mean, var = x.mean(0), x.var(0, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean.mean(1), self.momentum)
            self.running_var.lerp_(var.mean(1), self.momentum)
            self.num_batches_tracked += 1
        return (x - mean) / (var + self.eps).sqrt() * self.weight.view(-1, 1) + self.bias.view(-1, 1)

# %% [markdown]
# A batch of one passes with you: its variance is 0, so every output is the bias, and the running variance becomes NaN or 0. Raise ValueError in training mode, before any buffer changes.

# %% variant={"exercise": "batch_norm", "name": "takes_a_batch_of_one", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        over, column = [d for d in range(x.ndim) if d != 1], [1, -1] + [1] * (x.ndim - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            n = x.numel() / x.shape[1]
            mean, var = x.mean(over), x.var(over, correction=0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(var.detach() * n / max(n - 1, 1), self.momentum)
            self.num_batches_tracked += 1
        mean, var, weight, bias = (t.view(column) for t in (mean, var, self.weight, self.bias))
        return (x - mean) / (var + self.eps).sqrt() * weight + bias

# %% [markdown]
# You normalize, and leave weight and bias out. They let each channel choose another scale and shift, and the optimizer trains them: multiply, then add.

# %% variant={"exercise": "batch_norm", "name": "without_weight_and_bias", "is": "wrong"}
class BatchNorm(nn.BatchNorm1d):
    def forward(self, x):
        return F.batch_norm(x, self.running_mean, self.running_var, None, None, self.training, self.momentum, self.eps)

# %% [markdown]
# ## recording

# %% variant={"exercise": "recording", "name": "by_a_list", "is": "right"}
class Recording:
    def __init__(self, on):
        self.on, self.before = on, []

    def __enter__(self):
        self.before.append(torch.is_grad_enabled())
        torch.set_grad_enabled(self.on)
        return self

    def __exit__(self, *_):
        torch.set_grad_enabled(self.before.pop())
        return False

# %% variant={"exercise": "recording", "name": "by_pytorch", "is": "right"}
class Recording:
    def __init__(self, on):
        self.kind = torch.enable_grad if on else torch.no_grad

    def __enter__(self):
        self.inner = self.kind()
        self.inner.__enter__()

    def __exit__(self, kind, error, traceback):
        self.inner.__exit__(kind, error, traceback)

# %% [markdown]
# At its end your block turns the recording on, whatever it was before. A block inside another block then switches it on for the rest of the outer one. Keep what it was, and set that.

# %% variant={"exercise": "recording", "name": "always_on_again", "is": "wrong"}
class Recording:
    def __init__(self, on):
        self.on = on

    def __enter__(self):
        torch.set_grad_enabled(self.on)

    def __exit__(self, kind, error, traceback):
        torch.set_grad_enabled(True)

# %% [markdown]
# At its end your block sets the opposite of what it had set. Inside a block of the same kind that is not what it was before. Keep what it was.

# %% variant={"exercise": "recording", "name": "opposite_afterwards", "is": "wrong"}
class Recording:
    def __init__(self, on):
        self.on = on

    def __enter__(self):
        torch.set_grad_enabled(self.on)

    def __exit__(self, kind, error, traceback):
        torch.set_grad_enabled(not self.on)

# %% [markdown]
# Your `__exit__` returns a true value, and so swallows every exception of the block: an evaluation that failed looks as if it had gone well. Return nothing.

# %% variant={"exercise": "recording", "name": "swallows_exceptions", "is": "wrong"}
class Recording:
    def __init__(self, on):
        self.on = on

    def __enter__(self):
        self.before = torch.is_grad_enabled()
        torch.set_grad_enabled(self.on)

    def __exit__(self, kind, error, traceback):
        torch.set_grad_enabled(self.before)
        return True

# %% [markdown]
# After an exception your flag stays as it was in the block: from then on nothing is recorded, far away from here. `__exit__` runs in both cases; set the flag back whatever `kind` is.

# %% variant={"exercise": "recording", "name": "not_after_an_exception", "is": "wrong"}
class Recording:
    def __init__(self, on):
        self.on = on

    def __enter__(self):
        self.before = torch.is_grad_enabled()
        torch.set_grad_enabled(self.on)

    def __exit__(self, kind, error, traceback):
        if kind is None:
            torch.set_grad_enabled(self.before)

# %% [markdown]
# You only ever turn the recording off. `Recording(True)` has to turn it on inside of a block that had turned it off: give `self.on` to `set_grad_enabled`.

# %% variant={"exercise": "recording", "name": "only_off", "is": "wrong"}
class Recording:
    def __init__(self, on):
        self.on = on

    def __enter__(self):
        self.before = torch.is_grad_enabled()
        if not self.on:
            torch.set_grad_enabled(False)

    def __exit__(self, kind, error, traceback):
        torch.set_grad_enabled(self.before)

# %% [markdown]
# You keep what it was when the object was *made*, not when the block begins. Between the two it may have changed. Read the flag in `__enter__`.

# %% variant={"exercise": "recording", "name": "kept_too_early", "is": "wrong"}
class Recording:
    flag = torch.is_grad_enabled()

    def __init__(self, on):
        self.on = on

    def __enter__(self):
        torch.set_grad_enabled(self.on)

    def __exit__(self, kind, error, traceback):
        torch.set_grad_enabled(Recording.flag if kind is None else not self.on)

# %% [markdown]
# ## saved_bytes

# %% variant={"exercise": "saved_bytes", "name": "popped", "is": "right"}
def saved_bytes(call, besides=()):
    kept = {}

    def pack(tensor):
        kept.setdefault(tensor.untyped_storage().data_ptr(), tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        call()
    for tensor in besides:
        kept.pop(tensor.untyped_storage().data_ptr(), None)
    return sum(len(tensor.untyped_storage()) for tensor in kept.values())

# %% variant={"exercise": "saved_bytes", "name": "list_then_set", "is": "right"}
def saved_bytes(call, besides=()):
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.untyped_storage()) or t, lambda t: t):
        call()
    known, total = {t.untyped_storage().data_ptr() for t in besides}, 0
    for storage in kept:
        if storage.data_ptr() not in known:
            known.add(storage.data_ptr())
            total += storage.nbytes()
    return total

# %% [markdown]
# You count a tensor as often as it is kept. The result of ReLU is kept by ReLU and by the layer after it, in one memory: count each storage once, by its address.

# %% variant={"exercise": "saved_bytes", "name": "counted_twice", "is": "wrong"}
def saved_bytes(call, besides=()):
    storages = []

    def pack(tensor):
        storages.append(tensor.untyped_storage())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        call()
    there = {tensor.untyped_storage().data_ptr() for tensor in besides}
    return sum(s.nbytes() for s in storages if s.data_ptr() not in there)

# %% [markdown]
# You count entries, not bytes. A float32 has 4, a float64 has 8: `storage.nbytes()`.

# %% variant={"exercise": "saved_bytes", "name": "entries_counted", "is": "wrong"}
def saved_bytes(call, besides=()):
    sizes = {}

    def pack(tensor):
        sizes[tensor.untyped_storage().data_ptr()] = tensor.numel(), tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        call()
    there = {tensor.untyped_storage().data_ptr() for tensor in besides}
    return sum(count for address, (count, _) in sizes.items() if address not in there)

# %% [markdown]
# You count what the view shows. Its whole storage is held, as long as the view is: ask the storage for its size, not the tensor.

# %% variant={"exercise": "saved_bytes", "name": "only_the_view", "is": "wrong"}
def saved_bytes(call, besides=()):
    sizes = {}

    def pack(tensor):
        sizes[tensor.untyped_storage().data_ptr()] = tensor.numel() * tensor.element_size(), tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        call()
    there = {tensor.untyped_storage().data_ptr() for tensor in besides}
    return sum(size for address, (size, _) in sizes.items() if address not in there)

# %% [markdown]
# You leave `besides` out: weights that are there anyway are counted as if the graph had made them. Compare the storages' addresses with those in `besides`.

# %% variant={"exercise": "saved_bytes", "name": "besides_ignored", "is": "wrong"}
def saved_bytes(call, besides=()):
    storages = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        call()
    return sum(storage.nbytes() for storage in storages.values())

# %% [markdown]
# You take the sizes of `besides` away from the sum, also of what was never kept: an addition then comes out negative. Leave out the storages that are among those kept, one by one.

# %% variant={"exercise": "saved_bytes", "name": "besides_subtracted", "is": "wrong"}
def saved_bytes(call, besides=()):
    storages = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        call()
    return sum(s.nbytes() for s in storages.values()) - sum(t.untyped_storage().nbytes() for t in besides)

# %% [markdown]
# You compare tensors by identity. A view, and what a hook gets, is another object on the same memory: compare addresses of storages.

# %% variant={"exercise": "saved_bytes", "name": "by_identity", "is": "wrong"}
def saved_bytes(call, besides=()):
    storages, known = {}, {id(tensor) for tensor in besides}

    def pack(tensor):
        if id(tensor) not in known:
            storage = tensor.untyped_storage()
            storages[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        call()
    return sum(storage.nbytes() for storage in storages.values())

# %% [markdown]
# ## forbidden

# %% variant={"exercise": "forbidden", "name": "tried", "is": "right"}
def tried(act):
    w = torch.tensor([2.0], requires_grad=True)
    with torch.inference_mode():
        y = w * 3
    with torch.no_grad():
        z = w * 3
    try:
        act(w, y, z)
    except RuntimeError:
        return "raises"
    return "runs"


def inside(mode, act):
    with mode():
        act()


def recorded(w):
    with torch.enable_grad():
        (w * w).backward()


layer = nn.BatchNorm1d(1)
inside(torch.inference_mode, lambda: layer(torch.tensor([[1.0], [3.0]])))
forbidden = {
    "a": "runs",
    "b": tried(lambda w, y, z: y.add_(1)),
    "c": tried(lambda w, y, z: z.add_(1)),
    "d": tried(lambda w, y, z: y.requires_grad_()),
    "e": tried(lambda w, y, z: w * y.clone()),
    "f": tried(lambda w, y, z: w * z),
    "g": tried(lambda w, y, z: inside(torch.inference_mode, lambda: y.add_(1))),
    "h": tried(lambda w, y, z: inside(torch.inference_mode, lambda: recorded(w))),
    "i": tried(lambda w, y, z: inside(torch.no_grad, lambda: recorded(w))),
    "j": layer.running_mean.item() != 0,
}

# %% [markdown]
# With you inference mode is `no_grad()` under another name: nothing but a graph is missing. Its tensors have no version counter, so outside they can't be changed, made a leaf, or kept for backward; and `enable_grad()` doesn't reach it. Read the message under Predict 7.

# %% variant={"exercise": "forbidden", "name": "inference_is_no_grad", "is": "wrong"}
forbidden = {**dict.fromkeys("abcdefghi", "runs"), "j": True}

# %% [markdown]
# With you inference mode is `eval()`, too: it holds BatchNorm's statistics. It sets no `training` flag. In training mode the buffers move, under `inference_mode()` as under `no_grad()`.

# %% variant={"exercise": "forbidden", "name": "inference_is_eval", "is": "wrong"}
forbidden = dict(zip("abcdefghij", ["runs", "raises", "runs", "raises", "runs", "runs", "runs", "raises", "runs", False]))

# %% [markdown]
# You give `no_grad()` the limits of inference mode. What it makes is an ordinary tensor that requires no gradient: it may be changed, and multiplied into a graph, as any input.

# %% variant={"exercise": "forbidden", "name": "no_grad_forbids", "is": "wrong"}
forbidden = dict(zip("abcdefghij", ["runs", "raises", "raises", "raises", "runs", "raises", "runs", "raises", "raises", True]))

# %% [markdown]
# With you `enable_grad()` works inside of inference mode. It turns the grad flag on, and inference mode is another one: what is computed inside is never recorded. So the result has nothing for `backward()` to walk.

# %% variant={"exercise": "forbidden", "name": "enable_grad_reaches_in", "is": "wrong"}
forbidden = dict(zip("abcdefghij", ["runs", "raises", "runs", "raises", "runs", "runs", "runs", "runs", "runs", True]))

# %% [markdown]
# With you an inference tensor is of no use any more: not by a clone, and not inside. It may be read everywhere, a clone made outside is an ordinary tensor, and in inference mode everything is allowed.

# %% variant={"exercise": "forbidden", "name": "of_no_use", "is": "wrong"}
forbidden = dict(zip("abcdefghij", ["runs", "raises", "runs", "raises", "raises", "runs", "raises", "raises", "runs", True]))

# %% [markdown]
# ## evaluate

# %% variant={"exercise": "evaluate", "name": "all_at_once", "is": "right"}
def evaluate(model, batches):
    flags = [module.training for module in model.modules()]
    losses, hits = [torch.zeros(0, 1)], [torch.zeros(0, 1, dtype=torch.bool)]
    try:
        model.train(False)
        for x, y in batches:
            with torch.inference_mode():
                z = model(x)
                losses.append(F.softplus(torch.where(y == 1, -z, z)))
                hits.append((z > 0).float() == y)
    finally:
        for module, flag in zip(model.modules(), flags):
            module.training = flag
    losses, hits = torch.cat(losses), torch.cat(hits)
    if not len(losses):
        raise ValueError("no sample")
    return dict(loss=losses.mean().item(), accuracy=hits.float().mean().item())

# %% variant={"exercise": "evaluate", "name": "means_weighted", "is": "right"}
@torch.no_grad()
def evaluate(model, batches):
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    sums, n = [0.0, 0.0], 0
    try:
        for x, y in batches:
            if len(x):
                z = model(x)
                sums[0] += len(x) * F.binary_cross_entropy_with_logits(z, y).item()
                sums[1] += len(x) * ((z > 0) == (y > 0.5)).double().mean().item()
                n += len(x)
    finally:
        for module, training in before:
            module.training = training
    if n == 0:
        raise ValueError("no sample")
    return {"accuracy": sums[1] / n, "loss": sums[0] / n}

# %% [markdown]
# You call `eval()` and rely on it for the gradients, too. It turns none off: each batch records a whole graph. Put `torch.no_grad()` around the loop, and count with `saved_bytes`.

# %% variant={"exercise": "evaluate", "name": "eval_turns_gradients_off", "is": "wrong"}
def evaluate(model, batches):
    flags = {module: module.training for module in model.modules()}
    loss, right, count = 0.0, 0, 0
    model.eval()
    try:
        for x, y in batches:
            logits = model(x)
            loss += F.binary_cross_entropy_with_logits(logits, y, reduction="sum").item()
            right += ((logits > 0) == (y == 1)).sum().item()
            count += len(x)
    finally:
        for module, flag in flags.items():
            module.training = flag
    if count == 0:
        raise ValueError("no sample")
    return {"loss": loss / count, "accuracy": right / count}

# %% [markdown]
# You rely on `no_grad()` for everything. It is not `eval()`: Dropout drops, BatchNorm takes the batch's statistics and keeps them, and your validation data is in the model afterwards. Call `model.eval()` as well.

# %% variant={"exercise": "evaluate", "name": "no_grad_is_eval", "is": "wrong"}
def evaluate(model, batches):
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in batches:
            logits = model(x)
            loss += F.binary_cross_entropy_with_logits(logits, y, reduction="sum").item()
            right += ((logits > 0) == (y == 1)).sum().item()
            count += len(x)
    if count == 0:
        raise ValueError("no sample")
    return {"loss": loss / count, "accuracy": right / count}

# %% [markdown]
# You average over batches, each counting as much as any other: the samples of a small last batch count more. Add sums, and divide once by the number of samples. Look at Predict 8.

# %% variant={"exercise": "evaluate", "name": "mean_of_means", "is": "wrong"}
def evaluate(model, batches):
    flags = {module: module.training for module in model.modules()}
    losses, right = [], []
    model.eval()
    try:
        with torch.no_grad():
            for x, y in batches:
                logits = model(x)
                losses.append(F.binary_cross_entropy_with_logits(logits, y).item())
                right.append(((logits > 0) == (y == 1)).float().mean().item())
    finally:
        for module, flag in flags.items():
            module.training = flag
    if not losses or any(math.isnan(loss) for loss in losses):
        raise ValueError("no sample")
    return {"loss": sum(losses) / len(losses), "accuracy": sum(right) / len(right)}

# %% [markdown]
# You leave the model in `eval()`. From the next batch on training goes without Dropout and with frozen statistics, and nothing is raised. Write the flags back.

# %% variant={"exercise": "evaluate", "name": "train_forgotten", "is": "wrong"}
def evaluate(model, batches):
    loss, right, count = 0.0, 0, 0
    model.eval()
    with torch.no_grad():
        for x, y in batches:
            logits = model(x)
            loss += F.binary_cross_entropy_with_logits(logits, y, reduction="sum").item()
            right += ((logits > 0) == (y == 1)).sum().item()
            count += len(x)
    if count == 0:
        raise ValueError("no sample")
    return {"loss": loss / count, "accuracy": right / count}

# %% [markdown]
# You call `model.train()` at the end, whatever was before. It walks through all parts: a frozen one, which had been set to `eval()`, wakes up, and a model that was in `eval()` comes back in training mode. Note each Module's flag, and write it back.

# %% variant={"exercise": "evaluate", "name": "always_train_afterwards", "is": "wrong"}
def evaluate(model, batches):
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
        model.train()
    if count == 0:
        raise ValueError("no sample")
    return {"loss": loss / count, "accuracy": right / count}

# %% [markdown]
# You keep the model's own flag, and give it back to all of its parts: `model.train(flag)` walks through them. A part that was set otherwise, such as a frozen one, loses its own. Keep one flag for each Module.

# %% variant={"exercise": "evaluate", "name": "one_flag_for_all", "is": "wrong"}
def evaluate(model, batches):
    flag = model.training
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
        model.train(flag)
    if count == 0:
        raise ValueError("no sample")
    return {"loss": loss / count, "accuracy": right / count}

# %% [markdown]
# If the model raises, yours stays in `eval()`. Whoever catches that, and goes on training, trains without Dropout. Put the loop into `try:`, and the flags into `finally:`.

# %% variant={"exercise": "evaluate", "name": "not_after_an_exception", "is": "wrong"}
def evaluate(model, batches):
    flags = {module: module.training for module in model.modules()}
    loss, right, count = 0.0, 0, 0
    model.eval()
    with torch.no_grad():
        for x, y in batches:
            logits = model(x)
            loss += F.binary_cross_entropy_with_logits(logits, y, reduction="sum").item()
            right += ((logits > 0) == (y == 1)).sum().item()
            count += len(x)
    for module, flag in flags.items():
        module.training = flag
    if count == 0:
        raise ValueError("no sample")
    return {"loss": loss / count, "accuracy": right / count}

# %% [markdown]
# You compare the logits with ½. That is the threshold for a probability; sigmoid is ½ at the logit 0. So samples with a logit between 0 and ½ are called 0 by you.

# %% variant={"exercise": "evaluate", "name": "threshold_of_a_probability", "is": "wrong"}
def evaluate(model, batches):
    flags = {module: module.training for module in model.modules()}
    loss, right, count = 0.0, 0, 0
    model.eval()
    try:
        with torch.no_grad():
            for x, y in batches:
                logits = model(x)
                loss += F.binary_cross_entropy_with_logits(logits, y, reduction="sum").item()
                right += ((logits > 0.5) == (y == 1)).sum().item()
                count += len(x)
    finally:
        for module, flag in flags.items():
            module.training = flag
    if count == 0:
        raise ValueError("no sample")
    return {"loss": loss / count, "accuracy": right / count}

# %% [markdown]
# You walk through `batches` twice. An iterable may come once, such as a generator, and the second walk finds nothing. Count the samples in the same loop.

# %% variant={"exercise": "evaluate", "name": "walked_twice", "is": "wrong"}
def evaluate(model, batches):
    flags = {module: module.training for module in model.modules()}
    count = sum(len(x) for x, _ in batches)
    if count == 0:
        raise ValueError("no sample")
    loss, right = 0.0, 0
    model.eval()
    try:
        with torch.no_grad():
            for x, y in batches:
                logits = model(x)
                loss += F.binary_cross_entropy_with_logits(logits, y, reduction="sum").item()
                right += ((logits > 0) == (y == 1)).sum().item()
    finally:
        for module, flag in flags.items():
            module.training = flag
    return {"loss": loss / count, "accuracy": right / count}

# %% [markdown]
# ## mc_dropout

# %% variant={"exercise": "mc_dropout", "name": "eval_then_wake", "is": "right"}
@torch.inference_mode()
def mc_dropout(model, x, calls=50):
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    p = torch.cat([model(x).sigmoid().unsqueeze(0) for _ in range(calls)])
    for module, training in before:
        module.training = training
    mean = p.mean(0)
    return mean, (p - mean).square().mean(0).sqrt()

# %% variant={"exercise": "mc_dropout", "name": "running_moments", "is": "right"}
def mc_dropout(model, x, calls=50):
    before = {name: module.training for name, module in model.named_modules()}
    for module in model.modules():
        module.training = isinstance(module, nn.Dropout)
    found = []
    for _ in range(calls):
        with torch.no_grad():
            found.append(torch.sigmoid(model(x)))
    for name, module in model.named_modules():
        module.training = before[name]
    variance, mean = torch.var_mean(torch.stack(found), 0, correction=0)
    return mean, variance**0.5

# %% [markdown]
# You set the whole model to `train()`. Then BatchNorm normalizes by the batch that is asked, and keeps its statistics: a question changes the model, and a sample's answer depends on its neighbors. Only the Dropout layers are to be in training mode.

# %% variant={"exercise": "mc_dropout", "name": "train_for_all", "is": "wrong"}
def mc_dropout(model, x, calls=50):
    flags = {module: module.training for module in model.modules()}
    model.train()
    with torch.no_grad():
        p = torch.stack([model(x).sigmoid() for _ in range(calls)])
    for module, flag in flags.items():
        module.training = flag
    return p.mean(dim=0), p.std(dim=0, correction=0)

# %% [markdown]
# You ask in `eval()`: every call says the same, and the deviation is 0. Here Dropout is to drop: set `training` to `True` for each nn.Dropout.

# %% variant={"exercise": "mc_dropout", "name": "dropout_asleep", "is": "wrong"}
def mc_dropout(model, x, calls=50):
    flags = {module: module.training for module in model.modules()}
    model.eval()
    with torch.no_grad():
        p = torch.stack([model(x).sigmoid() for _ in range(calls)])
    for module, flag in flags.items():
        module.training = flag
    return p.mean(dim=0), p.std(dim=0, correction=0)

# %% [markdown]
# You call `eval()`, and rely on it for the gradients: each of the calls records a graph, and your results still hang on all of them. `eval()` turns no gradient off; `torch.no_grad()` does.

# %% variant={"exercise": "mc_dropout", "name": "eval_turns_gradients_off", "is": "wrong"}
def mc_dropout(model, x, calls=50):
    flags = {module: module.training for module in model.modules()}
    for module in flags:
        module.training = isinstance(module, nn.Dropout)
    p = torch.stack([model(x).sigmoid() for _ in range(calls)])
    for module, flag in flags.items():
        module.training = flag
    return p.mean(dim=0), p.std(dim=0, correction=0)

# %% [markdown]
# You average the logits, and take the sigmoid afterwards. The mean of probabilities is another number: a net that says 0 half of the time and 1 otherwise is at ½, however far apart its logits are. Take the sigmoid of each call.

# %% variant={"exercise": "mc_dropout", "name": "logits_averaged", "is": "wrong"}
def mc_dropout(model, x, calls=50):
    flags = {module: module.training for module in model.modules()}
    for module in flags:
        module.training = isinstance(module, nn.Dropout)
    with torch.no_grad():
        z = torch.stack([model(x) for _ in range(calls)])
    for module, flag in flags.items():
        module.training = flag
    return z.mean(dim=0).sigmoid(), z.std(dim=0, correction=0)

# %% [markdown]
# Your deviation divides by calls − 1 (`correction=1`, the default). The docstring asks for the number of calls; with one call yours is NaN.

# %% variant={"exercise": "mc_dropout", "name": "unbiased_deviation", "is": "wrong"}
def mc_dropout(model, x, calls=50):
    flags = {module: module.training for module in model.modules()}
    for module in flags:
        module.training = isinstance(module, nn.Dropout)
    with torch.no_grad():
        p = torch.stack([model(x).sigmoid() for _ in range(calls)])
    for module, flag in flags.items():
        module.training = flag
    return p.mean(dim=0), p.std(dim=0)

# %% [markdown]
# You take mean and deviation over the samples. They belong to each sample, over the calls: stacked as (calls, N, 1), that is dimension 0.

# %% variant={"exercise": "mc_dropout", "name": "over_the_samples", "is": "wrong"}
def mc_dropout(model, x, calls=50):
    flags = {module: module.training for module in model.modules()}
    for module in flags:
        module.training = isinstance(module, nn.Dropout)
    with torch.no_grad():
        p = torch.stack([model(x).sigmoid() for _ in range(calls)])
    for module, flag in flags.items():
        module.training = flag
    return p.mean(dim=1), p.std(dim=1, correction=0)

# %% [markdown]
# Afterwards your model is in `eval()`, whatever it was before: a training that goes on does so without Dropout. Write each Module's flag back.

# %% variant={"exercise": "mc_dropout", "name": "left_in_eval", "is": "wrong"}
def mc_dropout(model, x, calls=50):
    for module in model.modules():
        module.training = isinstance(module, nn.Dropout)
    with torch.no_grad():
        p = torch.stack([model(x).sigmoid() for _ in range(calls)])
    model.eval()
    return p.mean(dim=0), p.std(dim=0, correction=0)

# %% [markdown]
# You look at the model's own layers alone. A Dropout may lie deeper, in a Sequential in a Sequential: `model.modules()` walks through all, `model.children()` only through the first floor.

# %% variant={"exercise": "mc_dropout", "name": "only_the_first_floor", "is": "wrong"}
def mc_dropout(model, x, calls=50):
    flags = {module: module.training for module in model.modules()}
    model.eval()
    for module in model.children():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.no_grad():
        p = torch.stack([model(x).sigmoid() for _ in range(calls)])
    for module, flag in flags.items():
        module.training = flag
    return p.mean(dim=0), p.std(dim=0, correction=0)

# %% [markdown]
# ## reliability

# %% variant={"exercise": "reliability", "name": "bin_by_bin", "is": "right"}
def reliability(probability, target, bins=10):
    p, t = probability.reshape(-1), target.reshape(-1).to(probability.dtype)
    rows = []
    for i in range(bins):
        inside = (p * bins >= i) & ((p * bins < i + 1) | (i == bins - 1))
        rows.append((p[inside].mean(), t[inside].mean(), inside.sum()))
    return tuple(torch.stack(column) for column in zip(*rows))


def calibration_error(confidence, frequency, count):
    seen = count > 0
    gaps = (confidence[seen] - frequency[seen]).abs()
    return float((gaps * count[seen]).sum() / count.sum())

# %% variant={"exercise": "reliability", "name": "one_hot_membership", "is": "right"}
def reliability(probability, target, bins=10):
    p, t = probability.flatten(), target.flatten()
    member = F.one_hot((p * bins).floor().long().clamp(0, bins - 1), bins).to(p.dtype)
    count = member.sum(0)
    return p @ member / count, t.to(p.dtype) @ member / count, count.long()


def calibration_error(confidence, frequency, count):
    gaps = torch.nan_to_num(confidence - frequency).abs()
    return (gaps * (count / count.sum())).sum().item()

# %% [markdown]
# Your error is the mean over the bins. A bin of three samples counts there like one of three thousand. Weight each by its share of the samples, `count / count.sum()`.

# %% variant={"exercise": "reliability", "name": "mean_over_bins", "is": "wrong"}
def reliability(probability, target, bins=10):
    p, t = probability.flatten(), target.flatten().to(probability.dtype)
    index = (p * bins).long().clamp(max=bins - 1)
    count = torch.bincount(index, minlength=bins)
    empty = torch.zeros(bins, dtype=p.dtype)
    return empty.index_add(0, index, p) / count, empty.index_add(0, index, t) / count, count


def calibration_error(confidence, frequency, count):
    return (confidence - frequency).abs().nanmean().item()

# %% [markdown]
# You let the gaps of the bins cancel: too sure in one, too unsure in another, and the error is 0. Take the absolute value in each bin, before the sum.

# %% variant={"exercise": "reliability", "name": "gaps_cancel", "is": "wrong"}
def reliability(probability, target, bins=10):
    p, t = probability.flatten(), target.flatten().to(probability.dtype)
    index = (p * bins).long().clamp(max=bins - 1)
    count = torch.bincount(index, minlength=bins)
    empty = torch.zeros(bins, dtype=p.dtype)
    return empty.index_add(0, index, p) / count, empty.index_add(0, index, t) / count, count


def calibration_error(confidence, frequency, count):
    return ((confidence - frequency) * count / count.sum()).nansum().abs().item()

# %% [markdown]
# Your frequency is an accuracy: how often the side that was said came true. Here probability and frequency are both of class 1: a bin at 0.1 is calibrated when one in ten of its samples is of class 1.

# %% variant={"exercise": "reliability", "name": "accuracy_for_frequency", "is": "wrong"}
def reliability(probability, target, bins=10):
    p, t = probability.flatten(), target.flatten().to(probability.dtype)
    index = (p * bins).long().clamp(max=bins - 1)
    count = torch.bincount(index, minlength=bins)
    empty = torch.zeros(bins, dtype=p.dtype)
    right = ((p > 0.5) == (t > 0.5)).to(p.dtype)
    return empty.index_add(0, index, p) / count, empty.index_add(0, index, right) / count, count


def calibration_error(confidence, frequency, count):
    return ((confidence - frequency).abs() * count / count.sum()).nansum().item()

# %% [markdown]
# A probability of 1.0 has no bin with you, or one too many: 1.0 · bins is the index after the last. It belongs to the last bin: `clamp(max=bins - 1)`.

# %% variant={"exercise": "reliability", "name": "one_has_no_bin", "is": "wrong"}
def reliability(probability, target, bins=10):
    p, t = probability.flatten(), target.flatten().to(probability.dtype)
    p, t = p[p < 1], t[p < 1]
    index = (p * bins).long()
    count = torch.bincount(index, minlength=bins)
    empty = torch.zeros(bins, dtype=p.dtype)
    return empty.index_add(0, index, p) / count, empty.index_add(0, index, t) / count, count


def calibration_error(confidence, frequency, count):
    return ((confidence - frequency).abs() * count / count.sum()).nansum().item()

# %% [markdown]
# Your confidence is the middle of the bin. The samples in it may all lie at one end: take the mean of their probabilities.

# %% variant={"exercise": "reliability", "name": "middle_of_the_bin", "is": "wrong"}
def reliability(probability, target, bins=10):
    p, t = probability.flatten(), target.flatten().to(probability.dtype)
    index = (p * bins).long().clamp(max=bins - 1)
    count = torch.bincount(index, minlength=bins)
    empty = torch.zeros(bins, dtype=p.dtype)
    middle = (torch.arange(bins, dtype=p.dtype) + 0.5) / bins
    return middle, empty.index_add(0, index, t) / count, count


def calibration_error(confidence, frequency, count):
    return ((confidence - frequency).abs() * count / count.sum()).nansum().item()

# %% [markdown]
# Your empty bins are 0, as if somebody had said 0 there and been right. Nobody said anything: NaN, which 0 / 0 gives by itself.

# %% variant={"exercise": "reliability", "name": "empty_bins_are_zero", "is": "wrong"}
def reliability(probability, target, bins=10):
    p, t = probability.flatten(), target.flatten().to(probability.dtype)
    index = (p * bins).long().clamp(max=bins - 1)
    count = torch.bincount(index, minlength=bins)
    empty = torch.zeros(bins, dtype=p.dtype)
    most = count.clamp(min=1)
    return empty.index_add(0, index, p) / most, empty.index_add(0, index, t) / most, count


def calibration_error(confidence, frequency, count):
    return ((confidence - frequency).abs() * count / count.sum()).nansum().item()

# %% [markdown]
# One empty bin, and your error is NaN. It has no sample, so it adds nothing: sum with `nansum()`, or leave it out.

# %% variant={"exercise": "reliability", "name": "nan_in_the_error", "is": "wrong"}
def reliability(probability, target, bins=10):
    p, t = probability.flatten(), target.flatten().to(probability.dtype)
    index = (p * bins).long().clamp(max=bins - 1)
    count = torch.bincount(index, minlength=bins)
    empty = torch.zeros(bins, dtype=p.dtype)
    return empty.index_add(0, index, p) / count, empty.index_add(0, index, t) / count, count


def calibration_error(confidence, frequency, count):
    return ((confidence - frequency).abs() * count / count.sum()).sum().item()

# %% [markdown] equivalent={"exercise": "reliability"}
# Of a tensor with one dimension the first is also the last.
#
# ```diff
# - confidence = empty.index_add(0, index, p) / count
# + confidence = empty.index_add(-1, index, p) / count
# ```
#
# ```diff
# - frequency = empty.index_add(0, index, t) / count
# + frequency = empty.index_add(-1, index, t) / count
# ```

# %% [markdown]
# ## fit

# %% variant={"exercise": "fit", "name": "two_functions", "is": "right"}
def an_epoch(model, optimizer, batches):
    model.train()
    for x, y in batches:
        if x.shape[0] == 1:
            continue
        loss = F.binary_cross_entropy_with_logits(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def validated(model, batches):
    model.eval()
    found = [(len(x), F.binary_cross_entropy_with_logits(model(x), y).item()) for x, y in batches]
    model.train()
    return sum(n * loss for n, loss in found) / sum(n for n, _ in found)


def fit(model, optimizer, training, validation, epochs):
    model.train()
    history = []
    for _ in range(epochs):
        an_epoch(model, optimizer, training)
        history.append(validated(model, validation))
    return history


fit_faults = {"never again": "c", "memory": "a", "stops": "f"}

# %% [markdown]
# This is the code as it was. Take the symptoms one by one: how often does `model.train()` run? What does each entry of `history` hold on to? And which batch has 1 sample?

# %% variant={"exercise": "fit", "name": "as_it_was", "is": "wrong"}
fit = faulty_fit

# %% [markdown]
# `model.train()` still stands before the loop over epochs. The first validation sets `eval()`, and nothing sets it back: from the second epoch on Dropout keeps everything, and BatchNorm's statistics stand still. Move it into the loop.

# %% variant={"exercise": "fit", "name": "train_forgotten", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
    model.train()
    for _ in range(epochs):
        for x, y in training:
            if len(x) > 1:
                optimizer.zero_grad()
                F.binary_cross_entropy_with_logits(model(x), y).backward()
                optimizer.step()
        model.eval()
        with torch.no_grad():
            losses = [F.binary_cross_entropy_with_logits(model(x), y, reduction="sum").item() for x, y in validation]
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    model.train()
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# The validation still records graphs: `eval()` turns no gradient off, and `.item()` afterwards only throws the graph away that was recorded for nothing. Put `torch.no_grad()` around it.

# %% variant={"exercise": "fit", "name": "eval_turns_gradients_off", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
    for _ in range(epochs):
        model.train()
        for x, y in training:
            if len(x) > 1:
                optimizer.zero_grad()
                F.binary_cross_entropy_with_logits(model(x), y).backward()
                optimizer.step()
        model.eval()
        losses = [F.binary_cross_entropy_with_logits(model(x), y, reduction="sum").item() for x, y in validation]
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    model.train()
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# You took `eval()` away, and left the validation to `no_grad()`. Now Dropout drops while you measure, and BatchNorm takes in the validation data. Both switches are needed: `eval()` and `no_grad()`.

# %% variant={"exercise": "fit", "name": "no_grad_is_eval", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
    for _ in range(epochs):
        model.train()
        for x, y in training:
            if len(x) > 1:
                optimizer.zero_grad()
                F.binary_cross_entropy_with_logits(model(x), y).backward()
                optimizer.step()
        with torch.no_grad():
            losses = [F.binary_cross_entropy_with_logits(model(x), y, reduction="sum").item() for x, y in validation]
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    model.train()
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# You train the batch of one in `eval()`, so that nothing is raised. Then this step goes without Dropout and by other statistics than all the others. The text leaves such a batch out.

# %% variant={"exercise": "fit", "name": "one_sample_in_eval", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
    for _ in range(epochs):
        for x, y in training:
            model.train(len(x) > 1)
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(model(x), y).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            losses = [F.binary_cross_entropy_with_logits(model(x), y, reduction="sum").item() for x, y in validation]
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    model.train()
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# You leave the last batch out, whatever its size. It may be full, and one of a single sample may stand elsewhere: ask for `len(x) > 1`.

# %% variant={"exercise": "fit", "name": "last_batch_left_out", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
    for _ in range(epochs):
        model.train()
        for x, y in training[:-1]:
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(model(x), y).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            losses = [F.binary_cross_entropy_with_logits(model(x), y, reduction="sum").item() for x, y in validation]
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    model.train()
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# You average the validation batches' means. They may differ in size: the loss is to be the mean over all samples. Sum with `reduction="sum"`, and divide once.

# %% variant={"exercise": "fit", "name": "mean_of_means", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
    for _ in range(epochs):
        model.train()
        for x, y in training:
            if len(x) > 1:
                optimizer.zero_grad()
                F.binary_cross_entropy_with_logits(model(x), y).backward()
                optimizer.step()
        model.eval()
        with torch.no_grad():
            losses = [F.binary_cross_entropy_with_logits(model(x), y).item() for x, y in validation]
        history.append(sum(losses) / len(losses))
    model.train()
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# You never clear the gradients: `backward()` adds to them, so each step follows the sum of all batches so far. `optimizer.zero_grad()` belongs before each backward.

# %% variant={"exercise": "fit", "name": "gradients_overwrite", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
    for _ in range(epochs):
        model.train()
        for x, y in training:
            if len(x) > 1:
                F.binary_cross_entropy_with_logits(model(x), y).backward()
                optimizer.step()
        model.eval()
        with torch.no_grad():
            losses = [F.binary_cross_entropy_with_logits(model(x), y, reduction="sum").item() for x, y in validation]
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    model.train()
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# You leave `optimizer.step()` out. `backward()` writes gradients and no weight: the loss still moves a little, since BatchNorm's statistics do. Look at case 5 of the bug zoo.

# %% variant={"exercise": "fit", "name": "backward_updates_the_weights", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
    for _ in range(epochs):
        model.train()
        for x, y in training:
            if len(x) > 1:
                optimizer.zero_grad()
                F.binary_cross_entropy_with_logits(model(x), y).backward()
        model.eval()
        with torch.no_grad():
            losses = [F.binary_cross_entropy_with_logits(model(x), y, reduction="sum").item() for x, y in validation]
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    model.train()
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# At the end your model is in `eval()`. The docstring asks for training mode: whoever goes on training would otherwise do so without Dropout.

# %% variant={"exercise": "fit", "name": "ends_in_eval", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
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
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    return history


fit_faults = {"never again": "C", "memory": "A", "stops": "F"}

# %% [markdown]
# The code is mended, and the names of the faults are not: Dropout sleeps because `train()` was forgotten after the validation (C), the memory grows because `eval()` was taken for `no_grad()` (A), and it stops at a batch of one (F).

# %% variant={"exercise": "fit", "name": "wrong_names", "is": "wrong"}
def fit(model, optimizer, training, validation, epochs):
    history = []
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
        history.append(sum(losses) / sum(len(x) for x, _ in validation))
    model.train()
    return history


fit_faults = {"never again": "B", "memory": "E", "stops": "D"}

# %% [markdown]
# ## honest_scores

# %% variant={"exercise": "honest_scores", "name": "sorted_gaps", "is": "right"}
def honest_scores(x, y, test, k):
    train = torch.logical_not(test)
    z = x.div(x[train].std(0))
    centers = torch.stack([z[train & (y == c)].mean(0) for c in (0, 1)])
    chosen = (centers[1] - centers[0]).abs().argsort(descending=True)[:k]
    distances = (z[test][:, None, chosen] - centers[:, chosen]).square().sum(-1)
    return chosen, distances[:, 0] - distances[:, 1]


leak_faults = {"coin flips": "h", "others": "i"}

# %% [markdown]
# This is the code as it was: the deviation and the choice are taken over all rows, the test rows with their labels among them. Take the training rows out first, `x[~test]` and `y[~test]`, and compute everything from these.

# %% variant={"exercise": "honest_scores", "name": "as_it_was", "is": "wrong"}
honest_scores = faulty_scores

# %% [markdown]
# The features are still chosen with the labels of the test samples: of 2000, twenty fit those labels by chance, and then predict them. The choice is a part of the fit: make it from `y[~test]` alone.

# %% variant={"exercise": "honest_scores", "name": "chosen_with_test_labels", "is": "wrong"}
def honest_scores(x, y, test, k):
    z = x / x[~test].std(dim=0)
    chosen = (z[y == 1].mean(dim=0) - z[y == 0].mean(dim=0)).abs().topk(k).indices
    z = z[:, chosen]
    one, zero = z[~test & (y == 1)].mean(dim=0), z[~test & (y == 0)].mean(dim=0)
    return chosen, ((z[test] - zero) ** 2).sum(dim=1) - ((z[test] - one) ** 2).sum(dim=1)


leak_faults = {"coin flips": "H", "others": "I"}

# %% [markdown]
# You still divide by the deviation of all rows. A test sample that is far away changes it, and so every other score. Take it from the training rows, and use it for the test rows as well.

# %% variant={"exercise": "honest_scores", "name": "scaled_by_all", "is": "wrong"}
def honest_scores(x, y, test, k):
    z = x / x.std(dim=0)
    one, zero = z[~test & (y == 1)].mean(dim=0), z[~test & (y == 0)].mean(dim=0)
    chosen = (one - zero).abs().topk(k).indices
    asked, one, zero = z[test][:, chosen], one[chosen], zero[chosen]
    return chosen, ((asked - zero) ** 2).sum(dim=1) - ((asked - one) ** 2).sum(dim=1)


leak_faults = {"coin flips": "H", "others": "I"}

# %% [markdown]
# You divide the test rows by their own deviation. Then the test samples depend on each other, and a single one can't be scaled at all. Keep the deviation of the training rows, as BatchNorm does for `eval()`.

# %% variant={"exercise": "honest_scores", "name": "test_scaled_by_itself", "is": "wrong"}
def honest_scores(x, y, test, k):
    seen, labels = x[~test], y[~test]
    seen = seen / seen.std(dim=0)
    asked = x[test] / x[test].std(dim=0)
    one, zero = seen[labels == 1].mean(dim=0), seen[labels == 0].mean(dim=0)
    chosen = (one - zero).abs().topk(k).indices
    return chosen, ((asked - zero)[:, chosen] ** 2).sum(dim=1) - ((asked - one)[:, chosen] ** 2).sum(dim=1)


leak_faults = {"coin flips": "H", "others": "I"}

# %% [markdown]
# You choose before you scale. A feature with a large spread then has far apart class means by its size alone. Scale first, and choose by the scaled gap.

# %% variant={"exercise": "honest_scores", "name": "chosen_before_scaling", "is": "wrong"}
def honest_scores(x, y, test, k):
    seen, labels = x[~test], y[~test]
    chosen = (seen[labels == 1].mean(dim=0) - seen[labels == 0].mean(dim=0)).abs().topk(k).indices
    spread = seen.std(dim=0)
    seen, asked = (seen / spread)[:, chosen], (x[test] / spread)[:, chosen]
    one, zero = seen[labels == 1].mean(dim=0), seen[labels == 0].mean(dim=0)
    return chosen, ((asked - zero) ** 2).sum(dim=1) - ((asked - one) ** 2).sum(dim=1)


leak_faults = {"coin flips": "H", "others": "I"}

# %% [markdown]
# You choose by the gap with its sign: a feature that is much smaller in class 1 tells as much as one that is larger. Take the absolute value.

# %% variant={"exercise": "honest_scores", "name": "gap_with_its_sign", "is": "wrong"}
def honest_scores(x, y, test, k):
    seen, labels = x[~test], y[~test]
    spread = seen.std(dim=0)
    seen, asked = seen / spread, x[test] / spread
    one, zero = seen[labels == 1].mean(dim=0), seen[labels == 0].mean(dim=0)
    chosen = (one - zero).topk(k).indices
    return chosen, ((asked - zero)[:, chosen] ** 2).sum(dim=1) - ((asked - one)[:, chosen] ** 2).sum(dim=1)


leak_faults = {"coin flips": "H", "others": "I"}

# %% [markdown]
# Your scores have the opposite sign: above 0 is to mean class 1, which is *near* to its mean. So it is the distance to class 0, less that to class 1.

# %% variant={"exercise": "honest_scores", "name": "sign_exchanged", "is": "wrong"}
def honest_scores(x, y, test, k):
    seen, labels = x[~test], y[~test]
    spread = seen.std(dim=0)
    seen, asked = seen / spread, x[test] / spread
    one, zero = seen[labels == 1].mean(dim=0), seen[labels == 0].mean(dim=0)
    chosen = (one - zero).abs().topk(k).indices
    return chosen, ((asked - one)[:, chosen] ** 2).sum(dim=1) - ((asked - zero)[:, chosen] ** 2).sum(dim=1)


leak_faults = {"coin flips": "H", "others": "I"}

# %% [markdown]
# The code is mended, and the names of the faults are not: a score on coin flips comes from labels that took part in a choice (H), scores that depend on another test sample from a statistic over the test samples (I).

# %% variant={"exercise": "honest_scores", "name": "wrong_names", "is": "wrong"}
def honest_scores(x, y, test, k):
    seen, labels = x[~test], y[~test]
    spread = seen.std(dim=0)
    seen, asked = seen / spread, x[test] / spread
    one, zero = seen[labels == 1].mean(dim=0), seen[labels == 0].mean(dim=0)
    chosen = (one - zero).abs().topk(k).indices
    return chosen, ((asked - zero)[:, chosen] ** 2).sum(dim=1) - ((asked - one)[:, chosen] ** 2).sum(dim=1)


leak_faults = {"coin flips": "I", "others": "H"}

# %% [markdown]
# ## knowledge_check

# %% variant={"exercise": "knowledge_check", "name": "assigned_one_by_one", "is": "right"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "cabdbcadbd"))

# %% [markdown]
# In your answers `eval()` turns gradients off. It writes a flag that Dropout and BatchNorm read; the graph is recorded, held in memory, and walked by `backward()` as in training. Look at the 2×2 of Part 1, and at case 3 of the bug zoo.

# %% variant={"exercise": "knowledge_check", "name": "eval_turns_gradients_off", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "aacdbcaabd"))

# %% [markdown]
# In your answers `no_grad()` is `eval()`. It stops the recording alone: Dropout drops, and BatchNorm's statistics move. Run Predict 2 again, and look at case 1 of the bug zoo.

# %% variant={"exercise": "knowledge_check", "name": "no_grad_is_eval", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "cdbdbcadbd"))

# %% [markdown]
# In your answers gradients overwrite each other. `backward()` adds to `.grad`, also in `eval()`: a validation's gradient gets into the next training step. Look at case 4 of the bug zoo.

# %% variant={"exercise": "knowledge_check", "name": "gradients_overwrite", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "caadbcadbd"))

# %% [markdown]
# In your answers `backward()` updates the weights. It writes gradients, and that is all; `optimizer.step()` changes weights. Look at what `footprint` says of it, and at case 5 of the bug zoo.

# %% variant={"exercise": "knowledge_check", "name": "backward_updates_the_weights", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "dabdbcadbd"))

# %% [markdown]
# In your answers a framework has a mathematics of its own. An exact ratio, such as N / (N − 1), is a constant that somebody chose: here another divisor of the same sum. Look at case 6 of the bug zoo.

# %% variant={"exercise": "knowledge_check", "name": "framework_is_another_mathematics", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "cabaacadbd"))
