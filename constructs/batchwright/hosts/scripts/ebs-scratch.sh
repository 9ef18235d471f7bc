# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# The EBS volume of one device mapping as a file system. At every boot, before Docker starts.
name=${DEVICE_NAME#/dev/}
find_device() {
  local link sys mapped
  # Where udev knows the mapping, or the host is not a Nitro one.
  for link in "/dev/$name" "/dev/xvd${name#sd}"; do
    if [[ -b $link ]]; then
      readlink -f "$link"
      return
    fi
  done
  # Otherwise the volume itself tells.
  for sys in /sys/block/nvme*; do
    [[ -e $sys/device/model && "$(< "$sys/device/model")" == "Amazon Elastic Block Store"* ]] || continue
    mapped=$(ebsnvme-id --block-dev "/dev/${sys##*/}" || true)
    if [[ ${mapped#/dev/} == "$name" || ${mapped#/dev/} == "xvd${name#sd}" ]]; then
      echo "/dev/${sys##*/}"
      return
    fi
  done
}
command -v ebsnvme-id > /dev/null || dnf install -y -q amazon-ec2-utils
device=
for _ in {1..60}; do
  device=$(find_device)
  [[ -n $device ]] && break
  sleep 1
done
[[ -n $device ]] || fail "no volume at $DEVICE_NAME"
blkid -p "$device" > /dev/null || mkfs.xfs -q "$device"
mkdir -p "$MOUNT_PATH"
mountpoint -q "$MOUNT_PATH" || mount -o noatime "$device" "$MOUNT_PATH"
chmod 1777 "$MOUNT_PATH"
log "$device at $MOUNT_PATH: $(df -h --output=size "$MOUNT_PATH" | tail -n 1)"
