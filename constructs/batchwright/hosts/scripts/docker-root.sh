# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# What Docker and containerd keep, on the scratch file system. At every boot, before they start.
systemctl is-active --quiet docker.service && fail "Docker runs already; its data cannot move"
mkdir -p "$STORAGE_PATH/.batchwright"
chmod 700 "$STORAGE_PATH/.batchwright"
for name in docker containerd; do
  mkdir -p "/var/lib/$name"
  mountpoint -q "/var/lib/$name" && continue
  kept=$STORAGE_PATH/.batchwright/$name
  # What the image brings is copied once: after a reboot the copy has gone on, and the original has not.
  if [[ ! -d $kept ]]; then
    rm -rf "$kept.new"
    cp -a "/var/lib/$name" "$kept.new"
    mv "$kept.new" "$kept"
  fi
  mount --bind "$kept" "/var/lib/$name"
done
# It does not wait for cloud-init, as Docker does; try-restart starts nothing that is not running.
systemctl try-restart containerd.service
log "images and containers are on $STORAGE_PATH"
