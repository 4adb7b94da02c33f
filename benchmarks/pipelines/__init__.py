"""Pipelines: how fast they are fitted, how fast what serves them answers, and what a loaded one costs.

Run it with ``python -m benchmarks.pipelines``; ``--rows`` makes the frame for AutoTransform smaller. Contestants are
timed in turn in one run, so that a noisy machine disturbs them alike; ratios count, absolute figures are indicative.
"""
