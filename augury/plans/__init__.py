"""What a fitted pipeline becomes for serving: a document of typed steps, run on a record without pandas."""

from augury.plans.plan import FORMAT, InvalidPlan, Plan, PlanDocument
from augury.plans.steps import (
    UNSEEN_ID,
    AnyStep,
    Blank,
    Boolean,
    Category,
    FeatureId,
    Scalar,
    Scale,
    among,
    normalised,
)
from augury.plans.values import MAX_FEATURE, MISSING, feature_range, number_of, text_of
from augury.plans.vector import Block, Number, OneHot

__all__ = [
    "FORMAT",
    "MAX_FEATURE",
    "MISSING",
    "UNSEEN_ID",
    "AnyStep",
    "Blank",
    "Block",
    "Boolean",
    "Category",
    "FeatureId",
    "InvalidPlan",
    "Number",
    "OneHot",
    "Plan",
    "PlanDocument",
    "Scalar",
    "Scale",
    "among",
    "feature_range",
    "normalised",
    "number_of",
    "text_of",
]
