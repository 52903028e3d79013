"""pyproject.toml holds the settings; this adds the kernelspec to editable installs."""

from __future__ import annotations

from setuptools import Distribution, setup


class WithDataFiles(Distribution):
    """setuptools asks for `has_data`, which it lacks, before it adds data files to a wheel."""

    def has_data(self) -> bool:
        """Whether there are any."""
        return bool(self.has_data_files())


setup(distclass=WithDataFiles)
