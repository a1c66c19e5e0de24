// The handshake: a nonce of ours, a salt of theirs, and SHA-512 over both and the key.
// SPDX-License-Identifier: Apache-2.0
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1#handshake-messages
#include "portals/entry/forward/handshake.h"

#include <openssl/evp.h>

#include <array>

#include "base/digest.h"
#include "base/random.h"
#include "base/result.h"

namespace tt::portals::entry::forward {
namespace {

constexpr std::size_t kNonceBytes = 16;
// Clients refuse a server that calls itself as they do, so this must not be a host's name.
constexpr std::string_view kServerName = "time-tunnel";

std::string sha512_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  TT_ASSERT(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha512(), nullptr));
  return hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string proof(std::string_view salt, std::string_view name, std::string_view nonce,
                  std::string_view key) {
  return sha512_hex(std::string(salt).append(name).append(nonce).append(key));
}

std::string pong(bool is_good, std::string_view reason, std::string_view digest) {
  PackedWriter writer;
  writer.list(5).text("PONG").boolean(is_good).text(reason);
  return writer.text(is_good ? kServerName : "").text(digest).take();
}

}  // namespace

std::string make_helo(StreamState& state) {
  std::array<unsigned char, kNonceBytes> nonce;
  system_random().fill(nonce);
  state.nonce.assign(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  // An empty `auth` asks for no user and password.
  PackedWriter writer;
  writer.list(2).text("HELO").map(3);
  writer.text("nonce").bytes(state.nonce).text("auth").bytes("").text("keepalive").boolean(true);
  return writer.take();
}

Pong answer_ping(Values message, std::uint32_t length, const Secret& shared_key,
                 const StreamState& state) {
  if (length < 4 || message.take_text() != "PING") return {};
  const auto name = message.take_text();
  const auto salt = message.take_text();
  const auto digest = message.take_text();
  if (!name || !salt || !digest) return {};
  std::string good_key;
  bool is_known = false;
  // All of them, so that time does not tell which one it was. Without a nonce of ours a recorded
  // PING would do.
  for (const std::string& key : shared_key.reveal_all()) {
    if (!equal_constant_time(proof(*salt, *name, state.nonce, key), *digest) || is_known) continue;
    good_key = key;
    is_known = !state.nonce.empty();
  }
  if (!is_known) return {pong(false, "shared key mismatch", ""), false};
  return {pong(true, "", proof(*salt, kServerName, state.nonce, good_key)), true};
}

}  // namespace tt::portals::entry::forward
