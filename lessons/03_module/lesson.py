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
# # 03 · Module: bookkeeping for tensors
#
# ## Why
#
# A network is a formula and the tensors in it. With four tensors you can pass them around by hand; with four hundred somebody has to find them all, to train them, save them, move them, freeze them. `nn.Module` is that somebody: it computes nothing, it keeps a list. And what isn't on the list is not trained, not saved and not moved, without an error.
#
# **At the end you can** say of any attribute whether a Module knows of it, load any checkpoint into any model and account for every tensor in it, tie, freeze and replace layers so that the optimizer agrees, and find eight silent bugs from their symptoms.
#
# **You build** a Module: its `__setattr__` that registers, its walk over parameters, its `state_dict`, its strict loading. With `Parameter`, `__call__` and a conversion of dtypes, which you read and predict, it takes PyTorch's own state_dict and gives PyTorch's outputs.
#
# **Before this:** 01 Tensors, 02 Autograd.
#
# | Part | You | Minutes |
# |---|---|---|
# | 1 · The same mathematics, kept in order | write a net twice: as a Module, and as bare tensors | 22 |
# | 2 · The registers | build `__setattr__` and the walk | 22 |
# | 3 · State | build `state_dict` and strict loading | 18 |
# | 4 · Calls, moves, modes | see what runs around `forward` | 6 |
# | 5 · The first numbers | see which initialization keeps a signal alive | 5 |
# | 6 · Shared, frozen, replaced | tie weights, see what "frozen" leaves moving | 5 |
# | 7 · Parity | put your Module together and compare it with PyTorch's | 4 |
# | 8 · Break it | repair faulty models, and name the fault | 17 |
# | 9 · In practice, quiz, ledger | functional_call, parametrizations, a design | 20 |

# %%
import copy
from itertools import pairwise
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call
from torch.nn.utils import parametrize

from course import check, data, device, observe, plots, widgets

torch.set_num_threads(1)  # these nets are too small to be shared between threads


def outcome(function, *args, **kwargs):
    """Return what the call returns, or the exception that it raises."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return error


def redraw(module, generator):
    """Draw every floating-point entry of the module's state anew, and return the module."""
    for name, tensor in module.state_dict().items():  # these share memory with the module
        if tensor.is_floating_point():
            low = 0.1 if name.endswith("var") else -1.0  # a variance is positive
            tensor.uniform_(low, 1.0, generator=generator)
    return module

# %% [markdown]
# ---
# ## Part 1 · The same mathematics, kept in order
#
# This is TinyNet as you had it in lesson 02: four tensors and a formula. It turns a point of the plane into one **logit**, the score whose sigmoid is a probability.

# %%
def tiny_net(x, w1, b1, w2, b2):
    """x (N, 2) → logits (N, 1), by w1 (8, 2), b1 (8,), w2 (1, 8), b2 (1,)."""
    hidden = (x @ w1.mT + b1).relu()
    return hidden @ w2.mT + b2

# %% [markdown]
# And this is TinyNet as a Module. The formula is in `forward`. The tensors are made in `__init__`, where assigning a layer to `self` puts it on the list.

# %%
class TinyNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 8)
        self.output = nn.Linear(8, 1)

    def forward(self, x):
        return self.output(self.hidden(x).relu())

# %% [markdown]
# **Predict 1.** `nn.Linear(2, 8)` takes 2 features in and gives 8 out. What is the shape of its weight? And how many numbers does the whole of TinyNet learn?

# %%
prediction_shape = ...  # a tuple of two numbers
prediction_count = ...  # a number

model = TinyNet()
check.prediction(prediction_shape, tuple(model.hidden.weight.shape))
check.prediction(prediction_count, sum(p.numel() for p in model.parameters()))

# %% [markdown]
# <details><summary>Why (open it after you ran the cell)</summary>
#
# `(8, 2)`: **Linear's layout is (out, in)**. A row of the weight is what one output unit listens to, and the layer computes `x @ weight.mT + bias`. The count is 2·8 + 8 for the hidden layer and 8·1 + 1 for the output: 33.
# </details>
#
# ### See it
#
# What the Module has written down. Blue boxes are parameters.

# %%
plots.module_tree(model)

# %% [markdown]
# Is that *another* network? Both are trained below on the same points, from the same start, with the same optimizer (the loop is lesson 00's). `state_dict()` gives a Module's tensors by name.

# %%
points, labels = data.plane(200, seed=0)
torch.manual_seed(3)
model = TinyNet()
bare = [tensor.clone().requires_grad_() for tensor in model.state_dict().values()]


def train(forward, parameters, steps=600):
    """Train on the plane: BCEWithLogitsLoss, Adam 1e-3, all points at once."""
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(forward(points), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


train(model, model.parameters())
train(lambda x: tiny_net(x, *bare), bare)

print("names:", list(model.state_dict()))
for tensor, trained in zip(bare, model.state_dict().values(), strict=True):
    torch.testing.assert_close(tensor.detach(), trained, rtol=1e-3, atol=1e-4)
print("600 steps of each end with the same weights")

# %% [markdown]
# They agree, step for step: **a Module adds no mathematics**. Where a formula by hand and a Module disagree, one of them has another layout, another activation or a bias less, and you can find out which.
#
# ### What gets on the list
#
# A Module keeps three **registers**, each a dict by name:
#
# | Register | Holds | In `parameters()` | In `state_dict()` | Moved by `.to()` |
# |---|---|---|---|---|
# | `_parameters` | `nn.Parameter`s | yes | yes | yes |
# | `_buffers` | tensors given to `register_buffer` | no | yes, unless `persistent=False` | yes |
# | `_modules` | other Modules, and so what *they* hold | yes | yes | yes |
#
# An assignment `self.name = value` looks at the **type of the value**. A Parameter or a Module goes into its register. Anything else becomes a plain Python attribute, which no one looks into.
#
# **Predict 2.** How many parameters (tensors, not numbers) does each of the two find?

# %%
class InAList(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 8), nn.Linear(8, 1)]


class InAModuleList(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 8), nn.Linear(8, 1)])


prediction_list = ...         # a number
prediction_module_list = ...  # a number

check.prediction(prediction_list, len(list(InAList().parameters())))
check.prediction(prediction_module_list, len(list(InAModuleList().parameters())))

# %% [markdown]
# <details><summary>Why</summary>
#
# 0 and 4. A list is neither a Parameter nor a Module, so it is a plain attribute, and nobody opens it. `nn.ModuleList` and `nn.ModuleDict` *are* Modules: they register what you put in. A forward pass works with both, which is why the first one goes unnoticed: the optimizer trains nothing.
# </details>

# %% [markdown]
# ### Explore
#
# **Question.** Which way to hold `kept` is saved but not trained? Which is moved, yet neither trained nor saved? And which two *look* as if they would be trained, and are not?

# %%
widgets.registers()

# %% [markdown]
# <details><summary>Answer</summary>
#
# A buffer is saved and moved, not trained. With `persistent=False` it is moved alone: right for what can be computed again, such as a table of positions. The list and the tensor with `requires_grad=True` look trainable (gradients do arrive at both), but no optimizer is told about them.
# </details>

# %% [markdown]
# ### Exercise 1. Read the registers · ●○○ · 5 min
#
# Where does each attribute of `Puzzle` go? Work it out without running it.

# %%
class Puzzle(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = (nn.Linear(2, 2), nn.Linear(2, 2))
        self.c = nn.Parameter(torch.zeros(2))
        self.d = torch.zeros(2, requires_grad=True)
        self.register_buffer("e", torch.zeros(2))
        self.register_buffer("f", torch.zeros(2), persistent=False)
        self.g = nn.ModuleDict({"one": nn.Linear(2, 2, bias=False)})
        self.h = self.c * 2
        self.i = self.a

# %% nbgrader={"grade": false, "grade_id": "read_registers", "locked": false, "schema_version": 3, "solution": true, "task": false}
place = {"a": "modules"}  # each of a to i: "parameters", "buffers", "modules" or "none"
trained_count = ...       # how many tensors parameters() gives; a shared one counts once
saved_count = ...         # how many entries state_dict() has; it lists every name

### BEGIN SOLUTION
place.update(b="none", c="parameters", d="none", e="buffers", f="buffers")
place.update(g="modules", h="none", i="modules")
trained_count = 4
saved_count = 7
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "read_registers_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def placed(*names):
    return [place[name].strip().lower() for name in names]


observe("b, a tuple of modules", placed, "b")
observe("c, a parameter", placed, "c")
observe("d, a tensor that requires grad", placed, "d")
observe("e and f, buffers", placed, "e", "f")
observe("g, a dict of modules", placed, "g")
observe("h, computed from a parameter", placed, "h")
observe("i, a module under a second name", placed, "i")
observe("how many are trained", lambda: int(trained_count))
observe("how many are saved", lambda: int(saved_count))
### END HIDDEN TESTS
check.true(set(place) == set("abcdefghi"), "there is an answer for each of a to i")
check.equal(sorted(set(place.values()) - {"parameters", "buffers", "modules", "none"}), [])  # no other words
check.true(isinstance(trained_count, int) and isinstance(saved_count, int), "both counts are numbers")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Ask of each value: is it an `nn.Parameter`? An `nn.Module`? Was it given to `register_buffer`? Three times no means "none".
# </details>
# <details><summary>Hint 2</summary>
#
# What an operation returns, such as `self.c * 2`, is a tensor, not a Parameter. `d` requires grad, but its type is Tensor, too.
# </details>
# <details><summary>Hint 3</summary>
#
# Trained: two tensors of `a`, one for `c`, one of `g` (it has no bias); `i` is `a` again. Saved: the same four, and one buffer, and `i`'s two under their second name.
# </details>

# %% [markdown]
# ### Exercise 2. SimpleNet, twice · ●●○ · 7 min
#
# SimpleNet takes 10 features to 32 hidden units with a ReLU, and those to one **probability**: there is a sigmoid at the end. Write it as a Module, and write the same mathematics with bare tensors, as `tiny_net` does. Given the same weights, both have to give the same numbers and the same gradients.

# %% nbgrader={"grade": false, "grade_id": "simple_net", "locked": false, "schema_version": 3, "solution": true, "task": false}
class SimpleNet(nn.Module):
    """(N, 10) → probabilities (N, 1), through layers called `hidden` and `output`."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.output(self.hidden(x).relu()).sigmoid()
        ### END SOLUTION


def simple_net(x, w1, b1, w2, b2):
    """The same by bare tensors, of any sizes, without nn and F.

    x: (N, D). w1: (H, D), b1: (H,), w2: (1, H), b2: (1,), laid out as nn.Linear's. Returns (N, 1).

    With every weight and bias 0 each probability is 0.5
    """
    ### BEGIN SOLUTION
    hidden = (x @ w1.mT + b1).relu()
    return (hidden @ w2.mT + b2).sigmoid()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "simple_net_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def simple_state(inputs, hidden, seed, dtype=torch.float32):
    """w1, b1, w2, b2 of a net of these sizes."""
    shapes = ((hidden, inputs), (hidden,), (1, hidden), (1,))
    generator = observe.generator(seed)
    return [torch.randn(shape, generator=generator, dtype=dtype) / 2 for shape in shapes]


def as_a_module(x, state, dtype=torch.float32):
    """The Module's outputs and gradients by the names of its parameters."""
    module = SimpleNet().to(dtype)
    module.load_state_dict(dict(zip(["hidden.weight", "hidden.bias", "output.weight", "output.bias"], state, strict=True)))
    result = module(x)
    result.sum().backward()
    return result, {name: p.grad for name, p in module.named_parameters()}


def by_hand(x, state):
    """The outputs and gradients of bare tensors."""
    state = [tensor.clone().requires_grad_() for tensor in state]
    result = simple_net(x, *state)
    result.sum().backward()
    return result, [tensor.grad for tensor in state]


tens = torch.randn(6, 10, generator=observe.generator(301))
observe("what the Module holds", lambda: {name: tuple(p.shape) for name, p in SimpleNet().named_parameters()})
observe("the Module", as_a_module, tens, simple_state(10, 32, 302))
observe("the Module in float64", as_a_module, tens.double(), simple_state(10, 32, 303, torch.float64), torch.float64)
observe("the Module on a batch of batches", as_a_module, tens.reshape(2, 3, 10), simple_state(10, 32, 304))
observe("by hand", by_hand, tens, simple_state(10, 32, 302))
observe("by hand, float64", by_hand, tens.double(), simple_state(10, 32, 303, torch.float64))
observe("by hand, other sizes", by_hand, tens[:, :4], simple_state(4, 7, 305))
observe("by hand, as many hidden units as features", by_hand, tens[:, :3], simple_state(3, 3, 306))
observe("by hand, one sample", by_hand, tens[:1, :2], simple_state(2, 5, 307))
observe("by hand, no samples", by_hand, tens[:0, :2], simple_state(2, 5, 307))
### END HIDDEN TESTS
torch.manual_seed(0)
net, x = SimpleNet(), torch.linspace(-2, 2, 30).reshape(3, 10)
check.equal([tuple(p.shape) for p in net.parameters()], [(32, 10), (32,), (1, 32), (1,)])
check.close(simple_net(x, *net.parameters()), net(x))
check.close(simple_net(x, *(torch.zeros_like(p) for p in net.parameters())), torch.full((3, 1), 0.5))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Both nets are TinyNet with other sizes and one more step at the end. `tensor.sigmoid()` is that step.
# </details>
# <details><summary>Hint 2</summary>
#
# If the two disagree, compare them step by step: `net.hidden(x)` with `x @ w1.mT + b1`, then after the ReLU, and so on. The first step that differs is the one to mend.
# </details>
# <details><summary>Hint 3</summary>
#
# `__init__` makes `self.hidden = nn.Linear(10, 32)` and `self.output = nn.Linear(32, 1)`. Each formula is: linear, ReLU, linear, sigmoid, where linear is `x @ weight.mT + bias`.
# </details>

# %% [markdown]
# ---
# ## Part 2 · The registers
#
# Now `nn.Module` is built. First the mark by which it knows a parameter: `nn.Parameter` is a Tensor, and only its **type** is special. `detach` cuts it from the graph that made it, `as_subclass` gives it the type, `requires_grad_` starts recording:

# %%
class Parameter(torch.Tensor):
    """A leaf tensor of this class that shares memory with `data`."""

    def __new__(cls, data, requires_grad=True):
        return data.detach().as_subclass(cls).requires_grad_(requires_grad)

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        # Called in place of each operation on such a tensor, so that its result is a plain Tensor.
        # How that is asked for needn't be remembered.
        with torch._C.DisableTorchFunctionSubclass():
            return function(*args, **(kwargs or {}))

# %% [markdown]
# **Predict 3.** `p` is made from a tensor that was computed. Is `p` a leaf? Is `p * 2` a Parameter? And what is in the tensor that it was made from, `start`, after `p` was filled with 7?

# %%
prediction_leaf = ...       # True or False
prediction_parameter = ...  # True or False
prediction_start = ...      # a list of two numbers

start = torch.ones(2, requires_grad=True) * 3
p = Parameter(start)
with torch.no_grad():
    p.fill_(7)
check.prediction(prediction_leaf, p.is_leaf)
check.prediction(prediction_parameter, isinstance(p * 2, Parameter))
check.prediction(prediction_start, start.detach())

# %% [markdown]
# <details><summary>Why</summary>
#
# True, False, [7, 7]. `detach` returns a tensor without a past, on the same memory. And if `p * 2` were a Parameter, each intermediate result that is assigned to `self` would be registered, and trained. PyTorch's own behaves alike in all three.
# </details>
#
# ### The assignment
#
# Python turns `self.name = value` into `self.__setattr__("name", value)`. That is the whole trick of `nn.Module`: it overrides this method. The other way round, `self.name` looks at the usual places first, and only if there is nothing calls `__getattr__`, which looks into the registers.

# %%
REGISTERS = ("_parameters", "_buffers", "_modules")


def is_parameter(value):
    """True for yours and for PyTorch's, so that you can mix them."""
    return isinstance(value, (Parameter, nn.Parameter))


def is_module(value):
    """True for whatever has the three registers: yours (the next cell) and PyTorch's."""
    return all(hasattr(value, register) for register in REGISTERS)

# %% [markdown]
# ### Exercise 3. `__setattr__` · ●●○ · 10 min
#
# Complete the class. `vars(self)` is the dict in which Python keeps the plain attributes; the three registers are dicts in it. To make a plain attribute, call `object.__setattr__(self, name, value)`.

# %% nbgrader={"grade": false, "grade_id": "registry", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Registry:
    """An object that sorts what is assigned to it into three registers.

    self.name = value does the first of these that applies:
    1. value is a parameter: it goes into _parameters under this name;
    2. value is a module: it goes into _modules;
       (in both cases the name leaves every other place: plain attributes and the other registers)
    3. the name is in a register: it stays in it. A buffer takes a tensor or None; a parameter
       or a module takes None; anything else raises TypeError;
    4. it becomes a plain attribute.

    r = Registry(); r.w = nn.Parameter(torch.zeros(2)); list(r._parameters) is ["w"]
    """

    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}  # past __setattr__, which needs them
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        ### BEGIN SOLUTION
        register = "_parameters" if is_parameter(value) else "_modules" if is_module(value) else None
        if register:
            for other in (plain, *(plain[place] for place in REGISTERS if place != register)):
                other.pop(name, None)
            plain[register][name] = value
            return
        held = [place for place in REGISTERS if name in plain[place]]
        if not held:
            object.__setattr__(self, name, value)
        elif value is None or (held == ["_buffers"] and isinstance(value, torch.Tensor)):
            plain[held[0]][name] = value
        else:
            raise TypeError(f"{name} is in {held[0]}, and takes no {type(value).__name__}")
        ### END SOLUTION

    def __getattr__(self, name):  # called only when Python has found nothing
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% nbgrader={"grade": true, "grade_id": "registry_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def assigned(*steps):
    """What is where after the assignments; "TypeError" for each that is refused."""
    r, refused = Registry(), []
    r.register_buffer("buffer", torch.zeros(2))
    own = set(vars(r))
    for name, value in steps:
        try:
            setattr(r, name, value)
        except TypeError:
            refused.append(name)
    where = {place: list(vars(r)[place]) for place in REGISTERS}
    return where, sorted(set(vars(r)) - own), refused


def read_back():
    r, other = Registry(), Registry()
    w, layer = nn.Parameter(torch.ones(2)), nn.Linear(2, 1)
    r.w, r.layer, r.rate, r.child = w, layer, 0.5, other
    other.w = nn.Parameter(torch.zeros(3))
    return r.w is w, r.layer is layer, r.rate, r.child is other, list(other._parameters), list(r._modules)


def buffer_values():
    r = Registry()
    r.register_buffer("mean", torch.zeros(2))
    r.mean = torch.ones(3)
    after = list(r._buffers), r._buffers["mean"]
    r.mean = None
    r.layer = nn.Linear(1, 1)
    return after, r._buffers, list(r._modules)


def nothing_left():
    """None keeps its name in the register."""
    r = Registry()
    r.bias, r.layer = nn.Parameter(torch.ones(1)), nn.Linear(1, 1)
    r.bias, r.layer = None, None
    return r._parameters, r._modules, r.bias is None, "bias" in vars(r)


w, layer, tensor = nn.Parameter(torch.zeros(2)), nn.Linear(2, 2), torch.zeros(2)
observe("a parameter, a module, plain values", assigned, ("w", w), ("m", layer), ("t", tensor), ("n", 3), ("l", [layer]))
observe("read back", read_back)
observe("a Registry in a Registry", assigned, ("inner", Registry()), ("w", w))
observe("a plain name becomes a parameter, then a module", assigned, ("x", 1), ("x", w), ("y", w), ("y", layer))
observe("a module becomes a parameter", assigned, ("x", layer), ("x", w))
observe("a buffer becomes a parameter", assigned, ("buffer", w), ("buffer", w))
observe("assigned again, it keeps its place", assigned, ("a", w), ("b", w), ("a", nn.Parameter(torch.ones(1))))
observe("a new value for a buffer", buffer_values)
observe("None", nothing_left)
observe("refused", assigned, ("w", w), ("w", tensor), ("w", 3), ("m", layer), ("m", tensor), ("buffer", 3), ("n", 3))
observe("what an operation returns", assigned, ("w", w), ("h", w * 2), ("t", torch.zeros(2, requires_grad=True)))
### END HIDDEN TESTS
r = Registry()
r.weight, r.layer, r.rate = nn.Parameter(torch.zeros(2)), nn.Linear(2, 2), 0.1
check.equal([list(r._parameters), list(r._modules), r.rate], [["weight"], ["layer"], 0.1])
check.raises(TypeError, r.__setattr__, "weight", torch.zeros(2))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Follow the four rules from top to bottom. `is_parameter` and `is_module` decide which register, if any, a value belongs to.
# </details>
# <details><summary>Hint 2</summary>
#
# `plain[register]` is the register's dict. To let a name leave a place, `place.pop(name, None)`: it doesn't complain where there is nothing. Leave the register out that the value goes to, so that a name keeps its position.
# </details>
# <details><summary>Hint 3</summary>
#
# For rule 3: look for the one register that has the name. Write `value` into it if the value is None, or if it is a tensor and the register is `_buffers`; else raise. For rule 4 it is in none: `object.__setattr__`.
# </details>

# %% [markdown]
# PyTorch's own does these things, too, and explains itself in the same two situations:

# %%
class Forgetful(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(2, 2)  # super().__init__() was forgotten: there are no registers yet


print("no registers yet:", outcome(Forgetful))
print("a plain tensor:  ", outcome(setattr, nn.Linear(2, 2), "weight", torch.zeros(2, 2)))

# %% [markdown]
# ### A tree to walk
#
# Modules hold modules, so a model is a tree, and each of its calls walks it. You will build those walks on `stripped(model)`: **the registers of a PyTorch model, without any of its methods**. (So they don't need your Registry.) Look at how `stripped` goes down the tree: by calling itself.

# %%
def stripped(module, done=None):
    """The module's registers, forward and hooks, without PyTorch's methods; its children likewise."""
    done = {} if done is None else done  # a module that is reached twice is stripped once
    if module is not None and id(module) not in done:
        kept = (*REGISTERS, "_non_persistent_buffers_set", "_forward_pre_hooks", "_forward_hooks")
        bare = SimpleNamespace(**{name: vars(module)[name] for name in kept}, forward=module.forward)
        done[id(module)] = bare
        bare._modules = {name: stripped(child, done) for name, child in module._modules.items()}
    return done.get(id(module))


tree = stripped(TinyNet())
print("the registers of the root: ", list(tree._parameters), list(tree._modules))
print("those of its child, hidden:", list(tree._modules["hidden"]._parameters))
print("any methods left:          ", hasattr(tree, "named_parameters"))

# %% [markdown]
# ### Exercise 4. The walk over the parameters · ●●○ · 8 min
#
# This is what an optimizer asks for. A parameter that two modules share (you will tie weights in Part 6) must come **once**, or it would be updated twice.

# %% nbgrader={"grade": false, "grade_id": "named_parameters", "locked": false, "schema_version": 3, "solution": true, "task": false}
def named_parameters(module):
    """Return a dict from name to parameter, of the module and all that it holds.

    module: any object with the registers `_parameters` and `_modules`. An entry of either may
    be None, and is left out. The module's own parameters come first, then its children's, in the
    order of the registers. The name of a child's parameter is the child's name, a dot, and the
    parameter's name in the child. A parameter met again (the same object) is left out.

    list(named_parameters(stripped(nn.Linear(2, 3)))) is ["weight", "bias"]
    """
    ### BEGIN SOLUTION
    found = {name: p for name, p in module._parameters.items() if p is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            found.update({f"{child_name}.{name}": p for name, p in named_parameters(child).items()})
    first = {}
    for name, parameter in found.items():
        first.setdefault(id(parameter), (name, parameter))
    return dict(first.values())
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "named_parameters_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def listed(model, seed):
    """The names in their order, each with its numbers."""
    redraw(model, observe.generator(seed))
    return list(named_parameters(stripped(model)).items())


def same_objects(model):
    mine = named_parameters(stripped(model))
    return len(mine), [mine[name] is p for name, p in model.named_parameters()]


deep = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.Sequential(nn.Linear(3, 2))), nn.Linear(2, 1))
mixed = nn.Linear(3, 2)
mixed.inner = nn.Sequential(nn.Linear(2, 2, bias=False), nn.BatchNorm1d(2))
mixed.extra = nn.Parameter(torch.zeros(2, dtype=torch.float64))
tied = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2))
tied[2].weight = tied[0].weight
twice = nn.Linear(2, 2)
emptied = nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1), nn.Linear(1, 1))
emptied._modules["1"] = None
zeros = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
for parameter in zeros.parameters():
    nn.init.zeros_(parameter)
observe("two layers", listed, nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)), 321)
observe("three levels deep", listed, deep, 322)
observe("own parameters first; no bias; no buffers", listed, mixed, 323)
observe("a weight that is tied", listed, tied, 324)
observe("a module under two names", listed, nn.Sequential(twice, nn.Sequential(twice), nn.Linear(2, 1)), 325)
observe("a child that is None", listed, emptied, 326)
observe("the very objects", same_objects, deep)
observe("equal numbers are not the same parameter", same_objects, zeros)
### END HIDDEN TESTS
check.equal(list(named_parameters(stripped(TinyNet()))), [name for name, _ in TinyNet().named_parameters()])
net = TinyNet()
check.true(named_parameters(stripped(net))["hidden.bias"] is net.hidden.bias, "it gives the parameters themselves")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Let the function call itself for each child, and put the child's name and a dot before each name that comes back.
# </details>
# <details><summary>Hint 2</summary>
#
# Collect all names first, then drop what was met before. "The same object" is `is`, or equal `id(...)`. (`p in a_list` compares *numbers*, and raises for most shapes.)
# </details>
# <details><summary>Hint 3</summary>
#
# Own ones: a dict comprehension over `module._parameters.items()` with `if p is not None`. Children: `for child_name, child in module._modules.items()`, update the dict with the prefixed names. At the end keep a set of ids that were seen, and build the result from those that were not.
# </details>

# %% [markdown]
# ---
# ## Part 3 · State
#
# Not all that a model needs is learned. A mean to subtract, a mask: these are **buffers**, tensors that belong to the model and take no gradient step. The best known are those of BatchNorm, a layer that you will build in lesson 06. In training mode it shifts and scales a batch by the batch's own mean and variance, and follows them in three buffers: `running_mean`, `running_var`, and a count, `num_batches_tracked`. In evaluation mode it uses the running ones.

# %%
class Normalized(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([1.0, 2.0]))
        self.register_buffer("positions", torch.arange(4), persistent=False)
        self.scale = torch.tensor([2.0, 2.0])  # meant as a buffer; nobody told the Module
        self.layer = nn.Linear(2, 1)

    def forward(self, x):
        return self.layer((x - self.mean) / self.scale)


plots.module_tree(Normalized())

# %% [markdown]
# **Predict 4.** Which names are in `Normalized().state_dict()`? And what are the dtypes of `mean` and of `scale` after `.double()`?

# %%
prediction_names = ...  # a list of names, in any order
prediction_mean = ...   # a dtype's name, such as "int64"
prediction_scale = ...  # a dtype's name

model = Normalized()
names = list(model.state_dict())
check.prediction(sorted(prediction_names) if prediction_names is not ... else ..., sorted(names))
model = model.double()
check.prediction(prediction_mean, model.mean.dtype)
check.prediction(prediction_scale, model.scale.dtype)

# %% [markdown]
# <details><summary>Why</summary>
#
# `layer.weight`, `layer.bias` and `mean`. `positions` is a buffer, but not a persistent one, and `scale` is a plain attribute. For the same reason `mean` becomes float64, and `scale` stays **float32**. With dtypes this is a nuisance; with devices, `(x - self.mean) / self.scale` raises, as its operands lie on two of them, and on the machine without an accelerator it never shows.
# </details>

# %%
moved = Normalized().to("meta")  # a device that has shapes and no numbers: it stands in for a second one
print("mean:     ", moved.mean.device)
print("positions:", moved.positions.device)
print("scale:    ", moved.scale.device)
best = device.best()
net = TinyNet().to(best)  # a Module is moved in place, unlike a tensor
print("TinyNet on the best device of this machine:", all(p.device.type == best.type for p in net.parameters()))

# %% [markdown]
# ### Exercise 5. state_dict · ●●○ · 6 min
#
# A state_dict is a flat dict from name to tensor. Its tensors are no copies: they share memory with the model, but are cut from the graph. And it lists *names*, so a tied weight stands in it under each of its names.

# %% nbgrader={"grade": false, "grade_id": "state_dict", "locked": false, "schema_version": 3, "solution": true, "task": false}
def state_dict(module):
    """Return a dict from name to tensor with all that has to be saved of a module.

    module: any object with the registers, of which `_non_persistent_buffers_set` is the set of
    names of those of its own buffers that are not saved. Entries that are None are left out.
    For each module: its parameters, then its buffers, then its children, named as in
    named_parameters. The tensors are detached and share memory with the module's.

    list(state_dict(stripped(nn.Linear(2, 3)))) is ["weight", "bias"]
    """
    ### BEGIN SOLUTION
    skipped = module._non_persistent_buffers_set
    buffers = {name: buffer for name, buffer in module._buffers.items() if name not in skipped}
    own = {**module._parameters, **buffers}
    state = {name: tensor.detach() for name, tensor in own.items() if tensor is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            state.update({f"{child_name}.{name}": tensor for name, tensor in state_dict(child).items()})
    return state
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "state_dict_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def saved(model, seed):
    redraw(model, observe.generator(seed))
    return list(state_dict(stripped(model)).items())


def written_through(model):
    """The model's state after its state_dict was filled: a copy would leave it alone."""
    state = state_dict(stripped(model))
    for tensor in state.values():
        tensor.fill_(2)
    return len(state), {name: tensor.clone() for name, tensor in model.state_dict().items()}


class Buffers(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.register_buffer("kept", torch.ones(3))
        self.register_buffer("left", torch.ones(2), persistent=False)
        self.register_buffer("empty", None)
        self.own = nn.Parameter(torch.zeros(2))


normed = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Sequential(nn.BatchNorm1d(2, affine=False)))
tied_state = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
tied_state[1].weight = tied_state[0].weight
both = nn.Sequential(Buffers(), Buffers())
both[1].register_buffer("kept", torch.zeros(1), persistent=False)
observe("two layers", saved, nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)), 331)
observe("running statistics", saved, normed, 332)
observe("a buffer that is not saved", saved, Buffers(), 333)
observe("one name, saved in one child and not in the other", saved, both, 334)
observe("a tied weight", saved, tied_state, 335)
observe("detached", lambda m: [t.requires_grad for t in state_dict(stripped(m)).values()], normed)
observe("shared memory", written_through, nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)))
### END HIDDEN TESTS
model = redraw(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)), torch.Generator().manual_seed(1))
check.equal(state_dict(stripped(model)), dict(model.state_dict()))
check.shares_memory(state_dict(stripped(model))["0.weight"], model[0].weight)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# It is the walk of Exercise 4 with more in it and without the test for what was met before.
# </details>
# <details><summary>Hint 2</summary>
#
# `_non_persistent_buffers_set` belongs to each module and holds the names of *its own* buffers, without a prefix. `detach()` returns a tensor that shares memory; `clone()` would not.
# </details>
# <details><summary>Hint 3</summary>
#
# Merge `_parameters` with those of `_buffers` whose name is not in the set. Take `tensor.detach()` of each that is not None. Then update the dict with every child's, the child's name and a dot before each name.
# </details>

# %% [markdown]
# ### Loading
#
# `load_state_dict` copies numbers *into* the tensors that are there. It doesn't replace them: an optimizer, a second name, a graph hold on to the old objects.
#
# **Predict 5.** A checkpoint lacks one name, and one of its tensors has another shape. What comes of each? Write `"raises"`, or else what is returned as missing, as a list.

# %%
prediction_strict = ...  # the name is missing, load_state_dict(state)
prediction_loose = ...   # the name is missing, load_state_dict(state, strict=False)
prediction_shape = ...   # a shape differs,     load_state_dict(state, strict=False)

short = {name: tensor for name, tensor in TinyNet().state_dict().items() if name != "output.bias"}
wide = {**TinyNet().state_dict(), "output.bias": torch.zeros(3)}


def missing_after(state, strict):
    return list(TinyNet().load_state_dict(state, strict=strict).missing_keys)


check.prediction(prediction_strict, outcome(missing_after, short, True))
check.prediction(prediction_loose, outcome(missing_after, short, False))
check.prediction(prediction_shape, outcome(missing_after, wide, False))

# %% [markdown]
# <details><summary>Why</summary>
#
# `"raises"`, `["output.bias"]`, `"raises"`. `strict=False` is about **names** only. A shape that differs always raises: there is no way to copy 3 numbers into 1. And a name that is passed over is passed over in silence: the caller has to look at what is returned.
# </details>
#
# ### Exercise 6. Strict loading · ●●○ · 7 min
#
# Given is the state of the model, as PyTorch's `model.state_dict()` returns it. Since its tensors share memory with the model, to write into them is to load the model. PyTorch's own copies what fits *before* it raises for the rest, and leaves a model that is half loaded; yours checks first.

# %% nbgrader={"grade": false, "grade_id": "load_state", "locked": false, "schema_version": 3, "solution": true, "task": false}
def load_state(own, state, strict=True):
    """Copy the tensors of `state` into those of `own` that have the same name.

    own, state: dicts from name to tensor. The tensors of `own` keep their dtype, device and memory.
    Returns (missing, unexpected): the names of `own` that are not in `state`, the names of
    `state` that are not in `own`, each a list in the dict's order.
    Raises RuntimeError, before anything is written, if a tensor's shape is not that of the tensor
    of the same name, or if strict and a name is missing or unexpected.

    load_state({"w": a}, {"w": b, "v": c}, strict=False) copies b into a; it returns ([], ["v"])
    """
    ### BEGIN SOLUTION
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    common = [name for name in own if name in state]
    misfits = [name for name in common if own[name].shape != state[name].shape]
    if misfits or (strict and (missing or unexpected)):
        raise RuntimeError(f"shapes differ: {misfits}; missing: {missing}; unexpected: {unexpected}")
    for name in common:
        own[name].copy_(state[name])
    return missing, unexpected
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "load_state_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def loading(model, state, **options):
    """What is returned, or "RuntimeError", and the model's own tensors afterwards."""
    try:
        missing, unexpected = load_state(model.state_dict(), state, **options)
        told = [list(missing), list(unexpected)]
    except NotImplementedError:
        raise
    except RuntimeError:
        told = "RuntimeError"
    return told, {name: tensor.clone() for name, tensor in model.state_dict().items()}


def net_of(seed, *sizes, dtype=torch.float32):
    layers = [nn.Linear(i, o, dtype=dtype) for i, o in pairwise(sizes)]
    return redraw(nn.Sequential(*layers), observe.generator(seed))


def still_optimized(model, state):
    """A step of an optimizer that was made before loading."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    load_state(model.state_dict(), state)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return dict(model.state_dict())


given = net_of(341, 2, 3, 2).state_dict()
partly = {"1.bias": given["1.bias"], "head.weight": given["0.weight"], "0.weight": given["0.weight"], "n": given["1.bias"]}
observe("everything fits", loading, net_of(342, 2, 3, 2), given)
observe("float64 into float32", loading, net_of(343, 2, 3, 2), {k: t.double() for k, t in given.items()})
observe("names that differ, not strict", loading, net_of(344, 2, 3, 2), partly, strict=False)
observe("names that are missing, strict", loading, net_of(345, 2, 3, 2), dict(list(given.items())[:-1]))
observe("a name too many, strict", loading, net_of(346, 2, 3, 2), {**given, "extra": torch.ones(1)})
observe("a shape that would broadcast", loading, net_of(347, 2, 3, 2), {**given, "1.bias": torch.ones(1)}, strict=False)
observe("another shape of as many numbers", loading, net_of(348, 2, 3, 2), {**given, "0.weight": torch.ones(2, 3)})
observe("an optimizer made before", still_optimized, net_of(349, 2, 3, 2), given)
### END HIDDEN TESTS
model, source = TinyNet(), TinyNet()
check.equal(load_state(model.state_dict(), source.state_dict()), ([], []))
check.equal(model.hidden.weight.detach(), source.hidden.weight.detach())
check.equal(load_state(model.state_dict(), {"more": torch.ones(1)}, strict=False)[1], ["more"])
check.raises(RuntimeError, load_state, {"w": torch.zeros(1)}, {"v": torch.zeros(1)})

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Three lists first: missing, unexpected, and the names in both whose shapes differ. Then decide whether to raise. Only then write.
# </details>
# <details><summary>Hint 2</summary>
#
# `own[name] = tensor` puts another tensor into the *dict*; the model never sees it. `own[name].copy_(tensor)` writes into the memory that the model reads. It also converts the dtype; and it broadcasts, so compare shapes yourself.
# </details>
# <details><summary>Hint 3</summary>
#
# `missing = [name for name in own if name not in state]`, the other way round for `unexpected`. Raise if there is a misfit, whatever `strict` says, or if `strict` and one of the two lists isn't empty.
# </details>

# %% [markdown]
# ### Shape surgery
#
# A checkpoint from elsewhere rarely fits: names carry a prefix, the head has other classes. Make the state fit *before* you load, and account for every name.

# %%
checkpoint = {f"module.{name}": tensor for name, tensor in TinyNet().state_dict().items()}
checkpoint["module.output.weight"] = torch.ones(3, 8)  # trained for three classes
checkpoint["module.output.bias"] = torch.ones(3)

model = TinyNet()
own = model.state_dict()
renamed = {name.removeprefix("module."): tensor for name, tensor in checkpoint.items()}
fitting = {name: t for name, t in renamed.items() if name in own and t.shape == own[name].shape}
told = model.load_state_dict(fitting, strict=False)
print("loaded: ", list(fitting))
print("missing:", told.missing_keys, "(these keep their random start: is that what you want?)")

half = TinyNet()
nn.init.zeros_(half.hidden.weight)
print("raised: ", type(outcome(half.load_state_dict, renamed)).__name__)
print("and yet hidden.weight has been written:", bool(half.hidden.weight.any()))

# %% [markdown]
# ---
# ## Part 4 · Calls, moves, modes
#
# You write `forward`, and you call `model(x)`, not `model.forward(x)`. What lies between is `__call__`: it runs the **hooks**, functions that others hang on a module to look at what passes, or to change it. This is all of it; what one hook returns, the next one gets:

# %%
def call(module, *args):
    """Return what the module's forward gives for args, its hooks run before and after."""
    for hook in module._forward_pre_hooks.values():
        changed = hook(module, args)
        if changed is not None:  # "if changed:" would throw a zero away
            args = changed if isinstance(changed, tuple) else (changed,)
    output = module.forward(*args)
    for hook in module._forward_hooks.values():
        changed = hook(module, args, output)
        if changed is not None:
            output = changed
    return output

# %% [markdown]
# **Predict 6.** One hook negates what goes in, one adds 10 to what comes out, and one counts. What does the call return for [−1, 2]? And how many calls have been counted at the end?

# %%
prediction_output = ...  # a list of two numbers
prediction_count = ...   # a number

layer, seen, x = nn.ReLU(), [], torch.tensor([-1.0, 2.0])
layer.register_forward_pre_hook(lambda module, args: -args[0])
layer.register_forward_hook(lambda module, args, output: output + 10)
counting = layer.register_forward_hook(lambda module, args, output: seen.append(output))

output = call(stripped(layer), x)
layer.forward(x)
nn.Sequential(layer, layer)(x)
counting.remove()
assert torch.equal(layer(x), output)  # PyTorch's __call__ gives what ours gives
check.prediction(prediction_output, output)
check.prediction(prediction_count, len(seen))

# %% [markdown]
# <details><summary>Why</summary>
#
# [11, 10]: ReLU gets [1, −2] and gives [1, 0]. And 3 calls: `layer.forward(x)` goes past the hooks, and after `remove()` the hook is gone. Sequential *calls* its modules, so each of its two passes counts. (`append` returns None, which means: leave the output as it is.)
# </details>
#
# ### A move
#
# `model.double()` and `model.to(device)` walk the tree and convert what the registers hold: the same walk once more, given here for dtypes.

# %%
def convert(module, dtype):
    """Convert all floating-point parameters and buffers to dtype, in place; return the module."""
    for parameter in module._parameters.values():
        if parameter is not None and parameter.is_floating_point():
            parameter.data = parameter.data.to(dtype)  # gives an object new numbers
    for name, buffer in module._buffers.items():
        if buffer is not None and buffer.is_floating_point():
            module._buffers[name] = buffer.to(dtype)  # gives a name a new object
    for child in module._modules.values():
        if child is not None:
            convert(child, dtype)
    return module

# %% [markdown]
# **Predict 7.** After the move of a BatchNorm to float64: which of the three is still the object that it was? And what is the dtype of the count of its batches?

# %%
prediction_weight = ...  # True or False: the weight, a parameter
prediction_mean = ...    # True or False: the running mean, a buffer
prediction_dtype = ...   # the dtype of num_batches_tracked

norm = nn.BatchNorm1d(2)
weight, mean = norm.weight, norm.running_mean
convert(stripped(norm), torch.float64)
check.prediction(prediction_weight, norm.weight is weight)
check.prediction(prediction_mean, norm.running_mean is mean)
check.prediction(prediction_dtype, norm.num_batches_tracked.dtype)

# %% [markdown]
# <details><summary>Why</summary>
#
# True, False, int64. A parameter has to stay the same object, since an optimizer holds it, and a second name may. A buffer is held by its name alone. And a count is no floating-point number: it stays what it is.
# </details>
#
# ### Sequential, and the training flag
#
# `nn.Sequential` is a Module whose registers are `"0"`, `"1"`, … and whose forward calls one after the other. `train()` and `eval()` are one more walk: they set the plain attribute `training` on every module of the tree. Nothing else happens; BatchNorm, and Dropout (which sets random entries to 0 in training mode), *read* the flag in their forward (lesson 06).
#
# **Predict 8.** What does each line leave in `training`?

# %%
prediction_leaf = ...   # model[1][0].training, after model.eval()
prediction_root = ...   # model.training, after model[1].train()
prediction_inner = ...  # model[1][0].training, after model[1].train()

model = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(), nn.Linear(2, 1)))
model.eval()
check.prediction(prediction_leaf, model[1][0].training)
model[1].train()
check.prediction(prediction_root, model.training)
check.prediction(prediction_inner, model[1][0].training)

# %% [markdown]
# <details><summary>Why</summary>
#
# `False`, `False`, `True`. The walk goes *down* from where it is called, and each module has a flag of its own: part of a model can be in training mode while the rest is not.
# </details>

# %%
print("by index:  ", type(model[1][1]).__name__, "=", type(model.get_submodule("1.1")).__name__)
print("all modules:", [name or "(root)" for name, _ in model.named_modules()])
model.apply(lambda module: nn.init.zeros_(module.weight) if isinstance(module, nn.Linear) else None)
print("apply() walked the tree:", not model[0].weight.any() and not model[1][1].weight.any())

# %% [markdown]
# ---
# ## Part 5 · The first numbers
#
# A new layer is random. How large should it be? A unit adds up `fan_in` products. With independent weights of variance v, **each layer multiplies the mean square of a signal by `fan_in · v`**, and a ReLU halves it. Thirty layers raise that factor to the power of thirty.
#
# | Scheme | Variance v | Uniform between ±a, a = √(3v) | Made for |
# |---|---|---|---|
# | `nn.Linear`'s default | 1 / (3 fan_in) | 1 / √fan_in | nothing in particular: it is old |
# | Xavier (Glorot) | 2 / (fan_in + fan_out) | √(6 / (fan_in + fan_out)) | tanh and none, forward and backward |
# | Kaiming (He) | 2 / fan_in | √(6 / fan_in) | ReLU |
#
# With the layout (out, in), `fan_in` is `weight.shape[1]`. The formulas, and PyTorch's own:

# %%
fan_out, fan_in = 200, 300
weight = nn.Linear(fan_in, fan_out).weight.detach()
xavier = nn.init.xavier_uniform_(weight.clone())
kaiming = nn.init.kaiming_uniform_(weight.clone(), nonlinearity="relu")
for drawn, v in ((weight, 1 / (3 * fan_in)), (xavier, 2 / (fan_in + fan_out)), (kaiming, 2 / fan_in)):
    a = (3 * v) ** 0.5
    assert 0.99 * a < drawn.abs().max() <= a  # they fill the bound …
    assert abs(drawn.var() / v - 1) < 0.05  # … and have the variance of the table
    print(f"± {a:.4f}: the largest of 60 000 is {drawn.abs().max():.4f}")

# %% [markdown]
# **Predict 9.** A net of 30 ReLU layers is left at `nn.Linear`'s default weights (without biases). By which factor does each layer multiply the **root** mean square? The paragraph above gives the factor of the mean square; take its root. A number, rounded to one digit after the point.

# %%
prediction = ...  # such as 1.0

torch.manual_seed(0)
signal, sizes = torch.randn(256, 128), []
with torch.no_grad():
    for _ in range(30):
        signal = nn.Linear(128, 128, bias=False)(signal).relu()
        sizes.append(signal.square().mean().sqrt().item())
check.prediction(prediction, round((sizes[-1] / sizes[0]) ** (1 / 29), 1))

# %% [markdown]
# <details><summary>Why</summary>
#
# The mean square is multiplied by `fan_in · v` = 1/3, and halved by the ReLU: 1/6. The root of it is 0.4. Thirty layers make it 0.4³⁰, about 10⁻¹², and the gradient shrinks on its way back in the same manner.
# </details>
#
# ### See it
#
# Random samples of size 1 pass through 30 layers; the vertical axis is logarithmic, so a constant factor is a straight line.

# %%
plots.variance_through_depth(["Linear's default", "Xavier", "Kaiming", "normal, 0.1"], "relu")

# %% [markdown]
# ### Explore
#
# **Question.** Which scheme goes with which activation, so that each layer multiplies by about 1? And `normal, 0.1` looks harmless at width 128 with a ReLU: what happens to it at 32 and at 512?

# %%
widgets.initialization()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Kaiming with `relu`, Xavier with `none`, and either with `tanh`, which bends large values down by itself. A fixed 0.1 doesn't know `fan_in`: at width 32 the signal dies out, at 512 it explodes. The formulas divide by `fan_in` for this reason.
# </details>

# %% [markdown]
# ---
# ## Part 6 · Shared, frozen, replaced
#
# **Tied weights.** One Parameter may stand in several places. Then it is *one* tensor: counted once, updated once, and its gradient is the **sum** over its uses, as autograd sums wherever a tensor fans out (lesson 02).
#
# **Predict 10.** Two layers with one weight between them. How many numbers does `parameters()` find, how many entries has the `state_dict()`, and what is the gradient of w = 3 for y = w · (w · 1)?

# %%
prediction_numbers = ...   # a number
prediction_entries = ...   # a number
prediction_gradient = ...  # a number

tied = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False))
tied[1].weight = tied[0].weight
nn.init.constant_(tied[0].weight, 3.0)
tied(torch.ones(1, 1)).sum().backward()

check.prediction(prediction_numbers, sum(p.numel() for p in tied.parameters()))
check.prediction(prediction_entries, len(tied.state_dict()))
check.prediction(prediction_gradient, tied[0].weight.grad.item())

# %% [markdown]
# <details><summary>Why</summary>
#
# 1, 2 and 6. Each use gives w · 1 = 3, and the two are added: the derivative of w² is 2w. The state_dict lists names, so the one weight is in it twice.
# </details>

# %%
plots.module_tree(tied)

# %% [markdown]
# **Replaced parameters.** An optimizer holds *objects*, those that `parameters()` gave when it was made. Put another one into the model, and the optimizer goes on with the old one, which nobody uses any more.
#
# **Predict 11.** Does the new head learn? `True` if its weight changes in the step.

# %%
prediction = ...  # True or False

model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model[2] = nn.Linear(4, 3)  # for three classes, after the optimizer was made
before = model[2].weight.detach().clone()
model(torch.ones(5, 2)).sum().backward()
optimizer.step()
check.prediction(prediction, not torch.equal(before, model[2].weight))

# %% [markdown]
# <details><summary>Why</summary>
#
# `False`. The gradient arrives, nobody reads it. Make the optimizer *after* the model is complete. Where it has to be kept, exchange the objects in its groups, as the next cell does.
# </details>

# %%
def not_optimized():
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    return [name for name, p in model.named_parameters() if id(p) not in held]


print("not optimized:", not_optimized())
optimizer.param_groups[0]["params"][2:] = model[2].parameters()  # in the places of the old ones
print("afterwards:   ", not_optimized())
optimizer.step()
print("the head has moved:", not torch.equal(before, model[2].weight))

# %% [markdown]
# **Frozen parameters.** `requires_grad_(False)` stops gradients, and so updates. It says nothing about buffers. BatchNorm, in training mode, writes its running statistics in every forward pass:

# %%
torch.manual_seed(0)
batches = [torch.randn(16, 1) + 2 for _ in range(40)]


def statistics_while_frozen(evaluating):
    """The running mean of a frozen BatchNorm, after each batch."""
    norm = nn.BatchNorm1d(1).requires_grad_(False)
    norm.train(not evaluating)
    track = []
    for batch in batches:
        norm(batch)
        track.append(norm.running_mean.item())
    return track


plots.tracked(
    {"train()": statistics_while_frozen(False), "eval()": statistics_while_frozen(True)},
    "batch", "running mean", title="BatchNorm with requires_grad_(False), on data of mean 2",
)

# %% [markdown]
# So a frozen body with a BatchNorm in it still changes what it computes, unless it is in `eval()` as well, and stays there when somebody calls `model.train()`. You will mend this in Part 8.
#
# ---
# ## Part 7 · Parity
#
# All of it together: `Module` is your Registry with the functions for methods. (If your Registry isn't ready, PyTorch's steps in: it has the same registers. Exercises 4 to 6 have to be.)

# %%
def registers_what_it_is_given():
    r = Registry()
    r.w = Parameter(torch.zeros(2))
    return list(r._parameters) == ["w"]


Base = Registry if outcome(registers_what_it_is_given) is True else nn.Module
print("built on your Registry:", Base is Registry)


class Module(Base):
    _forward_pre_hooks, _forward_hooks = {}, {}  # nobody registers hooks on these

    def __call__(self, *args):
        return call(self, *args)

    def parameters(self):
        return list(named_parameters(self).values())

    def state_dict(self):
        return state_dict(self)

    def load_state_dict(self, state, strict=True):
        return load_state(self.state_dict(), state, strict)

    def double(self):
        return convert(self, torch.float64)

# %% [markdown]
# And with your Module the layers. `Stacked(2, 8, 1)` is TinyNet made of yours, `TorchStacked(2, 8, 1)` of PyTorch's:

# %%
class Linear(Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = Parameter(torch.zeros(outputs, inputs))
        self.bias = Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ self.weight.mT + self.bias


class Stacked(Module):
    def __init__(self, *sizes):
        super().__init__()
        for index, (inputs, outputs) in enumerate(pairwise(sizes)):
            setattr(self, str(index), Linear(inputs, outputs))

    def forward(self, x):
        first, *rest = self._modules.values()
        x = first(x)
        for layer in rest:
            x = layer(x.relu())
        return x


class TorchStacked(nn.Sequential):
    def __init__(self, *sizes):
        super().__init__(*(nn.Linear(inputs, outputs) for inputs, outputs in pairwise(sizes)))

    forward = Stacked.forward


mine, torchs = Stacked(2, 8, 1), TorchStacked(2, 8, 1)
mine.load_state_dict(torchs.state_dict())  # PyTorch's own state_dict, into your Module
train(mine, mine.parameters(), steps=100)
train(torchs, torchs.parameters(), steps=100)
check.equal(list(mine.state_dict()), list(torchs.state_dict()))
check.close(mine.state_dict(), dict(torchs.state_dict()), rtol=1e-4, atol=1e-5)
check.close(mine(points), torchs(points), rtol=1e-4, atol=1e-4)

# %% [markdown]
# And on random nets, in both dtypes:

# %%
random = torch.Generator()


def whole(low, high):
    """A random int, low <= n < high."""
    return int(torch.randint(low, high, (), generator=random))


def my_outputs(sizes, state, x):
    mine = Stacked(*sizes)
    mine.load_state_dict(state)
    return mine(x), mine.double()(x.double())


def torch_outputs(sizes, state, x):
    torchs = TorchStacked(*sizes)
    torchs.load_state_dict(state)
    return torchs(x), torchs.double()(x.double())


def random_stacks(count):
    for seed in range(count):
        random.manual_seed(seed)
        sizes = [whole(1, 6) for _ in range(whole(2, 5))]
        state = dict(redraw(TorchStacked(*sizes), random).state_dict())
        yield sizes, state, torch.randn(whole(1, 5), sizes[0], generator=random)


check.parity(my_outputs, torch_outputs, random_stacks(60), rtol=1e-4, atol=1e-5)
# %% [markdown]
# ---
# ## Part 8 · Break it
#
# The bugs below raise nothing. Handle each in four steps: **symptom** (what you see) → **hypothesis** (which fault could do this?) → **evidence** (the one line that tells) → **fix**. In the two repairs you also name the fault, with its letter:
#
# | | Fault |
# |---|---|
# | A | a plain list, tuple or dict hides modules or parameters |
# | B | a tensor that belongs to the model is in no register |
# | C | the optimizer holds a parameter that the model no longer has |
# | D | two weights that were meant to be one are copies |
# | E | statistics move in training mode, whatever `requires_grad` says |
# | F | `forward` was called in the place of the module |
# | G | `strict=False` passed over names that don't match |
# | H | the formula by hand is not the module's: layout, bias or activation differ |
#
# ### Five to look at

# %%
torch.manual_seed(5)
x = torch.randn(4, 2)

# 1. "The framework computes something else": the same weights, by hand.
net = TinyNet()
with torch.no_grad():
    w1, b1, w2, b2 = net.parameters()
    mine = (x @ w1.reshape(2, 8) + b1).relu() @ w2.mT + b2
    print("1. by hand as in the Module:", torch.allclose(mine, net(x), atol=1e-5))

# 2. A checkpoint is loaded; the model answers as if it had not been.
trained = redraw(TinyNet(), torch.Generator().manual_seed(1))
checkpoint = {f"model.{name}": tensor for name, tensor in trained.state_dict().items()}
loaded = TinyNet()
told = loaded.load_state_dict(checkpoint, strict=False)
print("2. answers as trained:", torch.equal(loaded(x), trained(x)))

# 3. A hook should record the activations of the hidden layer.
class Direct(TinyNet):
    def forward(self, x):
        return self.output(self.hidden.forward(x).relu())


direct, recorded = Direct(), []
direct.hidden.register_forward_hook(lambda module, args, output: recorded.append(output))
direct(x)
print("3. recorded:", len(recorded))

# 4. Encoder and decoder share a weight. After a step they don't.
encoder, decoder = nn.Linear(2, 2), nn.Linear(2, 2)
decoder.weight = nn.Parameter(encoder.weight.detach().clone())
optimizer = torch.optim.SGD([*encoder.parameters(), *decoder.parameters()], lr=0.1)
decoder(encoder(x)).square().sum().backward()
optimizer.step()
print("4. still tied:", torch.equal(encoder.weight, decoder.weight))

# 5. The first layer is reset before training goes on; from then on it doesn't learn.
reset = TinyNet()
optimizer = torch.optim.SGD(reset.parameters(), lr=0.1)
reset.hidden.weight = nn.Parameter(torch.randn(8, 2))
start = reset.hidden.weight.detach().clone()
reset(x).square().sum().backward()
optimizer.step()
print("5. learns:", not torch.equal(start, reset.hidden.weight))

# %% [markdown]
# <details><summary>1. By hand: hypothesis, evidence, fix</summary>
#
# **H.** The tempting hypothesis is that framework code is another mathematics. It is not: `nn.Linear` computes `x @ weight.mT + bias`, to the last term. `reshape(2, 8)` has the right shape and mixes up the rows (lesson 01). Evidence: compare layer by layer; `net.hidden(x)` and the first line by hand differ already. Fix: `w1.mT`.
# </details>
# <details><summary>2. The checkpoint</summary>
#
# **G.** Every name has a prefix too many, so none matched, and `strict=False` found that acceptable. Evidence: `told.missing_keys` lists the whole model. Fix: remove the prefix, and load with `strict=True`.
# </details>
# <details><summary>3. The hook</summary>
#
# **F.** Hooks live in `__call__`. Evidence: `direct.hidden(x)` records. Fix: `self.hidden(x)`.
# </details>
# <details><summary>4. Encoder and decoder</summary>
#
# **D.** `clone()` made a second parameter with the same first numbers. Evidence: `decoder.weight is encoder.weight` is `False`. Fix: `decoder.weight = encoder.weight`, the object itself.
# </details>
# <details><summary>5. The layer that was reset</summary>
#
# **C.** The optimizer holds the weight that was there when it was made. Tempting: "the gradient doesn't arrive", but it does. Evidence: `reset.hidden.weight` has a `.grad`, and is none of the objects in `optimizer.param_groups`. Fix: write new numbers into the old object, `nn.init.normal_(weight)`.
# </details>

# %% [markdown]
# Each piece of evidence, and each fix, run:

# %%
with torch.no_grad():
    reshaped, transposed = x @ w1.reshape(2, 8) + b1, x @ w1.mT + b1
    print("1. reshaped, as the layer:  ", torch.allclose(net.hidden(x), reshaped))
    print("   transposed, as the layer:", torch.allclose(net.hidden(x), transposed))
print("2. all names are missing:   ", told.missing_keys == list(loaded.state_dict()))
loaded.load_state_dict({name.removeprefix("model."): tensor for name, tensor in checkpoint.items()})
print("   mended, as trained:      ", torch.equal(loaded(x), trained(x)))
direct.hidden(x)
print("3. recorded by a call:      ", len(recorded))
print("4. the same object:         ", decoder.weight is encoder.weight)
decoder.weight = encoder.weight
print("   mended:                  ", decoder.weight is encoder.weight)
held = [id(p) for p in optimizer.param_groups[0]["params"]]
print("5. a gradient arrived:      ", reset.hidden.weight.grad is not None)
print("   the optimizer holds it:  ", id(reset.hidden.weight) in held)
kept = TinyNet()
optimizer = torch.optim.SGD(kept.parameters(), lr=0.1)
nn.init.normal_(kept.hidden.weight)
held = [id(p) for p in optimizer.param_groups[0]["params"]]
print("   mended:                  ", id(kept.hidden.weight) in held)

# %% [markdown]
# ### Exercise 7. Repair: the stack that doesn't learn · ●●○ · 5 min
#
# **Symptom.** The optimizer has nothing to do, and after `.double()` the net refuses float64 inputs, though everything seems to be there. There are **two** faults.

# %%
stack_faults = "?"  # you name them below


class FaultyStack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        self.mean, self.std = mean, std
        self.layers = [nn.Linear(i, o) for i, o in pairwise(sizes)]

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack = FaultyStack([2, 4, 1], torch.zeros(2), torch.ones(2))
print("output:    ", tuple(stack(torch.ones(3, 2)).shape))
print("state_dict:", dict(stack.state_dict()))
print("in float64:", type(outcome(stack.double(), torch.ones(3, 2).double())).__name__)
plots.module_tree(stack)

# %% nbgrader={"grade": false, "grade_id": "stack", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Stack(nn.Module):
    """Layers of the given sizes behind a normalization, a ReLU between each two layers.

    sizes: n >= 2 ints, for n - 1 Linear layers; `layers.0` is the first one.
    mean, std: tensors (sizes[0],), by which inputs are normalized: (x - mean) / std. They are
    saved and moved with the model under these names, and are not trained.
    forward: (N, sizes[0]) → (N, sizes[-1])
    """

    def __init__(self, sizes, mean, std):
        super().__init__()
        ### BEGIN SOLUTION
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))
        ### END SOLUTION

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


# The two faults, by their letters in the table, in any order: stack_faults = "XY"
### BEGIN SOLUTION
stack_faults = "AB"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "stack_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def made(sizes, seed):
    """A Stack with numbers by name, so that nothing depends on the order of its registers."""
    model = Stack(sizes, torch.zeros(sizes[0]), torch.ones(sizes[0]))
    for number, name in enumerate(sorted(model.state_dict())):
        low = 0.5 if name == "std" else -1.0
        model.state_dict()[name].uniform_(low, 1.0, generator=observe.generator(seed + number))
    return model


def named(model):
    trained = sorted((name, tuple(p.shape)) for name, p in model.named_parameters())
    return trained, sorted((name, tuple(t.shape)) for name, t in model.state_dict().items())


def output_and_gradients(sizes, dtype, seed):
    model, x = made(sizes, seed).to(dtype), torch.randn(5, sizes[0], generator=observe.generator(seed)).to(dtype)
    result = model(x)
    result.square().sum().backward()
    return result, {name: p.grad for name, p in model.named_parameters()}, model.mean.requires_grad


def saved_and_restored(sizes):
    """The answers of a second Stack, loaded from the first one's state."""
    first, second = made(sizes, 411), Stack(sizes, torch.zeros(sizes[0]), torch.ones(sizes[0]))
    second.load_state_dict(first.state_dict())
    return second(torch.ones(2, sizes[0])), len(first.state_dict())


def moved_and_converted(sizes):
    """Where everything is after a move, and the dtypes after a conversion."""
    model = Stack(sizes, torch.zeros(sizes[0]), torch.ones(sizes[0])).double()
    dtypes = model.mean.dtype, model.std.dtype, sorted((n, p.dtype) for n, p in model.named_parameters())
    model = model.to("meta")
    return dtypes, model.mean.device.type, model.std.device.type


observe("what it holds", lambda: named(made([3, 5, 4, 2], 401)))
observe("two layers", output_and_gradients, [2, 4, 1], torch.float32, 402)
observe("one layer", output_and_gradients, [3, 2], torch.float32, 403)
observe("four layers, float64", output_and_gradients, [2, 3, 3, 4, 2], torch.float64, 404)
observe("saved and restored", saved_and_restored, [3, 4, 2])
observe("moved", moved_and_converted, [2, 2])
observe("the names of the faults", lambda: sorted(set(stack_faults.upper()) & set("ABCDEFGH")))
### END HIDDEN TESTS
stack = Stack([2, 4, 1], torch.tensor([1.0, 0.0]), torch.tensor([2.0, 1.0]))
check.equal(len(list(stack.parameters())), 4)
check.equal(sorted(stack.state_dict()), ["layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.weight", "mean", "std"])
check.equal(stack.double()(torch.ones(3, 2).double()).dtype, torch.float64)
check.true(len(stack_faults) == 2 and set(stack_faults) <= set("ABCDEFGH"), "stack_faults is two letters of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# In the picture everything is hatched. There is one remedy for the layers and another one for the two tensors.
# </details>
# <details><summary>Hint 2</summary>
#
# `mean` and `std` must be saved and moved, but not trained: which register is that? `forward` needs no change.
# </details>
# <details><summary>Hint 3</summary>
#
# `nn.ModuleList(...)` around the list, `self.register_buffer("mean", mean)` and the same for `std`. The letters are those of the two rows of the table about what is in no register.
# </details>

# %% [markdown]
# ### Exercise 8. Repair: the frozen body that moves · ●●○ · 6 min
#
# **Symptom.** A trained body is frozen, and only the head is trained. And yet the body answers differently after each epoch. Take over the methods of `FaultyTransfer`, mend them, and add what is missing.

# %%
freeze_fault = "?"  # you name it below


class FaultyTransfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.requires_grad_(False)

    def forward(self, x):
        return self.head(self.body(x))


torch.manual_seed(0)
body = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
before = {name: tensor.clone() for name, tensor in body.state_dict().items()}
transfer = FaultyTransfer(body, nn.Linear(3, 1)).train()
transfer(torch.randn(8, 2))
print("changed:", [name for name, tensor in body.state_dict().items() if not torch.equal(tensor, before[name])])

# %% nbgrader={"grade": false, "grade_id": "transfer", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Transfer(nn.Module):
    """A trained `body` that stays what it is, and a `head` that is trained: head(body(x)).

    From the start, and after any train() or eval() of this module or of one that holds it, the body
    computes as in evaluation, and no step or forward pass changes its parameters or buffers.
    The head follows train() and eval() as usual. Gradients flow through the body to x.
    """

    ### BEGIN SOLUTION
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.requires_grad_(False)
        self.body.eval()

    def train(self, mode=True):
        super().train(mode)
        self.body.eval()
        return self

    def forward(self, x):
        return self.head(self.body(x))
    ### END SOLUTION


# The fault, by its letter in the table: freeze_fault = "A" to "H"
### BEGIN SOLUTION
freeze_fault = "E"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "transfer_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def frozen_model(seed):
    """A body with a BatchNorm, and a Dropout that in training mode drops everything."""
    body = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Dropout(1.0))
    head = nn.Sequential(nn.Dropout(1.0), nn.Linear(4, 1))
    redraw(body, observe.generator(seed)), redraw(head, observe.generator(seed + 1))
    return Transfer(body, head)


some = torch.randn(6, 2, generator=observe.generator(421))


def after(prepare, seed=422):
    """The body's answer and state after some forward passes in the mode that `prepare` sets."""
    model = frozen_model(seed)
    prepare(model)
    for _ in range(3):
        model(some)
    return model.body(some), dict(model.body.state_dict()), model.head.training


def trained_step(seed):
    """What a step of training changes, and the gradient at x."""
    model, x = frozen_model(seed).train(), some.clone().requires_grad_()
    model.head[0].eval()  # so that the gradient gets through
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(x).square().sum().backward()
    optimizer.step()
    return x.grad, dict(model.state_dict()), {name: p.requires_grad for name, p in model.named_parameters()}


def modes(*calls):
    """After each call: does it return the model, and which modules are in training mode?"""
    model, found = frozen_model(425), []
    for mode in calls:
        returned = model.train(mode) is model
        found.append((returned, {name: module.training for name, module in model.named_modules()}))
    return found


observe("as it was made", after, lambda model: None)
observe("after train()", after, lambda model: model.train())
observe("after eval() and train()", after, lambda model: model.eval().train())
observe("trained as a part of another model", after, lambda model: nn.Sequential(model).train(), 423)
observe("a step of training", trained_step, 424)
observe("the modes", modes, True)
observe("the modes, back and forth", modes, False, True, False)
observe("the name of the fault", lambda: freeze_fault.strip().upper())
### END HIDDEN TESTS
body = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
transfer = Transfer(body, nn.Linear(3, 1)).train()
transfer(torch.linspace(-1, 1, 8).reshape(4, 2))
check.equal(body[1].running_mean, torch.zeros(3))
check.equal([transfer.head.training, transfer.body.training], [True, False])
check.true(freeze_fault in set("ABCDEFGH"), "freeze_fault is a letter of the table")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Call `self.body.eval()` in `__init__`. Why is that not enough? Follow what `transfer.train()` does.
# </details>
# <details><summary>Hint 2</summary>
#
# `train(mode=True)` is a method like any other: override it. `eval()` calls `train(False)`, and a module that holds this one calls its `train`.
# </details>
# <details><summary>Hint 3</summary>
#
# In `train`: `super().train(mode)`, which sets all flags; then `self.body.eval()`; then `return self`, since callers write `model = model.train()`.
# </details>

# %% [markdown]
# ---
# ## Part 9 · In practice
#
# What you would write at work today. A Module keeps parameters *and* calls; sometimes you want the call with **other** tensors: for a gradient with respect to all weights as one function, or a step that you may take back. `functional_call` lends a module a dict of tensors for one call.

# %%
net = redraw(TinyNet(), torch.Generator().manual_seed(0))
answer = net(points)
step = {name: p - 0.1 for name, p in net.named_parameters()}
borrowed = functional_call(net, step, (points,))
print("with the borrowed tensors it answers otherwise:", not torch.allclose(borrowed, answer))
print("and it is itself what it was:", torch.equal(net(points), answer))

# %% [markdown]
# **Parametrizations** put a function between the parameter and its use: the optimizer sees the original, the layer sees what the function makes of it.
#
# **Predict 12.** A layer's weight is parametrized to be symmetric. Under which name is the weight in `named_parameters()`: `"weight"`, `"weight.original"` or `"parametrizations.weight.original"`? And is `layer.weight` still symmetric after a step of training?

# %%
class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).mT


prediction_original = ...   # one of the three names
prediction_symmetric = ...  # True or False

layer = nn.Linear(3, 3)
parametrize.register_parametrization(layer, "weight", Symmetric())
optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
layer(torch.arange(6.0).reshape(2, 3)).square().sum().backward()
optimizer.step()
names = [name for name, _ in layer.named_parameters() if name != "bias"]
check.prediction(prediction_original, names[0])
check.prediction(prediction_symmetric, torch.equal(layer.weight, layer.weight.mT))

# %% [markdown]
# <details><summary>Why</summary>
#
# `"parametrizations.weight.original"` and `True`. The original is an unconstrained parameter in a child module. `layer.weight` is no parameter any more: it is computed at each access, so it is symmetric whatever the optimizer does. (And a checkpoint from before has another name for it: see Part 3.)
# </details>

# %%
plots.module_tree(layer)

# %% [markdown]
# Habits worth keeping:

# %%
model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1)).to(device.best())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)  # after the model is complete, and moved
held = {id(p) for group in optimizer.param_groups for p in group["params"]}
assert held == {id(p) for p in model.parameters() if p.requires_grad}  # nothing forgotten, nothing stale

told = model.load_state_dict(model.state_dict())  # strict; if you must not be, look at what is returned
assert [*told.missing_keys, *told.unexpected_keys] == []

for name, tensor in model.state_dict().items():  # account for every tensor, with its shape
    print(f"{name:9} {tuple(tensor.shape)!s:8} {tensor.dtype}")

# %% [markdown]
# And to freeze is three things: `requires_grad_(False)`, `eval()`, and a `train()` that leaves it so.
#
# ### Exercise 9. Design: an autoencoder with one weight · ●●● · 8 min
#
# An autoencoder squeezes x through a few hidden units and rebuilds it. In a **tied** one the decoder uses the encoder's weight, transposed. The tie has to hold after everything that can happen to a model: a step, `.double()`, `copy.deepcopy`, loading. You have seen ways to hold a tensor that survive each, and ways that don't. Design the class.

# %% nbgrader={"grade": false, "grade_id": "tied_autoencoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class TiedAutoencoder(nn.Module):
    """x → h = relu(x @ weight.mT + hidden_bias) → h @ weight + output_bias, with one weight.

    Its parameters, and all of its state: `weight` (hidden, features), uniform within
    ± 1 / √features, `hidden_bias` (hidden,) and `output_bias` (features,), both 0 at first.
    forward: (N, features) → (N, features)
    """

    def __init__(self, features, hidden):
        super().__init__()
        ### BEGIN SOLUTION
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(hidden, features).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        hidden = F.linear(x, self.weight, self.hidden_bias).relu()
        return F.linear(hidden, self.weight.mT, self.output_bias)
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "tied_autoencoder_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
def autoencoder(features, hidden, seed):
    """One with numbers by name, loaded as from a checkpoint."""
    g, model = observe.generator(seed), TiedAutoencoder(features, hidden)
    shapes = {"weight": (hidden, features), "hidden_bias": (hidden,), "output_bias": (features,)}
    model.load_state_dict({name: torch.rand(shape, generator=g) - 0.4 for name, shape in shapes.items()}, strict=False)
    return model


def rebuilt(model, seed, dtype=torch.float32):
    """The output and every gradient."""
    features = next(p.shape[0] for name, p in model.named_parameters() if name == "output_bias")
    result = model(torch.rand(4, features, generator=observe.generator(seed)).to(dtype))
    result.square().sum().backward()
    return result, {name: p.grad for name, p in model.named_parameters()}


def after_steps(features, hidden, seed):
    """After three steps: a weight that isn't tied has drifted apart, or can't be used again."""
    model = autoencoder(features, hidden, seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        rebuilt(model, seed)
        optimizer.step()
    return dict(model.state_dict()), model(torch.ones(1, features))


def copied(features, hidden, seed):
    """A copy that is changed afterwards, next to its original."""
    model = autoencoder(features, hidden, seed)
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.mul_(2)
    x = torch.ones(1, features)
    return model(x), twin(x)


def at_first(features, hidden):
    model = TiedAutoencoder(features, hidden)
    state, bound = model.state_dict(), features**-0.5
    weight = state["weight"]
    return (
        sorted((name, tuple(t.shape)) for name, t in state.items()),
        sorted(name for name, _ in model.named_parameters()),
        [not state["hidden_bias"].any(), not state["output_bias"].any()],
        [bool(weight.abs().max() <= bound), bool(weight.max() > 0.8 * bound), bool(weight.min() < -0.8 * bound)],
    )


near = (1e-4, 1e-5)
observe("what it holds at first", at_first, 30, 20)
observe("output and gradients", lambda: rebuilt(autoencoder(5, 3, 441), 442))
observe("as many hidden units as features", lambda: rebuilt(autoencoder(3, 3, 443), 444))
observe("in float64", lambda: rebuilt(autoencoder(4, 2, 445).double(), 446, torch.float64), tolerance=near)
observe("three steps of training", after_steps, 4, 3, 447, tolerance=near)
observe("copied", copied, 4, 2, 448)
### END HIDDEN TESTS
model = TiedAutoencoder(4, 3)
check.equal(sorted(model.state_dict()), ["hidden_bias", "output_bias", "weight"])
check.equal(tuple(model(torch.ones(2, 4)).shape), (2, 4))
check.equal(sum(p.numel() for p in model.double().parameters()), 3 * 4 + 3 + 4)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# How many parameters are there? One for the weight: so the decoder must not get one of its own.
# </details>
# <details><summary>Hint 2</summary>
#
# If `__init__` computes the transpose, it keeps a tensor that belongs to the numbers of that moment. When is the transpose to be taken, so that it is always that of the current weight?
# </details>
# <details><summary>Hint 3</summary>
#
# Three `nn.Parameter`s in `__init__`; `torch.empty(hidden, features).uniform_(-bound, bound)` draws the weight. The two lines of `forward` are those of the docstring, both with `self.weight`, without `.data` or `.detach()`.
# </details>

# %% [markdown]
# ---
# ## Knowledge check
#
# ### Exercise 10. Choose one answer · ●●○ · 6 min
#
# Choose one letter for each question.
#
# **q1.** `nn.Linear` and `x @ weight.mT + bias`, with the same weight and bias, give
#
# - **a** related numbers: the layer is optimized for training and computes something of its own
# - **b** the same numbers, up to rounding
# - **c** the same only in `eval()` mode
# - **d** the same if the layer's weight is reshaped to (in, out)
#
# **q2.** A model keeps its layers in `self.layers = [nn.Linear(2, 2), nn.Linear(2, 2)]`. Then
#
# - **a** its forward pass raises
# - **b** the layers are trained, but not saved
# - **c** assigning the list raises a TypeError
# - **d** its forward pass works, and an optimizer made from `parameters()` doesn't train them
#
# **q3.** A buffer registered with `persistent=False` is
#
# - **a** moved by `.to()`, and not in the state_dict
# - **b** the same as a plain attribute
# - **c** in the state_dict, and not in `parameters()`
# - **d** trained, but not saved
#
# **q4.** After `optimizer = SGD(model.parameters(), lr=0.1)` you write `model.head = nn.Linear(8, 3)`. The new head
#
# - **a** is trained, since it has the old one's name
# - **b** gets no gradient
# - **c** gets gradients, and is never updated
# - **d** makes `optimizer.step()` raise
#
# **q5.** `self.scale = torch.ones(3)` in a model that is moved to a GPU:
#
# - **a** `scale` moves, as it is an attribute of the module
# - **b** `scale` stays on the CPU, and forward raises when the two meet
# - **c** `scale` moves when it is used
# - **d** `.to()` raises
#
# **q6.** Two layers share one weight of 100 numbers. `parameters()` and the gradient:
#
# - **a** 200 numbers; each use has a gradient of its own
# - **b** 100 numbers; the gradient is that of the last use
# - **c** 100 numbers; the gradient is the mean over the uses
# - **d** 100 numbers; the gradient is the sum over the uses
#
# **q7.** A body with BatchNorm gets `requires_grad_(False)`. Then `model.train()`, and a forward pass:
#
# - **a** the running statistics move
# - **b** nothing in the body changes: it is frozen
# - **c** the statistics stay, since no gradient reaches them
# - **d** the forward pass raises
#
# **q8.** The checkpoint's `head.weight` is (10, 8), the model's is (5, 8). `load_state_dict(state, strict=False)`
#
# - **a** passes over that tensor
# - **b** copies the first five rows
# - **c** raises
# - **d** replaces the parameter by the larger one
#
# **q9.** `model.forward(x)` in the place of `model(x)`
#
# - **a** computes no gradients
# - **b** runs forward without the hooks
# - **c** is the same in every respect
# - **d** leaves training mode out
#
# **q10.** 30 ReLU layers at `nn.Linear`'s default initialization:
#
# - **a** the signal keeps its size, which is what the default is made for
# - **b** the signal grows without bound
# - **c** the size depends on the width of the layers
# - **d** each layer shrinks the signal to about 0.4 of its size

# %% nbgrader={"grade": false, "grade_id": "knowledge_check", "locked": false, "schema_version": 3, "solution": true, "task": false}
answers = {}  # such as answers["q1"] = "a"

### BEGIN SOLUTION
answers = {
    "q1": "b", "q2": "d", "q3": "a", "q4": "c", "q5": "b",
    "q6": "d", "q7": "a", "q8": "c", "q9": "b", "q10": "d",
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "knowledge_check_test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
observe("question 1", answers.get, "q1", because={
    "a": "A framework looks as if it must do more than a formula. What is fast in it is how the product is computed, not what: with equal weights both agree to rounding, as in Exercise 2.",
    "c": "The training flag matters to layers that read it, such as Dropout and BatchNorm. Linear doesn't.",
    "d": "The weight is (out, in), so a transpose is needed. A reshape has the right shape and puts the numbers in the wrong places.",
})
observe("question 2", answers.get, "q2", because={
    "a": "That would help to notice it. The list is a Python attribute like any other, and the forward pass can call what is in it.",
    "b": "Training and saving both ask the registers. What is in none is neither trained nor saved.",
    "c": "A TypeError comes when a plain value is put where a parameter is registered. A new name takes anything.",
})
observe("question 3", answers.get, "q3", because={
    "b": "A plain attribute stays behind when the model is moved. A buffer is moved, persistent or not.",
    "c": "That is a buffer of the usual, persistent kind.",
    "d": "Buffers are never in parameters(), so no optimizer gets them.",
})
observe("question 4", answers.get, "q4", because={
    "a": "The model finds it by its name; the optimizer holds objects, and knows no names.",
    "b": "Gradients come from the graph of the forward pass, and the new head is in it. Nobody reads them.",
    "d": "The old parameters are still there. They have no new gradient, and the step passes over them in silence.",
})
observe("question 5", answers.get, "q5", because={
    "a": ".to() walks the registers. A plain tensor is in none of them.",
    "c": "PyTorch moves nothing by itself. An operation on two devices raises.",
    "d": ".to() doesn't see it, so it has nothing to complain about. The error comes later, in forward.",
})
observe("question 6", answers.get, "q6", because={
    "a": "There are two names, but one Parameter object. It is counted once, and has one .grad.",
    "b": "Gradients accumulate: a later use adds to what an earlier one left.",
    "c": "Autograd never averages. A tensor used twice gets the sum, as in d(w * w)/dw = 2w.",
})
observe("question 7", answers.get, "q7", because={
    "b": "It looks frozen, as its parameters are. Running statistics are buffers, written by forward, not by the optimizer.",
    "c": "They never had a gradient. In training mode, forward itself updates them; only eval() stops that.",
    "d": "Nothing is wrong for PyTorch. That is why it goes unnoticed.",
})
observe("question 8", answers.get, "q8", because={
    "a": "strict=False passes over names that don't match. This name matches; its shape doesn't.",
    "b": "PyTorch doesn't guess which rows you want. Slice the tensor in the checkpoint yourself, before loading.",
    "d": "Loading copies into the parameters that are there; it never replaces them (unless you ask with assign=True).",
})
observe("question 9", answers.get, "q9", because={
    "a": "Autograd records operations, whoever calls them.",
    "c": "Without any hooks it is. Profilers, pruning, parametrizations of old and wrappers hang on hooks, and stop working in silence.",
    "d": "The training flag is an attribute that layers read. It doesn't matter how forward was called.",
})
observe("question 10", answers.get, "q10", because={
    "a": "That is what Kaiming's scheme is made for. Linear's default has a sixth of its variance.",
    "b": "With fan_in · v = 1/3, and half of that behind a ReLU, it shrinks.",
    "c": "v is 1 / (3 fan_in), so fan_in cancels: the factor is the same at every width. A fixed standard deviation does depend on it.",
})
### END HIDDEN TESTS
questions = {f"q{n}" for n in range(1, 11)}
check.true(set(answers) == questions, "each of q1 to q10 has an answer")
check.true(set(answers.values()) <= set("abcd") and answers != {}, "each answer is a, b, c or d")

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Each question can be tried out in a new cell; for q5 the device `"meta"` stands in for a GPU. Predict first.
# </details>
# <details><summary>Hint 2</summary>
#
# q1, q2: Part 1. q3, q5, q8: Part 3. q9: Part 4. q10: Part 5. q4, q6, q7: Part 6.
# </details>

# %% [markdown]
# ---
# ## Ledger
#
# | Call | What it hides | Where you built it | What it still hides | How it fails |
# |---|---|---|---|---|
# | `nn.Module`, `forward` | a formula and a list of tensors | TinyNet in Part 1, SimpleNet in Exercise 2, all in Part 7 | jit, compile and export hook in here (lessons 11, 12) | a formula by hand with another layout, bias or activation: "another mathematics" (Part 8, case 1) |
# | `nn.Parameter` | a leaf tensor with a class of its own | Part 2, Predict 3 | lazy and sharded parameters | `p * 2`, or a tensor with `requires_grad`, is no Parameter and is not registered |
# | `self.name = value` | `__setattr__` and three registers | Exercises 1, 3 | `super().__init__()` makes the registers | a plain list hides modules (Predict 2, Exercise 7) |
# | `ModuleList`, `ModuleDict`, `Sequential` | a Module whose names are indices or keys | Predict 2, Exercise 7 | slicing, `append`, `insert` | layers inserted in the middle rename all behind them |
# | `register_buffer`, `persistent` | a register that no optimizer asks for | Predict 4, Exercises 5, 7 | how they are averaged across processes | a tensor attribute isn't saved or moved (Predict 4, Exercise 7) |
# | `parameters()`, `named_parameters()` | a walk, once for each object | Exercise 4 | modules are walked once, too | a tied weight counted twice, if you count by names |
# | `state_dict()` | a walk by names; tensors detached, memory shared | Exercise 5 | hooks, `_extra_state`, versions of layers | kept without a copy, it goes on changing (lesson 05) |
# | `load_state_dict(strict)` | names compared, then `copy_` | Exercise 6, shape surgery in Part 3, Part 7 | `assign=True` replaces instead | `strict=False` passes over all names; half loaded when it raises |
# | `model(x)` | `__call__`: pre-hooks, forward, hooks | `call` in Part 4, Predict 6 | backward hooks, global hooks | `forward` called directly: hooks are silent (Part 8, case 3) |
# | `.to()`, `.double()` | a walk that exchanges `.data` of parameters, and buffers by name | `convert` in Part 4, Predict 7; devices in Part 3 | gradients are moved along; some devices need new objects | a plain tensor stays behind |
# | `train()`, `eval()` | a flag on each module of the tree | Predict 8 | who reads it (lesson 06) | a parent's `train()` undoes a child's `eval()` (Exercise 8) |
# | `nn.Linear`, `nn.init` | layout (out, in); three formulas for a variance | Part 5, `Linear` in Part 7 | gains of other activations; biases | a fixed size for every width; the default under many ReLUs |
# | `b.weight = a.weight` | one object in two registers | Predict 10, Exercise 9 | how it is saved by other formats | a copy isn't a tie (Part 8, case 4) |
# | `requires_grad_(False)` | gradients stop, forward goes on | Part 6, Exercise 8 | optimizers with momentum (lesson 04) | BatchNorm's statistics move |
# | `optimizer(model.parameters())` | a list of objects, kept | Predict 11, Part 6 | state by object (lesson 04) | a replaced parameter is never updated again (Part 8, case 5) |
# | `functional_call` | a call with borrowed tensors | Part 9 | how `vmap` runs many at once | tied weights have to be lent under each name, or under one, as `tie_weights` says |
# | `register_parametrization` | a function between parameter and use | Predict 12 | caching, `right_inverse` | names in the state_dict change |
