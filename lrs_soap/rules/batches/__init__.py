"""How the service decides about batch jobs: their life, their records, their exceptions."""
