# EvoSync as an image: built in one stage, run in another that has neither a compiler nor pip's cache.
# The same for amd64 and arm64: every locked package has a ready wheel for both.
FROM python:3.13-slim-trixie AS builder

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

# What others wrote changes seldom, so it is a layer of its own.
COPY requirements.lock /build/
RUN python -m venv /opt/evosync \
    && /opt/evosync/bin/pip install --only-binary=:all: --require-hashes -r /build/requirements.lock

COPY pyproject.toml README.md LICENSE /build/
COPY evosync /build/evosync
COPY migrations /build/migrations
COPY templates /build/templates
COPY deploy/healthcheck.py /opt/evosync/
# Everything is compiled to bytecode here: a read-only root could not keep it later. What is copied
# has the rights that it has in the clone, where files may be their owner's alone.
RUN /opt/evosync/bin/pip install --no-deps /build \
    && /opt/evosync/bin/pip uninstall --yes pip \
    && /opt/evosync/bin/python -m compileall -q /opt/evosync \
    && chmod -R a+rX /opt/evosync


FROM python:3.13-slim-trixie

ARG VERSION=0.7.0
LABEL org.opencontainers.image.title="EvoSync" \
    org.opencontainers.image.description="Keeps a shop's VK Market equal to its Evotor till" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.licenses="MIT"

# The number is fixed: files in the volume belong to it, whatever the image is built from next.
RUN groupadd --gid 10001 evosync \
    && useradd --no-log-init --uid 10001 --gid evosync --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin evosync \
    && install --directory --owner=evosync --group=evosync --mode=0700 /data

COPY --from=builder /opt/evosync /opt/evosync

# SQLite sorts what does not fit into memory in files: on the disk of the volume, not in a tmpfs.
ENV PATH="/opt/evosync/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SQLITE_TMPDIR=/data \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data

# From here the relative paths of .env.example, such as sqlite:///data/evosync.db, lead into the volume.
WORKDIR /
VOLUME /data
EXPOSE 8000
USER 10001:10001
STOPSIGNAL SIGTERM
# The first start after an upgrade may have much to migrate before it answers.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "/opt/evosync/healthcheck.py"]
ENTRYPOINT ["evosync"]
CMD ["serve"]
