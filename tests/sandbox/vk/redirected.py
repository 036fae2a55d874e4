"""`vk_api` led to the fake VK: the real address is hard-coded in it."""

from typing import Any

from requests.adapters import HTTPAdapter


class Redirected(HTTPAdapter):
    """Sends what is meant for VK to another address."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        request.url = request.url.replace("https://api.vk.ru", self._address)
        return super().send(request, *args, **kwargs)
