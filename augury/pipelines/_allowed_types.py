"""Which types a stored pipeline may hold beyond those that skops itself knows to be data, each with its reason.

skops names every type that a file would make before it makes any. It trusts the public estimators of scikit-learn,
NumPy's arrays and number types, and SciPy's matrices. All else is refused by name unless it is here. The check is a
second line: nothing is read from an artifact before the operator's signature on it is found right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sklearn.base import BaseEstimator

from augury.pipelines import _blocks
from augury.plans import Step

ALLOWED_TYPES: dict[str, str] = {
    "numpy.dtype": "names a type of array",
    "scipy.interpolate._bsplines.BSpline": "arrays of knots and coefficients",
    "scipy.interpolate._bsplines._BSpline": "arrays of knots and coefficients",
    "sklearn._loss.loss.HalfTweedieLossIdentity": "a loss, which holds one number",
    "sklearn.calibration._CalibratedClassifier": "estimators and numbers",
    "sklearn.calibration._SigmoidCalibration": "two numbers",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor": "arrays; child indexes are as trained",
    "sklearn.feature_selection._univariate_selection.f_classif": "scikit-learn's function; it is not called to predict",
    "sklearn.feature_selection._univariate_selection.f_regression": "as f_classif",
    "sklearn.feature_selection._univariate_selection.chi2": "as f_classif",
    "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace": "arrays and kernels",
    "sklearn.gaussian_process.kernels.ConstantKernel": "numbers",
    "sklearn.gaussian_process.kernels.Product": "two kernels",
    "sklearn.gaussian_process.kernels.RBF": "numbers",
    "sklearn.gaussian_process.kernels.Sum": "two kernels",
    "sklearn.gaussian_process.kernels.WhiteKernel": "numbers",
    "sklearn.metrics._dist_metrics.EuclideanDistance64": "a metric without parameters",
    "sklearn.neighbors._ball_tree.BallTree": "arrays",
    "sklearn.neighbors._kd_tree.KDTree": "arrays",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer": "arrays; it is not used to predict",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer": "arrays; it is not used to predict",
    "sklearn.utils._bunch.Bunch": "a dictionary whose entries are attributes too",
    "sklearn.tree._tree.Tree": "arrays, whose shapes and types it checks; child indexes are as trained",
    "xgboost.core.Booster": "XGBoost's own model format, which holds no code",
    "xgboost.sklearn.XGBClassifier": "parameters and a Booster",
    "xgboost.sklearn.XGBRegressor": "parameters and a Booster",
}
"""Types by their full name, and why each is harmless."""


def allowed_types() -> set[str]:
    """Return the full names of all types that a stored pipeline may hold: the list, and this package's own classes.

    Ours are transforms, estimators and plan steps, whose state is data and whose code is the installed one.
    """
    bases: tuple[type[Any], ...] = (BaseEstimator, Step)
    return ALLOWED_TYPES.keys() | {_name(kind) for base in bases for kind in _ours(base)} | _BLOCKS


def _ours(base: type[Any]) -> Iterator[type[Any]]:
    for kind in base.__subclasses__():
        if kind.__module__.startswith(("augury.pipelines.", "augury.plans.")):
            yield kind
        yield from _ours(kind)


def _name(kind: type[Any]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


_BLOCKS = {f"{_blocks.__name__}.{name}" for name in vars(_blocks) if name.endswith("Block")}
