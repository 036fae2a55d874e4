#!/bin/sh
# What the container of Caddy starts with (compose.yaml, profile tls): Caddy parts names by blanks,
# DOMAIN by commas.
set -eu

DOMAIN=$(printf '%s' "${DOMAIN:-}" | tr ',' ' ')
case "$DOMAIN" in
  *[![:space:]]*) ;;
  *)
    echo "DOMAIN: задайте домен сервиса, например DOMAIN=shop.example." >&2
    exit 1
    ;;
esac
export DOMAIN
exec caddy run --config /etc/caddy/Caddyfile --adapter caddyfile
