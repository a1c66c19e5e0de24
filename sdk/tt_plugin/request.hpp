// Requests and answers of plugins that encode or decode, under the names of the kit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tt_plugin/event.hpp"

namespace tt::portals {

/// A text with secret parts, which nothing shows.
class SensitiveText {
 public:
  SensitiveText() = default;
  SensitiveText(std::string plain) { append(plain); }                    // NOLINT
  SensitiveText(std::string_view plain) { append(plain); }               // NOLINT
  SensitiveText(const char* plain) { append(std::string_view(plain)); }  // NOLINT
  explicit SensitiveText(const Secret& secret) { append(secret); }
  SensitiveText& append(std::string_view plain) { return add(plain, false); }
  SensitiveText& append(const Secret& secret) { return add(secret.reveal(), true); }
  /// A text derived from a secret (a signature).
  SensitiveText& append_secret(std::string_view derived) { return add(derived, true); }
  bool empty() const { return parts_.empty(); }
  const std::vector<std::pair<std::string, bool>>& parts() const { return parts_; }

 private:
  SensitiveText& add(std::string_view text, bool is_secret) {
    if (!text.empty()) parts_.emplace_back(std::string(text), is_secret);
    return *this;
  }
  std::vector<std::pair<std::string, bool>> parts_;
};
using SensitiveFields = std::vector<std::pair<std::string, SensitiveText>>;

struct ExitRequest {
  std::string method = "POST";
  SensitiveText url = {};
  SensitiveFields headers = {};
  std::string body = {};
  SensitiveText secret_body = {};  ///< Not empty: sent instead of `body`.
  tmpl::HoleFailures failures = {};

  void set_body(SensitiveText text) { secret_body = std::move(text); }
};

struct ExitAnswer {
  int status = 0;
  std::string_view body = {};
  WallNs now_ns = 0;
  const tt_host* host = nullptr;
  const tt_message* message = nullptr;

  std::string_view header(std::string_view name) const {
    return sdk::view_of(host->header(message, sdk::str_of(name)));
  }
};

/// One request (or one run of lines of a stream).
struct EntryRequest {
  std::string_view method = {}, path = {}, query = {}, peer = {}, body = {};
  WallNs now_ns = 0;
  const tt_host* host = nullptr;
  const tt_message* message = nullptr;

  std::string_view header(std::string_view name) const {
    return sdk::view_of(host->header(message, sdk::str_of(name)));
  }
};

/// One event that a plugin brings: a flat JSON object.
struct NewEvent {
  std::string json = {};
  std::string idempotency_key = {};  ///< Empty: there is none. Hosts of 1.0 do not look.
};

/// What decode() adds to.
class EntryEvents {
 public:
  EntryEvents(const tt_host* host, tt_events* events) : host_(host), events_(events) {}
  /// False: it is no event, and was not taken.
  bool add(std::string_view json, std::string_view idempotency_key = {}) {
    tt_event event{};
    event.size = sizeof event;
    event.json = sdk::str_of(json);
    event.idempotency_key = sdk::str_of(idempotency_key);
    return host_->add(events_, &event) == TT_OK;
  }

  int status = 0;      ///< The HTTP status, where the usual one is wrong.
  std::string answer;  ///< What the sender gets, once its events are stored.

 private:
  const tt_host* host_;
  tt_events* events_;
};

}  // namespace tt::portals

namespace tt::sdk {

inline void write(const tt_host* host, tt_request* request, std::int32_t part,
                  std::string_view name, const portals::SensitiveText& text) {
  // A header is one call a part, all under its name; the host joins them.
  for (const auto& [piece, is_secret] : text.parts())
    host->write(request, is_secret ? part | TT_SECRET : part, str_of(name), str_of(piece));
}

inline void write(const tt_host* host, tt_request* request, const portals::ExitRequest& made) {
  host->write(request, TT_METHOD, str_of(""), str_of(made.method));
  write(host, request, TT_URL, "", made.url);
  for (const auto& [name, value] : made.headers) write(host, request, TT_HEADER, name, value);
  if (made.secret_body.empty())
    host->write(request, TT_BODY, str_of(""), str_of(made.body));
  else
    write(host, request, TT_BODY, "", made.secret_body);
}

}  // namespace tt::sdk
