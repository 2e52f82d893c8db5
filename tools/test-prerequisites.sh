#!/bin/sh
# The tests of `hybrid db` run on a real MariaDB. On Debian and Ubuntu root gets it installed: the programs alone,
# which start no service. Anyone else is told what to install.
set -u
PATH="$PATH:/usr/sbin:/usr/local/sbin"

has_server() {
    for program in mariadbd mariadb-install-db my_print_defaults; do
        command -v "$program" >/dev/null 2>&1 || return 1
    done
}

has_server && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing MariaDB's programs for the tests" >&2
    apt-get update -qq >&2
    for packages in "mariadb-server-core mariadb-client-core" mariadb-server; do
        # shellcheck disable=SC2086 # two words are two packages
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1
        has_server && exit 0
    done
fi
echo "missing: mariadbd, mariadb-install-db and my_print_defaults - install mariadb-server-core and" >&2
echo "mariadb-client-core (Debian, Ubuntu), mariadb-server (others) or mariadb (Homebrew); no service has to run" >&2
exit 1
