# For grading where there is no sandbox (macOS, Windows), or without installing anything:
#   docker build -t pytorch-mechanics .
#   docker run --rm -v "$PWD":/course pytorch-mechanics autograder grade ASSIGNMENT --course-dir /course
FROM python:3.11-slim

# libseccomp2: the sandbox's filter. g++: torch.compile on a CPU.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libseccomp2 g++ \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /pytorch-mechanics
# What the package is made of, and nothing else: no lesson with its solutions, no student's work.
COPY pyproject.toml constraints.txt README.md LICENSE LICENSE-lessons ./
COPY course ./course
COPY autograder ./autograder
# A container on a laptop has no use for CUDA: pytorch.org names an index of smaller CPU builds,
# given by --build-arg PIP_EXTRA_INDEX_URL=ADDRESS, which pip reads.
ARG PIP_EXTRA_INDEX_URL
RUN pip install --no-cache-dir -c constraints.txt ".[instructor]"

# Root, so that each kernel becomes a user of its own. Nothing else in here is worth having.
WORKDIR /course
CMD ["autograder", "doctor"]
