#!/usr/bin/env bash
# What the container of MariaDB starts with (compose.yaml, profile mariadb): the account that
# DATABASE_URL names is made at the first start, so its password stands in that line alone.
set -euo pipefail

refuse() {
  echo "DATABASE_URL: $1 Пример: mariadb://evosync:пароль@mariadb/evosync." >&2
  exit 1
}

shape='^[a-z0-9+]+://([A-Za-z0-9_]+):([^@/]*)@mariadb(:3306)?/([A-Za-z0-9_]+)([?].*)?$'
[[ "${DATABASE_URL:-}" =~ $shape ]] || refuse "нужен адрес базы в этом контейнере."
user=${BASH_REMATCH[1]} password=${BASH_REMATCH[2]} database=${BASH_REMATCH[4]}
# Other characters would be written in another way in the address than they are.
[[ "$password" =~ ^[A-Za-z0-9]{12,}$ ]] || refuse "замените change-me паролем от 12 латинских букв и цифр."

export MARIADB_USER=$user MARIADB_PASSWORD=$password MARIADB_DATABASE=$database
# Nobody signs in as root: its password is chance, and is told to nobody.
MARIADB_ROOT_PASSWORD=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
export MARIADB_ROOT_PASSWORD
unset DATABASE_URL
exec docker-entrypoint.sh "$@"
