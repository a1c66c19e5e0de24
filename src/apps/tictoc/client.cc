// Requests to the daemon, and what to say when it does not answer.
// SPDX-License-Identifier: Apache-2.0
#include "apps/tictoc/client.h"

#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cstdio>
#include <cstdlib>

#include "base/disk.h"
#include "base/spawner.h"
#include "base/text.h"

namespace tt::tictoc {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8420";
constexpr std::size_t kAnswerBytesMax = 128u << 20;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// `name: value` lines of ~/.config/tictoc.yaml; two keys do not need a YAML reader.
std::string from_file(std::string_view name) {
  const auto text = read_file(system_disk(), environment("HOME") + "/.config/tictoc.yaml");
  if (!text.ok()) return {};
  for (const std::string_view line : split(*text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || trim(line.substr(0, colon)) != name) continue;
    std::string_view value = trim(line.substr(colon + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return {};
}

std::string first_of(std::string a, std::string b, std::string c, std::string_view d) {
  for (std::string* one : {&a, &b, &c})
    if (!one->empty()) return *one;
  return std::string(d);
}

/// Whether a daemon may have given this 2xx.
bool is_of_daemon(const Answer& answer, std::string_view member) {
  if (member.empty()) {
    const std::string_view type = net::find_header(answer.headers, "content-type");
    return !type.empty() && !type.starts_with("text/html");
  }
  const boost::json::object* map = answer.body.if_object();
  return map && map->contains(member);
}

bool is_about_certificate(std::string_view error) {
  return error.find("certificate") != std::string_view::npos;
}

}  // namespace

Common resolve(Common given) {
  given.url = first_of(given.url, environment("TICTOC_URL"), from_file("url"), kDefaultUrl);
  given.token = first_of(given.token, environment("TICTOC_TOKEN"), from_file("token"), "");
  given.ca = first_of(given.ca, environment("TICTOC_CA"), from_file("ca"), "");
  while (given.url.ends_with('/')) given.url.pop_back();
  return given;
}

Client::Client(Common common)
    : common_(resolve(std::move(common))),
      tls_(common_.ca.empty()
               ? nullptr
               : std::make_shared<const net::ClientTls>(net::ClientTls{.ca = common_.ca})),
      http_(net::HttpClient::start(system_spawner(), metrics_, 1)) {}

Client::~Client() = default;

net::ClientRequest Client::request(std::string_view method, const std::string& path) const {
  net::ClientRequest request{.method = std::string(method),
                             .url = common_.url + path,
                             .timeout_ms = 60'000,
                             .answer_bytes_max = kAnswerBytesMax,
                             .tls = tls_};
  if (!common_.token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + common_.token);
  return request;
}

Answer Client::call(net::ClientRequest request, std::string_view member) {
  net::ClientAnswer got = http_->call(std::move(request));
  Answer answer{.status = got.status,
                .text = std::move(got.body),
                .headers = std::move(got.headers),
                .error = got.error};
  boost::system::error_code failed;
  answer.body = boost::json::parse(answer.text, failed);
  if (failed) answer.body = nullptr;
  if (answer.status) answer.error.clear();
  if (answer.ok() && !is_of_daemon(answer, member))
    answer.error = "this is not the API of time-tunnel";
  return answer;
}

Answer Client::get(const std::string& path, std::string_view member) {
  return call(request("GET", path), member);
}

Answer Client::post(const std::string& path, std::string body, std::string_view member,
                    std::string_view content_type, net::Headers more) {
  net::ClientRequest post = request("POST", path);
  post.body = std::move(body);
  post.headers.emplace_back("Content-Type", content_type);
  for (auto& header : more) post.headers.push_back(std::move(header));
  return call(std::move(post), member);
}

Answer Client::remove(const std::string& path, std::string_view member) {
  net::ClientRequest remove = request("DELETE", path);
  remove.headers.emplace_back("Content-Type", "application/json");
  return call(std::move(remove), member);
}

Answer Client::follow(const std::string& path, std::string_view last_id,
                      std::function<bool(std::string_view line)> on_line) {
  net::ClientRequest stream = request("GET", path);
  stream.timeout_ms = 0;
  if (!last_id.empty()) stream.headers.emplace_back("Last-Event-ID", std::string(last_id));
  std::string partial;
  stream.on_body = [&](std::string_view bytes) {
    partial += bytes;
    std::size_t begin = 0;
    for (std::size_t end; (end = partial.find('\n', begin)) != std::string::npos; begin = end + 1)
      if (!on_line(std::string_view(partial).substr(begin, end - begin))) return false;
    partial.erase(0, begin);
    return true;
  };
  return call(std::move(stream), "");
}

bool append_field(std::string& members, const std::string& field) {
  const std::size_t equals = field.find('=');
  if (equals == std::string::npos || equals == 0) {
    std::fprintf(stderr, "tictoc: a field is written k=text or k:=json, not '%s'\n", field.c_str());
    return false;
  }
  const bool is_json = field[equals - 1] == ':';
  const std::string name = field.substr(0, is_json ? equals - 1 : equals);
  const std::string value = field.substr(equals + 1);
  members += "," + json_string(name) + ":" + (is_json ? value : json_string(value));
  return true;
}

std::optional<bool> ask(const char* question) {
  if (!isatty(STDIN_FILENO)) {
    std::fputs("tictoc: nothing was done: there is no terminal to ask on; say --yes\n", stderr);
    return std::nullopt;
  }
  std::fprintf(stderr, "%s [y/N] ", question);
  char answer[16] = "";
  return std::fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int report(const Answer& answer, const Client& client) {
  if (answer.ok()) return kOk;
  if (answer.status == 0) {
    std::fprintf(stderr, "tictoc: no answer from %s: %s\n", client.common().url.c_str(),
                 answer.error.c_str());
    std::fputs(is_about_certificate(answer.error)
                   ? "  --ca FILE, TICTOC_CA or ~/.config/tictoc.yaml names the authority (PEM) of "
                     "the daemon's certificate\n"
                   : "  is the daemon running? `vortex run` starts it; --url or TICTOC_URL names "
                     "another\n",
               stderr);
    return kUnavailable;
  }
  if (!answer.error.empty()) {
    std::fprintf(stderr, "tictoc: %d from %s: %s\n", answer.status, client.common().url.c_str(),
                 answer.error.c_str());
    std::fputs("  --url or TICTOC_URL names the daemon\n", stderr);
    return kRefused;
  }
  const boost::json::object* map = answer.body.if_object();
  const boost::json::value* error = map ? map->if_contains("error") : nullptr;
  const std::string text = error && error->if_string() ? std::string(error->get_string())
                                                       : std::string(trim(answer.text));
  std::fprintf(stderr, "tictoc: %d: %s\n", answer.status, text.c_str());
  if (answer.status == 401)
    std::fputs("  give the token with --token, TICTOC_TOKEN or ~/.config/tictoc.yaml\n", stderr);
  return answer.status == 503 || answer.status == 429 ? kUnavailable : kRefused;
}

}  // namespace tt::tictoc
