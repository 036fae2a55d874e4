"""The products of one store for whoever looks: for the page, and for the table to keep."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request

from evosync.db import catalog, goods, sync
from evosync.db.catalog import CachedStore
from evosync.db.homes import read_homes
from evosync.db.links import Place
from evosync.db.shelf import ProductSearch, Shelf, Sort, fill_shelf
from evosync.db.types import Tx
from evosync.engine.fates import Bucket
from evosync.engine.rules import NO_GROUP
from evosync.vk.addresses import Storefront
from evosync.web.auth import user_of
from evosync.web.market_face import find_face
from evosync.web.product_states import Mood
from evosync.web.state import desk_of, state_of

LONGEST_WORDS = 200  # characters of a search
PIPELINE = "pipeline"  # the round that mirrors


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreShelf:
    """A store's products, judged; `place` and `front` are None while no community is connected."""

    store: CachedStore
    shelf: Shelf
    mood: Mood
    place: Place | None
    front: Storefront | None

    @property
    def name(self) -> str:
        """How the store is called."""
        return self.store.store.name or "Магазин без названия"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the products is looked for, as the address says it."""

    search: ProductSearch
    bucket: Bucket | None

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves goods out."""
        return self.search.is_narrow or self.bucket is not None

    @property
    def kept(self) -> dict[str, str]:
        """What an address says of it."""
        search = self.search
        return {
            "q": search.words.strip(),
            "group": search.group_id or "",
            "state": self.bucket.value if self.bucket else "",
            "sort": "" if search.sort is Sort.STATE else search.sort.value,
        }

    def address(self, path: str, **other: str) -> str:
        """Write it down as an address; what is `other` takes its place."""
        query = urlencode({name: value for name, value in (self.kept | other).items() if value})
        return f"{path}?{query}" if query else path


async def read_shelf(request: Request, tx: Tx, store_id: str) -> StoreShelf:
    """Read the products of one store. Raises HTTPException 404 when it is none of the person's."""
    user, desk = user_of(request), desk_of(request)
    stores = await catalog.list_stores(tx, user.id)
    store = next((each for each in stores if each.store.id == store_id), None)
    if store is None:
        raise HTTPException(404)
    config = await sync.get_config(tx, user.id)
    homes = await read_homes(tx, user.id, store_id)
    stamp = await goods.find_stamp(tx, user.id, store_id)
    kept = await state_of(request).goods.get(tx, user.id, store_id, stamp)
    face = await find_face(request, tx)
    place = face.place if face else None
    is_mirrored = config.enabled and config.mirror and config.confirmed_at is not None
    is_mirrored = is_mirrored and place is not None
    return StoreShelf(
        store=store,
        shelf=await fill_shelf(tx, place, config, homes, kept),
        mood=Mood(
            store_id=store_id,
            config=config,
            is_mirrored=is_mirrored,
            next_at=state_of(request).scheduler.next_at(PIPELINE) if is_mirrored else None,
            now=desk.clock(),
            zone=user.time_zone,
            plain_groups=homes.names,
        ),
        place=place,
        front=face.front if face else None,
    )


def read_wanted(query: QueryParams, shelf: Shelf) -> Wanted:
    """Read what is looked for; what no list knows is not asked for."""
    group, state, sort = query.get("group"), query.get("state"), query.get("sort")
    is_group = group == NO_GROUP or group in shelf.homes.names
    search = ProductSearch(
        words=query.get("q", "")[:LONGEST_WORDS],
        group_id=group if is_group else None,
        sort=Sort(sort) if sort in set(Sort) else Sort.STATE,
    )
    return Wanted(search=search, bucket=Bucket(state) if state in set(Bucket) else None)
