#!/bin/sh
# Checks what a machine must have before anything is installed: all of it at once, each with its install page.
# Usage: tools/prerequisites.sh [PYTHON]
set -u
python=${1:-python3}
missing=0

say() {
    echo "missing: $1 - install it from $2" >&2
    missing=1
}

# at_least FOUND WANTED: compares dotted versions.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n | head -n 1)" = "$2" ]
}

# need NAME WANTED PAGE COMMAND...: COMMAND prints the version that is there.
need() {
    name=$1 wanted=$2 page=$3
    shift 3
    found=$("$@" 2>/dev/null | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1)
    if [ -z "$found" ]; then
        say "$name $wanted or newer (none found on PATH)" "$page"
    elif ! at_least "$found" "$wanted"; then
        say "$name $wanted or newer (found $found)" "$page"
    fi
}

need Python 3.11 https://www.python.org/downloads/ "$python" --version
need Node.js 20.0 https://nodejs.org/en/download node --version
need npm 9.0 https://nodejs.org/en/download npm --version
need make 3.81 https://www.gnu.org/software/make/ make --version
need Terraform 1.11 https://developer.hashicorp.com/terraform/install terraform version

if [ "$missing" -eq 0 ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "Python's venv module" "your system's package manager (python3-venv)"
fi
exit "$missing"
