"""The application: its routes in one list, each with whom it is for."""

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from evosync.accounts.permissions import Permission
from evosync.web import errors
from evosync.web.application import Application
from evosync.web.assets import static_mount
from evosync.web.auth import Access
from evosync.web.body_limit import BodyLimit
from evosync.web.csrf import FetchMetadata
from evosync.web.headers import SecurityHeaders
from evosync.web.hosts import KnownHosts
from evosync.web.pages import (
    admin_audit,
    admin_doctor,
    admin_log,
    admin_logs,
    admin_roles,
    admin_runs,
    admin_user,
    admin_user_acts,
    admin_user_new,
    admin_users,
    adoption,
    catalog_acts,
    catalog_exports,
    catalog_groups,
    catalog_products,
    catalog_stores,
    catalog_toggles,
    confirm_email,
    connection_keys,
    connections,
    docs,
    evotor,
    feed,
    forgot_password,
    health,
    index,
    invite,
    login,
    logout,
    metrics,
    problem,
    problem_retry,
    problems,
    profile,
    profile_delete,
    profile_edit,
    profile_password,
    profile_phone,
    register,
    resend_confirm,
    reset_password,
    run,
    run_acts,
    run_events,
    runs,
    setup,
    sync,
    sync_feed,
    sync_photo,
    sync_preview,
    sync_send,
    sync_settings,
    theme,
    vk,
    vk_catalog,
    vk_catalog_picture,
    vk_catalog_products,
    vk_community,
    vk_sign_in,
    webhooks,
)
from evosync.web.request_log import RequestLog
from evosync.web.routing import EventStream, FilePage, JsonPage, Page, Passage

ANYONE = Access.ANYONE
VIEW, EDIT, DELETE = Permission.USERS_VIEW, Permission.USERS_EDIT, Permission.USERS_DELETE

# fmt: off
public = [
    Page("/", name="index", needs=ANYONE, get=index.go_on),
    JsonPage("/health", name="health", needs=ANYONE, get=health.show, described={"GET": health.DESCRIPTION}),
    FilePage("/metrics", name="metrics", needs=ANYONE, get=metrics.show),
    Page("/setup", name="setup", needs=ANYONE, get=setup.show, post=setup.submit),
    Page("/login", name="login", needs=ANYONE, get=login.show, post=login.submit),
    Page("/logout", name="logout", needs=ANYONE, get=logout.ask, post=logout.submit),
    Page("/register", name="register", needs=ANYONE, get=register.show, post=register.submit),
    Page("/confirm-email", name="confirm-email", needs=ANYONE, get=confirm_email.show, post=confirm_email.submit),
    Page("/resend-confirm", name="resend-confirm", needs=ANYONE, get=resend_confirm.show, post=resend_confirm.submit),
    Page("/forgot-password", name="forgot-password", needs=ANYONE, get=forgot_password.show, post=forgot_password.submit, has_chat=True),
    Page("/reset-password", name="reset-password", needs=ANYONE, get=reset_password.show, post=reset_password.submit),
    Page("/invite", name="invite", needs=ANYONE, get=invite.show, post=invite.submit),
]
own = [
    Page("/profile", name="profile", get=profile.show, has_chat=True),
    Page("/profile/edit", name="profile-edit", get=profile_edit.show, post=profile_edit.submit),
    Page("/profile/change-password", name="profile-password", get=profile_password.show, post=profile_password.submit),
    Page("/profile/delete", name="profile-delete", get=profile_delete.show, post=profile_delete.submit),
    Page("/profile/phone", name="profile-phone", get=profile_phone.show, post=profile_phone.submit),
    Page("/profile/theme", name="theme", post=theme.submit),
]
# What names nothing of its own comes first: «add» is no service.
ends = [
    Page("/connections", name="connections", get=connections.show),
    Page("/connections/add", name="connections-add", get=connections.add),
    Page("/connections/delete", name="connections-delete", post=connections.delete),
    Page("/connections/{service}", name="connection-save", post=connection_keys.save),
    Page("/connections/{service}/disconnect", name="connection-disconnect", post=connections.disconnect),
    JsonPage("/connections/{service}/test", name="connection-test", post=connection_keys.test, described={"POST": connection_keys.TRIAL}),
    Page("/evotor", name="evotor", get=evotor.show),
    Passage("/evotor/connect", name="evotor-connect", get=evotor.connect),
    Passage("/evotor/callback", name="evotor-callback", get=evotor.come_back),
    Page("/evotor/disconnect", name="evotor-disconnect", post=connections.disconnect_evotor),
    Page("/vk", name="vk", get=vk.show),
    Passage("/vk/connect", name="vk-connect", get=vk_sign_in.connect),
    Passage("/vk/callback", name="vk-callback", get=vk_sign_in.come_back),
    Page("/vk/community", name="vk-community", get=vk_community.show, post=vk_community.submit),
    Page("/vk/disconnect", name="vk-disconnect", post=connections.disconnect_vk),
]
market = [
    Page("/vk-catalog/albums", name="vk-catalog", get=vk_catalog.show),
    Page("/vk-catalog/albums/{id}/products", name="vk-catalog-products", get=vk_catalog_products.show),
    FilePage("/vk-catalog/pictures/{kind}/{id}", name="vk-catalog-picture", get=vk_catalog_picture.show),
]
sending = [
    Page("/sync/preview", name="sync-preview", get=sync_preview.show, post=sync_preview.begin),
    Page("/sync/confirm", name="sync-confirm", post=sync_send.confirm),
    Page("/sync/run", name="sync-run", post=sync_send.run),
    Page("/adoption", name="adoption", post=adoption.submit),
]
ran = [
    Page("/runs", name="runs", get=runs.show),
    Page("/runs/{id}", name="run", get=run.show),
    EventStream("/runs/{id}/events", name="run-events", get=run_events.show),
    Page("/runs/{id}/approve", name="run-approve", post=run_acts.approve),
    Page("/runs/{id}/cancel", name="run-cancel", post=run_acts.cancel),
]
# What the mirror does, and with what.
settings = [
    Page("/sync", name="sync", get=sync.show),
    Page("/sync/settings", name="sync-settings", post=sync_settings.submit),
    Page(sync_photo.PATH, name="sync-photo", get=sync_photo.show, post=sync_photo.submit),
    FilePage("/sync/photo/picture", name="sync-photo-picture", get=sync_photo.picture),
]
feeding = [
    FilePage("/feed/{secret}.yml", name="feed", needs=ANYONE, get=feed.show),
    FilePage("/feed/pictures/{sha256}.jpg", name="feed-picture", needs=ANYONE, get=feed.show_picture),
    Page("/sync/feed", name="sync-feed", post=sync_feed.submit),
]
catalog = [
    Page("/catalog", name="catalog", get=catalog_stores.go_on),
    Page("/catalog/stores", name="catalog-stores", get=catalog_stores.show),
    Page("/catalog/stores/order", name="stores-order", post=catalog_acts.order),
    Page("/catalog/refresh", name="catalog-refresh", post=catalog_acts.refresh),
    Page("/catalog/select-all", name="catalog-select-all", post=catalog_toggles.select_all),
    Page("/catalog/stores/{id}/toggle", name="store-toggle", post=catalog_toggles.toggle_store),
    Page("/catalog/stores/{id}/groups", name="catalog-groups", get=catalog_groups.show),
    Page("/catalog/stores/{id}/groups/{gid}/toggle", name="group-toggle", post=catalog_toggles.toggle_group),
    FilePage("/catalog/stores/export.csv", name="stores-export", get=catalog_exports.stores),
    FilePage("/catalog/stores/{id}/groups/export.csv", name="groups-export", get=catalog_exports.groups),
    FilePage("/catalog/stores/{id}/products/export.csv", name="products-export", get=catalog_exports.products),
    Page("/catalog/stores/{id}/products", name="catalog-products", get=catalog_products.show),
    Page("/catalog/stores/{id}/products/{pid}/toggle", name="product-toggle", post=catalog_toggles.toggle_product),
    Page("/catalog/stores/{id}/new-groups", name="new-groups", post=catalog_acts.set_new_groups),
]
troubles = [
    Page("/problems", name="problems", get=problems.show),
    Page("/problems/{pid}", name="problem", get=problem.show),
    Page("/problems/{pid}/retry", name="problem-retry", post=problem_retry.submit),
]
called = [
    JsonPage(f"{prefix}/user/{kind}", name=f"webhook-{kind}{'-v1' if prefix else ''}", needs=ANYONE, post=answer, described={"POST": description})
    for prefix in webhooks.PREFIXES
    for kind, answer, description in (
        ("create", webhooks.create, webhooks.CREATE),
        ("verify", webhooks.verify, webhooks.VERIFY),
        ("token", webhooks.token, webhooks.TOKEN),
    )
]
admin = [
    Page("/admin/users", name="admin-users", needs=VIEW, get=admin_users.show),
    Page("/admin/users/new", name="admin-user-new", needs=EDIT, get=admin_user_new.show, post=admin_user_new.submit),
    Page("/admin/users/{id}", name="admin-user", needs=VIEW, get=admin_user.show),
    Page("/admin/users/{id}/activate", name="admin-user-activate", needs=EDIT, post=admin_user_acts.activate),
    Page("/admin/users/{id}/suspend", name="admin-user-suspend", needs=EDIT, post=admin_user_acts.suspend),
    Page("/admin/users/{id}/reset-password", name="admin-user-reset-password", needs=EDIT, post=admin_user_acts.reset_password),
    Page("/admin/users/{id}/send-invite", name="admin-user-send-invite", needs=EDIT, post=admin_user_acts.send_invite),
    Page("/admin/users/{id}/edit", name="admin-user-edit", needs=EDIT, post=admin_user.submit),
    Page("/admin/users/{id}/delete", name="admin-user-delete", needs=DELETE, post=admin_user_acts.delete),
    Page("/admin/roles", name="admin-roles", needs=VIEW, get=admin_roles.show),
    Page("/admin/roles/{id}/permissions", name="admin-role-permissions", needs=Permission.ROLES_EDIT, post=admin_roles.submit),
    Page("/admin/runs", name="admin-runs", needs=Permission.RUNS_VIEW, get=admin_runs.show),
    Page("/admin/runs/{id}/cancel", name="admin-run-cancel", needs=Permission.RUNS_VIEW, post=admin_runs.cancel),
    Page("/admin/runs/{id}/again", name="admin-run-again", needs=Permission.RUNS_VIEW, post=admin_runs.again),
    Page("/admin/audit", name="admin-audit", needs=Permission.LOGS_VIEW, get=admin_audit.show),
    Page("/admin/doctor", name="admin-doctor", needs=Permission.SYSTEM_VIEW, get=admin_doctor.show, post=admin_doctor.begin),
    Page("/admin/logs", name="admin-logs", needs=Permission.LOGS_VIEW, get=admin_logs.show),
    Page("/admin/logs/{id}", name="admin-log", needs=Permission.LOGS_VIEW, get=admin_log.show),
]
described = [
    Page("/docs", name="docs", needs=ANYONE, get=docs.swagger),
    Page("/redoc", name="redoc", needs=ANYONE, get=docs.redoc),
    JsonPage("/openapi.json", name="openapi", needs=ANYONE, get=docs.openapi, described={"GET": docs.DESCRIPTION}),
]
# fmt: on
routes: list[BaseRoute] = [
    *public,
    *own,
    *ends,
    *market,
    *sending,
    *ran,
    *settings,
    *feeding,
    *catalog,
    *troubles,
    *called,
    *admin,
    *described,
    static_mount(),
]


def make_app() -> Application:
    """Build the application; `evosync.web.lifespan` gives it its `state.evosync`."""
    made = Application(
        routes=routes,
        middleware=[
            # Outermost, so that the page of what broke has them too.
            Middleware(SecurityHeaders),
            Middleware(RequestLog),
            Middleware(KnownHosts),
            Middleware(BodyLimit, larger={sync_photo.PATH: sync_photo.ALLOWED}),
            Middleware(FetchMetadata, exempt=webhooks.PATHS),
        ],
        exception_handlers=errors.handlers,
    )
    # Its address would be made of the name that the request was sent to.
    made.router.redirect_slashes = False
    return made
