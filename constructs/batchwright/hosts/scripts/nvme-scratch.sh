# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# Instance-store drives, however many, as one file system. At every boot, before Docker starts.
drives=()
for sys in /sys/block/nvme*; do
  # The root disk and other EBS volumes are NVMe devices too; only the model tells.
  if [[ -e $sys/device/model && "$(< "$sys/device/model")" == "Amazon EC2 NVMe Instance Storage"* ]]; then
    drives+=("/dev/${sys##*/}")
  fi
done
mkdir -p "$MOUNT_PATH"
case ${#drives[@]} in
  0)
    [[ $REQUIRED == 1 ]] && fail "this instance type has no instance-store drive"
    log "no instance-store drive: $MOUNT_PATH is a folder of the root disk"
    chmod 1777 "$MOUNT_PATH"
    exit 0
    ;;
  1) device=${drives[0]} ;;
  *)
    command -v mdadm > /dev/null || dnf install -y -q mdadm
    # After a reboot the array is there already, under a name of the kernel's.
    device=$(lsblk -nrpo NAME,TYPE "${drives[0]}" | awk '$2 == "raid0" && !seen++ { print $1 }')
    if [[ -z $device ]]; then
      device=/dev/md/scratch
      if mdadm --examine "${drives[0]}" > /dev/null 2>&1; then
        mdadm --assemble --run "$device" "${drives[@]}"
      else
        mdadm --create "$device" --run --level=0 --raid-devices="${#drives[@]}" "${drives[@]}"
      fi
    fi
    ;;
esac
blkid -p "$device" > /dev/null || mkfs.xfs -q -K "$device"
mountpoint -q "$MOUNT_PATH" || mount -o noatime "$device" "$MOUNT_PATH"
chmod 1777 "$MOUNT_PATH"
log "${#drives[@]} drive(s) at $MOUNT_PATH: $(df -h --output=size "$MOUNT_PATH" | tail -n 1)"
