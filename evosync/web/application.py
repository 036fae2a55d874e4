"""The application as pages know it: by the names of its routes, from which it makes addresses."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import URLPath
from starlette.routing import Route

from evosync.web.path_ids import sealed

_ANY = "-.-"  # an id that stands in an address as it is


class Application(Starlette):
    """An application whose routes are all there before its first request."""

    @cached_property
    def pages(self) -> Mapping[str, Route]:
        """The routes of pages by name."""
        return {route.name: route for route in self.routes if isinstance(route, Route)}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Return the address of a page. Raises NoMatchFound when there is none of this name."""
        # The framework goes through all routes for each address, and a page has dozens.
        page = self.pages.get(name)
        if page is None:
            return super().url_path_for(name, **path_params)
        return page.url_path_for(name, **path_params)

    def addresses(self, name: str, /, differ_in: str, **path_params: Any) -> Callable[[str], str]:
        """Return what makes the addresses of a page for many ids, all else being the same."""
        path = str(self.url_path_for(name, **path_params, **{differ_in: _ANY}))
        before, _, after = path.rpartition(_ANY)
        return lambda one: f"{before}{sealed(one)}{after}"
