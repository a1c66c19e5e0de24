// Options that every entry and every exit has, beside the portal's own (design.md 3 "Common keys").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "config/field.h"
#include "config/parse.h"
#include "portals/kit/verifier.h"

namespace tt::portals {

/// One accepted way to authenticate; exactly one member is set.
struct Auth {
  bool none = false;
  std::optional<Secret> bearer;
  struct Basic {
    std::string user;
    Secret password;
  };
  std::optional<Basic> basic;
  std::optional<std::vector<std::string>> mtls_san;
};

enum class Ack : std::uint8_t { kDisk, kWritten, kMemory };
enum class Raw : std::uint8_t { kKeep, kDrop };

struct EntryCommon {
  std::vector<Auth> auth;  ///< Empty: not said. Off loopback that refuses to start.
  Ack ack = Ack::kDisk;
  std::optional<std::uint64_t> max_body_bytes;
  std::vector<config::Cidr> allow;     ///< Empty: everyone.
  std::optional<double> rate_per_sec;  ///< Events a second and sender; not said: no limit.
  Raw raw = Raw::kKeep;
  Verifier verify;  ///< HTTP entries only.
  // `set`, `unset`: read by the rules layer from the same node.
};

enum class Order : std::uint8_t { kTunnel, kStrict, kNone };
enum class WhenFull : std::uint8_t { kSkip, kBlock };

struct ExitCommon {
  Order order = Order::kTunnel;
  int in_flight = 16;  ///< Only with order: none; else 1.
  struct Batch {
    int events = 500;
    std::uint64_t bytes = 1u << 20;
    std::int64_t wait_ns = 0;
  } batch;
  std::int64_t timeout_ns = 20 * kNsPerSec;
  struct Retry {
    std::int64_t base_ns = kNsPerSec;
    std::int64_t cap_ns = 300 * kNsPerSec;
    std::int64_t max_age_ns = 72 * 3600 * kNsPerSec;
  } retry;
  std::optional<std::int64_t> expire_ns;  ///< Older events are dead letters `expired`.
  std::optional<double> rate_per_sec;     ///< `rate: 30/m`.
  std::optional<Auth> auth;
  struct Tls {
    std::string ca, cert, key;
    bool insecure = false;
  } tls;
  config::Url proxy;             ///< Empty: none. May hold a password.
  std::string start = "latest";  ///< latest | earliest | a duration.
  std::optional<std::string> was;
  struct MaxLag {
    std::int64_t age_ns = 7 * 24 * 3600 * kNsPerSec;
    std::optional<std::uint64_t> bytes;
  } max_lag;
  WhenFull when_full = WhenFull::kSkip;
  std::vector<std::string> allow_networks;
};

/// Field tables of the above (`set` and `unset` included): schema, docs.
const std::vector<config::FieldInfo>& entry_common_fields();
const std::vector<config::FieldInfo>& exit_common_fields();

/// One portal's map: the options of `own` into `value`, the common ones into `common`. False after
/// errors, which stand in the context's diagnostics. `type`, and `set` and `unset` beyond their
/// presence, are left to other readers.
bool parse_entry(const config::Node& node, const config::StructInfo& own, void* value,
                 EntryCommon& common, config::ParseContext& context);
/// Of `usual_batch`, what the options leave open.
bool parse_exit(const config::Node& node, const config::StructInfo& own, void* value,
                const ExitCommon::Batch& usual_batch, ExitCommon& common,
                config::ParseContext& context);

/// The `auth` of the API: one way or a list of them, as at an entry.
std::vector<Auth> parse_auth(const config::Node& node, config::ParseContext& context);

}  // namespace tt::portals
