#!/bin/sh
# The tests of `hybrid db` run on a real MariaDB, and drive a real Liquibase, which needs Java. On Debian and Ubuntu
# root gets both installed: the programs alone, which start no service. Anyone else is told what to install.
set -u
PATH="$PATH:/usr/sbin:/usr/local/sbin"

has_server() {
    for program in mariadbd mariadb-install-db my_print_defaults; do
        command -v "$program" >/dev/null 2>&1 || return 1
    done
}

has_java() {
    java -version >/dev/null 2>&1 # macOS has a java that only says where to get one
}

# install CHECK PACKAGES...: the first set of packages that brings what CHECK looks for.
install() {
    check=$1
    shift
    "$check" && return 0
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "installing $1 for the tests" >&2
    apt-get update -qq >&2
    for packages in "$@"; do
        # shellcheck disable=SC2086 # two words are two packages
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1
        "$check" && return 0
    done
    return 1
}

missing=0
if ! install has_server "mariadb-server-core mariadb-client-core" mariadb-server; then
    echo "missing: mariadbd, mariadb-install-db and my_print_defaults - install mariadb-server-core and" >&2
    echo "mariadb-client-core (Debian, Ubuntu), mariadb-server (others) or mariadb (Homebrew); no service has to run" >&2
    missing=1
fi
if ! install has_java openjdk-17-jre-headless default-jre-headless; then
    echo "missing: java 8 or newer - install openjdk-17-jre-headless (Debian, Ubuntu) or openjdk (Homebrew)" >&2
    missing=1
fi
exit "$missing"
