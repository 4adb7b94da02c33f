"""Training in a container, by the conventions of SageMaker training.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html says where what stands.
"""

from augury.training.container.hyperparameters import Hyperparameters, read_hyperparameters
from augury.training.container.job import main
from augury.training.container.places import Places

__all__ = ["Hyperparameters", "Places", "main", "read_hyperparameters"]
