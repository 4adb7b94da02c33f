"""Where everything lies in the data bucket. No other package spells a key."""

from augury.lake.layout import (
    CLIENTS,
    EVENTS_ERROR_PREFIX,
    EVENTS_PREFIX,
    PREDICTIONS_ERROR_PREFIX,
    PREDICTIONS_PREFIX,
    RAW_EVENTS,
    RAW_PREDICTIONS,
    client_day,
    client_events,
    client_models,
    failed_split_key,
    model_prefix,
    raw_events_hour,
    split_output_key,
)

__all__ = [
    "CLIENTS",
    "EVENTS_ERROR_PREFIX",
    "EVENTS_PREFIX",
    "PREDICTIONS_ERROR_PREFIX",
    "PREDICTIONS_PREFIX",
    "RAW_EVENTS",
    "RAW_PREDICTIONS",
    "client_day",
    "client_events",
    "client_models",
    "failed_split_key",
    "model_prefix",
    "raw_events_hour",
    "split_output_key",
]
