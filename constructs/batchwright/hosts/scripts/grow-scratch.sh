# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# Makes the volume under a file system larger when it fills up. Run by a timer.
used() { df --output=pcent "$MOUNT_PATH" | tr -dc 0-9; }
sectors() { cat "/sys/class/block/$name/size"; }
[[ $(used) -ge $GROW_AT_PERCENT ]] || exit 0
# A change that came after the last run had given up waiting for it.
xfs_growfs "$MOUNT_PATH" > /dev/null
[[ $(used) -ge $GROW_AT_PERCENT ]] || exit 0
hold=/run/batchwright-grow-scratch.hold
# EC2 changes a volume four times a day; asking again at once is no use after a refusal.
[[ -z $(find "$hold" -mmin -10 2> /dev/null) ]] || exit 0
device=$(findmnt -no SOURCE "$MOUNT_PATH")
name=${device##*/}
before=$(sectors)
size=$((before / 2097152))
if ((size >= MAX_GIBIBYTES)); then
  log "$(used) % of $MOUNT_PATH are in use, and its $size GiB are the largest allowed"
  touch "$hold"
  exit 0
fi
next=$((size * GROWTH_PERCENT / 100))
next=$((next > MAX_GIBIBYTES ? MAX_GIBIBYTES : next))
serial=$(tr -d ' -' < "/sys/class/block/$name/device/serial")
metadata=http://169.254.169.254/latest
token=$(curl -sf --retry 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token")
region=$(curl -sf --retry 3 -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/placement/region")
log "$(used) % of $MOUNT_PATH are in use: from $size to $next GiB"
if ! aws ec2 modify-volume --region "$region" --volume-id "vol-${serial#vol}" --size "$next" > /dev/null; then
  log "EC2 did not take the change; the next try is in ten minutes"
  touch "$hold"
  exit 0
fi
for _ in {1..120}; do
  if (($(sectors) > before)); then
    xfs_growfs "$MOUNT_PATH" > /dev/null
    log "$MOUNT_PATH has grown: $(df -h --output=avail "$MOUNT_PATH" | tail -n 1) are free"
    exit 0
  fi
  sleep 5
done
log "the volume has not grown yet; the next run looks again"
