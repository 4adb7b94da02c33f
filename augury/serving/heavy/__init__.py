"""The heavy function: another process scores what this one has no lane for."""

from augury.serving.heavy.answering import answer_score
from augury.serving.heavy.function import HeavyFunction
from augury.serving.heavy.messages import ScoreRequest

__all__ = ["HeavyFunction", "ScoreRequest", "answer_score"]
