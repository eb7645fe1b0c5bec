"""Loads files of learners and learning events into the register."""
