"""What a new database starts with, and synthetic learners."""
