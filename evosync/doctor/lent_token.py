"""The token of a connection as the doctor asks with it: as it stands, and never renewed."""

from evosync.db.services import Service
from evosync.errors import TryLater
from evosync.keepers import Shelf, stored_tokens


class LentToken:
    """Implements TokenKeeper for a look that changes nothing.

    `is_spent` = its time is over or it was refused, and the service can have
    another in its place: then the look tells nothing of the connection.
    """

    def __init__(self, shelf: Shelf, service: Service, user_id: int) -> None:
        self._shelf = shelf
        self._service = service
        self._user_id = user_id
        self.is_spent = False

    async def token(self) -> str:
        """Return the access token that stands. Raises TryLater when it first has to be renewed."""
        stored = await stored_tokens(self._shelf, self._service, self._user_id)
        is_over = stored.expires_at is not None and stored.expires_at <= self._shelf.clock()
        if is_over and stored.refresh:
            self.is_spent = True
            raise TryLater("Ключ доступа обновит служба.", code="busy")
        return self._shelf.vault.open(stored.access)

    async def refresh(self, refused: str) -> str | None:
        """Return the token that the service put in the place of the refused one, if it did."""
        stored = await stored_tokens(self._shelf, self._service, self._user_id)
        token = self._shelf.vault.open(stored.access)
        if token != refused:
            return token
        self.is_spent = stored.refresh is not None
        return None
