"""Lambda entry points: each translates an AWS event into one call of the library, and back."""
