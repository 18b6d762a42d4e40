"""Which access serves a field, and what a person is. One module a subject."""
