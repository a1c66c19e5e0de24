// Listeners of the stream entries, and standard input as one of them.
// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include "base/log.h"
#include "pipeline/daemon_impl.h"

namespace tt::pipeline {
namespace {

constexpr std::string_view kStdin = "stdin";

/// Standard input never answers and cannot be closed by us.
class StdinPeer final : public net::StreamPeer {
 public:
  bool write(std::string) override { return true; }
  void resume() override { is_paused_.store(false); }
  void close() override {}
  void pause() { is_paused_.store(true); }
  bool is_paused() const { return is_paused_.load(); }

 private:
  std::atomic<bool> is_paused_{false};
};

/// Where the stream entries listen, and the entry of each address.
std::map<std::string, std::string, std::less<>> stream_addresses(const Settings& settings) {
  std::map<std::string, std::string, std::less<>> all;
  for (const EntrySettings& entry : settings.entries)
    if (entry.type->is_stream)
      for (const std::string& listen : entry.portal->listen()) all.emplace(listen, entry.name);
  return all;
}

}  // namespace

Result<RunningDaemon::Streams> RunningDaemon::open_streams(const Settings& settings) {
  Streams opened;
  for (const auto& [listen, entry] : stream_addresses(settings)) {
    if (listen == kStdin || streams_.contains(listen)) continue;
    TT_TRY(auto address, net::parse_listen(listen));
    // A connection asks for its entry when it comes: a reload may have given the address to
    // another.
    auto open = [this, listen = listen](std::shared_ptr<net::StreamPeer> peer,
                                        net::StreamInfo info) {
      std::unique_ptr<net::StreamSession> session;
      if (auto route = find_stream(listen))
        session = intake_->open_stream(std::move(route), std::move(peer), std::move(info));
      return session;
    };
    TT_TRY(opened[listen],
           net::StreamServer::start({.listen = {std::move(address)}, .tls = settings.tls}, open,
                                    seams_.spawner, seams_.metrics));
  }
  return opened;
}

void RunningDaemon::keep_streams(const Settings& settings, Streams opened) {
  const auto wanted = stream_addresses(settings);
  std::erase_if(streams_, [&](const auto& stream) { return !wanted.contains(stream.first); });
  streams_.merge(opened);
  if (const auto entry = wanted.find(kStdin); entry != wanted.end() && !stdin_reader_)
    read_stdin(entry->second);
}

std::shared_ptr<const EntryRoute> RunningDaemon::find_stream(const std::string& listen) {
  const auto addresses = stream_addresses(*settings_.load());
  const auto entry = addresses.find(listen);
  return entry == addresses.end() ? nullptr : intake_->find_name(entry->second);
}

void RunningDaemon::read_stdin(const std::string& entry) {
  stdin_reader_ = seams_.spawner.spawn("tt-stdin", [this, entry] {
    auto peer = std::make_shared<StdinPeer>();
    auto route = intake_->find_name(entry);
    if (!route) return;
    const auto session = intake_->open_stream(route, peer, {.peer = "stdin", .is_loopback = true});
    if (!session) return;
    std::string buffer(64u << 10, '\0');
    while (!is_stopped_.load()) {
      pollfd ready{STDIN_FILENO, POLLIN, 0};
      if (peer->is_paused() || poll(&ready, 1, 100) <= 0) {
        if (peer->is_paused()) poll(nullptr, 0, 10);
        continue;
      }
      const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
      if (n <= 0) break;
      peer->pause();
      if (session->on_bytes({buffer.data(), static_cast<std::size_t>(n)})) peer->resume();
    }
    session->on_close();
    log::info("standard input ended", {{"entry", entry}});
  });
}

}  // namespace tt::pipeline
