"""How the service decides about one learner: find by ULN, register, update, verify, retrieve, merge."""
