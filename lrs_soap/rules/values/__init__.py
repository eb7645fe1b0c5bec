"""The values that rules are about: codes, decisions, learners, ULNs, postcodes, dates, organisations."""
