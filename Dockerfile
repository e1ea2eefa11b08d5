# The relay with the page it serves: both are built inside, and only the results are in the last stage.

FROM node:22.20.0-bookworm-slim AS node

FROM rust:1.95.0-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
# `x page` brings the toolchain's parts and the page's tools; then the relay, as a release has it.
RUN ./x page && cargo build --release --locked --package relay --bin gradually

FROM debian:12.12-slim
# Versions are left to Debian: its security updates replace them, and an old one cannot be installed.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --user-group --uid 10001 --no-create-home --shell /usr/sbin/nologin gradually
COPY --from=build /source/target/release/gradually /usr/local/bin/gradually
COPY --from=build /source/dist /usr/local/share/gradually/dist
WORKDIR /usr/local/share/gradually
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["gradually"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
