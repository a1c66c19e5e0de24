// Listeners of the stream entries, and standard input, programs and files as others of them.
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
    auto stream = net::StreamServer::start({.listen = {std::move(address)}, .tls = settings.tls},
                                           open, seams_.spawner, seams_.metrics);
    if (!stream.ok())
      return address_error(std::move(stream).error(), "`listen` of the entry `" + entry + "`");
    opened[listen] = *std::move(stream);
  }
  return opened;
}

void RunningDaemon::keep_streams(const Settings& settings, Streams opened) {
  const std::lock_guard lock(streams_mutex_);
  if (is_stopped_.load()) return;
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

net::SocketClient& RunningDaemon::sockets() {
  std::call_once(sockets_begun_, [this] { sockets_ = net::SocketClient::start(seams_.spawner); });
  return *sockets_;
}

void RunningDaemon::keep_children(const Settings& settings) {
  const std::lock_guard lock(streams_mutex_);
  if (is_stopped_.load()) return;
  std::erase_if(leaving_, [](const auto& worker) {
    if (worker->has_ended()) worker->kill();
    return worker->has_ended();
  });
  std::map<std::string, Child> kept;
  for (const EntrySettings& entry : settings.entries) {
    const bool has_source = entry.portal->source() != nullptr;
    if (!has_source && !entry.portal->command()) continue;
    const auto old = children_.find(entry.name);
    if (old != children_.end() && old->second.fingerprint == entry.fingerprint) {
      kept.insert(children_.extract(old));
      continue;
    }
    Child& child = kept[entry.name];
    child.fingerprint = entry.fingerprint;
    child.worker = make_worker(entry);
    child.worker->begin();
  }
  for (const auto& [name, child] : children_) {
    child.worker->end();
    leaving_.push_back(child.worker);
  }
  children_ = std::move(kept);
  const std::lock_guard watched_lock(watched_mutex_);
  watched_.clear();
  for (const auto& [name, child] : children_) watched_[name] = child.worker;
}

std::optional<WorkerState> RunningDaemon::worker_state(std::string_view entry) const {
  const std::lock_guard lock(watched_mutex_);
  const auto found = watched_.find(entry);
  if (found == watched_.end()) return std::nullopt;
  return found->second->state(seams_.clock.steady_ns());
}

std::shared_ptr<EntryWorker> RunningDaemon::make_worker(const EntrySettings& entry) {
  auto open = [this, name = entry.name, peer_name = entry.portal->source() ? "plugin" : "program"](
                  std::shared_ptr<net::StreamPeer> peer) {
    std::unique_ptr<net::StreamSession> session;
    if (auto route = intake_->find_name(name))
      session = intake_->open_stream(std::move(route), std::move(peer),
                                     {.peer = peer_name, .is_loopback = true});
    return session;
  };
  if (auto command = entry.portal->command())
    return std::make_shared<EntryChild>(sockets().loop(), entry.name, *std::move(command),
                                        std::move(open));
  return std::make_shared<EntryThread>(
      seams_.spawner, entry.name, [portal = entry.portal] { return portal->source(); },
      std::move(open));
}

std::vector<std::shared_ptr<EntryWorker>> RunningDaemon::workers() const {
  std::vector<std::shared_ptr<EntryWorker>> all = leaving_;
  for (const auto& [name, child] : children_) all.push_back(child.worker);
  return all;
}

std::unique_ptr<EntryTails> RunningDaemon::make_tails() {
  return std::make_unique<EntryTails>(
      seams_.disk, settings_.load()->data, seams_.spawner, seams_.metrics,
      [this](const std::string& entry, std::shared_ptr<net::StreamPeer> peer,
             net::StreamInfo info) -> std::unique_ptr<net::StreamSession> {
        auto route = intake_->find_name(entry);
        if (!route) return nullptr;
        return intake_->open_stream(std::move(route), std::move(peer), std::move(info));
      });
}

void RunningDaemon::end_streams(SteadyNs end_ns) {
  if (tails_) tails_->end(ms_until(end_ns));
  const std::lock_guard lock(streams_mutex_);
  const auto all = workers();
  for (const auto& worker : all) worker->end();
  for (auto& [name, stream] : streams_) stream->stop(ms_until(end_ns));
  for (const auto& worker : all)
    while (!worker->has_ended() && seams_.clock.steady_ns() < end_ns) poll(nullptr, 0, 10);
}

}  // namespace tt::pipeline
