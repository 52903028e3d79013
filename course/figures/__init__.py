"""What the lessons draw, a module a topic; `course.plots` is their front."""
