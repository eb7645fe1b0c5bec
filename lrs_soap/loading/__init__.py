"""Files of learners and learning events, and how they get into the register."""
