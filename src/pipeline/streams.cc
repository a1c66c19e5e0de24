// Listeners of the stream entries, and standard input as one of them.
// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <set>

#include "base/log.h"
#include "base/text.h"
#include "pipeline/daemon_impl.h"

namespace tt::pipeline {
namespace {

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

}  // namespace

Status RunningDaemon::open_streams(const Settings& settings) {
  std::set<std::string> wanted;
  for (const EntrySettings& entry : settings.entries) {
    if (!entry.type->is_stream) continue;
    std::vector<net::ListenAddress> listen;
    for (const std::string& text : entry.portal->listen()) {
      if (text == "stdin") {
        if (!stdin_reader_) read_stdin(entry.name);
        continue;
      }
      TT_TRY(auto address, net::parse_listen(text));
      listen.push_back(std::move(address));
    }
    if (listen.empty()) continue;
    const std::string key = entry.name + " " + join(entry.portal->listen(), " ");
    wanted.insert(key);
    if (streams_.contains(key)) continue;
    // A session asks for its entry by name, so that a reload changes what new connections get.
    auto open = [this, name = entry.name](std::shared_ptr<net::StreamPeer> peer,
                                          net::StreamInfo info) {
      auto route = intake_->find_name(name);
      std::unique_ptr<net::StreamSession> session;
      if (route) session = intake_->open_stream(std::move(route), std::move(peer), std::move(info));
      return session;
    };
    TT_TRY(streams_[key], net::StreamServer::start({.listen = listen, .tls = settings.tls}, open,
                                                   seams_.spawner, seams_.metrics));
  }
  std::erase_if(streams_, [&](const auto& stream) { return !wanted.contains(stream.first); });
  return {};
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
