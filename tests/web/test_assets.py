"""Static files: their addresses, how long they are kept, and that nothing else is served."""

import re
from urllib.parse import urljoin

import httpx
import pytest

from evosync.web.assets import FOLDER, fingerprint, static

FOR_EVER = "public, max-age=31536000, immutable"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
STYLES = [name for name in FILES if name.endswith(".css")]


def test_an_address_holds_the_hash_of_all_files() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", fingerprint())
    assert static("app.css") == f"/static/{fingerprint()}/app.css"


@pytest.mark.parametrize("name", ["nowhere.css", "", "vendor"])
def test_a_template_that_names_no_file_is_a_mistake(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        static(name)


async def test_every_file_is_served_to_anyone_and_kept(stranger: httpx.AsyncClient) -> None:
    for name in FILES:
        answer = await stranger.get(static(name))
        assert answer.status_code == 200, name
        assert answer.content == (FOLDER / name).read_bytes(), name
        assert answer.headers["cache-control"] == FOR_EVER, name
        assert "set-cookie" not in answer.headers, name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("app.css", "text/css; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("favicon.svg", "image/svg+xml"),
        ("vendor/bootstrap-icons/bootstrap-icons.woff2", "font/woff2"),
    ],
)
async def test_a_file_says_what_it_is(name: str, kind: str, stranger: httpx.AsyncClient) -> None:
    # Browsers are told not to guess.
    answer = await stranger.get(static(name))
    assert answer.headers["content-type"] == kind
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_page_of_another_version_gets_todays_file_and_does_not_keep_it(
    stranger: httpx.AsyncClient,
) -> None:
    answer = await stranger.get("/static/000000000000/app.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_file_that_is_known_is_not_sent_again(stranger: httpx.AsyncClient) -> None:
    first = await stranger.get(static("app.js"))
    again = await stranger.get(static("app.js"), headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_text_is_packed_for_who_can_unpack_it(stranger: httpx.AsyncClient) -> None:
    packed = await stranger.get(static("app.css"), headers={"Accept-Encoding": "gzip"})
    plain = await stranger.get(static("app.css"), headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert packed.headers["cache-control"] == FOR_EVER


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/{hash}",
        "/{hash}/",
        "/{hash}/vendor",
        "/{hash}/nowhere.css",
        "/app.css",
        "/{hash}/../app.py",
        "/{hash}/../../app.py",
        "/{hash}/%2e%2e/app.py",
        "/{hash}/..%2fapp.py",
        "/{hash}/..%2f..%2fapp.py",
        "/{hash}/..%5capp.py",
        "/{hash}/....//app.py",
        "/{hash}/%2fetc%2fpasswd",
        "/{hash}//etc/passwd",
        "/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/{hash}/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/{hash}/app.css%00",
        "/{hash}/%00",
        "/{hash}/app.css/",
        "/{hash}/app.css/more",
        "/{hash}/" + "x" * 300,
        "/{hash}/" + "x/" * 3000,
        "/{hash}/%ff%fe",
    ],
)
async def test_nothing_but_files_of_the_folder_is_served(
    path: str, stranger: httpx.AsyncClient
) -> None:
    url = httpx.URL("http://evosync.test").copy_with(
        raw_path=f"/static{path}".replace("{hash}", fingerprint()).encode()
    )
    answer = await stranger.get(url)
    if answer.status_code == 200:
        # «app.css/» and its like are the file itself.
        assert answer.content == (FOLDER / "app.css").read_bytes()
        return
    assert answer.status_code in {307, 404}
    assert "root:" not in answer.text
    assert "import" not in answer.text
    assert "immutable" not in answer.headers.get("cache-control", "")


async def test_files_are_only_to_be_read(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.head(static("app.css"))).status_code == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await stranger.request(method, static("app.css"))).status_code == 405


@pytest.mark.parametrize("name", STYLES)
def test_what_a_style_names_is_a_file_beside_it_and_on_no_other_host(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert "@import" not in text
    for quoted in re.findall(r"url\(([^)]*)\)", text):
        address = quoted.strip("\"'")
        if address.startswith("data:"):
            continue
        beside = urljoin(f"https://here/{name}", address).split("?")[0]
        assert beside.startswith("https://here/"), address
        assert (FOLDER / beside.removeprefix("https://here/")).is_file(), address
