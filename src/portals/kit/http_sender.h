// The sender of all HTTP exits: credentials, signatures, sessions, TLS, proxy, address policy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "portals/kit/common.h"
#include "portals/kit/sensitive.h"

namespace tt::portals {

// Of exit.h, which includes this file for its templates.
struct ExitRequest;
struct ExitAnswer;
struct AttemptFacts;
struct Session;
struct ExitSeams;
class ExitSender;

/// The parts of an exit that depend on the attempt. All may be null; called on any thread.
struct SenderHooks {
  std::function<SensitiveFields(const ExitRequest&, const AttemptFacts&)> sign;
  std::function<std::optional<ExitRequest>()> session_request;
  std::function<Result<Session>(const ExitAnswer&)> session_parse;
};

/// Adds what `common` asks for to each request: `Authorization`, TLS files, proxy, networks,
/// timeout, `TT-Replay: <epoch>` on replays. A session is fetched once for all waiting requests,
/// kept for its lifetime, and fetched again (once a request) after 401 or 403. A secret that has no
/// text is an answer that is_misconfigured; nothing is sent then. Secrets of the request that the
/// other side repeats in its answer are replaced by `***`.
///
/// The sender may be destroyed with requests in flight: their `done` is still called.
std::unique_ptr<ExitSender> make_http_sender(const ExitCommon& common, SenderHooks hooks,
                                             const ExitSeams& seams);

}  // namespace tt::portals
