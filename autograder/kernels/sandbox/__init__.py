"""The walls around a student's kernel. Linux only; elsewhere it says so and lets nothing run.

In the process that forks kernels, with one thread and no student's code:

    entered = enter_namespaces(policy)      # in a child of its own
    if os.fork() == 0:                      # the kernel: process 1 of its PID namespace
        given = lock_in(policy, entered)    # then, and only then, the student's code

Layers, each with its own file: namespaces and a root folder of its own (`namespaces`,
`root_folder`), Landlock (`filesystem`), seccomp (`syscalls`), rlimits (`limits`), an
unprivileged user (`identity`), a clean environment (`environment`), and from outside a watch
over memory and disk (`watch`).
"""

from autograder.kernels.sandbox.environment import clean_environment
from autograder.kernels.sandbox.lock import lock_in
from autograder.kernels.sandbox.namespaces import enter_namespaces
from autograder.kernels.sandbox.policy import Given, Policy, SandboxError
from autograder.kernels.sandbox.probe import probe, refuse_at_first_sight
from autograder.kernels.sandbox.report import Report, require_minimum
from autograder.kernels.sandbox.watch import Exceeded, Watch, end

__all__ = [
    "Exceeded",
    "Given",
    "Policy",
    "Report",
    "SandboxError",
    "Watch",
    "clean_environment",
    "end",
    "enter_namespaces",
    "lock_in",
    "probe",
    "refuse_at_first_sight",
    "require_minimum",
]
