"""The table of pages: each page in each state that looks different, and who sees it so."""

from tests.browser.states_catalog import CATALOG
from tests.browser.states_connections import AT_FAIR, IN_TOWN
from tests.browser.states_log import LOG
from tests.browser.states_market import MARKET
from tests.browser.states_problems import PROBLEMS
from tests.browser.states_products import PRODUCTS
from tests.browser.states_public import OTHER, PUBLIC
from tests.browser.states_runs import RUNS
from tests.browser.states_sending import SENDING
from tests.browser.states_signed_in import ADMIN, OWN
from tests.browser.states_sync import SYNC

STATES = [
    *PUBLIC,
    *OWN,
    *IN_TOWN,
    *AT_FAIR,
    *ADMIN,
    *OTHER,
    *LOG,
    *CATALOG,
    *MARKET,
    *RUNS,
    *SENDING,
    *SYNC,
    *PRODUCTS,
    *PROBLEMS,
]
