#!/bin/sh
# Runs a command of DocGen with the owner's role in a Swarm, on a manager: as a job with the image and the settings of the
# workers. Prints what it says, and ends with another status than 0 where it failed.
#
#   scripts/swarm-run.sh api-key create --workspace default --name 'First key'
#   scripts/swarm-run.sh backup s3://docgen-backups/docgen --keep 14
#
# DOCGEN_SECRETS is the number of the secrets, as for `docker stack deploy` (default: 1).
set -eu

number=${DOCGEN_SECRETS:-1}
worker=docgen_worker
name=docgen-run-$$

fail() {
    echo "swarm-run.sh: $1" >&2
    exit 1
}

# of_worker TEMPLATE: something of how its tasks are made.
of_worker() {
    docker service inspect --format "{{with .Spec.TaskTemplate.ContainerSpec}}$1{{end}}" "$worker"
}

# shellcheck disable=SC2317,SC2329  # called by the trap
clean_up() {
    status=$?
    docker service rm "$name" >/dev/null 2>&1 || true
    rm -f "$settings"
    exit "$status"
}

[ "$#" -gt 0 ] || fail "say which command, such as: api-key create --workspace default --name 'First key'."
image=$(of_worker '{{.Image}}') ||
    fail "there is no service $worker: deploy the stack under the name docgen, and run this on a manager."
settings=$(mktemp)
trap clean_up EXIT
trap "exit 130" INT TERM
of_worker '{{range .Env}}{{println .}}{{end}}' >"$settings"

# The image's own check asks a service, and would end a long command.
docker service create --detach --name "$name" --mode replicated-job --restart-condition none --with-registry-auth \
    --no-healthcheck --read-only --cap-drop ALL --user 10001:10001 --limit-memory 1G --mount type=tmpfs,target=/tmp \
    --network docgen_database --network docgen_outside --env-file "$settings" \
    --secret "source=docgen_database__url_$number,target=docgen_database__url" \
    --secret "source=docgen_database__admin_url_$number,target=docgen_database__admin_url" \
    --secret "source=docgen_secret_key_$number,target=docgen_secret_key" \
    --secret "source=docgen_storage__s3__access_key_id_$number,target=docgen_storage__s3__access_key_id" \
    --secret "source=docgen_storage__s3__secret_access_key_$number,target=docgen_storage__s3__secret_access_key" \
    "$image" "$@" >/dev/null
while :; do
    state=$(docker service ps --format '{{.CurrentState}}' "$name" | head -n 1)
    case $state in Complete* | Failed* | Rejected* | Shutdown* | Orphaned*) break ;; esac
    sleep 1
done
docker service logs --raw "$name" || true
case $state in Complete*) ;; *) fail "it did not end well: $(docker service ps --no-trunc --format '{{.CurrentState}} {{.Error}}' "$name")" ;; esac
