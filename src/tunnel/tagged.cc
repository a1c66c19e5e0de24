// Tagged fields: appending, walking, splitting a body.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/tagged.h"

namespace tt::tunnel {

void append_field(std::string& fields, Tag tag, std::string_view value) {
  if (fields.size() + kFieldHeadBytes > kFieldsBytesMax) return;
  value = value.substr(0, kFieldsBytesMax - kFieldHeadBytes - fields.size());
  char head[kFieldHeadBytes];
  head[0] = static_cast<char>(tag);
  store(head + 1, static_cast<std::uint16_t>(value.size()));
  fields.append(head, sizeof head).append(value);
}

std::optional<FieldReader::Field> FieldReader::next() {
  if (left_.size() < kFieldHeadBytes) return std::nullopt;
  const auto tag = static_cast<Tag>(left_[0]);
  const std::size_t bytes = load<std::uint16_t>(left_.data() + 1);
  left_.remove_prefix(kFieldHeadBytes);
  if (bytes > left_.size()) return std::nullopt;
  Field field{tag, left_.substr(0, bytes)};
  left_.remove_prefix(bytes);
  return field;
}

std::optional<BodyParts> split_body(std::string_view body) {
  if (body.size() < kFieldsLengthBytes) return std::nullopt;
  const std::size_t bytes = load<std::uint16_t>(body.data());
  body.remove_prefix(kFieldsLengthBytes);
  if (bytes > body.size()) return std::nullopt;
  return BodyParts{body.substr(0, bytes), body.substr(bytes)};
}

}  // namespace tt::tunnel
