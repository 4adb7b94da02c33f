"""Tokens: the OAuth2 token endpoint, and the rotation of the key that signs them."""
