"""The functions in containers, as SAM runs them."""
