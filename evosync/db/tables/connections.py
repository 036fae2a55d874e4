"""The two connections of a user, with their sealed tokens and their health."""

from typing import Any

from sqlalchemy import Column, Index, String

from evosync.db.tables.metadata import flag, moment, row_id, table, user_key
from evosync.db.types import BigId, LongText, OutsideId


def _health() -> tuple[Column[Any], ...]:
    return (
        flag("is_online"),
        moment("last_checked_at"),  # NULL: not checked yet, shown grey
        moment("rights_checked_at"),  # the dearer check, once a day
        Column("last_error", LongText),  # a Russian sentence
        Column("last_error_code", String(32)),
        moment("connected_at", needed=True),
        moment("updated_at", needed=True),
    )


evotor_connections = table(
    "evotor_connections",
    row_id(),
    user_key(unique=True),
    Column("access_token", LongText),  # sealed, as all tokens here
    Column("refresh_token", LongText),
    # Delivered tokens wait here, a list of them, until Evotor answers to one.
    Column("candidate_token", LongText),
    Column("api_token", LongText),  # what we answer to Evotor's webhooks
    moment("expires_at"),
    moment("refreshed_at"),
    Column("evotor_user_id", OutsideId),
    Column("store_id", OutsideId),
    Column("store_name", LongText),
    Column("auth_scheme", String(32)),  # the header's form that Evotor took
    *_health(),
    Index(None, "evotor_user_id"),
)

vk_connections = table(
    "vk_connections",
    row_id(),
    user_key(unique=True),
    # NULL until the user has chosen one; one community serves one user.
    Column("community_id", BigId, unique=True),
    Column("community_name", LongText),
    Column("vk_user_id", BigId),
    Column("first_name", LongText),
    Column("last_name", LongText),
    Column("access_token", LongText),
    Column("refresh_token", LongText),
    Column("device_id", LongText),
    Column("scope", LongText),
    moment("expires_at"),
    moment("refreshed_at"),
    *_health(),
    Column("error_link", LongText),  # sealed: where at VK a person can mend it
    Index(None, "vk_user_id"),
)
