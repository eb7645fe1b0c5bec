"""How the service decides about batch jobs: their states, their records, their exceptions."""
