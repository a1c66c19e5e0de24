// The functions of the host's table. A plugin may call them with anything but wild pointers.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/host.h"

#include "base/text.h"
#include "portals/plugin/entry_events.h"

namespace tt::portals::plugin {
namespace {

const CallEvents::One& one_of(const tt_event* event) {
  return *reinterpret_cast<const CallEvents::One*>(event);
}

tt_str host_field(const tt_event* event, tt_str name) {
  const CallEvents::One& one = one_of(event);
  const event::Field* field = one.event.find(view_of(name));
  if (!field) return {};
  // Most texts have no escapes, and need no copy.
  if (!field->value_is_escaped)
    return str_of(one.event.json.substr(field->value_begin, field->value_bytes));
  return one.call->keep(one.event.text(*field));
}

tt_str host_option(const tt_event* event, tt_str name, std::int32_t strict) {
  const CallEvents::One& one = one_of(event);
  auto text = one.render ? one.render(view_of(name), strict != 0) : std::nullopt;
  return text ? one.call->keep(*std::move(text)) : tt_str{};
}

tt_str host_header(const tt_message* message, tt_str name) {
  const net::Headers* headers = reinterpret_cast<const CallMessage*>(message)->headers;
  if (!headers) return {};
  for (const auto& [key, value] : *headers)
    if (equal_ignoring_case(key, view_of(name))) return str_of(value);
  return {};
}

void append(SensitiveText& out, const SecretTexts& secrets, std::string_view text, bool is_secret) {
  // A secret as it is stays one that is looked up again; what is made of one is hidden as a whole.
  if (is_secret && !secrets.contains_any(text))
    out.append_secret(text);
  else
    secrets.append(out, text);
}

void host_write(tt_request* handle, std::int32_t part, tt_str name, tt_str value) {
  auto& call = *reinterpret_cast<CallRequest*>(handle);
  const bool is_secret = (part & TT_SECRET) != 0;
  const std::string_view text = view_of(value);
  switch (part & ~TT_SECRET) {
    case TT_METHOD:
      if (!std::exchange(call.has_method, true)) call.request.method.clear();
      call.request.method += text;
      return;
    case TT_URL:
      return append(call.request.url, *call.secrets, text, is_secret);
    case TT_HEADER: {
      auto& headers = call.request.headers;
      if (headers.empty() || headers.back().first != view_of(name))
        headers.emplace_back(std::string(view_of(name)), SensitiveText());
      return append(headers.back().second, *call.secrets, text, is_secret);
    }
    case TT_BODY:
      return append(call.body, *call.secrets, text, is_secret);
    default:
      return;  // A part of a newer host.
  }
}

tt_code host_add(tt_events* events, const tt_event* event) {
  return entry_events_of(events).add(event);
}

void host_log(void* self, std::int32_t level, tt_str text) {
  static_cast<HostSide*>(self)->log(level, view_of(text));
}

tt_code host_append(void* self, const tt_event* const* events, std::uint64_t count,
                    tt_result* const* results) {
  return static_cast<HostSide*>(self)->append({events, static_cast<std::size_t>(count)}, results);
}

std::int32_t host_is_stopping(void* self) {
  return static_cast<HostSide*>(self)->is_stopping() ? 1 : 0;
}

}  // namespace

void CallEvents::add(const OutgoingEvent& event, std::string_view idempotency_key,
                     RenderOption render) {
  One& one = events_.emplace_back();
  one.table = {.size = sizeof(tt_event),
               .seq = event.meta.seq,
               .received_ns = event.meta.received_ns,
               .id = str_of(event.id),
               .entry = str_of(event.meta.entry),
               .idempotency_key = str_of(idempotency_key),
               .json = str_of(event.event.json)};
  one.event = event.event;
  one.render = std::move(render);
  one.call = this;
  list_.push_back(&one.table);
}

tt_str CallEvents::keep(std::string text) { return str_of(texts_.emplace_back(std::move(text))); }

tt_host host_table(HostSide* self) {
  return {.size = sizeof(tt_host),
          .minor = TT_PLUGIN_MINOR,
          .self = self,
          .log = &host_log,
          .field = &host_field,
          .option = &host_option,
          .header = &host_header,
          .write = &host_write,
          .add = &host_add,
          .append = &host_append,
          .is_stopping = &host_is_stopping};
}

}  // namespace tt::portals::plugin
