"""One client's data, or one event's: handed out, and erased."""

from augury.privacy.erasure import Erased, erase
from augury.privacy.erasure_plan import ErasurePlan, Rewrite, TrainedModel, plan_erasure
from augury.privacy.export import ExportPlan, export, plan_export
from augury.privacy.scope import Scope
from augury.privacy.subject import Subject

__all__ = [
    "Erased",
    "ErasurePlan",
    "ExportPlan",
    "Rewrite",
    "Scope",
    "Subject",
    "TrainedModel",
    "erase",
    "export",
    "plan_erasure",
    "plan_export",
]
