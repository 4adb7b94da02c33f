"""Processes that answer predictions are stopped at random, and every prediction that was answered is looked for."""
