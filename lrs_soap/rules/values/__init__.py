"""The values that rules take and return: codes, decisions and reasons, learners, ULNs, postcodes, dates."""
