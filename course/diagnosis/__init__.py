"""Where a value differs from the expected one, and the likely cause.

compare       the first difference: type, shape, dtype, entries
entries       two tensors entry by entry
causes        why a type, shape or dtype is another
value_causes  why entries are others
"""

from course.diagnosis.compare import Difference, Rule, difference

__all__ = ["Difference", "Rule", "difference"]
