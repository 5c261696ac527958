#!/bin/sh
# Starts docker-compose.yml from nothing under a name of its own, makes a document and a backup, and removes everything again.
# Needs Docker with Compose, curl and openssl.
set -eu
cd "$(dirname "$0")/.."

project=docgen-try-$$
folder=$(mktemp -d)
export DOCGEN_SECRETS="$folder/secrets" DOCGEN_PORT="${DOCGEN_PORT:-8000}" DOCGEN_IMAGE="docgen:try"
export DOCGEN_PROXY_SUBNET="${DOCGEN_PROXY_SUBNET:-172.30.251.0/24}"
address=http://127.0.0.1:$DOCGEN_PORT

compose() {
    docker compose --project-name "$project" --env-file /dev/null "$@"
}

clean_up() {
    status=$?
    if [ "$status" != 0 ]; then compose logs --tail 50 >&2 || true; fi
    compose down --volumes --timeout 10 >/dev/null 2>&1 || true
    rm -rf "$folder"
    exit "$status"
}
trap clean_up EXIT

scripts/make-secrets.sh "$DOCGEN_SECRETS"
compose up --detach --build
curl --silent --show-error --fail --retry 60 --retry-delay 2 --retry-all-errors "$address/readyz"
echo
key=$(compose run --rm --no-deps migrate api-key create --workspace default --name try 2>/dev/null)
curl --silent --show-error --fail --header "Authorization: Bearer $key" --form file=@examples/offer-letter.docx \
    --form name=Offer --form slug=offer --form publish=true "$address/v1/templates" >/dev/null
printf '{"template": "offer", "data": %s}' "$(cat examples/offer-letter.json)" |
    curl --silent --show-error --fail --header "Authorization: Bearer $key" --header 'Content-Type: application/json' \
        --header 'Accept: application/vnd.openxmlformats-officedocument.wordprocessingml.document' \
        --data-binary @- --output "$folder/offer.docx" "$address/v1/renders"
echo "Made a document of $(wc -c <"$folder/offer.docx") bytes."
compose run --rm --no-deps -T backup
