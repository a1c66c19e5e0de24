// URLs of exits: rendered from configuration and event, and shown without what is secret in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/parse.h"
#include "config/url.h"
#include "portals/kit/sensitive.h"

namespace tt::portals {

/// The whole URL for one event; kReject ("template: ...") when a hole fails.
Result<SensitiveText> render_url(const config::UrlTemplate& url, const cel::Scope& scope);
/// The configured URL as it is.
SensitiveText sensitive_url(const config::Url& url);
/// `path` ("/v2/room/ops", already escaped, may hold a query) below the configured URL.
SensitiveText join_url(const config::Url& base, std::string_view path);
/// Whether paths can be joined to it, the option `name` of the exit: behind a query they would be
/// no paths. Says so when not.
bool check_base_url(const config::Url& url, std::string_view name, const config::Node& node,
                    config::ParseContext& context);
/// Scheme, host and port; `***` while they are not known.
std::string target_of(const config::Url& url);
/// Likewise; with holes also path and query as written, without tokens.
std::string target_of(const config::UrlTemplate& url);

}  // namespace tt::portals
