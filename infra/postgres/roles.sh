#!/bin/bash
# Makes DocGen's two roles and its database, once, when the server makes its data directory: the image of PostgreSQL runs
# what lies in /docker-entrypoint-initdb.d. Run by hand against any other server, with the same variables and the
# variables of psql (PGHOST, PGUSER and so on), it does the same; repeated, it gives the roles the passwords of the files.
#
# The owner makes and changes the tables; the service's role owns nothing, so that row-level security holds for it
# (docs/how-to/access.md). Names and passwords are those of the two addresses that DocGen itself reads.
#
#   DATABASE_URL_FILE        postgresql://ROLE:PASSWORD@HOST/DATABASE of `docgen serve` and `docgen worker`
#   DATABASE_ADMIN_URL_FILE  the same of `docgen migrate`, for the owner
set -o errexit -o nounset -o pipefail

fail() {
    echo "roles.sh: $1" >&2
    exit 1
}

# Sets role, password and database from the address in a file. The address may not need decoding: a password that is
# only letters, digits and . _ ~ - stands in it as it is.
read_address() {
    local variable=$1 file=${!1:-} address
    [[ -n $file ]] || fail "$variable is not set: name the file that holds the address."
    [[ -r $file ]] || fail "$file, which $variable names, is missing or not readable for uid $(id -u)."
    address=$(<"$file")
    [[ $address =~ ^postgres(ql)?://([A-Za-z0-9_]+):([A-Za-z0-9._~-]+)@[^/]+/([A-Za-z0-9_]+)([?].*)?$ ]] ||
        fail "$file is not like postgresql://ROLE:PASSWORD@HOST:5432/DATABASE with plain letters, digits and . _ ~ - in the password."
    role=${BASH_REMATCH[2]} password=${BASH_REMATCH[3]} database=${BASH_REMATCH[4]}
}

read_address DATABASE_ADMIN_URL_FILE
owner=$role owner_password=$password owned=$database
read_address DATABASE_URL_FILE
[[ $owned == "$database" ]] || fail "the two addresses name different databases, $owned and $database."
[[ $owner != "$role" ]] || fail "the two addresses name the same role, $owner: the service's may not own the tables."

# psql reads the passwords from its environment: a command line is seen by every process.
export DOCGEN_OWNER=$owner DOCGEN_OWNER_PASSWORD=$owner_password
export DOCGEN_SERVICE=$role DOCGEN_SERVICE_PASSWORD=$password DOCGEN_DATABASE=$database
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-${PGUSER:-postgres}}" \
    --dbname "${POSTGRES_DB:-${PGDATABASE:-postgres}}" <<'SQL'
\getenv owner DOCGEN_OWNER
\getenv owner_password DOCGEN_OWNER_PASSWORD
\getenv service DOCGEN_SERVICE
\getenv service_password DOCGEN_SERVICE_PASSWORD
\getenv database DOCGEN_DATABASE
-- Passwords are not to stand in the server's log, whatever it logs.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SELECT format('CREATE ROLE %I', name)
    FROM (VALUES (:'owner'), (:'service')) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'service_password';
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
-- It may have been there already, made by somebody else.
SELECT format('ALTER DATABASE %I OWNER TO %I', :'database', :'owner') \gexec
-- Nobody else connects, and nobody but the owner makes anything in it.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'database') \gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', :'database', :'service') \gexec
SQL
echo "roles.sh: the database $database belongs to $owner, and $role may use it."
