# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# CloudWatch's agent, with the metrics that the template names.
agent=/opt/aws/amazon-cloudwatch-agent
[[ -x $agent/bin/amazon-cloudwatch-agent-ctl ]] || dnf install -y -q amazon-cloudwatch-agent
mkdir -p "$agent/etc"
printf '%s\n' "$CONFIGURATION" > "$agent/etc/batchwright.json"
"$agent/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -s -c "file:$agent/etc/batchwright.json"
log "metrics go to CloudWatch"
