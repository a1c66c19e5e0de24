// Exit portal: starts a build of a Jenkins job, with parameters taken from the event.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "base/text.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/url.h"
#include "template/path.h"

namespace tt::portals::exit::jenkins {

enum class Crumb : std::uint8_t { kAuto, kNever, kAlways };

}  // namespace tt::portals::exit::jenkins

namespace tt::config {

template <>
struct EnumWords<portals::exit::jenkins::Crumb> {
  static constexpr EnumWord words[] = {{"auto", 0}, {"never", 1}, {"always", 2}};
};

}  // namespace tt::config

namespace tt::portals::exit::jenkins {
namespace {

// https://www.jenkins.io/doc/book/security/csrf-protection/: a crumb belongs to the web session of
// its cookie, which ends after 30 idle minutes by default (Winstone --sessionTimeout).
constexpr std::int64_t kCrumbLifetimeNs = 20 * 60 * kNsPerSec;
// https://github.com/jenkinsci/jenkins: the cause is shown in one line of the build page.
constexpr std::size_t kCauseRunesMax = 250;

struct Config {
  config::Url url;
  tmpl::Template job;
  std::vector<std::pair<std::string, tmpl::Template>> params;
  tmpl::Template cause;
  std::string user;
  Secret token, password, trigger_token;
  Crumb crumb = Crumb::kAuto;

  bool uses_crumb() const {
    return crumb == Crumb::kAlways || (crumb == Crumb::kAuto && !password.empty());
  }
  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of Jenkins, with its prefix if it has one.")
            .required()
            .example("https://ci.example.com"),
        config::field("job", &Config::job,
                      "Folders and name of the job, `web/deploy`; a value stays in its segment.")
            .required()
            .example("web/deploy"),
        config::field("params", &Config::params, "Parameters of the build.")
            .default_text("none")
            .example("{BRANCH: '{{ event.branch }}'}"),
        config::field("cause", &Config::cause,
                      "Text shown as the reason of the build; Jenkins wants `trigger_token` then.")
            .default_text("none"),
        config::field("user", &Config::user, "Account that starts the build.").default_text("none"),
        config::field("token", &Config::token, "API token of the account; needs no crumb.")
            .default_text("none")
            .example("{env: JENKINS_TOKEN}"),
        config::field("password", &Config::password, "Password, where there is no API token.")
            .default_text("none"),
        config::field("trigger_token", &Config::trigger_token,
                      "Token of the job's `Trigger builds remotely`.")
            .default_text("none"),
        config::field("crumb", &Config::crumb,
                      "Whether a crumb is fetched first; `auto`: when a password is used."),
    };
  }
  static Status check(const Config& c) {
    if (!c.token.empty() && !c.password.empty())
      return misconfigured("`token` and `password` exclude each other");
    if (c.user.empty() && (!c.token.empty() || !c.password.empty()))
      return misconfigured(
          "`token` and `password` need `user`; the token of a job's remote "
          "trigger is `trigger_token`");
    const std::string& job = c.job.constant();
    if (job.starts_with('/') || job.ends_with('/') || job.find("//") != std::string::npos)
      return misconfigured("`job` is written without slashes at its ends: web/deploy");
    return {};
  }
};

/// Values in holes are escaped already; here what the author wrote is.
std::string escaped_literal(std::string_view segment) {
  std::string out;
  for (const char c : segment) {
    if (c == '%')
      out += c;
    else
      out += percent_encode({&c, 1});
  }
  return out;
}

/// "web/deploy" becomes "/job/web/job/deploy".
Result<std::string> job_path(const Config& c, const tmpl::EventScope& scope) {
  TT_TRY(const std::string job, c.job.render_strict(scope, tmpl::Escape::kPathSegment));
  std::string path;
  for (const std::string_view segment : split(job, '/')) {
    if (trim(segment).empty()) return reject("template: a segment of `job` is empty");
    if (trim(segment).find_first_not_of('.') == std::string_view::npos ||
        tmpl::is_climbing_segment(segment))
      return reject("template: a segment of `job` is made of dots");
    path += "/job/" + escaped_literal(segment);
  }
  return path;
}

void add_credentials(const Config& c, ExitRequest& request) {
  if (c.user.empty()) return;
  const Secret& secret = c.token.empty() ? c.password : c.token;
  if (secret.empty()) return;
  request.headers.emplace_back("Authorization",
                               SensitiveText("Basic ").append_basic(c.user, secret));
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const tmpl::EventScope& scope = *events.front().scope;
  ExitRequest request;
  TT_TRY(const std::string path, job_path(c, scope));
  request.url = join_url(c.url, path + (c.params.empty() ? "/build" : "/buildWithParameters"));
  char separator = '?';
  if (!c.trigger_token.empty()) {
    request.url.append(std::string_view(&separator, 1)).append("token=");
    request.url.append_encoded(c.trigger_token);
    separator = '&';
  }
  const std::string cause =
      c.cause.render(scope, {.runes_max = kCauseRunesMax, .failures = &request.failures});
  if (!cause.empty())
    request.url.append(std::string_view(&separator, 1)).append("cause=" + percent_encode(cause));

  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  for (const auto& [name, value] : c.params) {
    if (!request.body.empty()) request.body += '&';
    request.body += percent_encode(name) + "=" +
                    percent_encode(value.render(scope, {.failures = &request.failures}));
  }
  add_credentials(c, request);
  return request;
}

std::vector<Verdict> judge(const Config& c, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_of_answer(answer, !c.job.is_constant(), now_ns);
  if (verdict.kind == VerdictKind::kDelivered)
    verdict.reference = redact_urls(answer.header("location"));
  if (answer.status == 400 && c.params.empty())
    verdict.text += "; a job with parameters needs `params`";
  return {std::move(verdict)};
}

std::optional<ExitRequest> session_request(const Config& c) {
  if (!c.uses_crumb()) return std::nullopt;
  ExitRequest request{.method = "GET", .url = join_url(c.url, "/crumbIssuer/api/json")};
  add_credentials(c, request);
  return request;
}

bool is_plain(std::string_view text) {
  for (const char c : text)
    if (c <= 0x20 || c > 0x7e) return false;
  return !text.empty();
}

Result<Session> session_parse(const Config&, const ExitAnswer& answer) {
  Session session{.lifetime_ns = kCrumbLifetimeNs};
  // Without CSRF protection there is no issuer, and no crumb is asked for.
  if (answer.status == 404) return session;
  if (verdict_of_status(answer.status, false) == VerdictKind::kRetry)
    return retry("crumb: " + answer_text(answer));
  if (answer.status / 100 != 2) return misconfigured("crumb: " + answer_text(answer));
  const auto json = parse_json(answer.body);
  const std::string name(json ? text_at(*json, "crumbRequestField") : "");
  const std::string crumb(json ? text_at(*json, "crumb") : "");
  if (!is_plain(name) || !is_plain(crumb))
    return misconfigured("crumb: the answer is not that of a crumb issuer");
  session.headers.emplace_back(name, crumb);
  std::string cookies;
  for (const auto& [header, value] : answer.headers) {
    if (!equal_ignoring_case(header, "set-cookie")) continue;
    const std::string_view pair = trim(std::string_view(value).substr(0, value.find(';')));
    if (!is_plain(pair)) continue;
    if (!cookies.empty()) cookies += "; ";
    cookies += pair;
  }
  if (!cookies.empty()) session.headers.emplace_back("Cookie", cookies);
  return session;
}

bool url_has_holes(const Config& c) { return !c.job.is_constant(); }
std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "jenkins",
      .summary = "Starts a build of a Jenkins job.",
      .security = "Event data cannot leave the segment of the job's path or the parameter it is "
                  "put into; what a build does with a parameter is the job's business.",
      .example = "type: jenkins\nurl: https://ci.example.com\njob: web/deploy\nuser: bot\n"
                 "token: {env: JENKINS_TOKEN}\n",
      .pages = true,  // A build may deploy.
      .base = &Config::url,
      .encode = encode,
      .judge = judge,
      .session_request = session_request,
      .session_parse = session_parse,
      .url_has_holes = url_has_holes,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::jenkins
