"""What the lessons let students move, a module a topic; `course.widgets` is their front."""
