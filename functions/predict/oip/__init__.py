"""The Open Inference Protocol's messages over gRPC, generated from ``inference.proto`` by ``make protocol``."""
