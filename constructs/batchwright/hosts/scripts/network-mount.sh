# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# A network file system, mounted now and at every later boot.
command -v "$PROGRAM" > /dev/null || dnf install -y -q "$PACKAGE"
mkdir -p "$MOUNT_PATH"
grep -qF " $MOUNT_PATH $TYPE " /etc/fstab || echo "$SOURCE $MOUNT_PATH $TYPE $OPTIONS 0 0" >> /etc/fstab
for attempt in {1..10}; do
  if mountpoint -q "$MOUNT_PATH" || mount "$MOUNT_PATH"; then
    log "$SOURCE at $MOUNT_PATH"
    exit 0
  fi
  log "attempt $attempt to mount $SOURCE failed"
  sleep 6
done
fail "$SOURCE cannot be mounted at $MOUNT_PATH"
