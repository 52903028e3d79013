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
# # 01 · Tensors: known right and known wrong answers
#
# Each code cell stands in the place of an exercise's solution cell. Above a wrong one is what a student who answered so reads. `autograder verify 01` proves that the hidden tests accept every right one and catch every wrong one.

# %% [markdown]
# ## read_recipe

# %% variant={"exercise": "read_recipe", "name": "lists", "is": "right"}
recipe = {
    "a": [12, [4, 1]], "b": [0, [12, 4, 2]], "c": [0, [1, 12, 4]],
    "d": [1, [4]], "e": [4, [12, 4, 1]], "f": [16, [1, 4]],
}

# %% variant={"exercise": "read_recipe", "name": "asked_of_pytorch", "is": "right"}
views = {"a": base[1], "b": base[:, :, ::2], "c": base.permute(2, 0, 1),
         "d": base[0, :, 1], "e": base[:, 1:2], "f": base[1, 1:].t()}
recipe = {name: (view.storage_offset(), view.stride()) for name, view in views.items()}

# %% [markdown]
# You wrote the strides that a new, contiguous tensor of each view's shape would have. A view keeps walking through the storage of `base`: a slice or a permute rewrites the old strides, it doesn't make new ones. Look again at the second picture of Part 1, "See it".

# %% variant={"exercise": "read_recipe", "name": "strides_of_a_fresh_tensor", "is": "wrong"}
recipe = {"a": (12, (4, 1)), "b": (0, (6, 2, 1)), "c": (0, (6, 3, 1)),
          "d": (1, (1,)), "e": (4, (4, 4, 1)), "f": (16, (2, 1))}

# %% [markdown]
# All your offsets after the first are 0. An integer index, or the start of a slice, moves the first entry: by index times stride. Read the first three terms of Part 1, and Hint 1 of Exercise 1.

# %% variant={"exercise": "read_recipe", "name": "offset_forgotten", "is": "wrong"}
recipe = {"a": (12, (4, 1)), "b": (0, (12, 4, 2)), "c": (0, (1, 12, 4)),
          "d": (0, (4,)), "e": (0, (12, 4, 1)), "f": (0, (1, 4))}

# %% [markdown]
# Your offsets are the indices themselves. An index moves by itself times the stride of its dimension: row 1 of `base[0]` begins at position 4. Put the index into the formula at the top of Part 1.

# %% variant={"exercise": "read_recipe", "name": "offset_counts_indices", "is": "wrong"}
recipe = {"a": (12, (4, 1)), "b": (0, (12, 4, 2)), "c": (0, (1, 12, 4)),
          "d": (1, (4,)), "e": (1, (12, 4, 1)), "f": (2, (1, 4))}

# %% [markdown]
# Your numbers are 8 times too large: that is bytes. PyTorch counts strides and offsets in entries; NumPy counts strides in bytes. Print `base[1].storage_offset()` and compare it with yours.

# %% variant={"exercise": "read_recipe", "name": "counted_in_bytes", "is": "wrong"}
recipe = {"a": (12, (4, 1)), "b": (0, (96, 32, 16)), "c": (0, (8, 96, 32)),
          "d": (8, (32,)), "e": (32, (96, 32, 8)), "f": (128, (8, 32))}

# %% [markdown]
# In c you sent each old dimension d to place order[d]. `permute(2, 0, 1)` reads the other way: new dimension d is the old dimension order[d]. Read Hint 2 of Exercise 1, and print `base.permute(2, 0, 1).shape`.

# %% variant={"exercise": "read_recipe", "name": "permuted_the_other_way", "is": "wrong"}
recipe = {"a": (12, (4, 1)), "b": (0, (12, 4, 2)), "c": (0, (4, 1, 12)),
          "d": (1, (4,)), "e": (4, (12, 4, 1)), "f": (16, (1, 4))}

# %% [markdown]
# ## contiguous_strides

# %% variant={"exercise": "contiguous_strides", "name": "products_of_the_sizes_behind", "is": "right"}
import math
def contiguous_strides(shape):
    return tuple(math.prod(max(n, 1) for n in shape[d + 1:]) for d in range(len(shape)))

# %% variant={"exercise": "contiguous_strides", "name": "appended_then_reversed", "is": "right"}
def contiguous_strides(shape):
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step = step * size if size else step
    return tuple(strides[::-1])

# %% [markdown]
# Your strides grow from the left: the first dimension has stride 1. That is NumPy's order='F'. In PyTorch the last dimension is the one whose neighbors lie side by side. Look at the storage in Part 1, "See it".

# %% variant={"exercise": "contiguous_strides", "name": "column_by_column", "is": "wrong"}
def contiguous_strides(shape):
    strides, step = [], 1
    for size in shape:
        strides.append(step)
        step *= max(size, 1)
    return tuple(strides)

# %% [markdown]
# Your strides are right and stand in reverse order: the loop runs from the last dimension to the first, so each new stride belongs in front. Print the list before you return it, or read Hint 3.

# %% variant={"exercise": "contiguous_strides", "name": "appended", "is": "wrong"}
def contiguous_strides(shape):
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(strides)

# %% [markdown]
# Each of your strides is one size too large: `step` was multiplied before it was stored. The last dimension's stride is 1, whatever its size. Follow the loop on paper for `(2, 3, 4)`: which stride does the size 4 get?

# %% variant={"exercise": "contiguous_strides", "name": "multiplied_too_early", "is": "wrong"}
def contiguous_strides(shape):
    strides, step = [], 1
    for size in reversed(shape):
        step *= max(size, 1)
        strides.insert(0, step)
    return tuple(strides)

# %% [markdown]
# Your strides become 0 for a shape with a 0 in it. A stride of 0 means that entries repeat; an empty tensor counts the 0 as 1 instead. Read the docstring's second sentence again, and Part 3 for what a stride of 0 does.

# %% variant={"exercise": "contiguous_strides", "name": "zero_size_zero_stride", "is": "wrong"}
def contiguous_strides(shape):
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= size
    return tuple(strides)

# %% [markdown]
# Each of your strides is only the size of the next dimension. To pass a matrix you have to pass rows times columns: the product of all sizes behind. Read Hint 2 of Exercise 2, and try it on three dimensions.

# %% variant={"exercise": "contiguous_strides", "name": "next_size_alone", "is": "wrong"}
def contiguous_strides(shape):
    return tuple(max(n, 1) for n in shape[1:]) + (1,) * bool(len(shape))

# %% [markdown]
# ## read_view

# %% variant={"exercise": "read_view", "name": "positions_by_broadcasting", "is": "right"}
def read_view(storage, shape, stride, offset=0):
    positions = torch.full(shape, offset)
    for d, (size, step) in enumerate(zip(shape, stride)):
        along = torch.arange(size) * step
        positions = positions + along.reshape(-1, *[1] * (len(shape) - d - 1))
    return storage[positions]

# %% variant={"exercise": "read_view", "name": "recursion_over_dimensions", "is": "right"}
def read_view(storage, shape, stride, offset=0):
    if not shape:
        return storage[offset].clone()
    if shape[0] == 0:
        return torch.empty(shape, dtype=storage.dtype)
    return torch.stack([read_view(storage, shape[1:], stride[1:], offset + i * stride[0]) for i in range(shape[0])])

# %% variant={"exercise": "read_view", "name": "as_strided_then_clone", "is": "right"}
def read_view(storage, shape, stride, offset=0):
    return storage.as_strided(shape, stride, offset).clone()

# %% [markdown]
# You left the offset out: your reading always begins at position 0 of the storage. Look at the formula at the top of Part 1: it begins with the offset.

# %% variant={"exercise": "read_view", "name": "offset_ignored", "is": "wrong"}
def read_view(storage, shape, stride, offset=0):
    result = torch.empty(shape, dtype=storage.dtype)
    for index in itertools.product(*map(range, shape)):
        result[index] = storage[sum(i * s for i, s in zip(index, stride))]
    return result

# %% [markdown]
# You made the result with the default dtype, float32. It has to be made with the storage's dtype: integers above 2**24 and float64 lose digits on the way. Print the dtype of what you make, and read Part 5 for the digits that are lost.

# %% variant={"exercise": "read_view", "name": "default_dtype", "is": "wrong"}
def read_view(storage, shape, stride, offset=0):
    result = torch.empty(shape)
    for index in itertools.product(*map(range, shape)):
        result[index] = storage[offset + sum(i * s for i, s in zip(index, stride))]
    return result

# %% [markdown]
# You read the next entries one after the other. That is right for a contiguous recipe only: the stride says how far apart they are. Look at the hatched positions in the second picture of Part 1.

# %% variant={"exercise": "read_view", "name": "stride_ignored", "is": "wrong"}
def read_view(storage, shape, stride, offset=0):
    n = torch.Size(shape).numel()
    return storage[offset:offset + n].clone().reshape(shape)

# %% [markdown]
# Your result shares memory with the storage: writing to one changes the other. It was to be a new tensor. Compare with `.clone()`, and read the table at the top of Part 2.

# %% variant={"exercise": "read_view", "name": "view_not_copy", "is": "wrong"}
def read_view(storage, shape, stride, offset=0):
    return storage.as_strided(shape, stride, offset)

# %% [markdown]
# You paired the strides with the wrong dimensions: the last stride belongs to the last index. Try a shape whose two sizes differ, with the formula of Part 1 next to it.

# %% variant={"exercise": "read_view", "name": "strides_in_reverse", "is": "wrong"}
def read_view(storage, shape, stride, offset=0):
    result = torch.empty(shape, dtype=storage.dtype)
    for index in itertools.product(*map(range, shape)):
        result[index] = storage[(offset + sum(i * s for i, s in zip(index, stride[::-1]))) % len(storage)]
    return result

# %% [markdown]
# You loop over exactly two dimensions. The number of loops is the number of dimensions, which may be 0, 1 or 3. Read Hint 2 of Exercise 3.

# %% variant={"exercise": "read_view", "name": "two_dimensions_only", "is": "wrong"}
def read_view(storage, shape, stride, offset=0):
    result = torch.empty(shape, dtype=storage.dtype)
    for i in range(shape[0]):
        for j in range(shape[1]):
            result[i, j] = storage[offset + i * stride[0] + j * stride[1]]
    return result

# %% [markdown]
# You collected the entries in a list, which forgets the shape: a scalar comes back with a dimension, and an empty view without its sizes. Make the result first, with its shape, as Hint 1 of Exercise 3 says.

# %% variant={"exercise": "read_view", "name": "collected_in_a_list", "is": "wrong"}
def read_view(storage, shape, stride, offset=0):
    found = [storage[offset + sum(i * s for i, s in zip(index, stride))] for index in itertools.product(*map(range, shape))]
    return torch.stack(found).reshape([n for n in shape if n] or [1])

# %% [markdown] equivalent={"exercise": "read_view"}
# The product of an index and a stride is the same whichever comes first.
#
# ```diff
# - position = offset + sum(i * step for i, step in zip(index, stride, strict=True))
# + position = offset + sum(i * step for i, step in zip(stride, index, strict=True))
# ```

# %% [markdown]
# ## flattens_for_free

# %% variant={"exercise": "flattens_for_free", "name": "one_loop", "is": "right"}
def flattens_for_free(shape, stride):
    expected = None
    for size, step in reversed(list(zip(shape, stride))):
        if size == 0:
            return True
    for size, step in reversed(list(zip(shape, stride))):
        if size == 1:
            continue
        if expected is not None and step != expected:
            return False
        expected = step * size
    return True

# %% variant={"exercise": "flattens_for_free", "name": "asked_of_pytorch", "is": "right"}
def flattens_for_free(shape, stride):
    x = torch.empty(10_000).as_strided(shape, stride)
    try:
        x.view(x.numel())
    except RuntimeError:
        return False
    return True

# %% [markdown]
# You answer what `is_contiguous()` asks. A tensor can be not contiguous and still flatten for free: every second column of an even-width matrix is evenly spaced from end to end. Use the explorer of Part 2 with columns `0::2`, then read Hint 1.

# %% variant={"exercise": "flattens_for_free", "name": "is_contiguous", "is": "wrong"}
def flattens_for_free(shape, stride):
    expected = 1
    for size, step in reversed(list(zip(shape, stride))):
        if size == 0:
            return True
        if size != 1 and step != expected:
            return False
        expected *= size
    return True

# %% [markdown]
# You let the stride of a dimension of size 1 decide. It is never used, as no step is made along that dimension. Read the docstring's last sentence before the example, and Hint 3.

# %% variant={"exercise": "flattens_for_free", "name": "sizes_of_1_kept", "is": "wrong"}
def flattens_for_free(shape, stride):
    if 0 in shape:
        return True
    return all(stride[d] == shape[d + 1] * stride[d + 1] for d in range(len(shape) - 1))

# %% [markdown]
# You ask whether the entries fill their memory without gaps. A transpose does so, too; but in reading order they are not evenly spaced. Write the positions of `(4, 3)` with stride `(1, 4)` down, in reading order, as Prediction 3 does.

# %% variant={"exercise": "flattens_for_free", "name": "any_dense_layout", "is": "wrong"}
def flattens_for_free(shape, stride):
    if 0 in shape:
        return True
    dims = sorted((t, n) for n, t in zip(shape, stride) if n != 1)
    return all(b[0] == a[0] * a[1] for a, b in zip(dims, dims[1:]))

# %% [markdown]
# You ask whether the strides fall from left to right. That leaves room for gaps: a slice of each row has falling strides, and can't be flattened. Write down the positions of `(4, 3)` with stride `(6, 1)`, and read Hint 2.

# %% variant={"exercise": "flattens_for_free", "name": "strides_fall", "is": "wrong"}
def flattens_for_free(shape, stride):
    used = [t for n, t in zip(shape, stride) if n != 1]
    return 0 in shape or all(a >= b for a, b in zip(used, used[1:]))

# %% [markdown]
# You let the strides decide for a tensor without entries. It can always be viewed: there is no entry that could lie in the wrong place. Read the docstring again: which step of Hint 3 is missing?

# %% variant={"exercise": "flattens_for_free", "name": "empty_forgotten", "is": "wrong"}
def flattens_for_free(shape, stride):
    used = [(n, t) for n, t in zip(shape, stride) if n != 1]
    return all(a[1] == b[0] * b[1] for a, b in zip(used, used[1:]))

# %% [markdown]
# You look at one pair of neighboring dimensions only. Each pair has to merge, or no single stride describes them all. Read the last sentence of Hint 2.

# %% variant={"exercise": "flattens_for_free", "name": "first_pair_only", "is": "wrong"}
def flattens_for_free(shape, stride):
    used = [(n, t) for n, t in zip(shape, stride) if n != 1]
    return 0 in shape or len(used) < 2 or used[-2][1] == used[-1][0] * used[-1][1]

# %% [markdown]
# You take a stride of 0 for an obstacle. Two expanded dimensions do merge: the outer stride 0 equals size times 0. Look at Part 3, where `expand` makes such strides, and put 0 into your condition.

# %% variant={"exercise": "flattens_for_free", "name": "stride_0_refused", "is": "wrong"}
def flattens_for_free(shape, stride):
    used = [(n, t) for n, t in zip(shape, stride) if n != 1]
    if 0 in shape:
        return True
    return all(t for n, t in used) and all(a[1] == b[0] * b[1] for a, b in zip(used, used[1:]))

# %% [markdown]
# ## broadcast_shape

# %% variant={"exercise": "broadcast_shape", "name": "zip_longest", "is": "right"}
def broadcast_shape(a, b):
    result = []
    for m, n in itertools.zip_longest(reversed(a), reversed(b), fillvalue=1):
        if m == 1:
            result.append(n)
        elif n in (1, m):
            result.append(m)
        else:
            raise ValueError((a, b))
    return tuple(reversed(result))

# %% variant={"exercise": "broadcast_shape", "name": "asked_of_pytorch", "is": "right"}
def broadcast_shape(a, b):
    try:
        return tuple(torch.broadcast_shapes(a, b))
    except RuntimeError as error:
        raise ValueError(str(error))

# %% [markdown]
# You align the shapes at the left. Broadcasting aligns them at the right: the missing sizes are the leading ones. Read rule 1 of Part 3.

# %% variant={"exercise": "broadcast_shape", "name": "aligned_left", "is": "wrong"}
def broadcast_shape(a, b):
    result = []
    for m, n in itertools.zip_longest(a, b, fillvalue=1):
        if m != n and 1 not in (m, n):
            raise ValueError
        result.append(n if m == 1 else m)
    return tuple(result)

# %% [markdown]
# You take the larger size, always. Sizes that differ, and neither is 1, don't fit: that has to raise. Read rule 3 of Part 3.

# %% variant={"exercise": "broadcast_shape", "name": "max_and_no_error", "is": "wrong"}
def broadcast_shape(a, b):
    return tuple(max(m, n) for m, n in itertools.zip_longest(reversed(a), reversed(b), fillvalue=1))[::-1]

# %% [markdown]
# For 0 and 1 you answer 1. The size that is 1 gives way to the other, and the other is 0: nothing, repeated, is nothing. Read rule 2 of Part 3 to its end, and Hint 2.

# %% variant={"exercise": "broadcast_shape", "name": "max_of_0_and_1", "is": "wrong"}
def broadcast_shape(a, b):
    result = []
    for m, n in itertools.zip_longest(reversed(a), reversed(b), fillvalue=1):
        if m != n and 1 not in (m, n):
            raise ValueError
        result.append(max(m, n))
    return tuple(reversed(result))

# %% [markdown]
# You lose the leading sizes of the longer shape: zip stops at the shorter one. Fill the shorter shape up first, as Hint 3 says.

# %% variant={"exercise": "broadcast_shape", "name": "front_dropped", "is": "wrong"}
def broadcast_shape(a, b):
    result = []
    for m, n in zip(reversed(a), reversed(b)):
        if m != n and 1 not in (m, n):
            raise ValueError
        result.append(n if m == 1 else m)
    return tuple(reversed(result))

# %% [markdown]
# You let a size be repeated to fill a multiple of it, as 3 to 6. Broadcasting repeats a size of 1 and no other. Read rule 2 of Part 3: only a stride of 0 repeats without memory.

# %% variant={"exercise": "broadcast_shape", "name": "multiples_repeated", "is": "wrong"}
def broadcast_shape(a, b):
    result = []
    for m, n in itertools.zip_longest(reversed(a), reversed(b), fillvalue=1):
        if m == n:
            result.append(m)
        elif m and n % m == 0 and (n or m == 1):
            result.append(n)
        elif n and m % n == 0 and (m or n == 1):
            result.append(m)
        else:
            raise ValueError
    return tuple(reversed(result))

# %% [markdown]
# You refuse shapes of different lengths. The shorter one is filled up with sizes of 1 on its left. Read rule 1 of Part 3, and try the explorer there.

# %% variant={"exercise": "broadcast_shape", "name": "equal_lengths_wanted", "is": "wrong"}
def broadcast_shape(a, b):
    if len(a) != len(b):
        raise ValueError
    result = []
    for m, n in zip(a, b):
        if m != n and 1 not in (m, n):
            raise ValueError
        result.append(n if m == 1 else m)
    return tuple(result)

# %% [markdown] equivalent={"exercise": "broadcast_shape"}
# The rule treats both shapes alike, so the two may change places.
#
# ```diff
# - for m, n in zip((1,) * (length - len(a)) + tuple(a), (1,) * (length - len(b)) + tuple(b), strict=True):
# + for m, n in zip((1,) * (length - len(b)) + tuple(b), (1,) * (length - len(a)) + tuple(a), strict=True):
# ```

# %% [markdown]
# ## einsum_loops

# %% variant={"exercise": "einsum_loops", "name": "sum_inside", "is": "right"}
def einsum_loops(equation, *operands):
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    summed = [n for n in sizes if n not in output]
    result = torch.zeros([sizes[n] for n in output], dtype=operands[0].dtype)
    for outer in itertools.product(*(range(sizes[n]) for n in output)):
        total = torch.zeros((), dtype=operands[0].dtype)
        for inner in itertools.product(*(range(sizes[n]) for n in summed)):
            at = dict(zip([*output, *summed], [*outer, *inner]))
            product = torch.ones((), dtype=total.dtype)
            for term, operand in zip(terms, operands):
                product = product * operand[tuple(at[n] for n in term)]
            total = total + product
        result[outer] = total
    return result

# %% variant={"exercise": "einsum_loops", "name": "broadcast_then_sum", "is": "right"}
def einsum_loops(equation, *operands):
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    letters = sorted(sizes)
    product = torch.ones([sizes[n] for n in letters], dtype=operands[0].dtype)
    grid = torch.meshgrid(*[torch.arange(sizes[n]) for n in letters], indexing="ij")
    place = dict(zip(letters, grid))
    for term, operand in zip(terms, operands):
        product = product * operand[tuple(place[n] for n in term)]
    gone = [d for d, n in enumerate(letters) if n not in output]
    kept = [n for n in letters if n in output]
    if gone:
        product = product.sum(dim=gone)
    return product.permute([kept.index(n) for n in output]).contiguous()

# %% [markdown]
# You write each product over the one before it, so only the last turn of a summed letter is left. A letter that is missing after the arrow is summed. Compare with the innermost line of `matmul_loops` in Part 4.

# %% variant={"exercise": "einsum_loops", "name": "overwritten", "is": "wrong"}
def einsum_loops(equation, *operands):
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    result = torch.zeros([sizes[n] for n in output], dtype=operands[0].dtype)
    for values in itertools.product(*(range(n) for n in sizes.values())):
        at = dict(zip(sizes, values))
        product = 1
        for term, operand in zip(terms, operands):
            product = product * operand[tuple(at[n] for n in term)]
        result[tuple(at[n] for n in output)] = product
    return result

# %% [markdown]
# Your result's dimensions are in the order in which the letters first occur. The order after the arrow decides: 'ij->ji' is a transpose. Read the row `"ij->ji"` of the table in Part 4, and Hint 2.

# %% variant={"exercise": "einsum_loops", "name": "output_order_ignored", "is": "wrong"}
def einsum_loops(equation, *operands):
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    kept = [n for n in sizes if n in output]
    result = torch.zeros([sizes[n] for n in kept], dtype=operands[0].dtype)
    for values in itertools.product(*(range(n) for n in sizes.values())):
        at = dict(zip(sizes, values))
        product = 1
        for term, operand in zip(terms, operands):
            product = product * operand[tuple(at[n] for n in term)]
        result[tuple(at[n] for n in kept)] += product
    return result

# %% [markdown]
# Your result is float32, whatever the operands are. Make it with the operands' dtype. Look at how `matmul_loops` makes its result, in Part 4.

# %% variant={"exercise": "einsum_loops", "name": "default_dtype", "is": "wrong"}
def einsum_loops(equation, *operands):
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    result = torch.zeros([sizes[n] for n in output])
    for values in itertools.product(*(range(n) for n in sizes.values())):
        at = dict(zip(sizes, values))
        product = 1
        for term, operand in zip(terms, operands):
            product = product * operand[tuple(at[n] for n in term)]
        result[tuple(at[n] for n in output)] += product
    return result

# %% [markdown]
# You add the operands' entries to each other. einsum multiplies them; only the turns of a summed letter are added. Compare with the innermost line of `matmul_loops` in Part 4.

# %% variant={"exercise": "einsum_loops", "name": "added_not_multiplied", "is": "wrong"}
def einsum_loops(equation, *operands):
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    result = torch.zeros([sizes[n] for n in output], dtype=operands[0].dtype)
    for values in itertools.product(*(range(n) for n in sizes.values())):
        at = dict(zip(sizes, values))
        total = 0
        for term, operand in zip(terms, operands):
            total = total + operand[tuple(at[n] for n in term)]
        result[tuple(at[n] for n in output)] += total
    return result

# %% [markdown]
# Your loop multiplies exactly two operands. An equation may have one term, or three. Loop over the terms and operands together, as the given lines do for the sizes.

# %% variant={"exercise": "einsum_loops", "name": "two_operands_only", "is": "wrong"}
def einsum_loops(equation, *operands):
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    result = torch.zeros([sizes[n] for n in output], dtype=operands[0].dtype)
    for values in itertools.product(*(range(n) for n in sizes.values())):
        at = dict(zip(sizes, values))
        x = operands[0][tuple(at[n] for n in terms[0])]
        y = operands[1][tuple(at[n] for n in terms[1])]
        result[tuple(at[n] for n in output)] += x * y
    return result

# %% [markdown]
# You return a matrix product, whatever the equation says. Each letter is one loop, and the equation says which there are. Read the table in Part 4, and Hint 1.

# %% variant={"exercise": "einsum_loops", "name": "always_matmul", "is": "wrong"}
def einsum_loops(equation, *operands):
    return operands[0] @ operands[1]

# %% [markdown]
# You leave the operands' dtype through float(), and the result comes back as float32. Keep the sum in a tensor of the operands' dtype; Part 5 shows what a dtype can hold.

# %% variant={"exercise": "einsum_loops", "name": "sums_in_python_floats", "is": "wrong"}
def einsum_loops(equation, *operands):
    inputs, output = equation.replace(" ", "").split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    from collections import defaultdict
    total = defaultdict(float)
    for values in itertools.product(*(range(n) for n in sizes.values())):
        at = dict(zip(sizes, values))
        product = 1.0
        for term, operand in zip(terms, operands):
            product *= float(operand[tuple(at[n] for n in term)])
        total[tuple(at[n] for n in output)] += product
    result = torch.zeros([sizes[n] for n in output])
    for index, value in total.items():
        result[index] = value
    return result

# %% [markdown] equivalent={"exercise": "einsum_loops"}
# All operands have one dtype.
#
# ```diff
# - result = torch.zeros([sizes[letter] for letter in output], dtype=operands[0].dtype)
# + result = torch.zeros([sizes[letter] for letter in output], dtype=operands[-1].dtype)
# ```

# %% [markdown]
# ## softmax_along

# %% variant={"exercise": "softmax_along", "name": "by_logsumexp", "is": "right"}
def softmax_along(x, dim):
    return (x - torch.logsumexp(x, dim=dim, keepdim=True)).exp()

# %% variant={"exercise": "softmax_along", "name": "moved_to_the_end", "is": "right"}
def softmax_along(x, dim):
    y = x.movedim(dim, -1)
    y = (y - y.max(dim=-1).values.unsqueeze(-1)).exp()
    y = y / y.sum(dim=-1)[..., None]
    return y.movedim(-1, dim)

# %% [markdown]
# You let the sum lose its dimension, so it lines up with the wrong one. On a square matrix nothing raises, and each entry is divided by another row's sum: `keepdim=True` keeps it in its place. Read the answer to Prediction 8, and Hint 1.

# %% variant={"exercise": "softmax_along", "name": "keepdim_forgotten", "is": "wrong"}
def softmax_along(x, dim):
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim)

# %% [markdown]
# You sum along the last dimension, whatever `dim` says. Look at the sums in the picture of Part 4, "See it".

# %% variant={"exercise": "softmax_along", "name": "always_last", "is": "wrong"}
def softmax_along(x, dim):
    e = (x - x.amax(dim=-1, keepdim=True)).exp()
    return e / e.sum(dim=-1, keepdim=True)

# %% [markdown]
# You sum over all entries, so that all of them together add up to 1. The sum runs along one dimension: give it `dim`. Look at the sums (Σ) in the picture of Part 4, "See it".

# %% variant={"exercise": "softmax_along", "name": "over_everything", "is": "wrong"}
def softmax_along(x, dim):
    e = (x - x.max()).exp()
    return e / e.sum()

# %% [markdown]
# You take no maximum away. exp overflows to infinity for scores above 88, and infinity / infinity is NaN; the largest score along `dim`, taken away first, cancels. Read the text of Exercise 7, and the two lines that its first cell prints.

# %% variant={"exercise": "softmax_along", "name": "no_maximum", "is": "wrong"}
def softmax_along(x, dim):
    e = x.exp()
    return e / e.sum(dim=dim, keepdim=True)

# %% [markdown]
# You take one maximum away for the whole tensor. A row whose scores are all far below it becomes 0 / 0: each slice along `dim` needs its own maximum. Read Hint 2 of Exercise 7.

# %% variant={"exercise": "softmax_along", "name": "one_maximum_for_all", "is": "wrong"}
def softmax_along(x, dim):
    e = (x - x.max() if x.numel() else x).exp()
    return e / e.sum(dim=dim, keepdim=True)

# %% [markdown]
# You took `dim` for the dimension that is kept. It is the one that the sum runs along. Read Part 4, "Which dimension goes?".

# %% variant={"exercise": "softmax_along", "name": "other_dimension", "is": "wrong"}
def softmax_along(x, dim):
    others = [d for d in range(x.ndim) if d != dim % x.ndim] or [0]
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=others, keepdim=True)

# %% [markdown]
# You cut scores off at a limit, so that large ones become equal. Taking the maximum away changes nothing in the result; cutting does. Try scores of 100 and 200: which of them should win? Then read Exercise 7 again.

# %% variant={"exercise": "softmax_along", "name": "clamped", "is": "wrong"}
def softmax_along(x, dim):
    e = x.clamp(-80, 80).exp()
    return e / e.sum(dim=dim, keepdim=True)

# %% [markdown]
# ## label_scores

# %% variant={"exercise": "label_scores", "name": "row_numbers_and_labels", "is": "right"}
def label_scores(scores, labels, ignore=-100):
    rows = (labels != ignore).nonzero().squeeze(1)
    result = torch.zeros(len(labels), dtype=scores.dtype)
    result[rows] = scores[rows, labels[rows]]
    return result

# %% variant={"exercise": "label_scores", "name": "masked_fill", "is": "right"}
def label_scores(scores, labels, ignore=-100):
    gone = labels == ignore
    picked = scores.gather(1, labels.masked_fill(gone, 0)[:, None])[:, 0]
    return picked.masked_fill(gone, 0)

# %% [markdown]
# You read every label in every row, as `scores[:, labels]` does: (N, N) numbers. One for each row is `gather`, or `scores[torch.arange(N), labels]`. Look at the line on `gather` in Part 4, "gather, scatter, masks".

# %% variant={"exercise": "label_scores", "name": "every_label_for_every_row", "is": "wrong"}
def label_scores(scores, labels, ignore=-100):
    known = labels != ignore
    return torch.where(known, scores[:, torch.where(known, labels, 0)], 0.0)

# %% [markdown]
# You use a bare `squeeze()`, which takes away every dimension of size 1, so that a single sample comes back with no dimensions. Read Hint 2 of Exercise 8.

# %% variant={"exercise": "label_scores", "name": "bare_squeeze", "is": "wrong"}
def label_scores(scores, labels, ignore=-100):
    known = labels != ignore
    picked = scores.gather(1, torch.where(known, labels, 0).unsqueeze(1)).squeeze()
    return torch.where(known, picked, 0.0).squeeze()

# %% [markdown]
# You wrote the safe index into `labels` itself. The caller's labels have lost what was to be ignored: make a new tensor with torch.where. Read Prediction 5 in Part 2 on what an assignment to an index does.

# %% variant={"exercise": "label_scores", "name": "labels_changed", "is": "wrong"}
def label_scores(scores, labels, ignore=-100):
    known = labels != ignore
    labels[~known] = 0
    return torch.where(known, scores.gather(1, labels[:, None])[:, 0], 0.0)

# %% [markdown]
# You multiply by the mask. 0 times infinity is NaN, and so is 0 times NaN: choose with torch.where. Read Hint 3 of Exercise 8.

# %% variant={"exercise": "label_scores", "name": "multiplied_by_the_mask", "is": "wrong"}
def label_scores(scores, labels, ignore=-100):
    known = labels != ignore
    return scores.gather(1, torch.where(known, labels, 0)[:, None])[:, 0] * known

# %% [markdown]
# You look for -100, not for `ignore`. The number to ignore is the caller's choice, and may be a class. Call it with `ignore=0`, and read the docstring again.

# %% variant={"exercise": "label_scores", "name": "ignore_written_down", "is": "wrong"}
def label_scores(scores, labels, ignore=-100):
    known = labels != -100
    picked = scores.gather(1, torch.where(known, labels, 0)[:, None])[:, 0]
    return torch.where(known, picked, 0.0)

# %% [markdown]
# You leave the samples without a label the score of the class that stood in for it. They have to count 0. The second `torch.where` of Hint 3 is missing.

# %% variant={"exercise": "label_scores", "name": "never_zeroed", "is": "wrong"}
def label_scores(scores, labels, ignore=-100):
    index = torch.where(labels == ignore, 0, labels)
    return scores.gather(1, index[:, None])[:, 0]

# %% [markdown]
# You leave the samples without a label out, so the result is shorter than N. They stay, with 0. Read the docstring's line on the shape that is returned.

# %% variant={"exercise": "label_scores", "name": "dropped", "is": "wrong"}
def label_scores(scores, labels, ignore=-100):
    known = labels != ignore
    return scores[known].gather(1, labels[known][:, None])[:, 0]

# %% [markdown]
# You give `gather` the number to ignore as an index, and it is no class: it needs a safe index first. Read Hint 1 of Exercise 8, then Hint 2.

# %% variant={"exercise": "label_scores", "name": "ignored_label_as_index", "is": "wrong"}
def label_scores(scores, labels, ignore=-100):
    picked = scores.gather(1, labels[:, None])[:, 0]
    return torch.where(labels != ignore, picked, 0.0)

# %% [markdown]
# ## pairwise_sum

# %% variant={"exercise": "pairwise_sum", "name": "layer_by_layer", "is": "right"}
def pairwise_sum(x):
    while x.numel() > 1:
        if x.numel() % 2:
            x = torch.cat([x, x.new_zeros(1)])
        x = x[::2] + x[1::2]
    return x[0] if x.numel() else x.new_zeros(())

# %% variant={"exercise": "pairwise_sum", "name": "larger_half_first", "is": "right"}
def pairwise_sum(x):
    n = len(x)
    if n <= 1:
        return x.sum()
    left, right = x[: (n + 1) // 2], x[(n + 1) // 2 :]
    return pairwise_sum(left) + pairwise_sum(right)

# %% [markdown]
# You add from left to right. Once the total is large, small numbers are lost in it: in float16 a count of ones stops at 2048. Look at the curves of Part 5, "See it", and add two halves instead.

# %% variant={"exercise": "pairwise_sum", "name": "one_by_one", "is": "wrong"}
def pairwise_sum(x):
    total = torch.zeros((), dtype=x.dtype)
    for number in x:
        total = total + number
    return total

# %% [markdown]
# You call `x.sum()`, which keeps a wider total inside: for float16 it adds in float32. Every addition was to be made in x's own dtype, by halves. Try `torch.tensor([60000., 60000., -60000., -60000.]).half()` in Part 5, and follow each addition.

# %% variant={"exercise": "pairwise_sum", "name": "torch_sum", "is": "wrong"}
def pairwise_sum(x):
    return x.sum()

# %% [markdown]
# You add in float64 and convert at the end. That hides the rounding instead of ordering it: every addition was to be made in x's dtype. Read the docstring's second line, and Prediction 10 on what a dtype can hold.

# %% variant={"exercise": "pairwise_sum", "name": "through_float64", "is": "wrong"}
def pairwise_sum(x):
    return x.double().sum().to(x.dtype)

# %% [markdown]
# You lose an entry of an odd count: both halves were cut to the same length. Read Hint 2 of Exercise 9.

# %% variant={"exercise": "pairwise_sum", "name": "odd_one_lost", "is": "wrong"}
def pairwise_sum(x):
    if len(x) == 0:
        return torch.zeros((), dtype=x.dtype)
    if len(x) == 1:
        return x[0]
    half = len(x) // 2
    return pairwise_sum(x[:half]) + pairwise_sum(x[half:2 * half])

# %% [markdown]
# Your recursion has no end for no numbers: half of nothing is nothing again. The sum of no numbers is 0. Read Hint 1 of Exercise 9: what is the sum of no numbers?

# %% variant={"exercise": "pairwise_sum", "name": "no_numbers_forgotten", "is": "wrong"}
def pairwise_sum(x):
    if len(x) == 1:
        return x[0]
    half = len(x) // 2
    return pairwise_sum(x[:half]) + pairwise_sum(x[half:])

# %% [markdown]
# You return a Python number. A tensor keeps the dtype, and its place on the device. Read the docstring's line on what is returned; Prediction 9 shows how numbers without a dtype count.

# %% variant={"exercise": "pairwise_sum", "name": "python_number", "is": "wrong"}
def pairwise_sum(x):
    if len(x) <= 1:
        return x.sum().item()
    half = len(x) // 2
    return pairwise_sum(x[:half]) + pairwise_sum(x[half:])

# %% [markdown]
# You return a 0 of float32 for no numbers. It needs x's dtype, as the dtype of a sum must not depend on how many numbers there are. Read Hint 3 of Exercise 9.

# %% variant={"exercise": "pairwise_sum", "name": "zero_of_float32", "is": "wrong"}
def pairwise_sum(x):
    if len(x) == 0:
        return torch.tensor(0.0)
    if len(x) == 1:
        return x[0]
    half = len(x) // 2
    return pairwise_sum(x[:half]) + pairwise_sum(x[half:])

# %% [markdown] equivalent={"exercise": "pairwise_sum"}
# Of a single number the first is also the last, and nobody asks whether the sum is a view of it.
#
# ```diff
# - return x[0].clone()
# + return x[0]
# ```
#
# ```diff
# - return x[0].clone()
# + return x[-1].clone()
# ```

# %% [markdown]
# ## mean_squared_error

# %% variant={"exercise": "mean_squared_error", "name": "target_reshaped", "is": "right"}
def mean_squared_error(predicted, target):
    if target.numel() != predicted.numel():
        raise ValueError("unequal counts")
    return (predicted - target.reshape(predicted.shape)).pow(2).mean()


loss_fault = "C"

# %% variant={"exercise": "mean_squared_error", "name": "mse_loss_on_equal_shapes", "is": "right"}
def mean_squared_error(predicted, target):
    predicted, target = predicted.flatten(), target.flatten()
    if predicted.shape != target.shape:
        raise ValueError("unequal counts")
    return F.mse_loss(predicted, target)


loss_fault = "c"

# %% [markdown]
# You still compare every prediction with every target: (N, 1) and (N,) broadcast to (N, N). Print the shape of the difference, and read Prediction 6 in Part 3.

# %% variant={"exercise": "mean_squared_error", "name": "as_it_was", "is": "wrong"}
def mean_squared_error(predicted, target):
    return ((predicted - target) ** 2).mean()

# %% [markdown]
# You trust F.mse_loss with the shapes. It warns, and broadcasts all the same: the value is the same wrong one. Run the cell above the exercise again and read its warning; then Hint 2.

# %% variant={"exercise": "mean_squared_error", "name": "mse_loss_alone", "is": "wrong"}
def mean_squared_error(predicted, target):
    if predicted.numel() != target.numel():
        raise ValueError
    return F.mse_loss(predicted, target)


loss_fault = "C"

# %% [markdown]
# You mended (N, 1) with (N,). If the *target* is the column, the two broadcast again: bring both to one shape. Read Hint 2 of Exercise 10.

# %% variant={"exercise": "mean_squared_error", "name": "predicted_squeezed", "is": "wrong"}
def mean_squared_error(predicted, target):
    if predicted.numel() != target.numel():
        raise ValueError
    return ((predicted.squeeze() - target) ** 2).mean()


loss_fault = "C"

# %% [markdown]
# You add a dimension to the target, always. When it already has shape (N, 1), or the prediction is (N,), the two broadcast again. Read Hint 2 of Exercise 10, and try all four pairs of shapes.

# %% variant={"exercise": "mean_squared_error", "name": "target_unsqueezed", "is": "wrong"}
def mean_squared_error(predicted, target):
    if predicted.numel() != target.numel():
        raise ValueError
    return ((predicted - target.unsqueeze(1)) ** 2).mean()


loss_fault = "C"

# %% [markdown]
# You let a single target broadcast against all predictions, even when both are flat: a size of 1 fits everything. Unequal counts have to raise ValueError. Read Hint 3 of Exercise 10, and rule 2 of Part 3.

# %% variant={"exercise": "mean_squared_error", "name": "counts_not_compared", "is": "wrong"}
def mean_squared_error(predicted, target):
    return ((predicted.flatten() - target.flatten()) ** 2).mean()


loss_fault = "C"

# %% [markdown]
# You cut the graph with `.item()`, `.detach()` or `torch.tensor(...)`: the loss is only a number, and no gradient flows back to the prediction. Ask the result for `requires_grad`, and do without that call.

# %% variant={"exercise": "mean_squared_error", "name": "gradient_cut", "is": "wrong"}
def mean_squared_error(predicted, target):
    if predicted.numel() != target.numel():
        raise ValueError
    return ((predicted.detach().flatten() - target.flatten()) ** 2).mean()


loss_fault = "C"

# %% [markdown]
# You return the sum of the squared differences. It grows with the batch; the mean was asked for. Read the first line of the docstring.

# %% variant={"exercise": "mean_squared_error", "name": "sum_not_mean", "is": "wrong"}
def mean_squared_error(predicted, target):
    if predicted.numel() != target.numel():
        raise ValueError
    return ((predicted.flatten() - target.flatten()) ** 2).sum()


loss_fault = "C"

# %% [markdown]
# You return the root of the mean squared error. Read the first line of the docstring: nothing undoes the square.

# %% variant={"exercise": "mean_squared_error", "name": "root_taken", "is": "wrong"}
def mean_squared_error(predicted, target):
    if predicted.numel() != target.numel():
        raise ValueError
    return ((predicted.flatten() - target.flatten()) ** 2).mean().sqrt()


loss_fault = "C"

# %% [markdown]
# You blame the reduction, and it runs over all entries, as it should. What is wrong is the shape of the difference before it: (N, N). Read Hint 1 of Exercise 10, then rows C and F of the table in Part 8.

# %% variant={"exercise": "mean_squared_error", "name": "reduction_blamed", "is": "wrong"}
def mean_squared_error(predicted, target):
    if predicted.numel() != target.numel():
        raise ValueError
    return ((predicted.flatten() - target.flatten()) ** 2).mean()


loss_fault = "F"

# %% [markdown]
# ## zero_every

# %% variant={"exercise": "zero_every", "name": "copied_back", "is": "right"}
def zero_every(x, step):
    flat = x.flatten().clone()
    flat[::step] = 0
    x.copy_(flat.view(x.shape))
    return x


write_fault = "B"

# %% variant={"exercise": "zero_every", "name": "assigned_through_a_mask", "is": "right"}
def zero_every(x, step):
    mask = torch.zeros(x.numel(), dtype=torch.bool)
    mask[::step] = True
    x[mask.view_as(x)] = 0
    return x


write_fault = "B"

# %% variant={"exercise": "zero_every", "name": "index_by_index", "is": "right"}
def zero_every(x, step):
    for n, index in enumerate(itertools.product(*map(range, x.shape))):
        if n % step == 0:
            x[index] = 0
    return x


write_fault = "B"

# %% [markdown]
# You write into what `reshape` returns. For a transpose that is a copy, and the zeros went into the copy. Ask whether `flat` shares memory with `x`, as Prediction 3 in Part 2 does.

# %% variant={"exercise": "zero_every", "name": "as_it_was", "is": "wrong"}
def zero_every(x, step):
    flat = x.reshape(-1)
    flat[::step] = 0
    return x

# %% [markdown]
# You write into `x.contiguous()`. Of a transpose that is a copy as well: it is the copy that gets the zeros. Read the table at the top of Part 2, its last row.

# %% variant={"exercise": "zero_every", "name": "contiguous", "is": "wrong"}
def zero_every(x, step):
    x.contiguous().view(-1)[::step] = 0
    return x


write_fault = "B"

# %% [markdown]
# You put the zeros into a new tensor. `x` itself, and whatever shares its memory, was to change. Read the first and third line of the docstring; `copy_` carries numbers back.

# %% variant={"exercise": "zero_every", "name": "new_tensor", "is": "wrong"}
def zero_every(x, step):
    flat = x.reshape(-1).clone()
    flat[::step] = 0
    return flat.reshape(x.shape)


write_fault = "B"

# %% [markdown]
# You write through `view`, which raises where `reshape` would copy. That is better than silence, but no stride describes a transpose in reading order: the flat tensor has to go. Read Hint 2 of Exercise 11: leave the shape of `x` as it is.

# %% variant={"exercise": "zero_every", "name": "view_only", "is": "wrong"}
def zero_every(x, step):
    x.view(-1)[::step] = 0
    return x


write_fault = "B"

# %% [markdown]
# You count along the storage. For a transpose that is another order than reading order, and it leaves the view: entries that `x` doesn't have are set, too. Draw `plots.strided(x.t())` as in Part 1, and follow the reading order.

# %% variant={"exercise": "zero_every", "name": "storage_order", "is": "wrong"}
def zero_every(x, step):
    x.as_strided((x.numel(),), (1,), x.storage_offset())[::step] = 0
    return x


write_fault = "B"

# %% [markdown]
# You set whole slices: x[::step] steps along the first dimension. The entries were to be counted one by one. Read what the docstring says of how entries are counted.

# %% variant={"exercise": "zero_every", "name": "whole_rows", "is": "wrong"}
def zero_every(x, step):
    x[::step] = 0
    return x


write_fault = "B"

# %% [markdown]
# You write through x.t(): right for a transpose, wrong for other layouts. Try `x[:, 1:4]`: read Hint 2 of Exercise 11 for a way that no layout matters to.

# %% variant={"exercise": "zero_every", "name": "through_the_transpose", "is": "wrong"}
def zero_every(x, step):
    flat = (x if x.is_contiguous() else x.t()).reshape(-1)
    flat[::step] = 0
    return x


write_fault = "B"

# %% [markdown]
# You count the first entry as number 1. It is number 0, and is to be set. Compare with the example in the docstring.

# %% variant={"exercise": "zero_every", "name": "one_entry_late", "is": "wrong"}
def zero_every(x, step):
    count = torch.arange(1, x.numel() + 1).reshape(x.shape)
    return x.masked_fill_(count % step == 0, 0)


write_fault = "B"

# %% [markdown]
# You blame advanced indexing, and no list or mask indexed anything here. The copy was made by `reshape`, since no stride describes a transpose read in order. Read rows A and B of the table in Part 8, and Hint 1.

# %% variant={"exercise": "zero_every", "name": "indexing_blamed", "is": "wrong"}
def zero_every(x, step):
    count = torch.arange(x.numel()).reshape(x.shape)
    return x.masked_fill_(count % step == 0, 0)


write_fault = "A"

# %% [markdown] equivalent={"exercise": "zero_every"}
# Submissions are graded on the CPU, where `x.device` is the device that is taken anyway.
#
# ```diff
# - count = torch.arange(x.numel(), device=x.device).reshape(x.shape)
# + count = torch.arange(x.numel()).reshape(x.shape)
# ```

# %% [markdown]
# ## center

# %% variant={"exercise": "center", "name": "out_of_place", "is": "right"}
def center(array):
    x = torch.from_numpy(array).to(torch.float32)
    return x - x.mean(dim=0, keepdim=True)


array_fault = "E"

# %% variant={"exercise": "center", "name": "numpy_first", "is": "right"}
def center(array):
    return torch.from_numpy((array - array.mean(axis=0)).astype(np.float32))


array_fault = "E"

# %% variant={"exercise": "center", "name": "clone_then_in_place", "is": "right"}
def center(array):
    x = torch.from_numpy(array).clone().float()
    x -= x.mean(dim=0)
    return x


array_fault = "E"

# %% [markdown]
# You write with `-=` to the memory that from_numpy borrowed: the caller's array has changed. And the dtype is still NumPy's. Run the cell above the exercise again, and read Prediction 5 in Part 2 on `+=`.

# %% variant={"exercise": "center", "name": "as_it_was", "is": "wrong"}
def center(array):
    x = torch.from_numpy(array)
    x -= x.mean(dim=0)
    return x

# %% [markdown]
# You take `.float()`, or `torch.as_tensor` with a dtype, for a copy. Either copies only if the dtype has to change; of a float32 array it borrows the memory, and `-=` writes to it. Read Hint 2 of Exercise 12.

# %% variant={"exercise": "center", "name": "float_taken_for_a_copy", "is": "wrong"}
def center(array):
    x = torch.from_numpy(array).float()
    x -= x.mean(dim=0)
    return x


array_fault = "E"

# %% variant={"exercise": "center", "name": "as_tensor_taken_for_a_copy", "is": "wrong", "same_as": "float_taken_for_a_copy"}
def center(array):
    x = torch.as_tensor(array, dtype=torch.float32)
    x -= x.mean(dim=0)
    return x


array_fault = "E"

# %% [markdown]
# You saved the array, and left NumPy's dtype: the result is still float64 (or integers, which have no mean). `torch.tensor` keeps the dtype unless you give it one. Look at what the cell above the exercise prints for both, and read Hint 3.

# %% variant={"exercise": "center", "name": "float64_left", "is": "wrong"}
def center(array):
    x = torch.tensor(array)
    x -= x.mean(dim=0)
    return x


array_fault = "E"

# %% [markdown]
# You took dim=1 for the columns. dim is the one that disappears: to get a mean for each column, let the rows go, dim=0. Read Part 4, "Which dimension goes?".

# %% variant={"exercise": "center", "name": "mean_of_each_row", "is": "wrong"}
def center(array):
    x = torch.tensor(array, dtype=torch.float32)
    return x - x.mean(dim=1, keepdim=True)


array_fault = "E"

# %% [markdown]
# You took one mean for the whole array. Each column has its own: dim=0. Read Part 4, "Which dimension goes?", and the example in the docstring.

# %% variant={"exercise": "center", "name": "one_mean_for_all", "is": "wrong"}
def center(array):
    x = torch.tensor(array, dtype=torch.float32)
    return x - x.mean()


array_fault = "E"

# %% [markdown]
# You centered the array itself before you copied it: `array -= ...` is in place in NumPy, too. Read Prediction 5 in Part 2: the same holds for arrays.

# %% variant={"exercise": "center", "name": "array_centered_first", "is": "wrong"}
def center(array):
    array -= array.mean(axis=0)
    return torch.tensor(array, dtype=torch.float32)


array_fault = "E"

# %% [markdown]
# You blame `reshape`, and none took part. The array changed since from_numpy borrows its memory, and `-=` writes in place. Read rows B and E of the table in Part 8, and Hint 1.

# %% variant={"exercise": "center", "name": "reshape_blamed", "is": "wrong"}
def center(array):
    x = torch.tensor(array, dtype=torch.float32)
    return x - x.mean(dim=0)


array_fault = "B"

# %% [markdown]
# ## windows

# %% variant={"exercise": "windows", "name": "unfold_behind_checks", "is": "right"}
def windows(x, size, step=1):
    if size < 1 or size > x.shape[-1] or step < 1:
        raise ValueError("no such windows")
    return x.unfold(-1, size, step)

# %% variant={"exercise": "windows", "name": "without_an_offset", "is": "right"}
def windows(x, size, step=1):
    *front, length = x.shape
    *strides, last = x.stride()
    if not (0 < size <= length and step > 0):
        raise ValueError("no such windows")
    count = 1 + (length - size) // step
    return torch.as_strided(x, [*front, count, size], [*strides, step * last, last])

# %% [markdown]
# You step through the storage one position at a time. In a slice with a step, or a column, neighbors are x.stride(-1) positions apart. Read Hint 2 of Exercise 13.

# %% variant={"exercise": "windows", "name": "stride_1_taken_for_granted", "is": "wrong"}
def windows(x, size, step=1):
    if not 1 <= size <= x.shape[-1] or step < 1:
        raise ValueError
    shape = (*x.shape[:-1], (x.shape[-1] - size) // step + 1, size)
    return x.as_strided(shape, (*x.stride()[:-1], step, 1))

# %% [markdown]
# You begin at position 0 of the storage, which is not where this signal begins: use x.storage_offset(). Look at the second picture of Part 1, whose view doesn't begin at 0.

# %% variant={"exercise": "windows", "name": "offset_0", "is": "wrong"}
def windows(x, size, step=1):
    if not 1 <= size <= x.shape[-1] or step < 1:
        raise ValueError
    shape = (*x.shape[:-1], (x.shape[-1] - size) // step + 1, size)
    s = x.stride(-1)
    return x.as_strided(shape, (*x.stride()[:-1], step * s, s), 0)

# %% [markdown]
# You read the right numbers into new memory: after the signal changes, your windows still show the old ones. Ask `shares` of Part 2, and design a recipe for `torch.as_strided` instead.

# %% variant={"exercise": "windows", "name": "copied", "is": "wrong"}
def windows(x, size, step=1):
    if not 1 <= size <= x.shape[-1] or step < 1:
        raise ValueError
    starts = range(0, x.shape[-1] - size + 1, step)
    return torch.stack([x[..., s:s + size] for s in starts], dim=-2)

# %% [markdown]
# You call `x.contiguous()`, which copies a signal that is not contiguous, and the windows then look at the copy. Read the last row of the table in Part 2.

# %% variant={"exercise": "windows", "name": "contiguous_first", "is": "wrong"}
def windows(x, size, step=1):
    if not 1 <= size <= x.shape[-1] or step < 1:
        raise ValueError
    return x.contiguous().unfold(-1, size, step)

# %% [markdown]
# You leave the last window out: with T entries and step 1 there are T - size + 1 windows. Draw the windows of `torch.arange(5)`, as Hint 1 says.

# %% variant={"exercise": "windows", "name": "one_window_too_few", "is": "wrong"}
def windows(x, size, step=1):
    if not 1 <= size <= x.shape[-1] or step < 1:
        raise ValueError
    shape = (*x.shape[:-1], (x.shape[-1] - size) // step, size)
    s = x.stride(-1)
    return x.as_strided(shape, (*x.stride()[:-1], step * s, s))

# %% [markdown]
# You lay the windows side by side: the stride between them is `size` neighbors. It is `step` neighbors. Read Hint 1 of Exercise 13: how far is it from one window to the next?

# %% variant={"exercise": "windows", "name": "side_by_side", "is": "wrong"}
def windows(x, size, step=1):
    if not 1 <= size <= x.shape[-1] or step < 1:
        raise ValueError
    s = x.stride(-1)
    shape = (*x.shape[:-1], x.shape[-1] // size, size)
    return x.as_strided(shape, (*x.stride()[:-1], size * s, s))

# %% [markdown]
# You cut along the first dimension. The windows run along the last one; what is in front of it stays. Read the docstring: which sizes does `...` stand for?

# %% variant={"exercise": "windows", "name": "first_dimension", "is": "wrong"}
def windows(x, size, step=1):
    if not 1 <= size <= x.shape[0] or step < 1:
        raise ValueError
    return x.unfold(0, size, step)

# %% [markdown]
# You refuse nothing. as_strided doesn't know what a window is: a size or step that doesn't fit gives nonsense, a negative count, or an error of another kind. Read the docstring's line on ValueError.

# %% variant={"exercise": "windows", "name": "nothing_refused", "is": "wrong"}
def windows(x, size, step=1):
    return x.unfold(-1, size, step)

# %% [markdown]
# You round the number of windows up: the last one reaches past the end of the signal and reads what lies behind it in the storage. Read Hint 3 of Exercise 13.

# %% variant={"exercise": "windows", "name": "count_rounded_up", "is": "wrong"}
def windows(x, size, step=1):
    if not 1 <= size <= x.shape[-1] or step < 1:
        raise ValueError
    s = x.stride(-1)
    shape = (*x.shape[:-1], -(-(x.shape[-1] - size) // step) + 1, size)
    return x.as_strided(shape, (*x.stride()[:-1], step * s, s))

# %% [markdown]
# ## knowledge_check

# %% variant={"exercise": "knowledge_check", "name": "one_by_one", "is": "right"}
answers = {}
answers["q1"] = "c"
answers["q2"] = "c"
answers["q3"] = "a"
answers["q4"] = "d"
answers["q5"] = "d"
answers["q6"] = "b"
answers["q7"] = "c"
answers["q8"] = "d"
answers["q9"] = "a"
answers["q10"] = "d"

# %% [markdown]
# Your wrong answers have one cause: which calls share memory and which copy. A new recipe over the same storage shares; positions that follow no stride are copied. Go through Part 2 again, and Prediction 7 in Part 3.

# %% variant={"exercise": "knowledge_check", "name": "memory", "is": "wrong"}
answers = {"q1": "a", "q2": "a", "q3": "a", "q4": "d", "q5": "d", "q6": "b", "q7": "a", "q8": "d", "q9": "a", "q10": "d"}

# %% [markdown]
# Your wrong answers have one cause: which dimension lines up with which. Sizes are aligned at the right, `dim` is the one that disappears, and only `permute` swaps. Go through Part 3 again, and "Which dimension goes?" in Part 4.

# %% variant={"exercise": "knowledge_check", "name": "shapes", "is": "wrong"}
answers = {"q1": "c", "q2": "c", "q3": "b", "q4": "a", "q5": "a", "q6": "b", "q7": "c", "q8": "d", "q9": "a", "q10": "d"}

# %% [markdown]
# Your wrong answers have one cause: what a number can hold, and where it is. float32 has 24 binary digits, two tensors with dimensions get the wider dtype, `to` returns a tensor and leaves `x`, and a GPU works while the clock runs on. Go through Parts 5 and 6 again.

# %% variant={"exercise": "knowledge_check", "name": "numbers_and_devices", "is": "wrong"}
answers = {"q1": "c", "q2": "c", "q3": "a", "q4": "d", "q5": "d", "q6": "a", "q7": "c", "q8": "b", "q9": "b", "q10": "a"}
