# # A lesson

import math

math.pi
