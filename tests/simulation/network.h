// Network: the servers behind the exits and the way to them, as a seed wants them to behave.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_client.h"
#include "simulation/oracle.h"
#include "simulation/scheduler.h"

namespace tt::simulation {

/// Chances of one in so many; 0: never.
struct NetworkFaults {
  std::uint64_t lost_request_one_in = 0;  ///< Reset before the server has it.
  std::uint64_t lost_answer_one_in = 0;   ///< The server has it, the answer is gone.
  std::uint64_t slow_one_in = 0;          ///< The answer takes longer than anyone waits.
  std::int64_t latency_ns_max = 50 * kNsPerMs;
  std::uint64_t error_one_in = 0;   ///< 500, 503 with Retry-After, 429 in both forms, 408.
  std::uint64_t outage_one_in = 0;  ///< A request begins a bad time of its server.
  std::int64_t outage_ns_max = 600 * kNsPerSec;
  Number refuses_one_in = 0;  ///< Events that a server refuses for ever (400).
  Number sickens_one_in = 0;  ///< Events that it answers 500, until the network is healed.
};

/// `name` of an exit is the host of its URL, `http://NAME/`; a body holds one event a line, as
/// `{"id":"<log>-<seq>","n":NUMBER}`. Outlives every process. What was under way when a process
/// died may still arrive.
class Network {
 public:
  Network(Scheduler& scheduler, const Clock& clock, Random& random, Oracle& oracle, Trace& trace,
          NetworkFaults faults);
  ~Network();

  void add_server(const std::string& name);
  /// What one process sends through; once `has_died`, nothing of it leaves and no answer reaches
  /// it.
  std::unique_ptr<net::HttpClient> connect(std::shared_ptr<const bool> has_died);
  /// From here on every server is well and nothing is lost. What they refuse they go on refusing.
  void heal();
  enum class Mood : std::uint8_t { kWell, kRefusesConnections, kHangs, kErrors, kForbids };
  void set_mood(std::string_view exit, Mood mood, std::int64_t for_ns);
  std::uint64_t requests() const { return requests_; }
  /// Requests that were sent to the server of `exit`.
  std::uint64_t requests(std::string_view exit) const {
    return servers_.find(exit)->second.requests;
  }
  /// At most so many of them were open at once since the mood was set.
  std::uint64_t open_max(std::string_view exit) const {
    return servers_.find(exit)->second.open_max;
  }

 private:
  struct Server {
    std::string name;
    Number salt = 0;  ///< So that servers dislike different events.
    Mood mood = Mood::kWell;
    SteadyNs mood_until_ns = 0;
    std::uint64_t requests = 0, open = 0, open_max = 0;
  };
  struct Event {
    tunnel::Seq seq;
    Number number;
  };
  class Client;
  struct Exchange;
  using SharedExchange = std::shared_ptr<Exchange>;

  bool refuses(const Server& server, Number number) const;
  void send(const SharedExchange& exchange);
  void arrive(const SharedExchange& exchange);
  net::ClientAnswer handle(const Exchange& exchange);
  net::ClientAnswer error_answer();
  void finish(const SharedExchange& exchange, net::ClientAnswer answer);
  void change_mood(Server& server);
  bool happens(std::uint64_t one_in) { return one_in && random_.below(one_in) == 0; }
  SteadyNs soon();
  void later(SteadyNs due_ns, std::function<void()> work);
  void run();

  Scheduler& scheduler_;
  const Clock& clock_;
  Random& random_;
  Oracle& oracle_;
  Trace& trace_;
  NetworkFaults faults_;
  bool is_healed_ = false;
  std::map<std::string, Server, std::less<>> servers_;
  std::uint64_t requests_ = 0;

  std::mutex mutex_;  // Guards the rest.
  std::unique_ptr<Condition> wake_;
  std::multimap<SteadyNs, std::function<void()>> due_;
  bool is_stopping_ = false;
  std::unique_ptr<Thread> thread_;
};

}  // namespace tt::simulation
