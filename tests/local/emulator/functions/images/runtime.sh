#!/bin/bash
# A runtime interface client: asks the Lambda Runtime API for work and answers it. Its first argument is the handler.
api=$AWS_LAMBDA_RUNTIME_API

request() { # method, host:port, path, body
  exec 3<>"/dev/tcp/${2%:*}/${2#*:}" || exit 9
  printf '%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
    "$1" "$3" "$2" "${#4}" "$4" >&3
  local length=0 line
  read -r _ status _ <&3
  while IFS= read -r line <&3 && line=${line%$'\r'} && [ -n "$line" ]; do
    case ${line,,} in
      lambda-runtime-aws-request-id:*) id=${line#*: } ;;
      content-length:*) length=${line#*: } ;;
    esac
  done
  body=$(head -c "$length" <&3)
  exec 3>&-
}

[ "$1" = unready ] && request POST "$api" /2018-06-01/runtime/init/error '{"errorType":"NoModel","errorMessage":"no model"}'
count=0
while request GET "$api" /2018-06-01/runtime/invocation/next && [ "$status" = 200 ]; do
  event=$body call=$id kind=response count=$((count + 1))
  echo "call $count"
  case $event in
    *fail*) kind=error answer='{"errorType":"BadInput","errorMessage":"as asked"}' ;;
    *exit*) exit 3 ;;
    *wait*) sleep 60 ;;
    *disk*) answer="\"$(touch /x 2>&1 || echo refused) $(touch /tmp/x && echo written)\"" ;;
    *health*) request GET "${AWS_ENDPOINT_URL#http://}" /_ministack/health ""; answer="\"$status\"" ;;
    *) answer="{\"handler\":\"$1\",\"mode\":\"$MODE\",\"cwd\":\"$PWD\",\"count\":$count,\"key\":\"${AWS_ACCESS_KEY_ID:0:4}\",\"name\":\"$AWS_LAMBDA_FUNCTION_NAME\",\"event\":$event}" ;;
  esac
  request POST "$api" "/2018-06-01/runtime/invocation/$call/$kind" "$answer"
done
