"""Pipeline definitions: each file defines ``build_pipeline()``, for ``augury pipeline train FILE``."""
