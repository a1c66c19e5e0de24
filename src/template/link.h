// Links: only http and https addresses from events become something to click.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "template/template.h"

namespace tt::tmpl {

constexpr std::size_t kLinkBytesMax = 2048;

/// `url` when it is an http or https URL of visible ASCII that cannot end an attribute, a Markdown
/// or a Slack link (no quotes, angle brackets, bars, backslashes, spaces); else empty.
std::string_view safe_link(std::string_view url);

/// Whether the target takes what follows `before` for an address: the value of an attribute in
/// HTML, the inside of `<...>` in chat markup, of `](...)` in Markdown. Escaping does not help
/// there: `javascript:` needs no bracket, and `<!channel>` calls everybody.
bool is_link_place(std::string_view before, Escape escape);

/// Appends a safe link so that it does not end a `](...)` around it.
void append_markdown_target(std::string& out, std::string_view url);

}  // namespace tt::tmpl
