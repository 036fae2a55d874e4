#!/usr/bin/env bash
# Builds the image of the Dockerfile and runs it as compose.yaml does, where there is no Docker: by hand, as
# root, on Debian, in about three minutes.
#
#   apt-get install buildah runc debootstrap
#   bash tests/image/try.sh
#
# In the place of the base image stands Debian 13 with its own Python 3.13, so that no registry of images is
# asked. It is built by buildah from the Dockerfile as it is, and run by runc: an ordinary user without
# capabilities, a root that cannot be written to, a volume. What is not tried so: BuildKit, the published
# port, MariaDB's and Caddy's images. DATABASE_URL tries MariaDB: DATABASE_URL=mariadb://… bash tests/image/try.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d /var/tmp/evosync-image.XXXXXX)
port=${PORT:-18900}
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
store() { buildah --root "$work/store" --runroot "$work/run" "$@"; }
step() { printf '== %s\n' "$1"; }
fail() { printf 'FAILED: %s\n' "$1" >&2; exit 1; }
ended() {
  runc delete --force evosync-try >/dev/null 2>&1 || true
  [ -z "${built:-}" ] || store umount "$built" >/dev/null || true
  rm -rf "$work"
}
trap ended EXIT

base=$(sed -n 's/^FROM \(python:[^ ]*\)$/\1/p' Dockerfile)
step "base, in the place of $base"
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates trixie "$work/base" >"$work/debootstrap.log"
ln -s /usr/bin/python3 "$work/base/usr/local/bin/python"
# This machine's certificates: a proxy of its own may stand before the packages.
cp /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/ca-certificates.crt"
empty=$(store from scratch)
store add -q "$empty" "$work/base" / >/dev/null
store config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin --env PIP_CERT=/etc/ssl/certs/ca-certificates.crt "$empty"
store commit -q "$empty" "docker.io/library/$base" >/dev/null

step "build, from a clone whose files are their owner's alone"
mkdir "$work/clone"
git ls-files -z | tar --null --files-from - -c | (umask 077 && tar -x --no-same-permissions -C "$work/clone")
[ "$(stat -c %a "$work/clone/deploy/healthcheck.py")" = 600 ] || fail "the clone can be read by others"
store bud -q --pull-never --format docker -t evosync:try "$work/clone" >/dev/null
store inspect --type image evosync:try >"$work/image.json"
built=$(store from --pull-never evosync:try)
root=$(store mount "$built")
! find "$root/usr/bin" "$root/usr/local/bin" -name '*gcc*' -o -name cc | grep -q . || fail "a compiler is in the image"
du -sh "$root/opt/evosync" | cut -f1

step "run"
mkdir "$work/bundle" "$work/data"
chown 10001:10001 "$work/data"
python3 - "$work" "$root" "$port" <<'PYTHON'
import json, os, subprocess, sys

work, root, port = sys.argv[1:]
image = json.load(open(f"{work}/image.json"))["Docker"]["config"]
subprocess.run(["runc", "spec", "--bundle", f"{work}/bundle"], check=True)
spec = json.load(open(f"{work}/bundle/config.json"))
uid, gid = map(int, image["User"].split(":"))
given = [f"{name}={os.environ[name]}" for name in ("DATABASE_URL",) if name in os.environ]
spec["process"] |= {
    "terminal": False,
    "user": {"uid": uid, "gid": gid},
    "args": image["Entrypoint"] + image["Cmd"],
    "env": image["Env"] + [f"PORT={port}", *given],
    "cwd": image["WorkingDir"],
    "capabilities": {},
    "noNewPrivileges": True,
}
del spec["process"]["rlimits"]
spec["root"] = {"path": root, "readonly": True}
spec["mounts"] = [each for each in spec["mounts"] if not each["destination"].startswith("/sys")] + [
    {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]},
    {"destination": "/data", "type": "bind", "source": f"{work}/data", "options": ["bind", "rw"]},
]
kept = {"pid", "ipc", "uts", "mount"}
spec["linux"]["namespaces"] = [each for each in spec["linux"]["namespaces"] if each["type"] in kept]
json.dump(spec, open(f"{work}/bundle/config.json", "w"))
open(f"{work}/check", "w").write("\n".join(image["Healthcheck"]["Test"][1:]))
PYTHON
mapfile -t check <"$work/check"
inside() { runc exec evosync-try "$@"; }
start() {
  runc run --bundle "$work/bundle" evosync-try >>"$work/log" 2>&1 &
  service=$!
  for _ in $(seq 60); do
    if inside "${check[@]}" 2>/dev/null; then return; fi
    sleep 1
  done
  cat "$work/log" >&2
  fail "the health check never passed"
}
stop() {
  local began=$SECONDS
  runc kill evosync-try TERM
  wait "$service" || fail "it ended with code $?"
  [ $((SECONDS - began)) -lt 10 ] || fail "it took $((SECONDS - began)) s to stop"
}
start
[ "$(inside id -u)" = 10001 ] || fail "it runs as somebody else"
! inside touch /opt/evosync/x 2>/dev/null || fail "its root can be written to"
inside sh -c 'echo a-word-of-anna-1 | evosync user create anna@example.com --role system --password-stdin'
inside evosync backup /data/by-hand.zip
stop

step "once more, over the same data"
start
inside evosync user list | grep -q anna@example.com || fail "the account is gone"
stop
ls -l "$work/data"
printf 'well\n'
