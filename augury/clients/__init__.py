"""Who calls: clients, their credentials, and the tokens that stand for them."""

from augury.clients.admin import ClientAdmin, ClientExists, NewClient, RotatedSecret
from augury.clients.authentication import Authenticator, Caller, Presented
from augury.clients.changes import Replacement
from augury.clients.credentials import Credential, CredentialKind, SecretTerm
from augury.clients.grants import GrantRefused, TokenEndpoint
from augury.clients.last_used import LastUsed
from augury.clients.quotas import QuotaLimiter
from augury.clients.records import ClientRecord, Quota
from augury.clients.rotation import rotation_step
from augury.clients.secrets import Pepper
from augury.clients.store import ClientSnapshot, ClientStore, ClientUnknown

__all__ = [
    "Authenticator",
    "Caller",
    "ClientAdmin",
    "ClientExists",
    "ClientRecord",
    "ClientSnapshot",
    "ClientStore",
    "ClientUnknown",
    "Credential",
    "CredentialKind",
    "GrantRefused",
    "LastUsed",
    "NewClient",
    "Pepper",
    "Presented",
    "Quota",
    "QuotaLimiter",
    "Replacement",
    "RotatedSecret",
    "SecretTerm",
    "TokenEndpoint",
    "rotation_step",
]
