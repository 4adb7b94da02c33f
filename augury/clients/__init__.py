"""Who calls: clients, their credentials, and the tokens that stand for them."""

from augury.clients.authentication import Authenticator, Caller, Presented
from augury.clients.credentials import Credential, CredentialKind
from augury.clients.grants import GrantRefused, TokenEndpoint
from augury.clients.rotation import rotation_step
from augury.clients.store import ClientExists, ClientRecord, ClientStore, NewClient

__all__ = [
    "Authenticator",
    "Caller",
    "ClientExists",
    "ClientRecord",
    "ClientStore",
    "Credential",
    "CredentialKind",
    "GrantRefused",
    "NewClient",
    "Presented",
    "TokenEndpoint",
    "rotation_step",
]
