// A name server for tests that says what it is told to, another thing each time if need be.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tt::net::testing {

/// Answers over UDP at 127.0.0.1:53 (RFC 1035), so within OwnNetwork only. Names that nobody told
/// it of do not exist.
class NameServer {
 public:
  /// Addresses, and "=other.name" for a CNAME.
  using Records = std::vector<std::string>;

  NameServer() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_port = htons(53);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) std::abort();
    thread_ = std::thread([this] { serve(); });
  }
  NameServer(const NameServer&) = delete;
  ~NameServer() {
    ::shutdown(fd_, SHUT_RDWR);  // Wakes the thread, although it says that nothing is connected.
    thread_.join();
    ::close(fd_);
  }
  /// The first lookup of `name` gets the first of `answers`, and so on; the last one stays.
  void tell(const std::string& name, std::vector<Records> answers) {
    const std::lock_guard lock(mutex_);
    zone_[name] = {std::move(answers), {}};
  }
  /// How often the IPv4 addresses of `name` were asked for.
  int lookups(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return zone_[name].asked[kA];
  }

 private:
  static constexpr int kA = 1, kCname = 5, kAaaa = 28;
  static constexpr std::size_t kHead = 12;
  struct Name {
    std::vector<Records> answers;
    std::map<int, int> asked;  // By type; those of one lookup come in pairs.
  };

  void serve() {
    for (;;) {
      char room[512];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t n =
          ::recvfrom(fd_, room, sizeof room, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (n <= 0) return;
      const std::string reply = answer({room, static_cast<std::size_t>(n)});
      ::sendto(fd_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  std::string answer(std::string_view query) {
    std::string name;
    std::size_t at = kHead;
    while (query[at] != 0) {
      const auto length = static_cast<std::size_t>(query[at]);
      name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, length));
      at += length + 1;
    }
    const int type = static_cast<unsigned char>(query[at + 2]);
    const std::string_view question = query.substr(kHead, at + 5 - kHead);
    std::string records;
    int count = 0;
    const std::lock_guard lock(mutex_);
    const bool is_known = zone_.contains(name) && !zone_[name].answers.empty();
    add(name, type, records, count);
    std::string reply(query.substr(0, 2));
    reply += '\x81';                      // An answer, recursion wanted ...
    reply += is_known ? '\x80' : '\x83';  // ... and offered; or no such name.
    for (const int number : {1, count, 0, 0}) reply += two_bytes(number);
    return reply.append(question).append(records);
  }

  /// As a resolver gives it: the whole chain in one answer.
  void add(const std::string& owner, int type, std::string& records, int& count) {
    const auto found = zone_.find(owner);
    if (found == zone_.end() || found->second.answers.empty()) return;
    Name& name = found->second;
    const auto turn = static_cast<std::size_t>(name.asked[type]++);
    for (const std::string& text : name.answers[std::min(turn, name.answers.size() - 1)]) {
      if (text.starts_with('=')) {
        append(owner, kCname, wire(text.substr(1)), records, count);
        add(text.substr(1), type, records, count);
        continue;
      }
      char bytes[16];
      const int family = type == kAaaa ? AF_INET6 : AF_INET;
      if ((type == kA || type == kAaaa) && ::inet_pton(family, text.c_str(), bytes) == 1)
        append(owner, type, {bytes, type == kA ? 4u : 16u}, records, count);
    }
  }
  static void append(const std::string& owner, int type, const std::string& data,
                     std::string& records, int& count) {
    const std::string no_time(4, '\0');  // To live: it is not to be remembered.
    records += wire(owner) + two_bytes(type) + two_bytes(1) + no_time +
               two_bytes(static_cast<int>(data.size())) + data;
    ++count;
  }
  static std::string two_bytes(int number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number)};
  }
  static std::string wire(std::string_view name) {
    std::string bytes;
    while (!name.empty()) {
      const std::string_view label = name.substr(0, name.find('.'));
      bytes += static_cast<char>(label.size());
      bytes += label;
      name.remove_prefix(std::min(name.size(), label.size() + 1));
    }
    return bytes + '\0';
  }

  int fd_;
  std::mutex mutex_;
  std::map<std::string, Name> zone_;
  std::thread thread_;
};

}  // namespace tt::net::testing
