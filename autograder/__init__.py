"""What instructors run: build lessons, prove their tests, grade a class.

The rooms: `build` (lesson to release), `execute` (notebook to observations), `judge`
(observations to marks), `grade` (a class to a gradebook), `feedback`, `demo`.
"""

__version__ = "0.1.0"
