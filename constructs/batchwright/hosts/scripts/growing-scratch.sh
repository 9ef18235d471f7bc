# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# Installs the program that lets the scratch volume grow, and the timer that runs it.
command -v aws > /dev/null || dnf install -y -q awscli-2
install -d /usr/local/libexec
printf '%s' "$PROGRAM" > /usr/local/libexec/batchwright-grow-scratch
chmod 755 /usr/local/libexec/batchwright-grow-scratch
cat > /etc/systemd/system/batchwright-grow-scratch.service << 'END'
[Unit]
Description=Grows the scratch volume when it fills up
[Service]
Type=oneshot
ExecStart=/usr/local/libexec/batchwright-grow-scratch
END
cat > /etc/systemd/system/batchwright-grow-scratch.timer << END
[Unit]
Description=Looks at the scratch volume every $INTERVAL_SECONDS seconds
[Timer]
OnActiveSec=0
OnUnitInactiveSec=$INTERVAL_SECONDS
AccuracySec=1
[Install]
WantedBy=timers.target
END
systemctl daemon-reload
systemctl enable --now batchwright-grow-scratch.timer
log "$MOUNT_PATH is watched every $INTERVAL_SECONDS seconds"
