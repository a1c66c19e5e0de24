// The life of the daemon: open the tunnel, open the exits, listen; and the way back.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/daemon.h"

#include "base/log.h"
#include "base/metric_table.h"
#include "base/units.h"
#include "event/writer.h"
#include "pipeline/daemon_impl.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

tunnel::Start start_of(const portals::ExitCommon& common) {
  if (common.start == "earliest") return {tunnel::Start::Kind::kEarliest, 0};
  if (const auto age_ns = parse_duration_ns(common.start))
    return {tunnel::Start::Kind::kAge, *age_ns};
  return {};
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(std::shared_ptr<const Settings> settings, Seams seams,
                                              std::function<ApiHandler(Daemon&)> make_api) {
  auto daemon = std::make_unique<RunningDaemon>(seams);
  TT_CHECK(daemon->begin(std::move(settings), make_api));
  return std::unique_ptr<Daemon>(std::move(daemon));
}

Status RunningDaemon::begin(std::shared_ptr<const Settings> settings,
                            const std::function<ApiHandler(Daemon&)>& make_api) {
  settings_.store(std::move(settings));
  self_.enable(settings_.load()->self_events);
  TT_CHECK(open_tunnel());
  TT_CHECK(open_exits());
  alert_file_ = std::make_unique<AlertFile>(seams_.disk, settings_.load()->data, *tunnel_, alerts_);
  alert_file_->restore(*settings_.load(), seams_.clock.wall_ns());
  // Cursors are durable from here on: the first 2xx may be given.
  TT_CHECK(listen(make_api));
  self_.started(seams_.version, generation_.load(), tunnel::to_string(tunnel_->status().last_stop));
  loop_->post([this] {
    trim_later();
    watch_lags_later();
    return_memory_later();
    watch_alerts_later();
    limit_orphans_later();
  });
  return {};
}

Status RunningDaemon::open_tunnel() {
  const auto settings = settings_.load();
  tunnel::DiskTunnelOptions options = seams_.tunnel;
  options.directory = settings->data;
  options.on_damage = [this](std::string_view what) { self_.damage(what); };
  TT_TRY(tunnel_,
         tunnel::open_disk_tunnel(std::move(options), {seams_.clock, seams_.disk, seams_.random,
                                                       seams_.spawner, seams_.metrics}));
  generations_ = std::make_unique<Generations>(seams_.disk, settings->data + "/rules");
  auto kept = generations_->keep(settings->text, seams_.clock.wall_ns());
  if (!kept.ok() && kept.error().code == Code::kRetry) {
    // A start needs no room; what is lost is an explanation.
    log::warning("the configuration is not kept: `why` will not know its rules after a reload",
                 {{"error", kept.error().text}});
    const auto newest = generations_->newest();
    kept = newest.ok() ? *newest + 1 : 1;
  }
  TT_TRY(const std::uint64_t generation, std::move(kept));
  show_generation(generation);
  std::lock_guard lock(status_mutex_);
  config_status_ = {.generation = generation,
                    .source = settings->source.describe(),
                    .loaded_ns = seams_.clock.wall_ns()};
  return {};
}

void RunningDaemon::show_generation(std::uint64_t generation) {
  generation_.store(generation);
  gauge(seams_.metrics, "tt_config_generation").set(static_cast<std::int64_t>(generation));
  gauge(seams_.metrics, "tt_config_reload_refused").set(0);
}

Status RunningDaemon::open_exits() {
  http_ = seams_.make_http_client ? seams_.make_http_client()
                                  : net::HttpClient::start(seams_.spawner, seams_.metrics);
  pool_ = std::make_unique<BlockingPool>(kBlockingThreads, seams_.spawner);
  api_pool_ = std::make_unique<BlockingPool>(kApiThreads, seams_.spawner);
  routing_ = std::make_unique<Routing>(std::string(tunnel_->log_id()), seams_.metrics);
  routing_->swap(settings_.load(), generation_.load());
  loop_ = std::make_unique<Loop>(seams_.clock, seams_.spawner);
  attempts_ = std::make_unique<AttemptNotes>(*loop_, *pool_, *tunnel_, seams_.metrics);
  context_ = std::make_unique<DeliveryContext>(
      DeliveryContext{seams_.clock, seams_.disk, seams_.random, seams_.metrics, *loop_, *pool_,
                      *http_, [this]() -> net::SocketClient& { return sockets(); }, *tunnel_,
                      *routing_, *attempts_, self_, settings_.load()->data + "/threads"});
  const auto settings = settings_.load();
  Deliveries opened;
  for (std::size_t i = 0; i < settings->exits.size(); ++i) {
    TT_TRY(auto delivery, open_exit(*settings, i));
    opened.push_back(std::move(delivery));
  }
  late_.keep({});  // All are open.
  loop_->run([&] { deliveries_ = std::move(opened); });
  open_replays();
  tunnel_->on_visible([this] {
    // One wake-up however many groups commit before the loop comes round.
    if (!pump_is_posted_.exchange(true)) loop_->post_lazily([this] { pump_all(); });
  });
  loop_->post([this] { pump_all(); });
  self_.open(*loop_, *tunnel_);
  return {};
}

void RunningDaemon::open_replays() {
  replays_ = std::make_unique<Replays>(
      Replays::Parts{
          *context_,
          [this](std::string_view action, const std::string& target) { audit(action, target); },
          [this] { return settings_.load(); },
          [this](std::string_view exit) { return live_delivery(exit); }},
      settings_.load()->data + "/replays");
  replays_->restore();
  for (const std::string& orphan : tunnel_->orphans())
    log::warning("cursor without an exit; `tictoc exit forget` removes it", {{"exit", orphan}});
}

Result<std::shared_ptr<Delivery>> RunningDaemon::open_exit(const Settings& settings,
                                                           std::size_t index) {
  const ExitSettings& exit = settings.exits[index];
  if (Status adopted = late_.adopt(*tunnel_, settings, exit); !adopted) {
    if (adopted.error().code != Code::kReject)
      return std::move(adopted).error().with("exit `" + exit.name + "`");
    log::info("`was` carried nothing over", {{"exit", exit.name}, {"error", adopted.error().text}});
  }
  for (const std::string& was : late_.names_before(exit.name)) self_.renamed(was, exit.name);
  auto reader = tunnel_->open(exit.name, start_of(exit.portal->common()));
  if (!reader.ok()) return std::move(reader).error().with("exit `" + exit.name + "`");
  return std::make_shared<Delivery>(*context_, exit, index, *std::move(reader));
}

Status RunningDaemon::listen(const std::function<ApiHandler(Daemon&)>& make_api) {
  const auto settings = settings_.load();
  intake_ = std::make_unique<Intake>(*tunnel_, seams_.clock, seams_.metrics, *loop_, alerts_);
  intake_->swap(*settings);
  tails_ = make_tails();
  const ApiHandler api = make_api(*this);
  net::HttpHandler everything;
  everything.admit = [this](const net::HttpRequest& request) -> net::Admission {
    const auto route = intake_->find(request.method, request.path);
    if (route) return intake_->admit(*route, request);
    return {.body_bytes_max = 1u << 20};
  };
  // With a listener of its own the API is nowhere else; probes are, for load balancers.
  const bool serves_api = settings->api.listen.empty();
  everything.handle = [this, api, serves_api](const net::HttpRequest& request,
                                              net::Responder responder) {
    auto route = intake_->find(request.method, request.path);
    if (route) return intake_->accept(std::move(route), request, std::move(responder));
    if (serves_api || request.path == "/healthz" || request.path == "/readyz")
      return api(request, std::move(responder));
    if (const auto allowed = methods_at(request.path); !allowed.empty())
      return responder.answer(net::method_answer(request.method, allowed));
    responder.answer({.status = 404, .body = "{\"error\":\"no entry has this path\"}\n"});
  };
  everything.too_large = [this](const net::HttpRequest& request, std::size_t body_bytes_max,
                                std::optional<std::size_t> body_bytes) {
    return intake_->too_large(request, body_bytes_max, body_bytes);
  };
  everything.make_round = [this] { return std::make_unique<IntakeRound>(*intake_); };
  if (!settings->listen.empty()) {
    auto server = net::HttpServer::start({.listen = settings->listen, .tls = settings->tls},
                                         everything, seams_.spawner, seams_.metrics);
    if (!server.ok())
      return address_error(std::move(server).error(),
                           "`--listen ADDRESS`, or `listen` in the configuration");
    servers_.push_back(*std::move(server));
  }
  if (!settings->api.listen.empty()) {
    net::HttpHandler api_only;
    api_only.admit = [](const net::HttpRequest&) -> net::Admission {
      return {.body_bytes_max = 1u << 20};
    };
    api_only.handle = api;
    auto second = net::HttpServer::start({.listen = settings->api.listen, .tls = settings->tls},
                                         api_only, seams_.spawner, seams_.metrics);
    if (!second.ok())
      return address_error(std::move(second).error(), "`listen` of `api` in the configuration");
    servers_.push_back(*std::move(second));
  }
  TT_TRY(auto streams, open_streams(*settings));
  keep_streams(*settings, std::move(streams));
  keep_children(*settings);
  tails_->keep(*settings);
  return {};
}

RunningDaemon::~RunningDaemon() { stop(0); }

void RunningDaemon::stop(int grace_ms) {
  // One time for all waits. What comes in may take half of it: what goes out needs some, too.
  const SteadyNs begin_ns = seams_.clock.steady_ns();
  const SteadyNs end_ns = begin_ns + grace_ms * kNsPerMs;
  const SteadyNs intake_end_ns = begin_ns + grace_ms * kNsPerMs / 2;
  if (is_stopped_.exchange(true)) return;
  if (intake_) intake_->close();
  end_streams(intake_end_ns);
  stdin_reader_.reset();  // Looks at is_stopped_ and joins.
  for (auto& server : servers_) server->stop(ms_until(intake_end_ns));
  // Nothing more comes in: what waits for room in the tunnel is given up.
  if (intake_) intake_->stop();
  // What operators asked for may use everything below: it ends first.
  if (api_pool_) api_pool_->stop();
  if (loop_) {
    Deliveries all;
    loop_->run([&] {
      all = deliveries_;
      if (!replays_) return;
      const Deliveries replays = replays_->deliveries();
      all.insert(all.end(), replays.begin(), replays.end());
    });
    if (!drain(all, end_ns)) log::warning("deliveries still in flight at the stop");
    // What is in flight holds its delivery, which holds its place in the tunnel: all of it ends
    // before that does.
    loop_->run([&] {
      if (replays_) replays_->abandon();
      for (const auto& delivery : all) delivery->close_sender();
    });
    if (sockets_) sockets_->cancel();
    all.clear();
    // The client cancels what is in flight; nothing calls back after it is gone.
    if (http_) http_.reset();
    loop_->stop();
    self_.close();
    if (pool_) pool_->stop();
    if (attempts_) attempts_->flush();
  }
  if (alert_file_) alert_file_->keep(/*is_last=*/true);
  if (replays_) replays_->close();
  deliveries_.clear();
  if (tunnel_)
    if (Status closed = tunnel_->close(); !closed)
      log::error("the tunnel did not close cleanly", {{"error", closed.error().text}});
  // Programs may take their time to end: everything is durable by now.
  for (const auto& worker : workers()) worker->kill();
  children_.clear();
  leaving_.clear();
  sockets_.reset();
}

bool RunningDaemon::drain(const Deliveries& deliveries, SteadyNs end_ns) {
  // Shared: a delivery may report after the wait was given up.
  struct Wait {
    std::mutex mutex;
    std::unique_ptr<Condition> wake;
    std::size_t left;
  };
  const auto wait = std::make_shared<Wait>();
  wait->wake = seams_.spawner.condition();
  wait->left = deliveries.size();
  loop_->run([&] {
    for (const auto& delivery : deliveries)
      delivery->drain([wait] {
        std::lock_guard lock(wait->mutex);
        --wait->left;
        wait->wake->notify_one();
      });
  });
  std::unique_lock lock(wait->mutex);
  const bool is_done = wait->wake->wait_for(lock, std::chrono::milliseconds(ms_until(end_ns)),
                                            [&] { return wait->left == 0; });
  lock.unlock();
  loop_->run([&] {
    for (const auto& delivery : deliveries) delivery->abandon();
  });
  return is_done;
}

void RunningDaemon::pump_all() {
  pump_is_posted_.store(false);
  for (const auto& delivery : Deliveries(deliveries_)) delivery->pump();
  if (replays_) replays_->pump();
  for (const auto& listener : listeners_) listener();
}

void RunningDaemon::on_visible(std::function<void()> listener) {
  loop_->run([&] { listeners_.push_back(std::move(listener)); });
}

std::vector<net::ListenAddress> RunningDaemon::addresses() const {
  std::vector<net::ListenAddress> all;
  for (const auto& server : servers_)
    for (const auto& address : server->addresses()) all.push_back(address);
  for (const auto& [name, stream] : streams_)
    for (const auto& address : stream->addresses()) all.push_back(address);
  return all;
}

Result<std::string> RunningDaemon::generation_text(std::uint64_t number) const {
  return generations_->find(number);
}

Result<std::uint64_t> RunningDaemon::generation_at(WallNs time_ns) const {
  return generations_->newest_at(time_ns);
}

std::vector<std::string_view> RunningDaemon::methods_at(std::string_view path) const {
  return intake_->methods_at(path);
}

ConfigStatus RunningDaemon::config_status() const {
  std::lock_guard lock(status_mutex_);
  return config_status_;
}

bool RunningDaemon::is_ready() const {
  return !is_stopped_.load() && !intake_->is_held() && !tunnel_->status().is_full &&
         missing_secrets().empty();
}

void RunningDaemon::append(std::string entry, event::SharedBatch events,
                           std::function<void(tunnel::Appended)> done) {
  tunnel_->append({.events = std::move(events), .entry = std::move(entry)}, std::move(done));
}

}  // namespace tt::pipeline
