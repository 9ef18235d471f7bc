# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
set -Eeuo pipefail
# Lines of a script reach the console and the journal through cloud-init.
log() { echo "batchwright $PART: $*" >&2; }
# A host that is not what its template says must not take jobs: the ECS agent and kubelet wait for a file that never is.
fail() {
  log "FAILED: $*"
  if [[ $ESSENTIAL == 1 ]]; then
    for unit in ecs nodeadm-run kubelet; do
      mkdir -p "/etc/systemd/system/$unit.service.d"
      printf '[Unit]\nConditionPathExists=/run/batchwright-host-is-complete\n' \
        > "/etc/systemd/system/$unit.service.d/batchwright.conf"
    done
    systemctl daemon-reload
    log "this host takes no jobs"
  fi
  exit 1
}
# Of a command over several lines the first one tells enough.
trap 'fail "line $LINENO: $(head -n 1 <<< "$BASH_COMMAND")"' ERR
