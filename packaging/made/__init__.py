"""The steps of `packaging/build`, one a file."""
