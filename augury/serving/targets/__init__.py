"""Targets outside this process: Lambda functions, and services that speak the microservice contract."""

from augury.serving.targets.allowed_hosts import AllowedHosts
from augury.serving.targets.breaker import CircuitBreakers
from augury.serving.targets.connections import Connections
from augury.serving.targets.http_service import HttpServices
from augury.serving.targets.lambda_function import LambdaFunctions
from augury.serving.targets.services import Services

__all__ = ["AllowedHosts", "CircuitBreakers", "Connections", "HttpServices", "LambdaFunctions", "Services"]
