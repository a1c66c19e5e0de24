// Redaction: real events without what must not be kept in a repository.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tt::rehearse {

/// Whether a field's name says that its value is a secret: password, token, cookie and the like,
/// anywhere in it. `alert_key` is none.
bool is_secret_field(std::string_view name);
/// `text` with `***` for what looks like a credential: userinfo and tokens in URLs, `Bearer` and
/// `Basic` values, JSON web tokens, and keys with the prefixes of well-known services.
std::string redact(std::string_view text);

}  // namespace tt::rehearse
