"""The report of a learner's qualifications as a PDF (user guide, 5.4)."""
