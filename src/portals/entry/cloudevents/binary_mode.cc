// Binary mode: the attributes are headers, the data is the body.
// SPDX-License-Identifier: Apache-2.0
//
// https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md
#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/entry/cloudevents/cloud_event.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::cloudevents {
namespace {

constexpr std::string_view kPrefix = "ce-";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// `text/json; charset=utf-8` -> `text/json`.
std::string media_type(std::string_view content_type) {
  return to_lower(trim(content_type.substr(0, content_type.find(';'))));
}

bool is_json(std::string_view type) { return type.ends_with("/json") || type.ends_with("+json"); }

/// What cannot be shown to people is no text, whatever its type says.
bool is_text(std::string_view bytes) {
  const auto is_control = [](char c) {
    return (c >= 0 && c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == '\x7f';
  };
  return std::none_of(bytes.begin(), bytes.end(), is_control) && is_utf8(bytes);
}

/// HTTP's quoted string (RFC 9110 section 5.6.4), which senders of older versions of the binding
/// use. Quotes inside a value that does not begin with one are characters like any other.
std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  return text;
}

/// One round. A `%` without two hexadecimal digits stays: the JavaScript SDK encodes nothing.
std::string percent_decoded(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte =
        value[i] == '%' && value.size() - i > 2 ? unhex(value.substr(i + 1, 2)) : std::nullopt;
    if (byte) {
      text += *byte;
      i += 2;
    } else {
      text += value[i];
    }
  }
  return text;
}

/// Bytes beyond ASCII in a header mean ISO 8859-1 where they are no UTF-8 (RFC 9110 section 5.5).
std::string from_latin1(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) append_rune(text, static_cast<unsigned char>(c));
  return text;
}

}  // namespace

Result<std::string> header_text(std::string_view value) {
  value = trim(value);
  const std::string text = unquoted(is_utf8(value) ? std::string(value) : from_latin1(value));
  std::string decoded = percent_decoded(text);
  if (!is_utf8(decoded)) return reject("its percent-encoded bytes are no UTF-8");
  return decoded;
}

Data data_of(std::string_view bytes, std::string_view content_type) {
  if (bytes.empty()) return {};
  const std::string type = media_type(content_type);
  if (type.empty() || is_json(type)) {
    std::string_view text = trim(bytes);
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (ReadJson read = parse_mended(text); read.value)
      return {.json = std::move(read.json), .value = std::move(read.value)};
  }
  if (is_text(bytes))
    return {.json = json_string(bytes),
            .value = std::make_shared<boost::json::value>(
                boost::json::string_view(bytes.data(), bytes.size()))};
  return {.member = "data_base64", .json = json_string(base64(bytes)), .value = nullptr};
}

Result<CloudEvent> read_binary(const net::Headers& headers, std::string_view body) {
  CloudEvent event;
  JsonWriter json;
  json.map();
  for (const auto& [header, value] : headers) {
    const std::string name = to_lower(header);
    if (!name.starts_with(kPrefix)) continue;
    const std::string attribute = name.substr(kPrefix.size());
    // The body's type is the HTTP header's business.
    if (attribute == "datacontenttype") continue;
    if (attribute == "data")
      return reject("`ce-data` is no attribute: in binary mode the data is the body");
    TT_TRY(std::string text, header_text(value).with("header `" + to_utf8(name) + "`"));
    json.key(attribute).text(text);
    event.attributes.emplace_back(attribute, std::move(text));
  }
  const std::string_view content_type = trim(net::find_header(headers, "content-type"));
  if (!content_type.empty()) {
    event.attributes.emplace_back("datacontenttype", to_utf8(content_type));
    json.key("datacontenttype").text(content_type);
  }
  // Before the body is looked at: most of what is refused is no CloudEvent at all.
  TT_CHECK(check(event));
  Data data = data_of(body, content_type);
  if (!data.json.empty()) json.key(data.member).raw(data.json);
  event.data = std::move(data.value);
  event.json = json.end().take();
  return event;
}

}  // namespace tt::portals::entry::cloudevents
