// MIME: header fields and bodies as mail servers want them, whatever the text holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace tt::portals::exit::email {

/// "Subject: text" with CRLF. What is not printable ASCII becomes encoded words (RFC 2047), long
/// lines are folded; control characters become spaces first, so no text begins another field.
std::string header_field(std::string_view name, std::string_view text);
/// The same of addresses, which are never encoded: "To: a@example.com,\r\n b@example.com".
std::string address_field(std::string_view name, const std::vector<std::string>& addresses);
/// `text` as base64 in lines of 76 characters with CRLF; its own lines end in CRLF too, as mail has
/// them (RFC 2045 section 6.8).
std::string base64_body(std::string_view text);
/// "Thu, 01 Jan 2026 00:00:00 +0000" (RFC 5322 section 3.3).
std::string mail_date(WallNs time_ns);
/// `name@host` without spaces, control characters and angle brackets, which end an address or
/// begin another (RFC 5321 section 4.1.2; quoted local parts are left out).
bool is_address(std::string_view text);

}  // namespace tt::portals::exit::email
