#!/bin/sh
# Makes the secrets of a deployment as files, each once: what is there stays as it is, such as keys of a bucket of yours
# that you have written there before.
#
#   scripts/make-secrets.sh [FOLDER [DATABASE_HOST [DATABASE_PORT]]]      default: ./secrets postgres 5432
#
# The folder is closed to other users. The files in it are readable, because containers read them as users of their own
# (10001 for DocGen, 999 for PostgreSQL), and Compose mounts files with the rights that they have.
set -eu

directory=${1:-secrets}
address=${2:-postgres}:${3:-5432}

fail() {
    echo "make-secrets.sh: $1" >&2
    exit 1
}

command -v openssl >/dev/null || fail "openssl is missing: install it."
umask 077
mkdir -p "$directory" || fail "cannot make the folder $directory."
chmod 0700 "$directory"

# random BYTES
random() {
    openssl rand -hex "$1"
}

# keep NAME VALUE
keep() {
    if [ -s "$directory/$1" ]; then
        chmod 0644 "$directory/$1" || fail "$directory/$1 is not yours: containers may be unable to read it."
        echo "kept     $directory/$1"
        return
    fi
    printf '%s\n' "$2" >"$directory/$1.new"
    chmod 0644 "$directory/$1.new"
    mv "$directory/$1.new" "$directory/$1"
    echo "made     $directory/$1"
}

keep postgres_password "$(random 24)"
keep docgen_database__url "postgresql://docgen_service:$(random 24)@$address/docgen"
keep docgen_database__admin_url "postgresql://docgen_owner:$(random 24)@$address/docgen"
keep docgen_secret_key "$(random 32)"
keep docgen_metrics__token "$(random 16)"
keep docgen_storage__s3__access_key_id "$(random 10)"
keep docgen_storage__s3__secret_access_key "$(random 24)"
keep grafana_password "$(random 24)"
