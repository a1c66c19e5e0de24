// Client: one daemon's HTTP API, as the commands of tictoc use it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apps/cli/exit_code.h"
#include "base/metrics.h"
#include "net/http_client.h"

namespace CLI {
class App;
}

namespace tt::tictoc {

using enum cli::ExitCode;
constexpr cli::ExitCode kRefused = kFailed;  ///< The daemon said no: the text says why.

/// `--url`, `--token`, `--ca`, `--json`; anywhere on the line.
struct Common {
  std::string url, token, ca;
  bool json = false;
};
/// From the options, else TICTOC_URL, TICTOC_TOKEN and TICTOC_CA, else ~/.config/tictoc.yaml
/// (`url:`, `token:` and `ca:` lines), else http://127.0.0.1:8420 without a token.
Common resolve(Common given);

/// An answer; `body` is null when it was no JSON.
struct Answer {
  int status = 0;
  boost::json::value body;
  std::string text;
  net::Headers headers;
  std::string error;  ///< Not empty: no answer came, or not one of a daemon.
  bool ok() const { return status / 100 == 2 && error.empty(); }
};

class Client {
 public:
  explicit Client(Common common);
  ~Client();

  // Of all three: a 2xx without `member` in its JSON is some other server's, and no success. An
  // empty `member`: the answer is a text, of any type that is no page.
  Answer get(const std::string& path, std::string_view member);
  Answer post(const std::string& path, std::string body, std::string_view member,
              std::string_view content_type = "application/json", net::Headers more = {});
  Answer remove(const std::string& path, std::string_view member);  ///< DELETE.

  /// Reads an event stream until `on_line` gives false or the stream ends; reports like get().
  Answer follow(const std::string& path, std::string_view last_id,
                std::function<bool(std::string_view line)> on_line);
  const Common& common() const { return common_; }

 private:
  net::ClientRequest request(std::string_view method, const std::string& path) const;
  Answer call(net::ClientRequest request, std::string_view member);

  Common common_;
  std::shared_ptr<const net::ClientTls> tls_;
  Metrics metrics_;
  std::unique_ptr<net::HttpClient> http_;
};

/// `k=text` and `k:=json` as one member of a JSON object, `,"k":...`, appended to `members`. False
/// after a message.
bool append_field(std::string& members, const std::string& field);
/// Whether a person at the terminal says yes to `question`. Nothing, after a message, when there is
/// no terminal: `--yes` is the answer of scripts.
std::optional<bool> ask(const char* question);

/// Prints why it failed and gives the exit code; kOk for 2xx.
int report(const Answer& answer, const Client& client);

// One a file (events.cc: tail, search, show, why; operate.cc: the rest).
void add_event_commands(CLI::App& app, Common& common, int& exit_code);
void add_send(CLI::App& app, Common& common, int& exit_code);
void add_nagios(CLI::App& app, Common& common, int& exit_code);
void add_dead(CLI::App& app, Common& common, int& exit_code);
/// Below `exit`.
void add_replay(CLI::App& group, Common& common, int& exit_code);
void add_operate_commands(CLI::App& app, Common& common, int& exit_code);

}  // namespace tt::tictoc
