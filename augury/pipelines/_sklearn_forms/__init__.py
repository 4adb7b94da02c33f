"""The plan forms of scikit-learn's transformers: fitted ones become steps that do the same to a single record.

There is one file per family; what has no form here is served by the pandas lane.
"""

from augury.pipelines._sklearn_forms._columns import feature_names, width_of
from augury.pipelines._sklearn_forms._dispatch import steps_of

__all__ = ["feature_names", "steps_of", "width_of"]
