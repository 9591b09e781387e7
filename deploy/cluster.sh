#!/bin/sh
# Workers on this machine, and their scheduler, until this ends. `deploy/cluster.sh` starts both;
# `deploy/cluster.sh tcp://scheduler:8786` starts workers for a scheduler elsewhere.
# PYTHON, HOST (of the scheduler), PORT and WORKERS may be set.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3} host=${HOST:-localhost} port=${PORT:-8786}
export DASK_CONFIG=deploy/dask.yaml
trap 'trap - EXIT; kill 0' EXIT INT TERM

# Each ends with the other's loss, and is started again.
always() {
    while :; do
        "$@" || :
        sleep 2
    done
}

if [ $# = 0 ]; then
    always "$python" -m dask scheduler --host "$host" --port "$port" --no-dashboard &
    case $host in 0.0.0.0) host=localhost ;; esac
    set -- "tcp://$host:$port"
fi
always "$python" -m dask worker "$1" --nworkers "${WORKERS:-2}" --nthreads 1 --no-dashboard &
wait
