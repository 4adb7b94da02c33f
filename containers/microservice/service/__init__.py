"""The microservice contract around :mod:`model`: over HTTP on port 5000, and as a Lambda function."""
