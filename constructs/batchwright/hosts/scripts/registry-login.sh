# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# Gives the ECS agent, which starts later, the credentials of private registries. They stay out of arguments and logs.
command -v aws > /dev/null || dnf install -y -q awscli-2
metadata=http://169.254.169.254/latest
token=$(curl -sf --retry 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token")
region=$(curl -sf --retry 3 -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/placement/region")
read_secrets() {
  local id
  for id in $SECRET_IDS; do
    aws secretsmanager get-secret-value --region "$region" --secret-id "$id" --query SecretString --output text
  done
}
logins=$(
  read_secrets | python3 -c '
import base64, json, sys

logins, decoder, text = {}, json.JSONDecoder(), sys.stdin.read().strip()
while text:
    secret, end = decoder.raw_decode(text)
    text = text[end:].strip()
    url = secret.get("registry_url") or "https://index.docker.io/v1/"
    pair = secret["username"] + ":" + secret["password"]
    logins[url] = {"auth": base64.b64encode(pair.encode()).decode()}
print(json.dumps(logins, separators=(",", ":")))
'
)
mkdir -p /etc/ecs
touch /etc/ecs/ecs.config
chmod 600 /etc/ecs/ecs.config
{
  echo ECS_ENGINE_AUTH_TYPE=dockercfg
  echo "ECS_ENGINE_AUTH_DATA=$logins"
} >> /etc/ecs/ecs.config
log "the ECS agent has the credentials of $(wc -w <<< "$SECRET_IDS") secret(s)"
