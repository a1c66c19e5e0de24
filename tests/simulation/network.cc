// Fates of requests: lost, late, refused, misunderstood, or simply answered.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/network.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace tt::simulation {
namespace {

constexpr std::int64_t kRetryAfterSecondsMax = 120;

/// The number behind `"name":` in a line of JSON.
std::optional<std::uint64_t> number_after(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + name.size());
  return parse_u64(line.substr(0, line.find_first_not_of("0123456789")));
}

net::ClientAnswer no_answer(std::string error, bool was_sent) {
  net::ClientAnswer answer;
  answer.error = std::move(error);
  answer.was_sent = was_sent;
  return answer;
}

net::ClientAnswer status_answer(int status) {
  net::ClientAnswer answer;
  answer.status = status;
  answer.was_sent = true;
  return answer;
}

}  // namespace

struct Network::Exchange {
  Server& server;
  net::HttpClient::Done done;
  std::shared_ptr<const bool> has_died;  ///< The process that waits for it.
  SteadyNs begin_ns = 0, timeout_at_ns = 0;
  std::vector<Event> events;
  std::string exit;  ///< As the oracle has it: a replay is an exit of its own.
  bool is_over = false;
};

Network::Network(Scheduler& scheduler, const Clock& clock, Random& random, Oracle& oracle,
                 Trace& trace, NetworkFaults faults)
    : scheduler_(scheduler),
      clock_(clock),
      random_(random),
      oracle_(oracle),
      trace_(trace),
      faults_(faults),
      wake_(scheduler.condition()) {
  thread_ = scheduler_.spawn("internet", [this] { run(); });
}

Network::~Network() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    wake_->notify_all();
  }
  thread_.reset();
}

void Network::add_server(const std::string& name) {
  servers_[name] = {.name = name, .salt = random_.below(1'000)};
}

class Network::Client final : public net::HttpClient {
 public:
  Client(Network& network, std::shared_ptr<const bool> has_died)
      : network_(network), has_died_(std::move(has_died)) {}
  ~Client() override;
  void send(net::ClientRequest request, Done done) override;

 private:
  Network& network_;
  const std::shared_ptr<const bool> has_died_;
  std::vector<SharedExchange> open_;
};

std::unique_ptr<net::HttpClient> Network::connect(std::shared_ptr<const bool> has_died) {
  return std::make_unique<Client>(*this, std::move(has_died));
}

void Network::heal() {
  is_healed_ = true;
  const Number refuses_one_in = faults_.refuses_one_in;
  faults_ = {.refuses_one_in = refuses_one_in};
  for (auto& [name, server] : servers_) server.mood = Mood::kWell;
}

void Network::set_mood(std::string_view exit, Mood mood, std::int64_t for_ns) {
  Server& server = servers_.find(exit)->second;
  server.mood = mood;
  server.mood_until_ns = clock_.steady_ns() + for_ns;
  server.open_max = server.open;
}

bool Network::refuses(const Server& server, Number number) const {
  return faults_.refuses_one_in && (number + server.salt) % faults_.refuses_one_in == 0;
}

void Network::later(SteadyNs due_ns, std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  due_.emplace(due_ns, std::move(work));
  wake_->notify_all();
}

void Network::run() {
  Condition::Lock lock(mutex_);
  while (!is_stopping_) {
    if (due_.empty()) {
      wake_->wait(lock);
    } else if (due_.begin()->first > clock_.steady_ns()) {
      (void)wake_->wait_until(lock, due_.begin()->first);
    } else {
      const auto work = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      lock.unlock();
      work();
      lock.lock();
    }
  }
}

SteadyNs Network::soon() {
  return clock_.steady_ns() + static_cast<SteadyNs>(random_.below(
                                  static_cast<std::uint64_t>(faults_.latency_ns_max) + 1));
}

void Network::change_mood(Server& server) {
  if (is_healed_ || clock_.steady_ns() < server.mood_until_ns) return;
  server.mood = Mood::kWell;
  if (!happens(faults_.outage_one_in)) return;
  server.mood = static_cast<Mood>(1 + random_.below(4));
  server.mood_until_ns =
      clock_.steady_ns() +
      static_cast<SteadyNs>(random_.below(static_cast<std::uint64_t>(faults_.outage_ns_max)));
  trace_.note("server " + server.name + " is ill: " + std::to_string(int(server.mood)));
}

void Network::send(const SharedExchange& exchange) {
  ++requests_;
  Server& server = exchange->server;
  ++server.requests;
  server.open_max = std::max(server.open_max, ++server.open);
  change_mood(server);
  const auto fail = [&](SteadyNs at_ns, const char* error, bool was_sent) {
    later(at_ns,
          [this, exchange, error, was_sent] { finish(exchange, no_answer(error, was_sent)); });
  };
  if (server.mood == Mood::kRefusesConnections) return fail(soon(), "connection refused", false);
  fail(exchange->timeout_at_ns, "timed out", true);
  if (server.mood == Mood::kHangs) return;
  if (happens(faults_.lost_request_one_in)) return fail(soon(), "connection reset", true);
  later(soon(), [this, exchange] { arrive(exchange); });
}

void Network::arrive(const SharedExchange& exchange) {
  // Nobody reads on when the other side has hung up before.
  if (exchange->is_over && random_.below(2)) return;
  net::ClientAnswer answer = handle(*exchange);
  if (happens(faults_.slow_one_in)) return;
  if (happens(faults_.lost_answer_one_in)) answer = no_answer("connection reset", true);
  later(soon(), [this, exchange, answer] { finish(exchange, answer); });
}

net::ClientAnswer Network::handle(const Exchange& exchange) {
  const Server& server = exchange.server;
  const std::vector<Event>& events = exchange.events;
  // Nobody waits for it any more, and it may have been sent again.
  const bool is_late = exchange.is_over || *exchange.has_died;
  if (server.mood == Mood::kErrors) return error_answer();
  if (server.mood == Mood::kForbids) return status_answer(random_.below(2) ? 401 : 404);
  if (happens(faults_.error_one_in)) return error_answer();
  for (const Event& event : events)
    if (refuses(server, event.number)) return status_answer(400);
  for (const Event& event : events)
    if (faults_.sickens_one_in && (event.number + server.salt) % faults_.sickens_one_in == 1)
      return status_answer(500);
  for (const Event& event : events) oracle_.took(exchange.exit, event.seq, event.number, is_late);
  return status_answer(random_.below(2) ? 200 : 204);
}

net::ClientAnswer Network::error_answer() {
  constexpr int kStatuses[] = {500, 502, 503, 429, 408};
  net::ClientAnswer answer = status_answer(kStatuses[random_.below(5)]);
  if (answer.status != 503 && answer.status != 429) return answer;
  const auto seconds = static_cast<std::int64_t>(random_.below(kRetryAfterSecondsMax));
  answer.headers.emplace_back("Retry-After", std::to_string(seconds));
  return answer;
}

void Network::finish(const SharedExchange& exchange, net::ClientAnswer answer) {
  if (std::exchange(exchange->is_over, true)) return;
  --exchange->server.open;
  // Threads of a dead process that wait for it may end, with nothing learnt.
  if (*exchange->has_died) return std::exchange(exchange->done, nullptr)(no_answer("dead", true));
  const std::vector<Event>& events = exchange->events;
  trace_.note("exit " + exchange->exit + ": " + std::to_string(events.size()) +
              " events from seq " + std::to_string(events.empty() ? 0 : events.front().seq) + ": " +
              (answer.status ? std::to_string(answer.status) : answer.error));
  for (const Event& event : events)
    oracle_.answered(exchange->exit, event.seq, event.number, answer.status);
  answer.duration_ns = clock_.steady_ns() - exchange->begin_ns;
  std::exchange(exchange->done, nullptr)(std::move(answer));
}

void Network::Client::send(net::ClientRequest request, Done done) {
  constexpr std::string_view kScheme = "http://";
  const std::string_view rest = std::string_view(request.url).substr(kScheme.size());
  const auto server = network_.servers_.find(rest.substr(0, rest.find('/')));
  TT_ASSERT(server != network_.servers_.end());
  const auto exchange =
      std::make_shared<Exchange>(Exchange{server->second, std::move(done), has_died_});
  exchange->begin_ns = network_.clock_.steady_ns();
  exchange->exit = server->first;
  for (const auto& [name, value] : request.headers)
    if (name == "TT-Replay") exchange->exit += "#" + value;
  exchange->timeout_at_ns = exchange->begin_ns + request.timeout_ms * kNsPerMs;
  for (std::string_view body = request.body; !body.empty();) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    const std::size_t id_end = line.find("\",");
    const std::size_t dash = line.rfind('-', id_end);
    const auto seq = parse_u64(line.substr(dash + 1, id_end - dash - 1));
    const auto number = number_after(line, "\"n\":");
    if (seq && number) exchange->events.push_back({*seq, *number});  // Else a test of the exit.
  }
  std::erase_if(open_, [](const auto& one) { return !one->done; });
  open_.push_back(exchange);
  if (*has_died_)
    network_.later(network_.soon(),
                   [&network = network_, exchange] { network.finish(exchange, {}); });
  else
    network_.send(exchange);
}

// As the real one: what is in flight is cancelled, and nothing calls back afterwards.
Network::Client::~Client() {
  for (const auto& exchange : open_) {
    if (!std::exchange(exchange->is_over, true)) --exchange->server.open;
    if (auto done = std::exchange(exchange->done, nullptr)) done(no_answer("cancelled", true));
  }
}

}  // namespace tt::simulation
