"""Kernels that start warm and can't get out: forked from a process with the imports done.

zygote      the warm process, which forks a supervisor for each kernel (its docstring is
            the protocol)
supervisor  one for each kernel: shuts it in, watches it, ends it with all that it started
kernel      the kernel itself: forgets the warm process, locks itself in, serves Jupyter
client      our side: starts the zygote when it is needed, and again when it has died
provisioner how jupyter_client, nbclient and nbgrader come by such a kernel, by its name
sandbox     the walls
"""

from __future__ import annotations

# The kernelspec's name: `jupyter kernelspec list` shows it.
KERNEL_NAME = "pytorch-mechanics"

__all__ = ["KERNEL_NAME"]
