"""The pictures of the lessons, each drawn from data.

A tensor over its storage (`strided`), shapes stretched (`broadcasting`), the gaps between
floats (`float_spacing`), the order of adding (`summation_drift`), a softmax over each
dimension (`softmax_axes`), and RGB `images` side by side. What a Module's registers hold
(`module_tree`), scores over a plane (`score_planes`), the size of a signal through depth
(`variance_through_depth`), and lines by step (`tracked`). A loss of a softmax too many
(`softmax_twice`), two binary losses and their gradients (`saturation`), optimizers on a
ravine (`trajectories`), and Adam's first steps (`bias_correction`). The graph behind a
tensor (`graph`), the error of a difference (`difference_error`), paths down a loss
(`descent_paths`). Two losses by epoch and the best one (`train_and_valid`), and handwritten
`digits`. A model in its `four_modes`, what each keeps for backward (`saved_memory`), and said
probabilities against what came (`reliability`).
"""

from __future__ import annotations

from course.figures.autograd import graph
from course.figures.boxes import broadcasting, strided
from course.figures.curves import float_spacing, images, softmax_axes, summation_drift
from course.figures.descent import descent_paths, difference_error
from course.figures.evaluation import four_modes, reliability, saved_memory
from course.figures.losses import saturation, softmax_twice
from course.figures.module import module_tree, score_planes
from course.figures.optimizers import bias_correction, trajectories
from course.figures.picture import Picture
from course.figures.signals import tracked, variance_through_depth
from course.figures.start_here import decision_regions, gradient_agreement
from course.figures.training import digits, train_and_valid

__all__ = [
    "Picture",
    "bias_correction",
    "broadcasting",
    "decision_regions",
    "descent_paths",
    "difference_error",
    "digits",
    "float_spacing",
    "four_modes",
    "gradient_agreement",
    "graph",
    "images",
    "module_tree",
    "reliability",
    "saturation",
    "saved_memory",
    "score_planes",
    "softmax_axes",
    "softmax_twice",
    "strided",
    "summation_drift",
    "tracked",
    "train_and_valid",
    "trajectories",
    "variance_through_depth",
]
