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
# # 03 · Module: known right and known wrong answers
#
# Each code cell stands in the place of an exercise's solution cell. Above a wrong one is what a student who answered so reads. `autograder verify 03` proves that the hidden tests accept every right one and catch every wrong one.

# %% [markdown]
# ## read_registers

# %% variant={"exercise": "read_registers", "name": "asked_of_pytorch", "is": "right"}
puzzle = Puzzle()
place = {}
for name in "abcdefghi":
    registers = ("parameters", "buffers", "modules")
    found = [register for register in registers if name in vars(puzzle)[f"_{register}"]]
    place[name] = found[0] if found else "none"
trained_count, saved_count = len(list(puzzle.parameters())), len(puzzle.state_dict())

# %% [markdown]
# You let the tuple `b` count as modules. Assignment looks at the type of the value alone: a tuple is neither a Parameter nor a Module, so nothing in it is found. Look at Prediction 2, and at what `nn.ModuleList` does differently.

# %% variant={"exercise": "read_registers", "name": "containers_are_opened", "is": "wrong"}
place = {"a": "modules", "b": "modules", "c": "parameters", "d": "none", "e": "buffers", "f": "buffers", "g": "modules", "h": "none", "i": "modules"}
trained_count, saved_count = 8, 11

# %% [markdown]
# You took `d` for a parameter, as it requires grad. A Module asks for the *type* `nn.Parameter`; a tensor that requires grad is a plain attribute, and no optimizer is told about it. Run `isinstance(Puzzle().d, nn.Parameter)`.

# %% variant={"exercise": "read_registers", "name": "requires_grad_makes_a_parameter", "is": "wrong"}
place = {"a": "modules", "b": "none", "c": "parameters", "d": "parameters", "e": "buffers", "f": "buffers", "g": "modules", "h": "none", "i": "modules"}
trained_count, saved_count = 5, 8

# %% [markdown]
# You took `h` for a parameter. `self.c * 2` is computed from one, but what an operation returns is a plain tensor (and its graph leads back to `c`). Run `type(Puzzle().h)`, and look at Prediction 3.

# %% variant={"exercise": "read_registers", "name": "results_are_parameters", "is": "wrong"}
place = {"a": "modules", "b": "none", "c": "parameters", "d": "none", "e": "buffers", "f": "buffers", "g": "modules", "h": "parameters", "i": "modules"}
trained_count, saved_count = 5, 8

# %% [markdown]
# Your places are right. You counted the shared layer `a` twice as trained, since it has two names. `parameters()` goes by objects, so that an optimizer updates each once; only `state_dict()` goes by names. Run `Puzzle().a is Puzzle().i` on one Puzzle, and read the comment beside each count.

# %% variant={"exercise": "read_registers", "name": "counted_by_names", "is": "wrong"}
place = {"a": "modules", "b": "none", "c": "parameters", "d": "none", "e": "buffers", "f": "buffers", "g": "modules", "h": "none", "i": "modules"}
trained_count, saved_count = 6, 7

# %% [markdown]
# You gave both counts by objects. A state_dict lists names: the layer under `i` is saved a second time, and the persistent buffer is saved, too. Run `list(Puzzle().state_dict())`.

# %% variant={"exercise": "read_registers", "name": "saved_as_trained", "is": "wrong"}
place = {"a": "modules", "b": "none", "c": "parameters", "d": "none", "e": "buffers", "f": "buffers", "g": "modules", "h": "none", "i": "modules"}
trained_count, saved_count = 4, 4

# %% [markdown]
# You put `f` in no register. `persistent=False` says only that it isn't saved; it is a buffer all the same, and is moved with the model. Look at the table above Prediction 2.

# %% variant={"exercise": "read_registers", "name": "unsaved_buffer_is_no_buffer", "is": "wrong"}
place = {"a": "modules", "b": "none", "c": "parameters", "d": "none", "e": "buffers", "f": "none", "g": "modules", "h": "none", "i": "modules"}
trained_count, saved_count = 4, 7

# %% [markdown]
# ## simple_net

# %% variant={"exercise": "simple_net", "name": "by_formula", "is": "right"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return 1 / (1 + (-self.output(self.hidden(x).clamp(min=0))).exp())


def simple_net(x, w1, b1, w2, b2):
    hidden = torch.einsum("nd,hd->nh", x, w1) + b1
    hidden = torch.where(hidden > 0, hidden, 0.0)
    return 1 / (1 + (-(torch.einsum("nh,oh->no", hidden, w2) + b2)).exp())

# %% variant={"exercise": "simple_net", "name": "by_linear_and_functional", "is": "right"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return torch.sigmoid(self.output(torch.relu(self.hidden(x))))


def simple_net(x, w1, b1, w2, b2):
    h = torch.relu(torch.addmm(b1, x, w1.t()))
    return torch.sigmoid(torch.addmm(b2, h, w2.t()))

# %% [markdown]
# By hand you left the biases out, as if they were something that the framework adds. A Module is no other mathematics than its formula: `nn.Linear` computes `x @ weight.mT + bias`, and all of that stands in yours or is missing. Compare `net.hidden(x)` with your first line.

# %% variant={"exercise": "simple_net", "name": "bias_left_to_the_framework", "is": "wrong"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.hidden(x).relu()).sigmoid()


def simple_net(x, w1, b1, w2, b2):
    hidden = (x @ w1.mT).relu()
    return (hidden @ w2.mT).sigmoid()

# %% [markdown]
# Your bare version normalizes the hidden layer before it goes on, as if a framework did more than its formula says. It does not: a Module adds bookkeeping and no mathematics, so both versions are the same four steps, to the last term. Compare them step by step: `net.hidden(x)` first.

# %% variant={"exercise": "simple_net", "name": "another_mathematics", "is": "wrong"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.hidden(x).relu()).sigmoid()


def simple_net(x, w1, b1, w2, b2):
    hidden = (x @ w1.mT + b1).relu()
    hidden = (hidden - hidden.mean(dim=-1, keepdim=True)) / (hidden.std(dim=-1, keepdim=True) + 1e-5)
    return (hidden @ w2.mT + b2).sigmoid()

# %% [markdown]
# By hand you multiplied by the weight as it lies, or cut it anew with `reshape`. Linear's layout is (out, in): each row is one output unit, so the product needs the transpose. A reshape has the right shape and mixes the rows. Look at the answer to Prediction 1.

# %% variant={"exercise": "simple_net", "name": "weight_laid_out_in_out", "is": "wrong"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.hidden(x).relu()).sigmoid()


def simple_net(x, w1, b1, w2, b2):
    hidden = (x @ w1.reshape(w1.shape[1], w1.shape[0]) + b1).relu()
    return (hidden @ w2.reshape(-1, 1) + b2).sigmoid()

# %% [markdown]
# Both of your versions return logits. SimpleNet ends with a sigmoid, which makes a probability of the score: with all weights 0 it has to give 0.5. Look at the last check of the cell, and add the step to both.

# %% variant={"exercise": "simple_net", "name": "sigmoid_forgotten", "is": "wrong"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.hidden(x).relu())


def simple_net(x, w1, b1, w2, b2):
    hidden = (x @ w1.mT + b1).relu()
    return hidden @ w2.mT + b2

# %% [markdown]
# You ended with a softmax. Over a single output it is always 1: it divides the one number by itself. For one probability the step is `sigmoid`. Print your outputs: do they depend on x at all?

# %% variant={"exercise": "simple_net", "name": "softmax_over_one_output", "is": "wrong"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.hidden(x).relu()).softmax(dim=-1)


def simple_net(x, w1, b1, w2, b2):
    hidden = (x @ w1.mT + b1).relu()
    return (hidden @ w2.mT + b2).softmax(dim=-1)

# %% [markdown]
# There is no ReLU between your layers. Two linear layers without one are a single linear layer, whatever their sizes. Read the formula of `tiny_net` again.

# %% variant={"exercise": "simple_net", "name": "relu_forgotten", "is": "wrong"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.hidden(x)).sigmoid()


def simple_net(x, w1, b1, w2, b2):
    return ((x @ w1.mT + b1) @ w2.mT + b2).sigmoid()

# %% [markdown]
# Your Module holds its layers in a list. Its forward pass works, but `named_parameters()` finds nothing, and a state_dict can't be loaded. Assign each layer to a name of its own, and read Prediction 2.

# %% variant={"exercise": "simple_net", "name": "layers_in_a_list", "is": "wrong"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(10, 32), nn.Linear(32, 1)]

    def forward(self, x):
        return self.layers[1](self.layers[0](x).relu()).sigmoid()


def simple_net(x, w1, b1, w2, b2):
    hidden = (x @ w1.mT + b1).relu()
    return (hidden @ w2.mT + b2).sigmoid()

# %% [markdown]
# The numbers by hand are right, and no gradient comes back: `.data` or `.detach()` cut the weights from the graph. The same formula also has to give the same gradients. Run `simple_net(x, *net.parameters()).requires_grad`.

# %% variant={"exercise": "simple_net", "name": "detached_by_hand", "is": "wrong"}
class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.hidden(x).relu()).sigmoid()


def simple_net(x, w1, b1, w2, b2):
    hidden = (x @ w1.data.mT + b1.data).relu()
    return (hidden @ w2.data.mT + b2.data).sigmoid().requires_grad_()

# %% [markdown]
# ## registry

# %% variant={"exercise": "registry", "name": "case_by_case", "is": "right"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        def drop(*places):
            for place in places:
                place.pop(name, None)

        parameters, buffers, modules = (plain[register] for register in REGISTERS)
        if is_parameter(value):
            drop(plain, buffers, modules)
            parameters[name] = value
        elif is_module(value):
            drop(plain, parameters, buffers)
            modules[name] = value
        elif name in parameters or name in modules:
            if value is not None:
                raise TypeError(name)
            (parameters if name in parameters else modules)[name] = None
        elif name in buffers:
            if not (value is None or isinstance(value, torch.Tensor)):
                raise TypeError(name)
            buffers[name] = value
        else:
            plain[name] = value

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% variant={"exercise": "registry", "name": "compact", "is": "right"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        register = "_parameters" if is_parameter(value) else "_modules" if is_module(value) else None
        if register:
            for other in (plain, *(plain[place] for place in REGISTERS if place != register)):
                other.pop(name, None)
            plain[register][name] = value
            return
        held = [place for place in REGISTERS if name in plain[place]]
        if not held:
            plain[name] = value
        elif value is None or (held == ["_buffers"] and isinstance(value, torch.Tensor)):
            plain[held[0]][name] = value
        else:
            raise TypeError(name)

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown]
# Nothing is registered: every value became a plain attribute, as in a class without `__setattr__`. That is how a list hides layers, only now for all of them. Rules 1 and 2 come first: ask `is_parameter(value)` and `is_module(value)`.

# %% variant={"exercise": "registry", "name": "plain_attributes", "is": "wrong"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        plain[name] = value

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown]
# You register every tensor. A Module asks for the type Parameter, not for a tensor: inputs that are kept, masks and results of operations would be trained otherwise. Use `is_parameter(value)`, and look at `t` in the table of Part 1.

# %% variant={"exercise": "registry", "name": "any_tensor_is_a_parameter", "is": "wrong"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        register = "_parameters" if (is_parameter(value) or (isinstance(value, torch.Tensor) and name not in plain["_buffers"])) else "_modules" if is_module(value) else None
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
            raise TypeError(name)

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown]
# A name that gets a new kind of value stays in its old place, too: it is then in two places, and Python finds the plain attribute first. Take the name out of the other registers and out of `plain` before you register the value. Assign `r.x = 1`, then a parameter, and print `vars(r)`.

# %% variant={"exercise": "registry", "name": "old_place_not_left", "is": "wrong"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        register = "_parameters" if is_parameter(value) else "_modules" if is_module(value) else None
        if register:
            plain[register][name] = value
            return
        held = [place for place in REGISTERS if name in plain[place]]
        if not held:
            object.__setattr__(self, name, value)
        elif value is None or (held == ["_buffers"] and isinstance(value, torch.Tensor)):
            plain[held[0]][name] = value
        else:
            raise TypeError(name)

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown]
# Your values are registered, and are plain attributes as well. Python finds the plain one without asking `__getattr__`, so after a buffer was moved or a parameter set to None, the old object would still be read. Return after you have registered.

# %% variant={"exercise": "registry", "name": "plain_and_registered", "is": "wrong"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        register = "_parameters" if is_parameter(value) else "_modules" if is_module(value) else None
        if register:
            for other in (plain, *(plain[place] for place in REGISTERS if place != register)):
                other.pop(name, None)
            plain[register][name] = value
            object.__setattr__(self, name, value)
            return
        held = [place for place in REGISTERS if name in plain[place]]
        if not held:
            object.__setattr__(self, name, value)
        elif value is None or (held == ["_buffers"] and isinstance(value, torch.Tensor)):
            plain[held[0]][name] = value
        else:
            raise TypeError(name)

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown]
# A new tensor for a buffer became a plain attribute, next to the buffer: the register keeps the old one, and that one is saved. Rule 3: a name that is in a register stays in it. Register a buffer, assign another tensor, and print `r._buffers`.

# %% variant={"exercise": "registry", "name": "buffer_forgotten", "is": "wrong"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        register = "_parameters" if is_parameter(value) else "_modules" if is_module(value) else None
        if register:
            for other in (plain, *(plain[place] for place in REGISTERS if place != register)):
                other.pop(name, None)
            plain[register][name] = value
            return
        held = [place for place in ("_parameters", "_modules") if name in plain[place]]
        if not held:
            object.__setattr__(self, name, value)
        elif value is None:
            plain[held[0]][name] = None
        else:
            raise TypeError(name)

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown]
# A plain value took a parameter's or a module's place without a word. Rule 3 refuses it with a TypeError: whoever writes `layer.weight = some_tensor` would have a layer that is no longer trained. Allow None, and raise for the rest.

# %% variant={"exercise": "registry", "name": "tensor_replaces_a_parameter", "is": "wrong"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        register = "_parameters" if is_parameter(value) else "_modules" if is_module(value) else None
        if register:
            for other in (plain, *(plain[place] for place in REGISTERS if place != register)):
                other.pop(name, None)
            plain[register][name] = value
            return
        held = [place for place in REGISTERS if name in plain[place]]
        if not held:
            object.__setattr__(self, name, value)
        elif value is None or held == ["_buffers"]:
            plain[held[0]][name] = value
        else:
            plain[held[0]].pop(name)
            object.__setattr__(self, name, value)

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown]
# You removed the name when None was assigned. It stays in its register, with None as its value: `layer.bias is None` has to work, and `_parameters` still says that there is a place for a bias. Look at what `nn.Linear(2, 2, bias=False)._parameters` holds.

# %% variant={"exercise": "registry", "name": "none_removes_the_name", "is": "wrong"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        register = "_parameters" if is_parameter(value) else "_modules" if is_module(value) else None
        if register:
            for other in (plain, *(plain[place] for place in REGISTERS if place != register)):
                other.pop(name, None)
            plain[register][name] = value
            return
        held = [place for place in REGISTERS if name in plain[place]]
        if not held:
            object.__setattr__(self, name, value)
        elif value is None:
            plain[held[0]].pop(name)
            object.__setattr__(self, name, None)
        elif held == ["_buffers"] and isinstance(value, torch.Tensor):
            plain["_buffers"][name] = value
        else:
            raise TypeError(name)

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown]
# A name that is assigned again goes to the end of its register. The order of the registers is that of `parameters()`, by which an optimizer's saved state is matched. Leave the value's own register out when you take the name away: writing to a key that is there keeps its position.

# %% variant={"exercise": "registry", "name": "moved_to_the_end", "is": "wrong"}
class Registry:
    def __init__(self):
        for register in REGISTERS:
            vars(self)[register] = {}
        vars(self)["_non_persistent_buffers_set"] = set()
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        plain = vars(self)
        register = "_parameters" if is_parameter(value) else "_modules" if is_module(value) else None
        if register:
            for other in (plain, *(plain[place] for place in REGISTERS)):
                other.pop(name, None)
            plain[register][name] = value
            return
        held = [place for place in REGISTERS if name in plain[place]]
        if not held:
            object.__setattr__(self, name, value)
        elif value is None or (held == ["_buffers"] and isinstance(value, torch.Tensor)):
            plain[held[0]][name] = value
        else:
            raise TypeError(name)

    def __getattr__(self, name):
        for register in REGISTERS:
            if name in vars(self).get(register, ()):
                return vars(self)[register][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def register_buffer(self, name, tensor, persistent=True):
        vars(self)["_buffers"][name] = tensor
        if not persistent:
            vars(self)["_non_persistent_buffers_set"].add(name)

# %% [markdown] equivalent={"exercise": "registry"}
# A name is in one register at most, so the first that has it is also the last.
#
# ```diff
# - plain[held[0]][name] = value
# + plain[held[-1]][name] = value
# ```

# %% [markdown]
# ## named_parameters

# %% variant={"exercise": "named_parameters", "name": "with_a_stack_of_names", "is": "right"}
def named_parameters(module):
    result, seen = {}, set()

    def visit(node, prefix):
        for name, parameter in node._parameters.items():
            if parameter is not None and id(parameter) not in seen:
                seen.add(id(parameter))
                result[prefix + name] = parameter
        for name, child in node._modules.items():
            if child is not None:
                visit(child, f"{prefix}{name}.")

    visit(module, "")
    return result

# %% variant={"exercise": "named_parameters", "name": "without_recursion", "is": "right"}
def named_parameters(module):
    result, waiting = {}, [("", module)]
    while waiting:
        prefix, node = waiting.pop()
        for name, parameter in node._parameters.items():
            if parameter is not None and all(parameter is not known for known in result.values()):
                result[prefix + name] = parameter
        children = [(f"{prefix}{name}.", child) for name, child in node._modules.items() if child is not None]
        waiting += reversed(children)
    return result

# %% [markdown]
# A parameter that two modules share comes twice, once for each name. An optimizer would update it twice in each step. Remember which objects you have met, by `id(p)`, and leave out what comes again.

# %% variant={"exercise": "named_parameters", "name": "tied_twice", "is": "wrong"}
def named_parameters(module):
    found = {name: p for name, p in module._parameters.items() if p is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            found.update({f"{child_name}.{name}": p for name, p in named_parameters(child).items()})
    return found

# %% [markdown]
# You gave the module's own parameters, and none of what it holds. A model's root mostly has none: they lie in its children, and in theirs. Let the function call itself for each of `module._modules`.

# %% variant={"exercise": "named_parameters", "name": "own_only", "is": "wrong"}
def named_parameters(module):
    return {name: p for name, p in module._parameters.items() if p is not None}

# %% [markdown]
# You looked into the children, and not into *their* children. A tree has any depth, so the function has to call itself for each child. Try it on a Sequential in a Sequential.

# %% variant={"exercise": "named_parameters", "name": "one_level", "is": "wrong"}
def named_parameters(module):
    found = {name: p for name, p in module._parameters.items() if p is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            found.update({f"{child_name}.{n}": p for n, p in child._parameters.items() if p is not None})
    first = {}
    for name, parameter in found.items():
        first.setdefault(id(parameter), (name, parameter))
    return dict(first.values())

# %% [markdown]
# Your names lack the child's name and a dot. Two layers both have a `weight`, and the second one takes the first one's place in the dict: count what comes back. Put `child_name` and a dot before each name of a child.

# %% variant={"exercise": "named_parameters", "name": "names_without_a_prefix", "is": "wrong"}
def named_parameters(module):
    found = {name: p for name, p in module._parameters.items() if p is not None}
    for child in module._modules.values():
        if child is not None:
            found.update(named_parameters(child))
    return found

# %% [markdown]
# You left out parameters whose numbers equal those of another one. Tied means the same *object*: two biases that are both 0 are two parameters. Compare by `is`, or by `id(...)`.

# %% variant={"exercise": "named_parameters", "name": "equal_numbers_are_the_same", "is": "wrong"}
def named_parameters(module):
    found = {name: p for name, p in module._parameters.items() if p is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            found.update({f"{child_name}.{name}": p for name, p in named_parameters(child).items()})
    result = {}
    for name, parameter in found.items():
        known = [p for p in result.values() if p.shape == parameter.shape and torch.equal(p, parameter)]
        if not known:
            result[name] = parameter
    return result

# %% [markdown]
# You list the children's parameters before the module's own. The order matters: an optimizer's saved state is matched by position. The module's own come first, then its children's.

# %% variant={"exercise": "named_parameters", "name": "children_first", "is": "wrong"}
def named_parameters(module):
    found = {}
    for child_name, child in module._modules.items():
        if child is not None:
            found.update({f"{child_name}.{name}": p for name, p in named_parameters(child).items()})
    found.update({name: p for name, p in module._parameters.items() if p is not None})
    first = {}
    for name, parameter in found.items():
        first.setdefault(id(parameter), (name, parameter))
    return dict(first.values())

# %% [markdown]
# You list buffers, too. A buffer belongs to the model's state, but no optimizer may touch it: BatchNorm's running mean would be pushed along a gradient that it doesn't have. `_parameters` alone.

# %% variant={"exercise": "named_parameters", "name": "buffers_too", "is": "wrong"}
def named_parameters(module):
    own = {**module._parameters, **module._buffers}
    found = {name: p for name, p in own.items() if p is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            found.update({f"{child_name}.{name}": p for name, p in named_parameters(child).items()})
    first = {}
    for name, parameter in found.items():
        first.setdefault(id(parameter), (name, parameter))
    return dict(first.values())

# %% [markdown]
# You return copies (or detached tensors) of the parameters. An optimizer that got them would update the copies, and the model would stay what it is. Return the very objects that are in the registers.

# %% variant={"exercise": "named_parameters", "name": "copies", "is": "wrong"}
def named_parameters(module):
    found = {name: p for name, p in module._parameters.items() if p is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            found.update({f"{child_name}.{name}": p for name, p in named_parameters(child).items()})
    first = {}
    for name, parameter in found.items():
        first.setdefault(id(parameter), (name, parameter.detach().clone()))
    return dict(first.values())

# %% [markdown]
# ## state_dict

# %% variant={"exercise": "state_dict", "name": "visited", "is": "right"}
def state_dict(module):
    state = {}

    def visit(node, prefix):
        for register in (node._parameters, node._buffers):
            for name, tensor in register.items():
                unsaved = register is node._buffers and name in node._non_persistent_buffers_set
                if tensor is not None and not unsaved:
                    state[prefix + name] = tensor.data
        for name, child in node._modules.items():
            if child is not None:
                visit(child, f"{prefix}{name}.")

    visit(module, "")
    return state

# %% [markdown]
# You save the parameters alone. A model is restored from its state_dict, and without its buffers a BatchNorm starts again at mean 0 and variance 1. Add `_buffers`.

# %% variant={"exercise": "state_dict", "name": "parameters_only", "is": "wrong"}
def state_dict(module):
    own = dict(module._parameters)
    state = {name: tensor.detach() for name, tensor in own.items() if tensor is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            state.update({f"{child_name}.{name}": tensor for name, tensor in state_dict(child).items()})
    return state

# %% [markdown]
# You save the buffers with `persistent=False`, too. Their names are in each module's `_non_persistent_buffers_set`: they can be computed again, and a checkpoint without them has to load. Leave them out.

# %% variant={"exercise": "state_dict", "name": "all_buffers", "is": "wrong"}
def state_dict(module):
    own = {**module._parameters, **module._buffers}
    state = {name: tensor.detach() for name, tensor in own.items() if tensor is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            state.update({f"{child_name}.{name}": tensor for name, tensor in state_dict(child).items()})
    return state

# %% [markdown]
# Your state_dict holds copies. PyTorch's shares memory with the model, which is how loading can write through it. (It is also why a state_dict that is kept goes on changing while you train.) `detach()` shares, `clone()` doesn't.

# %% variant={"exercise": "state_dict", "name": "copied", "is": "wrong"}
def state_dict(module):
    skipped = module._non_persistent_buffers_set
    buffers = {name: buffer for name, buffer in module._buffers.items() if name not in skipped}
    own = {**module._parameters, **buffers}
    state = {name: tensor.detach().clone() for name, tensor in own.items() if tensor is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            state.update({f"{child_name}.{name}": tensor for name, tensor in state_dict(child).items()})
    return state

# %% [markdown]
# Your tensors still hang on the graph: `requires_grad` is True. Whoever writes into them is stopped by autograd, and whoever keeps them may keep a graph. `detach()` each.

# %% variant={"exercise": "state_dict", "name": "attached", "is": "wrong"}
def state_dict(module):
    skipped = module._non_persistent_buffers_set
    buffers = {name: buffer for name, buffer in module._buffers.items() if name not in skipped}
    own = {**module._parameters, **buffers}
    state = {name: tensor for name, tensor in own.items() if tensor is not None}
    for child_name, child in module._modules.items():
        if child is not None:
            state.update({f"{child_name}.{name}": tensor for name, tensor in state_dict(child).items()})
    return state

# %% [markdown]
# You left out what was met before. A state_dict goes by *names*: a tied weight stands in it under each of them, so that it can be loaded into a model that isn't tied. Leave out the test of Exercise 4.

# %% variant={"exercise": "state_dict", "name": "tied_once", "is": "wrong"}
def state_dict(module):
    state, seen = {}, set()

    def visit(node, prefix):
        kept = {n: b for n, b in node._buffers.items() if n not in node._non_persistent_buffers_set}
        for name, tensor in {**node._parameters, **kept}.items():
            if tensor is not None and id(tensor) not in seen:
                seen.add(id(tensor))
                state[prefix + name] = tensor.detach()
        for name, child in node._modules.items():
            if child is not None:
                visit(child, f"{prefix}{name}.")

    visit(module, "")
    return state

# %% [markdown]
# You collected the names that aren't saved over the whole tree. Each module has a set of its own: `kept` may be saved in one child and left out in another. Look into `_non_persistent_buffers_set` of the module at hand.

# %% variant={"exercise": "state_dict", "name": "one_set_for_the_tree", "is": "wrong"}
def state_dict(module):
    def names(node):
        children = [child for child in node._modules.values() if child is not None]
        return node._non_persistent_buffers_set.union(*(names(child) for child in children))

    skipped, state = names(module), {}

    def visit(node, prefix):
        kept = {n: b for n, b in node._buffers.items() if n not in skipped}
        for name, tensor in {**node._parameters, **kept}.items():
            if tensor is not None:
                state[prefix + name] = tensor.detach()
        for name, child in node._modules.items():
            if child is not None:
                visit(child, f"{prefix}{name}.")

    visit(module, "")
    return state

# %% [markdown]
# You put all buffers behind all parameters. The order is by module: its parameters, its buffers, then its children. Files are compared and read by people in this order. Merge the two registers of one module before you go on to its children.

# %% variant={"exercise": "state_dict", "name": "buffers_last", "is": "wrong"}
def state_dict(module):
    parameters, buffers = {}, {}

    def visit(node, prefix):
        for name, tensor in node._parameters.items():
            if tensor is not None:
                parameters[prefix + name] = tensor.detach()
        for name, tensor in node._buffers.items():
            if tensor is not None and name not in node._non_persistent_buffers_set:
                buffers[prefix + name] = tensor.detach()
        for name, child in node._modules.items():
            if child is not None:
                visit(child, f"{prefix}{name}.")

    visit(module, "")
    return {**parameters, **buffers}

# %% [markdown]
# ## load_state

# %% variant={"exercise": "load_state", "name": "by_sets_and_data", "is": "right"}
def load_state(own, state, strict=True):
    missing, unexpected = list(own), []
    for name, tensor in state.items():
        if name in own:
            missing.remove(name)
            if own[name].size() != tensor.size():
                raise RuntimeError(name)
        else:
            unexpected.append(name)
    if strict and missing + unexpected:
        raise RuntimeError(str(missing + unexpected))
    for name, tensor in own.items():
        if name in state:
            tensor[...] = state[name].to(tensor.dtype)
    return missing, unexpected

# %% [markdown]
# You put the new tensors into the dict `own`. The model doesn't read that dict: it reads the memory that its tensors have. And an optimizer holds the old objects. Write into them: `own[name].copy_(state[name])`.

# %% variant={"exercise": "load_state", "name": "entry_replaced", "is": "wrong"}
def load_state(own, state, strict=True):
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    common = [name for name in own if name in state]
    misfits = [name for name in common if own[name].shape != state[name].shape]
    if misfits or (strict and (missing or unexpected)):
        raise RuntimeError(str((misfits, missing, unexpected)))
    for name in common:
        own[name] = state[name]
    return missing, unexpected

# %% [markdown]
# You let a tensor of another shape in. `copy_` broadcasts: one number fills a whole bias, without a word. Compare the shapes yourself, and raise whatever `strict` says.

# %% variant={"exercise": "load_state", "name": "shape_broadcast", "is": "wrong"}
def load_state(own, state, strict=True):
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    common = [name for name in own if name in state]
    if strict and (missing or unexpected):
        raise RuntimeError(str((missing, unexpected)))
    for name in common:
        own[name].copy_(state[name])
    return missing, unexpected

# %% [markdown]
# With `strict=False` you pass over shapes that differ, or copy them all the same. `strict` is about names: a tensor whose name fits and whose shape doesn't is always an error. See the third line of Prediction 5.

# %% variant={"exercise": "load_state", "name": "strict_about_shapes_only_when_strict", "is": "wrong"}
def load_state(own, state, strict=True):
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    common = [name for name in own if name in state]
    misfits = [name for name in common if own[name].shape != state[name].shape]
    if strict and (misfits or missing or unexpected):
        raise RuntimeError(str((misfits, missing, unexpected)))
    common = [name for name in common if name not in misfits]
    for name in common:
        own[name].copy_(state[name])
    return missing, unexpected

# %% [markdown]
# You exchanged the two lists. *Missing* is what the model has and the state lacks; *unexpected* is what the state has and the model doesn't know. Read the docstring's line about them.

# %% variant={"exercise": "load_state", "name": "missing_and_unexpected_exchanged", "is": "wrong"}
def load_state(own, state, strict=True):
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    common = [name for name in own if name in state]
    misfits = [name for name in common if own[name].shape != state[name].shape]
    if misfits or (strict and (missing or unexpected)):
        raise RuntimeError(str((misfits, missing, unexpected)))
    for name in common:
        own[name].copy_(state[name])
    return unexpected, missing

# %% [markdown]
# You write before you have looked at everything, so that a model is half loaded when it raises. (PyTorch's own does that, as the cell after this exercise shows.) Find all faults first, then copy.

# %% variant={"exercise": "load_state", "name": "half_loaded", "is": "wrong"}
def load_state(own, state, strict=True):
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    misfits = []
    for name in own:
        if name in state and own[name].shape == state[name].shape:
            own[name].copy_(state[name])
        elif name in state:
            misfits.append(name)
    if misfits or (strict and (missing or unexpected)):
        raise RuntimeError(str((misfits, missing, unexpected)))
    return missing, unexpected

# %% [markdown]
# You compare how many numbers there are, not the shape. A (2, 3) and a (3, 2) hold six each, and reshaped into each other the rows are mixed up. Compare `.shape`.

# %% variant={"exercise": "load_state", "name": "counted_instead_of_shaped", "is": "wrong"}
def load_state(own, state, strict=True):
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    common = [name for name in own if name in state]
    misfits = [name for name in common if own[name].numel() != state[name].numel()]
    if misfits or (strict and (missing or unexpected)):
        raise RuntimeError(str((misfits, missing, unexpected)))
    for name in common:
        own[name].copy_(state[name].reshape(own[name].shape))
    return missing, unexpected

# %% [markdown]
# You raise for missing names only. With `strict=True` a name that the model doesn't know is an error, too: it mostly is a missing one, misspelled. Test both lists.

# %% variant={"exercise": "load_state", "name": "unexpected_passes", "is": "wrong"}
def load_state(own, state, strict=True):
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    common = [name for name in own if name in state]
    misfits = [name for name in common if own[name].shape != state[name].shape]
    if misfits or (strict and missing):
        raise RuntimeError(str((misfits, missing, unexpected)))
    for name in common:
        own[name].copy_(state[name])
    return missing, unexpected

# %% [markdown]
# You exchanged the memory (`.data` or `set_`) of a detached tensor in the dict. The model's parameter keeps its own. And the new dtype would come along. `copy_` writes the numbers where the model reads them.

# %% variant={"exercise": "load_state", "name": "data_exchanged", "is": "wrong", "same_as": "entry_replaced"}
def load_state(own, state, strict=True):
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    common = [name for name in own if name in state]
    misfits = [name for name in common if own[name].shape != state[name].shape]
    if misfits or (strict and (missing or unexpected)):
        raise RuntimeError(str((misfits, missing, unexpected)))
    for name in common:
        own[name].data = state[name]
    return missing, unexpected

# %% [markdown]
# ## stack

# %% variant={"exercise": "stack", "name": "appended", "is": "right"}
class Stack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        for name, value in (("mean", mean), ("std", std)):
            self.register_buffer(name, value.clone())
        self.layers = nn.ModuleList()
        for i in range(len(sizes) - 1):
            self.layers.append(nn.Linear(sizes[i], sizes[i + 1]))

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack_faults = "ba"

# %% [markdown]
# This is the stack as it was given. The list hides the layers, and the two tensors are plain attributes: nothing is in a register, as the picture shows. There is a container that registers (Prediction 2), and a register for what isn't trained (Part 3).

# %% variant={"exercise": "stack", "name": "as_it_was", "is": "wrong"}
class Stack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        self.mean, self.std = mean, std
        self.layers = [nn.Linear(i, o) for i, o in pairwise(sizes)]

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack_faults = "?"

# %% [markdown]
# The layers are found now; `mean` and `std` are still plain attributes. They aren't saved, and stay behind when the model is moved or converted. Look at Prediction 4.

# %% variant={"exercise": "stack", "name": "tensors_left_plain", "is": "wrong"}
class Stack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        self.mean, self.std = mean, std
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack_faults = "AB"

# %% [markdown]
# The buffers are there now; the layers are still in a plain list. The optimizer has nothing to train. `nn.ModuleList` around it registers them.

# %% variant={"exercise": "stack", "name": "layers_left_in_a_list", "is": "wrong"}
class Stack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.layers = [nn.Linear(i, o) for i, o in pairwise(sizes)]

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack_faults = "AB"

# %% [markdown]
# You made `mean` and `std` Parameters. They are saved and moved, but they are also trained: the optimizer will move the statistics of your data. A buffer is saved and moved, and not trained.

# %% variant={"exercise": "stack", "name": "statistics_as_parameters", "is": "wrong"}
class Stack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        self.mean, self.std = nn.Parameter(mean), nn.Parameter(std)
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack_faults = "AB"

# %% [markdown]
# You registered the buffers with `persistent=False`. They move with the model, but a model that is loaded from a checkpoint would normalize by the numbers it was made with. Leave `persistent` at its default.

# %% variant={"exercise": "stack", "name": "buffers_not_saved", "is": "wrong"}
class Stack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("std", std, persistent=False)
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack_faults = "AB"

# %% [markdown]
# Your layers are registered under names of their own, such as `layer0`. They are trained, but the checkpoint calls the first one `layers.0`, and can't be loaded. `nn.ModuleList` gives these names.

# %% variant={"exercise": "stack", "name": "named_one_by_one", "is": "wrong"}
class Stack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.layers = [nn.Linear(i, o) for i, o in pairwise(sizes)]
        for number, layer in enumerate(self.layers):
            self.add_module(f"layer{number}", layer)

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack_faults = "AB"

# %% [markdown]
# The code is right; the letters are not. Two things were in no register: modules in a container, and tensors that belong to the model. Find the row of the table for each.

# %% variant={"exercise": "stack", "name": "another_fault_named", "is": "wrong"}
class Stack(nn.Module):
    def __init__(self, sizes, mean, std):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


stack_faults = "AC"

# %% [markdown]
# ## transfer

# %% variant={"exercise": "transfer", "name": "flags_one_by_one", "is": "right"}
class Transfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.head = head
        self.body = body.eval()
        for parameter in body.parameters():
            parameter.requires_grad = False

    def train(self, mode=True):
        self.training = mode
        self.head.train(mode)
        self.body.train(False)
        return self

    def forward(self, x):
        features = self.body(x)
        return self.head(features)


freeze_fault = " e "

# %% [markdown]
# This is the model as it was given. `requires_grad_(False)` stops the updates of parameters; the running statistics are buffers, and forward writes them in training mode. The body has to be in `eval()`, and to stay there: look at the picture in Part 6.

# %% variant={"exercise": "transfer", "name": "as_it_was", "is": "wrong"}
class Transfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.requires_grad_(False)

    def forward(self, x):
        return self.head(self.body(x))


freeze_fault = "?"

# %% [markdown]
# You put the body into `eval()` when the model is made. The first `model.train()`, which every training loop calls, walks down the tree and undoes it. Override `train`.

# %% variant={"exercise": "transfer", "name": "eval_once", "is": "wrong"}
class Transfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.requires_grad_(False)
        self.body.eval()

    def forward(self, x):
        return self.head(self.body(x))


freeze_fault = "E"

# %% [markdown]
# You run the body under `no_grad`. That stops gradients (also those to x), and nothing else: in training mode the forward pass still writes the running statistics. What reads the flag is BatchNorm, so the flag has to be set: `eval()`.

# %% variant={"exercise": "transfer", "name": "no_grad_is_frozen", "is": "wrong"}
class Transfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.requires_grad_(False)

    def forward(self, x):
        with torch.no_grad():
            features = self.body(x)
        return self.head(features)


freeze_fault = "E"

# %% [markdown]
# The body stays what it is, and you cut the graph behind it: with `no_grad` or `detach`, no gradient reaches x. Frozen parameters need no such help; the gradient passes through them. Leave `forward` as it was.

# %% variant={"exercise": "transfer", "name": "gradient_cut", "is": "wrong"}
class Transfer(nn.Module):
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
        return self.head(self.body(x).detach())


freeze_fault = "E"

# %% [markdown]
# You keep the whole model in evaluation. The head is being trained: its Dropout and BatchNorm have to follow `train()`. Call `super().train(mode)`, then `self.body.eval()`.

# %% variant={"exercise": "transfer", "name": "head_asleep_too", "is": "wrong"}
class Transfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.requires_grad_(False)
        self.eval()

    def train(self, mode=True):
        super().train(False)
        return self

    def forward(self, x):
        return self.head(self.body(x))


freeze_fault = "E"

# %% [markdown]
# Your `train` returns None. Everybody writes `model = model.train()` or `model.eval()(x)`, which then fail. Return self.

# %% variant={"exercise": "transfer", "name": "train_returns_nothing", "is": "wrong"}
class Transfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.requires_grad_(False)
        self.body.eval()

    def train(self, mode=True):
        super().train(mode)
        self.body.eval()

    def forward(self, x):
        return self.head(self.body(x))


freeze_fault = "E"

# %% [markdown]
# The statistics stay, but the parameters of the body are still trained: `eval()` sets a flag that BatchNorm and Dropout read, and switches no gradient off. Both are needed: `requires_grad_(False)` and `eval()`.

# %% variant={"exercise": "transfer", "name": "parameters_left_trainable", "is": "wrong"}
class Transfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.eval()

    def train(self, mode=True):
        super().train(mode)
        self.body.eval()
        return self

    def forward(self, x):
        return self.head(self.body(x))


freeze_fault = "E"

# %% [markdown]
# You set `self.body.training = False`. That is the flag of the outermost module of the body, a plain attribute; the BatchNorm inside has one of its own. `eval()` walks down and sets all of them.

# %% variant={"exercise": "transfer", "name": "flag_of_the_body_alone", "is": "wrong"}
class Transfer(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = body, head
        self.body.requires_grad_(False)
        self.body.training = False

    def train(self, mode=True):
        super().train(mode)
        self.body.training = False
        return self

    def forward(self, x):
        return self.head(self.body(x))


freeze_fault = "E"

# %% [markdown]
# The code is right; the letter is not. What changed were running statistics: the printed names are buffers, and no optimizer wrote them. Which row of the table speaks of statistics?

# %% variant={"exercise": "transfer", "name": "another_fault_named", "is": "wrong"}
class Transfer(nn.Module):
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


freeze_fault = "B"

# %% [markdown]
# ## tied_autoencoder

# %% variant={"exercise": "tied_autoencoder", "name": "by_matrix_products", "is": "right"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(hidden, features).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        hidden = (x @ self.weight.mT + self.hidden_bias).relu()
        return hidden @ self.weight + self.output_bias

# %% variant={"exercise": "tied_autoencoder", "name": "transpose_as_a_property", "is": "right"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        encoder = nn.Linear(features, hidden)
        self.weight = encoder.weight
        self.hidden_bias, self.output_bias = nn.Parameter(torch.zeros(hidden)), nn.Parameter(torch.zeros(features))

    @property
    def decoder_weight(self):
        return self.weight.t()

    def forward(self, x):
        hidden = torch.clamp(F.linear(x, self.weight, self.hidden_bias), min=0)
        return F.linear(hidden, self.decoder_weight, self.output_bias)

# %% [markdown]
# Your decoder has a Parameter of its own, made from the transpose. It shares memory at first, and looks tied; but it is a second object: counted, saved and updated twice, and after `.double()` or a copy the two part for good. Compute the transpose in `forward`.

# %% variant={"exercise": "tied_autoencoder", "name": "second_parameter", "is": "wrong"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(hidden, features).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))
        self.decoder_weight = nn.Parameter(self.weight.mT)

    def forward(self, x):
        hidden = (x @ self.weight.mT + self.hidden_bias).relu()
        return hidden @ self.decoder_weight.mT + self.output_bias

# %% [markdown]
# You took the transpose in `__init__` and kept it. It is a plain tensor over the memory that the weight had at that moment. While nothing moves it seems to be right; `.double()` gives the weight other memory and leaves the transpose behind, and `deepcopy` refuses a tensor that hangs on a graph. Take the transpose in `forward`, each time.

# %% variant={"exercise": "tied_autoencoder", "name": "transposed_once", "is": "wrong"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(hidden, features).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))
        self.decoder_weight = self.weight.mT

    def forward(self, x):
        hidden = (x @ self.weight.mT + self.hidden_bias).relu()
        return hidden @ self.decoder_weight.mT + self.output_bias

# %% [markdown]
# Your decoder reads the weight through `.data` or `.detach()`, so only the encoder's use gives a gradient. The gradient of a tied weight is the sum over *both* uses: look at Prediction 10.

# %% variant={"exercise": "tied_autoencoder", "name": "decoder_detached", "is": "wrong"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(hidden, features).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        hidden = (x @ self.weight.mT + self.hidden_bias).relu()
        return hidden @ self.weight.detach() + self.output_bias

# %% [markdown]
# You keep the transpose as a buffer. It is saved and moved, but never trained: after a step the encoder has changed, and the decoder hasn't. One weight is one parameter; take its transpose in `forward`.

# %% variant={"exercise": "tied_autoencoder", "name": "buffer_for_the_decoder", "is": "wrong"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(hidden, features).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("decoder_weight", self.weight.detach().mT.clone())

    def forward(self, x):
        hidden = (x @ self.weight.mT + self.hidden_bias).relu()
        return hidden @ self.decoder_weight.mT + self.output_bias

# %% [markdown]
# Your weight has shape (features, hidden). It is laid out as Linear's: (hidden, features), a row for each hidden unit; the encoder multiplies by its transpose. Compare with the docstring.

# %% variant={"exercise": "tied_autoencoder", "name": "weight_laid_out_in_out", "is": "wrong"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(features, hidden).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        hidden = (x @ self.weight + self.hidden_bias).relu()
        return hidden @ self.weight.mT + self.output_bias

# %% [markdown]
# There is no ReLU between encoder and decoder. Without one the two are a single linear map, through fewer dimensions. Add `.relu()` to the first line.

# %% variant={"exercise": "tied_autoencoder", "name": "relu_forgotten", "is": "wrong"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(hidden, features).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        hidden = x @ self.weight.mT + self.hidden_bias
        return hidden @ self.weight + self.output_bias

# %% [markdown]
# Your first weights lie within ± 1 / √hidden. Linear's bound is by fan_in, the number of products that are added up for one hidden unit: that is `features`. Look at the table of Part 5.

# %% variant={"exercise": "tied_autoencoder", "name": "bound_by_the_hidden_units", "is": "wrong"}
class TiedAutoencoder(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = hidden**-0.5
        self.weight = nn.Parameter(torch.empty(hidden, features).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.output_bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        hidden = (x @ self.weight.mT + self.hidden_bias).relu()
        return hidden @ self.weight + self.output_bias

# %% [markdown]
# ## knowledge_check

# %% variant={"exercise": "knowledge_check", "name": "assigned_one_by_one", "is": "right"}
answers = {}
answers["q1"] = "b"
answers["q2"] = "d"
answers["q3"] = "a"
answers["q4"] = "c"
answers["q5"] = "b"
answers["q6"] = "d"
answers["q7"] = "a"
answers["q8"] = "c"
answers["q9"] = "b"
answers["q10"] = "d"

# %% [markdown]
# Question 1 says that framework code is another mathematics. It isn't: with equal weights a Module and its formula agree to rounding. A Module adds bookkeeping; where numbers differ, a layout, a bias or an activation does. Look at the cell in Part 1 that trains TinyNet twice, and at case 1 of Part 8.

# %% variant={"exercise": "knowledge_check", "name": "another_mathematics", "is": "wrong"}
answers = {"q1": "a", "q2": "d", "q3": "a", "q4": "c", "q5": "b", "q6": "d", "q7": "a", "q8": "c", "q9": "b", "q10": "d"}

# %% [markdown]
# Questions 4 and 6 both turn on objects. A model finds its parts by name; an optimizer, and the count of parameters, go by the object. Read Part 6 again.

# %% variant={"exercise": "knowledge_check", "name": "names_for_objects", "is": "wrong"}
answers = {"q1": "b", "q2": "d", "q3": "a", "q4": "a", "q5": "b", "q6": "a", "q7": "a", "q8": "c", "q9": "b", "q10": "d"}

# %% [markdown]
# Questions 2 and 5: you expect a Module to look into every attribute. It knows what is in its three registers, and nothing else. Play with the first explorer again.

# %% variant={"exercise": "knowledge_check", "name": "registers_find_everything", "is": "wrong"}
answers = {"q1": "b", "q2": "b", "q3": "a", "q4": "c", "q5": "a", "q6": "d", "q7": "a", "q8": "c", "q9": "b", "q10": "d"}

# %% [markdown]
# Question 7: `requires_grad_(False)` stops gradients, not forward passes, and BatchNorm writes its statistics in forward. Look at the picture in Part 6.

# %% variant={"exercise": "knowledge_check", "name": "frozen_means_frozen", "is": "wrong"}
answers = {"q1": "b", "q2": "d", "q3": "a", "q4": "c", "q5": "b", "q6": "d", "q7": "b", "q8": "c", "q9": "b", "q10": "d"}

# %% [markdown]
# Question 8: `strict=False` is about names. A shape that differs always raises. See the third line of Prediction 5.

# %% variant={"exercise": "knowledge_check", "name": "strict_is_about_shapes", "is": "wrong"}
answers = {"q1": "b", "q2": "d", "q3": "a", "q4": "c", "q5": "b", "q6": "d", "q7": "a", "q8": "a", "q9": "b", "q10": "d"}
