"""`course doctor`: what this machine gives the course, and what to do about what is missing.

facts    what is known of the machine: plain data
probe    collects the facts; the one place that looks at the machine
torch_probe  the part that imports torch, run as a process of its own, since it may hang
faults   facts to findings: pure, so each outcome is tested with made-up facts
report   findings for people, or as JSON
"""

from course.doctor.facts import Facts
from course.doctor.faults import Finding, Level, examine
from course.doctor.probe import collect
from course.doctor.report import report

__all__ = ["Facts", "Finding", "Level", "collect", "examine", "report"]
