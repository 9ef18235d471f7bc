# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# The kernel module behind Elastic Fabric Adapters; libfabric comes with the job's image.
has_device() { compgen -G '/dev/infiniband/uverbs*' > /dev/null; }
if ! has_device; then
  if modprobe ib_uverbs && modprobe efa; then udevadm settle; else log "the image has no EFA driver of its own"; fi
fi
if ! has_device; then
  folder=$(mktemp -d)
  curl -sSf --retry 5 "https://efa-installer.amazonaws.com/aws-efa-installer-$VERSION.tar.gz" | tar -xz -C "$folder"
  (cd "$folder/aws-efa-installer" && ./efa_installer.sh -y --minimal)
  rm -rf "$folder"
  modprobe efa
  udevadm settle
fi
has_device || fail "no EFA device: the launch template needs efa_interfaces, and the instance type must have EFA"
log "$(compgen -G '/dev/infiniband/uverbs*' | wc -l) EFA device(s)"
