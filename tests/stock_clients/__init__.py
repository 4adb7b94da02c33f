"""Programs that use stock clients of the Open Inference Protocol, run in an environment of these clients' own."""
