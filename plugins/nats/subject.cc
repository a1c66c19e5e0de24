// Subjects: https://docs.nats.io/nats-concepts/subjects. Acknowledgements: JSApiPubAckResponse of
// nats-server; its error numbers are those of server/errors.json.
// SPDX-License-Identifier: Apache-2.0
#include "nats/subject.h"

#include <array>

namespace tt::broker::nats {
namespace {

constexpr std::size_t kSubjectBytesMax = 1024;

enum : int {
  kNotEnabled = 10039,
  kMessageTooLarge = 10054,
  kOtherStream = 10060,
  kNotEnabledForAccount = 10076,
};

std::string_view text_at(const sdk::Json& json, std::string_view name) {
  const sdk::Json* found = json.find(name);
  return found ? std::string_view(found->text) : std::string_view();
}
int number_at(const sdk::Json& json, std::string_view name) {
  return std::atoi(std::string(text_at(json, name)).c_str());
}

portals::Verdict verdict_of_error(const sdk::Json& error) {
  const int code = number_at(error, "code"), number = number_at(error, "err_code");
  const std::string text = "jetstream: " + std::string(text_at(error, "description")) + " (" +
                           std::to_string(number) + ")";
  if (number == kMessageTooLarge) return portals::Verdict::rejected(text);
  if (number == kOtherStream || number == kNotEnabled || number == kNotEnabledForAccount)
    return portals::Verdict::misconfigured(text);
  if (code == 401 || code == 403) return portals::Verdict::misconfigured(text);
  // A full stream, a stream without leader, one that is being made: it heals.
  return portals::Verdict::retry(text);
}

}  // namespace

Result<std::string> subject_of(std::string_view text) {
  std::string subject;
  for (const char c : text) {
    const bool is_bad = static_cast<unsigned char>(c) <= ' ' || c == '*' || c == '>' || c == 0x7f;
    if (c == '.' && (subject.empty() || subject.back() == '.')) continue;
    subject += is_bad ? '_' : c;
  }
  if (subject.ends_with('.')) subject.pop_back();
  if (subject.empty()) return reject("template: `subject` is empty");
  if (subject.size() > kSubjectBytesMax) return reject("template: `subject` is too long");
  if (subject[0] == '$') return reject("template: `subject` begins with $: it is the server's own");
  return subject;
}

bool is_refusal_of(std::string_view words, std::string_view subject) {
  const std::size_t begin = words.find('"');
  if (begin == words.npos) return false;
  words.remove_prefix(begin + 1);
  const std::size_t end = words.find('"');
  return end == words.npos ? subject.starts_with(words) : subject == words.substr(0, end);
}

portals::Verdict verdict_of_ack(std::string_view text) {
  sdk::Json json;
  if (!sdk::detail::JsonReader(text).read(json) || json.kind != sdk::Json::Kind::kMap)
    return portals::Verdict::retry("jetstream: the acknowledgement is no JSON");
  if (const sdk::Json* error = json.find("error")) return verdict_of_error(*error);
  if (text_at(json, "stream").empty())
    return portals::Verdict::retry("jetstream: an answer that is no acknowledgement");
  return portals::Verdict::delivered(std::string(text_at(json, "stream")) + ":" +
                                     std::string(text_at(json, "seq")));
}

}  // namespace tt::broker::nats
