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
# # 02 · Autograd: known right and known wrong answers
#
# Each code cell stands in the place of an exercise's solution cell. Above a wrong one is what a student who answered so reads. `autograder verify 02` proves that the hidden tests accept every right one and catch every wrong one.

# %% [markdown]
# ## numeric_gradient

# %% variant={"exercise": "numeric_gradient", "name": "one_flat_list", "is": "right"}
def numeric_gradient(f, x, h=1e-5):
    flat = x.reshape(-1).clone()
    slopes = []
    for i in range(flat.numel()):
        step = torch.zeros_like(flat)
        step[i] = h
        slopes.append((f((flat + step).reshape(x.shape)) - f((flat - step).reshape(x.shape))) / (2 * h))
    return torch.stack(slopes).reshape(x.shape)

# %% variant={"exercise": "numeric_gradient", "name": "moved_and_put_back", "is": "right"}
def numeric_gradient(f, x, h=1e-5):
    x = x.clone()
    gradient = torch.empty_like(x)
    for index in itertools.product(*(range(size) for size in x.shape)):
        old = x[index].item()
        x[index] = old + h
        above = f(x).item()
        x[index] = old - h
        below = f(x).item()
        x[index] = old
        gradient[index] = (above - below) / (2 * h)
    return gradient

# %% [markdown]
# You took the difference on one side only, (f(x + h) − f(x)) / h. Its error shrinks with h, that of the central difference with h²: with a large h the two lie far apart. Move the entry both ways, as in the formula at the top of Part 1.

# %% variant={"exercise": "numeric_gradient", "name": "one_sided", "is": "wrong"}
def numeric_gradient(f, x, h=1e-5):
    gradient = torch.zeros(x.shape, dtype=x.dtype)
    for index in itertools.product(*(range(size) for size in x.shape)):
        up = x.clone()
        up[index] += h
        gradient[index] = (f(up) - f(x)) / h
    return gradient

# %% [markdown]
# Your slopes are twice what they should be. The two points lie 2h apart, one h above and one h below, so the difference is divided by 2h. Look at the formula at the top of Part 1.

# %% variant={"exercise": "numeric_gradient", "name": "divided_by_h", "is": "wrong"}
def numeric_gradient(f, x, h=1e-5):
    gradient = torch.zeros(x.shape, dtype=x.dtype)
    for index in itertools.product(*(range(size) for size in x.shape)):
        up, down = x.clone(), x.clone()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / h
    return gradient

# %% [markdown]
# You moved all entries together, so each slope is the sum of all of them. A gradient asks of one entry at a time, while the others stay. Use `up[index]` instead of the whole tensor.

# %% variant={"exercise": "numeric_gradient", "name": "all_entries_at_once", "is": "wrong"}
def numeric_gradient(f, x, h=1e-5):
    gradient = torch.zeros(x.shape, dtype=x.dtype)
    for index in itertools.product(*(range(size) for size in x.shape)):
        gradient[index] = (f(x + h) - f(x - h)) / (2 * h)
    return gradient

# %% [markdown]
# You moved the entries of x itself, and x is not what it was. `up = x` gives the same tensor a second name; `x.clone()` copies. Print x before and after the call (lesson 01, "View or copy").

# %% variant={"exercise": "numeric_gradient", "name": "x_is_moved", "is": "wrong"}
def numeric_gradient(f, x, h=1e-5):
    gradient = torch.zeros(x.shape, dtype=x.dtype)
    for index in itertools.product(*(range(size) for size in x.shape)):
        up = x
        up[index] += h
        above = f(up)
        up[index] -= 2 * h
        gradient[index] = (above - f(up)) / (2 * h)
    return gradient

# %% [markdown]
# Your step is fixed, and the h that is passed in goes unused. With another h the central difference is another number: that is what the first picture of Part 1 draws. Use the parameter.

# %% variant={"exercise": "numeric_gradient", "name": "h_of_its_own", "is": "wrong"}
def numeric_gradient(f, x, h=1e-5):
    h = 1e-6
    gradient = torch.zeros(x.shape, dtype=x.dtype)
    for index in itertools.product(*(range(size) for size in x.shape)):
        up, down = x.clone(), x.clone()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient

# %% [markdown]
# ## operations

# %% variant={"exercise": "operations", "name": "squares_have_one_parent", "is": "right"}
def multiply(a, b):
    if a is b:
        return Value(a.data**2, [a], [2 * a.data])
    return Value(a.data * b.data, [a, b], [b.data, a.data])
def power(a, n):
    slope = n * math.pow(a.data, n - 1)
    return Value(math.pow(a.data, n), [a], [slope])
def exp(a):
    return Value(math.exp(a.data), [a], [math.exp(a.data)])
def relu(a):
    on = a.data > 0
    return Value(a.data if on else 0.0, [a], [float(on)])

# %% [markdown]
# In `multiply` you gave a the slope a, and b the slope b. If a moves by a little, a · b moves by b times as much: the slope by one factor is the other factor. Look at the first row of the table in Part 1.

# %% variant={"exercise": "operations", "name": "slopes_swapped", "is": "wrong"}
def multiply(a, b):
    return Value(a.data * b.data, (a, b), (a.data, b.data))
def power(a, n):
    return Value(a.data**n, (a,), (n * a.data ** (n - 1),))
def exp(a):
    result = math.exp(a.data)
    return Value(result, (a,), (result,))
def relu(a):
    return Value(max(a.data, 0.0), (a,), (1.0 if a.data > 0 else 0.0,))

# %% [markdown]
# In `power` the slope is n · aⁿ⁻¹, and your factor n is missing. Check it with your Exercise 1: at a = 3, n = 2 the slope is 6.

# %% variant={"exercise": "operations", "name": "exponent_left_out", "is": "wrong"}
def multiply(a, b):
    return Value(a.data * b.data, (a, b), (b.data, a.data))
def power(a, n):
    return Value(a.data**n, (a,), (a.data ** (n - 1),))
def exp(a):
    result = math.exp(a.data)
    return Value(result, (a,), (result,))
def relu(a):
    return Value(max(a.data, 0.0), (a,), (1.0 if a.data > 0 else 0.0,))

# %% [markdown]
# You differentiated eᵃ as if it were a power, a · eᵃ⁻¹. Here the variable is in the exponent, and the derivative of eᵃ is eᵃ: the result is its own slope. That is what PyTorch saves, too (Part 6).

# %% variant={"exercise": "operations", "name": "exp_as_a_power", "is": "wrong"}
def multiply(a, b):
    return Value(a.data * b.data, (a, b), (b.data, a.data))
def power(a, n):
    return Value(a.data**n, (a,), (n * a.data ** (n - 1),))
def exp(a):
    return Value(math.exp(a.data), (a,), (a.data * math.exp(a.data - 1),))
def relu(a):
    return Value(max(a.data, 0.0), (a,), (1.0 if a.data > 0 else 0.0,))

# %% [markdown]
# Your `relu` lets the gradient through below 0 as well. There the result stays at 0 however a moves, so the slope is 0: a unit that is off learns nothing.

# %% variant={"exercise": "operations", "name": "relu_always_on", "is": "wrong"}
def multiply(a, b):
    return Value(a.data * b.data, (a, b), (b.data, a.data))
def power(a, n):
    return Value(a.data**n, (a,), (n * a.data ** (n - 1),))
def exp(a):
    result = math.exp(a.data)
    return Value(result, (a,), (result,))
def relu(a):
    return Value(max(a.data, 0.0), (a,), (1.0,))

# %% [markdown]
# At exactly 0 your `relu` has slope 1. Any number from 0 to 1 is defensible at the kink; PyTorch takes 0, and the docstring asks for it. Write `a.data > 0`, not `>=`. Prediction 10 shows what the difference says.

# %% variant={"exercise": "operations", "name": "kink_counts_as_on", "is": "wrong"}
def multiply(a, b):
    return Value(a.data * b.data, (a, b), (b.data, a.data))
def power(a, n):
    return Value(a.data**n, (a,), (n * a.data ** (n - 1),))
def exp(a):
    result = math.exp(a.data)
    return Value(result, (a,), (result,))
def relu(a):
    return Value(max(a.data, 0.0), (a,), (1.0 if a.data >= 0 else 0.0,))

# %% [markdown]
# Above 0 your `relu` has the slope a. There the result moves just as far as a does, whatever a is: the slope is 1. You noted the value in the place of the slope.

# %% variant={"exercise": "operations", "name": "relu_times_the_value", "is": "wrong"}
def multiply(a, b):
    return Value(a.data * b.data, (a, b), (b.data, a.data))
def power(a, n):
    return Value(a.data**n, (a,), (n * a.data ** (n - 1),))
def exp(a):
    result = math.exp(a.data)
    return Value(result, (a,), (result,))
def relu(a):
    return Value(max(a.data, 0.0), (a,), (max(a.data, 0.0),))

# %% [markdown]
# You noted the parents in a set. In a · a both factors are the same value, so the set holds one, beside two slopes. Each use is an edge of its own: note them in a tuple, twice if need be.

# %% variant={"exercise": "operations", "name": "parents_in_a_set", "is": "wrong"}
def multiply(a, b):
    slopes = {a: b.data, b: a.data}
    return Value(a.data * b.data, slopes.keys(), slopes.values())
def power(a, n):
    return Value(a.data**n, (a,), (n * a.data ** (n - 1),))
def exp(a):
    result = math.exp(a.data)
    return Value(result, (a,), (result,))
def relu(a):
    return Value(max(a.data, 0.0), (a,), (1.0 if a.data > 0 else 0.0,))

# %% [markdown]
# ## topological

# %% variant={"exercise": "topological", "name": "counting_who_sends", "is": "right"}
def topological(output):
    waiting, reached = {}, [output]
    for value in reached:
        for parent in value.parents:
            if parent not in waiting:
                waiting[parent] = 0
                reached.append(parent)
            waiting[parent] += 1
    ready, order = [output], []
    while ready:
        value = ready.pop()
        order.append(value)
        for parent in value.parents:
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    return order[::-1]

# %% variant={"exercise": "topological", "name": "by_depth", "is": "right"}
def topological(output):
    depth = {}
    def deep(value):
        if value not in depth:
            depth[value] = 1 + max((deep(parent) for parent in value.parents), default=0)
        return depth[value]
    deep(output)
    return sorted(depth, key=depth.get)

# %% [markdown]
# Some values stand in your list several times: once for each way from the output to them. On the way back such a value would hand its gradient on several times, and after 30 doublings the list would have 2³⁰ entries. Note what you have visited in a set, and turn back.

# %% variant={"exercise": "topological", "name": "visited_again_and_again", "is": "wrong"}
def topological(output):
    order = []
    def visit(value):
        for parent in value.parents:
            visit(parent)
        order.append(value)
    visit(output)
    return order

# %% [markdown]
# You appended a value before its parents, so your list runs the other way round. Append after the loop over the parents, not before it: the output has to come last.

# %% variant={"exercise": "topological", "name": "children_first", "is": "wrong"}
def topological(output):
    order, seen = [], set()
    def visit(value):
        if value in seen:
            return
        seen.add(value)
        order.append(value)
        for parent in value.parents:
            visit(parent)
    visit(output)
    return order

# %% [markdown]
# You listed values in the order in which they are met from the output, and turned the list round. A value that the output uses directly, and by a longer way too, is met early and so stands too late: after something that is made from it. It is the second order of the explorer in Part 2.

# %% variant={"exercise": "topological", "name": "as_met_reversed", "is": "wrong"}
def topological(output):
    order, at = [output], 0
    while at < len(order):
        order += [p for p in dict.fromkeys(order[at].parents) if p not in order]
        at += 1
    return order[::-1]

# %% [markdown]
# You noted each value when it was first visited, depth first, and turned the list round. The output does come last, but a value that is reached early by a short way may stand behind one that is made from it. Append a value only after all of its parents have been visited.

# %% variant={"exercise": "topological", "name": "visit_order_reversed", "is": "wrong"}
def topological(output):
    order, seen = [], set()
    def visit(value):
        if value in seen:
            return
        seen.add(value)
        order.append(value)
        for parent in value.parents:
            visit(parent)
    visit(output)
    return order[::-1]

# %% [markdown]
# The output itself is missing from your list. It stands last, and the way back begins there: without it nothing would be handed on. Call `visit` with the output, not with its parents.

# %% variant={"exercise": "topological", "name": "output_left_out", "is": "wrong"}
def topological(output):
    order, seen = [], set()
    def visit(value):
        if value in seen:
            return
        seen.add(value)
        for parent in value.parents:
            visit(parent)
        order.append(value)
    for parent in output.parents:
        visit(parent)
    return order

# %% [markdown]
# ## backward

# %% variant={"exercise": "backward", "name": "gathered_in_a_dict", "is": "right"}
def backward(order):
    arriving = {value: 0.0 for value in order}
    arriving[order[-1]] = 1.0
    for value in order[::-1]:
        for i in range(len(value.parents)):
            arriving[value.parents[i]] += arriving[value] * value.slopes[i]
    for value in order:
        value.grad = arriving[value] + (0.0 if value.parents else value.grad)

# %% [markdown]
# You assigned to `parent.grad`, so the last gradient to arrive replaces what had come before. Gradients don't overwrite: ways add up, and so do calls. It has to be `+=`. See Prediction 2, and Prediction 6 for PyTorch's own `.grad`.

# %% variant={"exercise": "backward", "name": "overwritten", "is": "wrong"}
def backward(order):
    order[-1].grad = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad = slope * value.grad

# %% [markdown]
# You set every gradient to 0 at the beginning, those of the leaves too, so a second call shows nothing of the first. PyTorch leaves what is in a leaf's `.grad`, and adds: to clear is the caller's work (Part 5). Clear only values that have parents.

# %% variant={"exercise": "backward", "name": "leaves_cleared_too", "is": "wrong"}
def backward(order):
    for value in order:
        value.grad = 0.0
    order[-1].grad = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad += slope * value.grad

# %% [markdown]
# The values in between still hold what an earlier call left there, and hand it on once more: your second call adds more than the first. Only leaves gather across calls; a value with parents starts from 0 in each.

# %% variant={"exercise": "backward", "name": "nothing_cleared", "is": "wrong"}
def backward(order):
    order[-1].grad = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad += slope * value.grad

# %% [markdown]
# You went through the order from the front. There each value hands on before anything has reached it. The output is last, and the way back begins with it: `reversed(order)`.

# %% variant={"exercise": "backward", "name": "from_the_front", "is": "wrong"}
def backward(order):
    for value in order:
        if value.parents:
            value.grad = 0.0
    order[-1].grad = 1.0
    for value in order:
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad += slope * value.grad

# %% [markdown]
# You handed on the slope without multiplying it by the gradient that had arrived. That is right for one step, and wrong for a chain: by the chain rule slopes along a way are multiplied. Send `slope * value.grad`.

# %% variant={"exercise": "backward", "name": "slopes_alone", "is": "wrong"}
def backward(order):
    for value in order:
        if value.parents:
            value.grad = 0.0
    order[-1].grad = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad += slope

# %% [markdown]
# All your gradients are 0: nothing was there to hand on. The derivative of the output by itself is 1, and that is where it starts. Set `order[-1].grad` to 1.

# %% variant={"exercise": "backward", "name": "never_started", "is": "wrong"}
def backward(order):
    for value in order:
        if value.parents:
            value.grad = 0.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad += slope * value.grad

# %% [markdown]
# ## tiny_score

# %% variant={"exercise": "tiny_score", "name": "sums_of_generators", "is": "right"}
def tiny_score(x, w1, b1, w2, b2):
    hidden = [(sum(w * e for w, e in zip(row, x)) + b).relu() for row, b in zip(w1, b1)]
    return sum(w * h for w, h in zip(w2[0], hidden)) + b2[0]

# %% [markdown]
# There is no relu between your two layers. A weighted sum of weighted sums is a weighted sum: the net could only draw a straight line, and the gradient of a unit that is off isn't 0. Call `.relu()` on each hidden unit.

# %% variant={"exercise": "tiny_score", "name": "no_relu", "is": "wrong"}
def tiny_score(x, w1, b1, w2, b2):
    score = b2[0]
    for row, bias, weight in zip(w1, b1, w2[0]):
        unit = bias
        for w, entry in zip(row, x):
            unit = unit + w * entry
        score = score + weight * unit
    return score

# %% [markdown]
# You put the score through relu as well. A score has to be able to be negative: below 0 it says "class 0", and relu would stop every gradient there. Only the hidden units go through relu.

# %% variant={"exercise": "tiny_score", "name": "relu_at_the_end_too", "is": "wrong"}
def tiny_score(x, w1, b1, w2, b2):
    score = b2[0]
    for row, bias, weight in zip(w1, b1, w2[0]):
        unit = bias
        for w, entry in zip(row, x):
            unit = unit + w * entry
        score = score + weight * unit.relu()
    return score.relu()

# %% [markdown]
# You turned weights into plain numbers on the way. The score is right, but what PyTorch (or your Value) knew of where it came from is gone, so no gradient flows back. Calculate with the weights themselves: `+`, `*` and `.relu()`.

# %% variant={"exercise": "tiny_score", "name": "plain_numbers", "is": "wrong"}
def tiny_score(x, w1, b1, w2, b2):
    score = float(b2[0])
    for row, bias, weight in zip(w1, b1, w2[0]):
        unit = float(bias) + sum(float(w) * e for w, e in zip(row, x))
        score += float(weight) * max(unit, 0.0)
    return torch.tensor(score, dtype=torch.float64)

# %% [markdown]
# The biases are missing: your units are w · x without + b. They would all bend at the origin, and the biases get no gradient at all. Start each sum from its bias.

# %% variant={"exercise": "tiny_score", "name": "biases_left_out", "is": "wrong"}
def tiny_score(x, w1, b1, w2, b2):
    score = w2[0][0] * 0.0
    for row, weight in zip(w1, w2[0]):
        unit = row[0] * 0.0
        for w, entry in zip(row, x):
            unit = unit + w * entry
        score = score + weight * unit.relu()
    return score

# %% [markdown]
# Your units take the mean over the inputs, or scale their sum in another way, as if a framework did more than the formula. `nn.Linear` adds up weight times input, and then the bias: there is no other mathematics in it. Put the docstring's example in: its unit is 3·2 + 1·1 + 1 = 8.

# %% variant={"exercise": "tiny_score", "name": "another_mathematics", "is": "wrong"}
def tiny_score(x, w1, b1, w2, b2):
    score = b2[0]
    for row, bias, weight in zip(w1, b1, w2[0]):
        unit = bias
        for w, entry in zip(row, x):
            unit = unit + w * (entry / len(x))
        score = score + weight * unit.relu()
    return score

# %% [markdown]
# You read `w1` as a row for each input. nn.Linear's weight has a row for each *output*: `w1[j][i]` goes from input i to unit j. It shows where there are more units than inputs, and is silent where there are equally many.

# %% variant={"exercise": "tiny_score", "name": "rows_for_inputs", "is": "wrong"}
def tiny_score(x, w1, b1, w2, b2):
    score = b2[0]
    for j, (bias, weight) in enumerate(zip(b1, w2[0])):
        unit = bias
        for i, entry in enumerate(x):
            unit = unit + w1[i][j] * entry
        score = score + weight * unit.relu()
    return score

# %% [markdown] equivalent={"exercise": "tiny_score"}
# The layer has one output: its list of biases, and of rows, holds one, which is the first and the last.
#
# ```diff
# - score = b2[0]
# + score = b2[-1]
# ```

# %% [markdown] equivalent={"exercise": "tiny_score"}
# The layer has one output: its list of biases, and of rows, holds one, which is the first and the last.
#
# ```diff
# - for row, bias, weight in zip(w1, b1, w2[0], strict=True):
# + for row, bias, weight in zip(w1, b1, w2[-1], strict=True):
# ```

# %% [markdown] equivalent={"exercise": "tiny_score"}
# The names of weight and input are exchanged, and a product does not care.
#
# ```diff
# - for w, entry in zip(row, x, strict=True):
# + for w, entry in zip(x, row, strict=True):
# ```

# %% [markdown]
# ## unbroadcast

# %% variant={"exercise": "unbroadcast", "name": "one_dimension_at_a_time", "is": "right"}
def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(dim=0)
    for d, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(dim=d, keepdim=True)
    return gradient

# %% variant={"exercise": "unbroadcast", "name": "asked_of_pytorch", "is": "right"}
def unbroadcast(gradient, shape):
    return gradient.sum_to_size(shape)

# %% [markdown]
# You summed over the dimensions that came in at the left, and not over those that had size 1 and were stretched. For those the result still has the large size. Sum them too, with `keepdim=True`.

# %% variant={"exercise": "unbroadcast", "name": "new_dimensions_alone", "is": "wrong"}
def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(dim=0)
    return gradient

# %% [markdown]
# You summed where `shape` says 1, but dimensions that came in at the left are still there. Broadcasting aligns at the right: sum over the first `gradient.ndim - len(shape)` dimensions first.

# %% variant={"exercise": "unbroadcast", "name": "sizes_of_one_alone", "is": "wrong"}
def unbroadcast(gradient, shape):
    for d, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(dim=d - len(shape), keepdim=True)
    return gradient

# %% [markdown]
# You took the mean over what was repeated. An entry that was read four times gets four gradients, and they add up; nothing divides them. It is fan-out, as in Prediction 2.

# %% variant={"exercise": "unbroadcast", "name": "averaged", "is": "wrong"}
def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.mean(dim=0)
    for d, size in enumerate(shape):
        if size == 1:
            gradient = gradient.mean(dim=d, keepdim=True)
    return gradient

# %% [markdown]
# You kept the gradient of one of the copies and dropped the others. All of them were the same entry, so all of their gradients belong to it: sum.

# %% variant={"exercise": "unbroadcast", "name": "one_copy_picked", "is": "wrong"}
def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient[0]
    for d, size in enumerate(shape):
        if size == 1:
            gradient = gradient.narrow(d, 0, 1)
    return gradient

# %% [markdown]
# Where `shape` says 1 you summed the dimension away. It has to stay, with size 1, or the shape is another one: (3, 1) is not (3,). Sum with `keepdim=True`.

# %% variant={"exercise": "unbroadcast", "name": "dimension_dropped", "is": "wrong"}
def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(dim=0)
    for d in reversed(range(len(shape))):
        if shape[d] == 1 and gradient.shape[d] != 1:
            gradient = gradient.sum(dim=d)
    return gradient

# %% [markdown]
# Where nothing had to be summed, you got one number: `x.sum(dim=())` sums over *everything*. Sum only if there is a dimension to sum over.

# %% variant={"exercise": "unbroadcast", "name": "empty_dim", "is": "wrong"}
def unbroadcast(gradient, shape):
    gradient = gradient.sum(dim=tuple(range(gradient.ndim - len(shape))))
    repeated = tuple(d for d, size in enumerate(shape) if size == 1)
    return gradient.sum(dim=repeated, keepdim=True)

# %% [markdown] equivalent={"exercise": "unbroadcast"}
# A sum over a dimension of size 1 that keeps it leaves every number as it is.
#
# ```diff
# - repeated = tuple(d for d, size in enumerate(shape) if size == 1 and gradient.shape[d] != 1)
# + repeated = tuple(d for d, size in enumerate(shape) if size == 1)
# ```

# %% [markdown]
# ## jacobian

# %% variant={"exercise": "jacobian", "name": "by_backward", "is": "right"}
def jacobian(f, x):
    own = x.detach().clone().requires_grad_()
    y = f(own)
    rows = []
    for v in torch.eye(len(y), dtype=y.dtype):
        own.grad = None
        y.backward(v, retain_graph=True)
        rows.append(own.grad)
    return torch.stack(rows)

# %% variant={"exercise": "jacobian", "name": "batched_rows", "is": "right"}
def jacobian(f, x):
    return torch.func.jacrev(f)(x.detach())

# %% [markdown]
# Each of your rows holds those before it as well. `backward` *adds* to `.grad`; it doesn't overwrite it. Clear it between two rows (and store a copy), or use `torch.autograd.grad`.

# %% variant={"exercise": "jacobian", "name": "rows_add_up", "is": "wrong"}
def jacobian(f, x):
    own = x.detach().clone().requires_grad_()
    y = f(own)
    rows = []
    for v in torch.eye(len(y), dtype=y.dtype):
        y.backward(v, retain_graph=True)
        rows.append(own.grad.clone())
    return torch.stack(rows)

# %% [markdown]
# All of your rows are the same tensor: `.grad` is filled in place, and your list holds it M times. `zero_()` cleared it and the next backward filled it again, in every row at once. Set `.grad` to None instead, or store `.grad.clone()`.

# %% variant={"exercise": "jacobian", "name": "one_tensor_many_times", "is": "wrong"}
def jacobian(f, x):
    own = x.detach().clone().requires_grad_()
    y = f(own)
    own.grad = torch.zeros_like(own)
    rows = []
    for v in torch.eye(len(y), dtype=y.dtype):
        own.grad.zero_()
        y.backward(v, retain_graph=True)
        rows.append(own.grad)
    return torch.stack(rows)

# %% [markdown]
# Your matrix is the transpose: its rows belong to the inputs. J[i, j] is the derivative of output i by input j, so each backward gives one *row*: `torch.stack(rows)`, with `dim=0`.

# %% variant={"exercise": "jacobian", "name": "transposed", "is": "wrong"}
def jacobian(f, x):
    own = x.detach().clone().requires_grad_()
    y = f(own)
    eye = torch.eye(len(y), dtype=y.dtype)
    return torch.stack([torch.autograd.grad(y, own, v, retain_graph=True)[0] for v in eye], dim=1)

# %% [markdown]
# You sent a v of ones back: that gives the sum of all rows, as `y.sum().backward()` does, and not the matrix. Each row needs a v of its own, with a single 1 (Prediction 5).

# %% variant={"exercise": "jacobian", "name": "all_outputs_at_once", "is": "wrong"}
def jacobian(f, x):
    own = x.detach().clone().requires_grad_()
    y = f(own)
    row = torch.autograd.grad(y.sum(), own)[0]
    return row.expand(len(y), len(own)).clone()

# %% [markdown]
# You took the derivative of each output by its own input, which is the diagonal. That is the whole matrix only if `f` works entry by entry; a matrix product mixes them.

# %% variant={"exercise": "jacobian", "name": "entries_of_x_alone", "is": "wrong"}
def jacobian(f, x):
    own = x.detach().clone().requires_grad_()
    y = f(own)
    n = min(len(y), len(own))
    slopes = [torch.autograd.grad(y[i], own, retain_graph=True)[0][i] for i in range(n)]
    result = torch.zeros(len(y), len(own), dtype=x.dtype)
    result[range(n), range(n)] = torch.stack(slopes)
    return result

# %% [markdown]
# You called `requires_grad_` on x itself, and `backward` wrote to its `.grad`. The caller gets x back changed, and what its `.grad` held is in your rows. Begin with a leaf of your own: `x.detach().clone().requires_grad_()`.

# %% variant={"exercise": "jacobian", "name": "x_is_used", "is": "wrong"}
def jacobian(f, x):
    x.requires_grad_()
    y = f(x)
    rows = []
    for v in torch.eye(len(y), dtype=y.dtype):
        x.grad = None
        y.backward(v, retain_graph=True)
        rows.append(x.grad)
    return torch.stack(rows)

# %% [markdown]
# ## read_grad

# %% variant={"exercise": "read_grad", "name": "whole_numbers", "is": "right"}
gradient = {"a": 6, "b": 12, "c": 3, "d": 9, "e": 24, "f": 12, "g": 27, "h": 18, "i": 29}

# %% variant={"exercise": "read_grad", "name": "run_by_pytorch", "is": "right"}
def run(line):
    x = torch.tensor(3.0, requires_grad=True)
    exec(line, {"x": x, "torch": torch})
    return x.grad.item()
gradient = {
    "a": run("(x * x).backward()"), "b": run("(x * x).backward(); (x * x).backward()"),
    "c": run("(x * x.detach()).backward()"), "d": run("with torch.no_grad(): y = x * x\n(y * x).backward()"),
    "e": run("y = 2 * x; (y * y).backward()"), "f": run("y = x * x; (y + y.detach() + y).backward()"),
    "g": run("(x * 5 if x > 4 else x * x * x).backward()"), "h": run("y = x * x; y = y * x.item(); y.backward()"),
    "i": run("(2 * x).backward(); (x * x * x).backward()"),
}

# %% [markdown]
# In "b" and "i" you let the second call overwrite the first. `backward()` adds to `.grad`: 6 + 6, and 2 + 27. That is also why a training loop has to clear (Prediction 6).

# %% variant={"exercise": "read_grad", "name": "last_call_wins", "is": "wrong"}
gradient = {"a": 6.0, "b": 6.0, "c": 3.0, "d": 9.0, "e": 24.0, "f": 12.0, "g": 27.0, "h": 18.0, "i": 27.0}

# %% [markdown]
# You differentiated as if nothing had been cut: c, d, f and h. What was detached, computed under `no_grad`, or turned into a Python number is a constant on the way back: in "c" it is k · x with k = 3. Read the table "Out of the graph".

# %% variant={"exercise": "read_grad", "name": "cuts_are_ignored", "is": "wrong"}
gradient = {"a": 6.0, "b": 12.0, "c": 6.0, "d": 27.0, "e": 24.0, "f": 18.0, "g": 27.0, "h": 27.0, "i": 29.0}

# %% [markdown]
# You put 0 wherever something is detached. A cut closes one way, the others stay open: in "c" x still stands there as the other factor, and its slope is 3.

# %% variant={"exercise": "read_grad", "name": "a_cut_stops_everything", "is": "wrong"}
gradient = {"a": 6.0, "b": 12.0, "c": 0.0, "d": 0.0, "e": 24.0, "f": 0.0, "g": 27.0, "h": 0.0, "i": 29.0}

# %% [markdown]
# In "b" and "i" you let the first call move x, as one step of descent. `backward()` changes no number but those in `.grad`: x is 3 in both calls of each, and what arrives adds up, 6 + 6 and 2 + 27. See Prediction 6.

# %% variant={"exercise": "read_grad", "name": "weights_are_updated", "is": "wrong"}
gradient = {"a": 6.0, "b": -6.0, "c": 3.0, "d": 9.0, "e": 24.0, "f": 12.0, "g": 27.0, "h": 18.0, "i": 3.0}

# %% [markdown]
# In "b" and "i" you add the gradients of both calls, and that is right; but you let the first call move x, as one step of descent. `backward()` writes to `.grad` and to no weight: x is 3 in both calls, so it is 6 + 6, and 2 + 27. See Prediction 6.

# %% variant={"exercise": "read_grad", "name": "weights_are_updated_and_gradients_added", "is": "wrong"}
gradient = {"a": 6.0, "b": 0.0, "c": 3.0, "d": 9.0, "e": 24.0, "f": 12.0, "g": 27.0, "h": 18.0, "i": 5.0}

# %% [markdown]
# In "e" you stopped at y: 2y = 12. From y the gradient goes on to x, times the slope 2 of y = 2x. By the chain rule it is 24.

# %% variant={"exercise": "read_grad", "name": "inner_slope_left_out", "is": "wrong"}
gradient = {"a": 6.0, "b": 12.0, "c": 3.0, "d": 9.0, "e": 12.0, "f": 12.0, "g": 27.0, "h": 18.0, "i": 29.0}

# %% [markdown]
# In "g" you took the branch that did not run: at x = 3, x > 4 is false. Only x · x · x was noted, with the slope 3x². The `if` is over before the backward begins (Prediction 4).

# %% variant={"exercise": "read_grad", "name": "the_other_branch", "is": "wrong"}
gradient = {"a": 6.0, "b": 12.0, "c": 3.0, "d": 9.0, "e": 24.0, "f": 12.0, "g": 5.0, "h": 18.0, "i": 29.0}

# %% [markdown]
# ## train

# %% variant={"exercise": "train", "name": "by_torch_optim", "is": "right"}
def train(parameters, x, y, steps, lr):
    optimizer = torch.optim.SGD(parameters, lr=lr)
    losses = []
    optimizer.zero_grad()
    for _ in range(steps):
        loss = torch.nn.BCEWithLogitsLoss()(tiny(x, *parameters), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses

# %% variant={"exercise": "train", "name": "gradients_as_a_result", "is": "right"}
def train(parameters, x, y, steps, lr):
    losses = []
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g in zip(parameters, gradients):
                p.sub_(lr * g)
        losses.append(float(loss))
    for p in parameters:
        p.grad = None
    return losses

# %% [markdown]
# Your loss is the same in every step, since no weight moves. `backward()` does not update the weights: it fills `.grad`, and what you do with it is up to you. The step is a line of its own: `p -= lr * p.grad` under `no_grad`.

# %% variant={"exercise": "train", "name": "backward_is_the_step", "is": "wrong"}
def train(parameters, x, y, steps, lr):
    losses = []
    for _ in range(steps):
        for p in parameters:
            p.grad = None
        loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
        loss.backward()
        losses.append(loss.item())
    for p in parameters:
        p.grad = None
    return losses

# %% [markdown]
# This is what you get when gradients are never cleared. They don't overwrite each other: `backward()` adds, so each step goes along the sum of all gradients so far, which is momentum 1.0. Set `p.grad = None` after each update.

# %% variant={"exercise": "train", "name": "never_cleared", "is": "wrong"}
def train(parameters, x, y, steps, lr):
    losses = []
    for p in parameters:
        p.grad = None
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= lr * p.grad
        losses.append(loss.item())
    for p in parameters:
        p.grad = None
    return losses

# %% [markdown]
# Your first step uses what `.grad` held before you were called. Gradients are added to what is there, whoever left it. Clear before the first backward as well, or clear before each one.

# %% variant={"exercise": "train", "name": "first_step_with_old_gradients", "is": "wrong"}
def train(parameters, x, y, steps, lr):
    losses = []
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= lr * p.grad
                p.grad = None
        losses.append(loss.item())
    return losses

# %% [markdown]
# Your loss grows: you *added* the gradient. It points where the loss rises fastest, so a step down subtracts it.

# %% variant={"exercise": "train", "name": "up_the_hill", "is": "wrong"}
def train(parameters, x, y, steps, lr):
    losses = []
    for p in parameters:
        p.grad = None
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p += lr * p.grad
                p.grad = None
        losses.append(loss.item())
    return losses

# %% [markdown]
# Your losses are right, but the caller's tensors have not changed: `p = p - …` makes a new tensor and gives it the name, and the leaf stays what it was. Update in place, `p -= …`, under `no_grad`.

# %% variant={"exercise": "train", "name": "new_tensors", "is": "wrong"}
def train(parameters, x, y, steps, lr):
    losses = []
    current = [p.detach().clone().requires_grad_() for p in parameters]
    for p in parameters:
        p.grad = None
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(tiny(x, *current), y)
        gradients = torch.autograd.grad(loss, current)
        current = [(p - lr * g).detach().requires_grad_() for p, g in zip(current, gradients)]
        losses.append(loss.item())
    return losses

# %% [markdown]
# PyTorch refused: "a leaf Variable that requires grad is being used in an in-place operation". The update itself would be noted in the graph. Put it under `with torch.no_grad():`.

# %% variant={"exercise": "train", "name": "update_is_noted", "is": "wrong"}
def train(parameters, x, y, steps, lr):
    losses = []
    for _ in range(steps):
        for p in parameters:
            p.grad = None
        loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
        loss.backward()
        for p in parameters:
            p -= lr * p.grad
        losses.append(loss.item())
    return losses

# %% [markdown]
# Your losses and weights are right, and the last step's gradients are still in `.grad`. Whoever calls `backward()` next adds to them. Clear after the update, too.

# %% variant={"exercise": "train", "name": "gradients_left_behind", "is": "wrong"}
def train(parameters, x, y, steps, lr):
    losses = []
    for _ in range(steps):
        for p in parameters:
            p.grad = None
        loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= lr * p.grad
        losses.append(loss.item())
    return losses

# %% [markdown]
# You ran the net forward once and then stepped many times. After the first step that graph describes weights which are no longer there, and its saved tensors are freed. The graph is written down anew in each step: the forward pass belongs into the loop.

# %% variant={"exercise": "train", "name": "one_pass_forward", "is": "wrong"}
def train(parameters, x, y, steps, lr):
    for p in parameters:
        p.grad = None
    loss = F.binary_cross_entropy_with_logits(tiny(x, *parameters), y)
    losses = []
    for _ in range(steps):
        loss.backward(retain_graph=True)
        with torch.no_grad():
            for p in parameters:
                p.data -= lr * p.grad
                p.grad = None
        losses.append(loss.item())
    return losses

# %% [markdown]
# ## silu

# %% variant={"exercise": "silu", "name": "saved_and_rearranged", "is": "right"}
class SiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x / (1 + torch.exp(-x))

    @staticmethod
    def backward(ctx, v):
        x = ctx.saved_tensors[0]
        y = x * torch.sigmoid(x)
        return (y + torch.sigmoid(x) * (1 - y)) * v

# %% [markdown]
# You returned the slope alone, and dropped v, the gradient that arrives. A node is a rule for v · J: it multiplies. With a v of ones you don't notice; behind any other operation it is wrong.

# %% variant={"exercise": "silu", "name": "what_arrives_is_dropped", "is": "wrong"}
class SiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx, v):
        (x,) = ctx.saved_tensors
        s = x.sigmoid()
        return s + x * s * (1 - s)

# %% [markdown]
# Your slope is σ(x) alone. In x · σ(x) both factors depend on x: by the product rule there is a second term, x · σ(x) · (1 − σ(x)). gradcheck shows it.

# %% variant={"exercise": "silu", "name": "product_rule_left_out", "is": "wrong"}
class SiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx, v):
        (x,) = ctx.saved_tensors
        return v * x.sigmoid()

# %% [markdown]
# Your gradients are right, and you saved more than x. Saved tensors stay in memory from forward to backward, for every layer at once; the sigmoid is cheap to compute again. Save x alone.

# %% variant={"exercise": "silu", "name": "too_much_saved", "is": "wrong"}
class SiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = x.sigmoid()
        ctx.save_for_backward(x, s)
        return x * s

    @staticmethod
    def backward(ctx, v):
        x, _ = ctx.saved_tensors
        s = x.sigmoid()
        return v * (s + x * s * (1 - s))

# %% [markdown]
# You kept x as an attribute of ctx. It gives the right numbers, but PyTorch knows nothing of it: no version is noted, so an in-place change goes unnoticed, and nothing is freed. Use `ctx.save_for_backward`.

# %% variant={"exercise": "silu", "name": "kept_on_ctx", "is": "wrong"}
class SiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx, v):
        s = ctx.x.sigmoid()
        return v * (s + ctx.x * s * (1 - s))

# %% [markdown]
# You saved the result and used it as if it were x. exp can do with its result, since that is its slope; the slope of SiLU is written in x. Save what the formula needs.

# %% variant={"exercise": "silu", "name": "result_saved_as_x", "is": "wrong"}
class SiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x * x.sigmoid()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, v):
        (x,) = ctx.saved_tensors
        s = x.sigmoid()
        return v * (s + x * s * (1 - s))

# %% [markdown]
# Your first derivative is right, the second is not: you detached x (or worked on plain numbers) in backward, so the way back leaves no notes to differentiate. Compute with the saved tensor itself.

# %% variant={"exercise": "silu", "name": "differentiable_once", "is": "wrong"}
class SiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx, v):
        x = ctx.saved_tensors[0].detach()
        s = x.sigmoid()
        return v * (s + x * s * (1 - s))

# %% [markdown]
# ## sample_gradients

# %% variant={"exercise": "sample_gradients", "name": "cleared_by_none", "is": "right"}
def sample_gradients(w, x, y):
    own = w.detach().clone().requires_grad_()
    rows = []
    for xi, yi in zip(x, y):
        own.grad = None
        ((xi @ own - yi) ** 2).backward()
        rows.append(own.grad)
    return torch.stack(rows)
sample_fault = "a"

# %% variant={"exercise": "sample_gradients", "name": "by_its_formula", "is": "right"}
def sample_gradients(w, x, y):
    w = w.detach()
    return 2 * (x @ w - y).unsqueeze(1) * x
sample_fault = "A"

# %% [markdown]
# The loop is still as it was: every backward adds to the same `w.grad`, and the list holds that one tensor N times. All rows are the sum of all gradients. Clear between two samples, or use `torch.autograd.grad`, which writes nowhere.

# %% variant={"exercise": "sample_gradients", "name": "as_it_was", "is": "wrong"}
def sample_gradients(w, x, y):
    rows = []
    for xi, yi in zip(x, y):
        loss = (xi @ w - yi) ** 2
        loss.backward()
        rows.append(w.grad)
    return torch.stack(rows)
sample_fault = "?"

# %% [markdown]
# You cleared with `zero_()`, in place, and every row is now the last sample's: the list holds one tensor, N times, and it was zeroed and filled again. Store a clone, or set `w.grad = None` so that the next backward makes a new tensor.

# %% variant={"exercise": "sample_gradients", "name": "zeroed_in_place", "is": "wrong"}
def sample_gradients(w, x, y):
    rows = []
    w.grad = torch.zeros_like(w)
    for xi, yi in zip(x, y):
        w.grad.zero_()
        loss = (xi @ w - yi) ** 2
        loss.backward()
        rows.append(w.grad)
    rows = torch.stack(rows)
    w.grad = None
    return rows
sample_fault = "A"

# %% [markdown]
# You store copies now, and each row still holds the gradients of the samples before it. `backward()` doesn't overwrite `.grad`, it adds. Clear it between two samples.

# %% variant={"exercise": "sample_gradients", "name": "running_sums", "is": "wrong"}
def sample_gradients(w, x, y):
    before, w.grad = w.grad, None
    rows = []
    for xi, yi in zip(x, y):
        ((xi @ w - yi) ** 2).backward()
        rows.append(w.grad.clone())
    w.grad = before
    return torch.stack(rows)
sample_fault = "A"

# %% [markdown]
# You store copies now, and each row still holds the gradients of the samples before it, and of whoever called `backward()` before you: it doesn't overwrite `.grad`, it adds. And what you leave in `w.grad` goes into the next step. `torch.autograd.grad` writes nowhere.

# %% variant={"exercise": "sample_gradients", "name": "running_sums_left_behind", "is": "wrong"}
def sample_gradients(w, x, y):
    rows = []
    for xi, yi in zip(x, y):
        ((xi @ w - yi) ** 2).backward()
        rows.append(w.grad.clone())
    return torch.stack(rows)
sample_fault = "A"

# %% [markdown]
# Your rows are right, and the last one is still in `w.grad`: the next training step would add to it. Put back what was there, or don't write to it at all: `torch.autograd.grad`.

# %% variant={"exercise": "sample_gradients", "name": "a_gradient_left_behind", "is": "wrong"}
def sample_gradients(w, x, y):
    rows = []
    for xi, yi in zip(x, y):
        w.grad = None
        ((xi @ w - yi) ** 2).backward()
        rows.append(w.grad)
    return torch.stack(rows)
sample_fault = "A"

# %% [markdown]
# The code is mended. The fault was not that the graph had been cut (D): gradients did arrive, too many of them. They were those of earlier calls, still in `.grad`: A.

# %% variant={"exercise": "sample_gradients", "name": "fault_named_cut", "is": "wrong"}
def sample_gradients(w, x, y):
    return torch.stack([torch.autograd.grad((xi @ w - yi) ** 2, w)[0] for xi, yi in zip(x, y)])
sample_fault = "D"

# %% [markdown]
# ## mean_loss

# %% variant={"exercise": "mean_loss", "name": "detached_sums", "is": "right"}
def mean_loss(losses):
    total, count = None, 0
    for loss in losses:
        total = loss.detach() if total is None else total + loss.detach()
        count += 1
    if total is None:
        raise ValueError("no losses")
    return (total / count).item()
epoch_fault = "e"

# %% variant={"exercise": "mean_loss", "name": "list_of_numbers", "is": "right"}
def mean_loss(losses):
    numbers = [float(loss) for loss in losses]
    if not numbers:
        raise ValueError("no losses")
    return sum(numbers) / len(numbers)
epoch_fault = "E"

# %% [markdown]
# It still sums up tensors that have a graph. Each sum is a node that holds on to the next older one, down to the first step: nothing can be freed. Add numbers: `loss.item()`, or `loss.detach()`.

# %% variant={"exercise": "mean_loss", "name": "as_it_was", "is": "wrong"}
def mean_loss(losses):
    total = 0
    for count, loss in enumerate(losses, start=1):
        total += loss
    return (total / count).item()
epoch_fault = "?"

# %% [markdown]
# You collect the losses in a list and take the mean at the end. The list keeps each tensor, and each tensor its graph, so the memory grows just the same. Keep numbers instead.

# %% variant={"exercise": "mean_loss", "name": "collected_in_a_list", "is": "wrong"}
def mean_loss(losses):
    losses = list(losses)
    if not losses:
        raise ValueError("no losses")
    return (sum(losses) / len(losses)).item()
epoch_fault = "E"

# %% [markdown]
# You detach the finished sum. By then the graphs of all steps have been kept alive at once, which is what ran out of memory. Detach each loss before you add it.

# %% variant={"exercise": "mean_loss", "name": "cut_at_the_end", "is": "wrong", "same_as": "collected_in_a_list"}
def mean_loss(losses):
    total, count = 0, 0
    for loss in losses:
        total = total + loss
        count += 1
    if not count:
        raise ValueError("no losses")
    return total.detach().item() / count
epoch_fault = "E"

# %% [markdown]
# You return the sum, and it should be the mean: divide by the count.

# %% variant={"exercise": "mean_loss", "name": "sum_returned", "is": "wrong"}
def mean_loss(losses):
    total, count = 0.0, 0
    for loss in losses:
        total += loss.item()
        count += 1
    if not count:
        raise ValueError("no losses")
    return total
epoch_fault = "E"

# %% [markdown]
# The code is mended. The fault was not A: no gradient was ever wrong here, and `.grad` isn't even looked at. What added up were graphs, kept alive by a sum: E.

# %% variant={"exercise": "mean_loss", "name": "fault_named_accumulation", "is": "wrong"}
def mean_loss(losses):
    numbers = [loss.item() for loss in losses]
    if not numbers:
        raise ValueError("no losses")
    return sum(numbers) / len(numbers)
epoch_fault = "A"

# %% [markdown]
# For no losses at all you return 0.0. A mean of nothing is no number, and a loss of 0 would look like a perfect model. Raise the ValueError that the docstring asks for.

# %% variant={"exercise": "mean_loss", "name": "none_is_zero", "is": "wrong"}
def mean_loss(losses):
    numbers = [loss.item() for loss in losses]
    return sum(numbers) / max(len(numbers), 1)
epoch_fault = "E"

# %% [markdown]
# ## limit_gradient

# %% variant={"exercise": "limit_gradient", "name": "a_function", "is": "right"}
class Limit(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, limit):
        ctx.limit = limit
        return x.clone()

    @staticmethod
    def backward(ctx, v):
        return v.clamp(min=-ctx.limit, max=ctx.limit), None
def limit_gradient(x, limit):
    return Limit.apply(x, limit)

# %% variant={"exercise": "limit_gradient", "name": "a_hook_on_a_clone", "is": "right"}
def limit_gradient(x, limit):
    if not x.requires_grad:
        return x
    y = x.clone()
    y.register_hook(lambda v: torch.minimum(torch.maximum(v, torch.full_like(v, -limit)), torch.full_like(v, limit)))
    return y

# %% [markdown]
# Your hook sits on x itself. It meets every gradient of x, whatever way it came, and it stays there for good: a second call adds a second hook. Make a tensor in between, `x.view_as(x)`, and put the hook on that.

# %% variant={"exercise": "limit_gradient", "name": "hook_on_x", "is": "wrong"}
def limit_gradient(x, limit):
    if x.requires_grad:
        x.register_hook(lambda v: v.clamp(-limit, limit))
    return x

# %% [markdown]
# You limited the values on the way forward. Forward nothing may change; it is the gradient, on the way back, that is limited. (And clamp's own gradient is 0 outside of the limits.) Use a hook, or a Function.

# %% variant={"exercise": "limit_gradient", "name": "values_limited", "is": "wrong"}
def limit_gradient(x, limit):
    return x.clamp(-limit, limit)

# %% [markdown]
# You scaled the whole gradient down, so that its largest entry fits. That keeps its direction, and is another kind of clipping; asked for is a limit for each entry on its own: `v.clamp(-limit, limit)`.

# %% variant={"exercise": "limit_gradient", "name": "scaled_as_a_whole", "is": "wrong"}
def limit_gradient(x, limit):
    y = x.view_as(x)
    if y.requires_grad:
        y.register_hook(lambda v: v * (limit / v.abs().max()).clamp(max=1.0))
    return y

# %% [markdown]
# You limited the gradient at the top only. A gradient may be just as large below 0. Clamp from -limit to limit.

# %% variant={"exercise": "limit_gradient", "name": "one_side_alone", "is": "wrong"}
def limit_gradient(x, limit):
    y = x.view_as(x)
    if y.requires_grad:
        y.register_hook(lambda v: v.clamp(max=limit))
    return y

# %% [markdown]
# Your hook computes the limited gradient, and returns nothing. What a hook returns takes the gradient's place; None means that it stays as it was. Return it.

# %% variant={"exercise": "limit_gradient", "name": "hook_returns_nothing", "is": "wrong"}
def limit_gradient(x, limit):
    y = x.view_as(x)
    def hook(v):
        v.clamp(-limit, limit)
    if y.requires_grad:
        y.register_hook(hook)
    return y

# %% [markdown]
# You detached x, so nothing flows back at all. A valve lets a part through: the new tensor has to be computed from x, as `x.view_as(x)` is.

# %% variant={"exercise": "limit_gradient", "name": "cut_off", "is": "wrong"}
def limit_gradient(x, limit):
    y = x.detach().requires_grad_()
    y.register_hook(lambda v: v.clamp(-limit, limit))
    return y

# %% [markdown]
# ## knowledge_check

# %% variant={"exercise": "knowledge_check", "name": "built_from_a_string", "is": "right"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "bcadabdbac"))

# %% [markdown]
# In q1 you let `backward()` move the weights. It writes to `.grad` and nowhere else; the weights move by `optimizer.step()`, or by your own `p -= lr * p.grad`. Look at Prediction 6 and at the first case of Part 9.

# %% variant={"exercise": "knowledge_check", "name": "backward_updates_the_weights", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "acadabdbac"))

# %% [markdown]
# In q2 you let each backward overwrite the last. It adds, which is why a loop has to clear. Look at Exercise 4, where you wrote the `+=`, and at "Never cleared is momentum 1.0".

# %% variant={"exercise": "knowledge_check", "name": "gradients_overwrite", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "baadabdbac"))

# %% [markdown]
# In q3 you gave PyTorch another mathematics than yours. Its engine does what your Value does: a node for each operation that ran, local slopes, the chain rule backwards. Your net of scalars had the same 33 gradients.

# %% variant={"exercise": "knowledge_check", "name": "another_mathematics", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "bccdabdbac"))

# %% [markdown]
# In q5 you let the order be free. The sum at a node doesn't depend on it, but what the node hands on does: it is sent once, and what arrives later is missing further down. Step through the second order of the explorer in Part 2.

# %% variant={"exercise": "knowledge_check", "name": "any_order_will_do", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "bcadcbdbac"))

# %% [markdown]
# In q9 you let backward build the Jacobian. It never does: v goes back through the nodes, and each multiplies it by its own rule, vᵀJ. In Exercise 7 the matrix took a backward for each row.

# %% variant={"exercise": "knowledge_check", "name": "the_jacobian_is_built", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "bcadabdbcc"))

# %% [markdown]
# You answered a throughout. Each question can be tried out in a cell: predict, then run it.

# %% variant={"exercise": "knowledge_check", "name": "always_the_first", "is": "wrong"}
answers = dict(zip((f"q{n}" for n in range(1, 11)), "aaaaaaaaaa"))
