"""Pages for persons with disabilities and their families."""
