"""Before and after a training job on AWS."""
