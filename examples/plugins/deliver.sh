#!/bin/sh
# An exit of time-tunnel: hands each event to logger(1). Needs jq. See docs/guide/plugins.md.
if [ "$1" = --describe ]; then
  echo '{"tt":1,"name":"deliver","kind":"exit","version":"1.0.0","summary":"Hands each event to logger(1).",
    "schema":{"type":"object","properties":{"tag":{"type":"string","description":"Its tag."}}}}' | tr -d '\n'
  exit
fi
read -r hello
tag=$(printf '%s' "$hello" | jq -r '.config.tag // "time-tunnel"')
echo '{"op":"ready","window":1}'
while read -r line; do
  [ "$(printf '%s' "$line" | jq -r .op)" = events ] || continue
  n=$(printf '%s' "$line" | jq .n)
  if printf '%s' "$line" | jq -r '.events[0].event.message' | logger -t "$tag"; then
    echo "{\"op\":\"ack\",\"n\":$n}"
  else
    echo "{\"op\":\"nack\",\"n\":$n,\"code\":\"retry\",\"text\":\"logger failed\"}"
  fi
done
