// One request of an exit on its way through net::HttpClient, and the session it may need.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/http_sender.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "base/text.h"
#include "portals/kit/dialling.h"
#include "portals/kit/exit.h"

namespace tt::portals {
namespace {

using Done = std::function<void(ExitAnswer)>;

// Some services refuse requests without one.
constexpr const char* kUserAgent = "time-tunnel";
// Room for the above, a credential, a signature with its id and time, and the replay's number.
constexpr std::size_t kHeadersAddedMax = 6;
// Shorter parts would blank out half of every answer.
constexpr std::size_t kRedactedBytesMin = 4;

void redact(std::string& text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kRedactedBytesMin) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + 3))
      text.replace(at, secret.size(), "***");
  }
}

/// What of a URL servers repeat without the rest: path and query ("Cannot POST /hooks/T0/x"), and
/// of what people wrote into it the password and the tokens.
void add_parts(std::vector<std::string>& secrets, std::string_view url, std::string_view shown) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return;
  const std::string_view rest = url.substr(scheme + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view user = rest.substr(0, end), target = rest.substr(end);
  if (const std::size_t at = user.rfind('@'), colon = user.find(':');
      at != user.npos && colon < at) {
    const std::string_view password = user.substr(colon + 1, at - colon - 1);
    secrets.push_back(percent_decode(password).value_or(std::string(password)));
  }
  const std::string_view path = target.substr(0, target.find('?'));
  if (shown.find(path) == std::string_view::npos) {
    secrets.emplace_back(target);
    secrets.emplace_back(path);
  }
  if (path.size() == target.size()) return;
  for (const std::string_view parameter : split(target.substr(path.size() + 1), '&'))
    if (const std::size_t equals = parameter.find('=');
        equals != std::string_view::npos && is_secret_name(parameter.substr(0, equals)))
      secrets.emplace_back(parameter.substr(equals + 1));
}

bool has_field(const SensitiveFields& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

ExitAnswer failed(std::string error, bool is_misconfigured) {
  ExitAnswer answer;
  answer.error = std::move(error);
  answer.is_misconfigured = is_misconfigured;
  return answer;
}

/// Everything that outlives the sender while requests are in flight.
class State : public std::enable_shared_from_this<State> {
 public:
  State(const ExitCommon& common, SenderHooks hooks, const ExitSeams& seams)
      : hooks_(std::move(hooks)),
        clock_(seams.clock),
        http_(seams.http),
        auth_(common.auth),
        proxy_(common.proxy),
        dialling_(common) {}

  void send(const ExitRequest& request, const AttemptFacts& facts, Done done) {
    if (!hooks_.session_request) return transfer(request, facts, {}, std::move(done));
    const auto job = std::make_shared<Job>(Job{request, facts, std::move(done)});
    with_session([self = shared_from_this(), job](const SessionOutcome& session) {
      self->send_in_session(job, session);
    });
  }
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }

 private:
  struct Job {
    ExitRequest request;
    AttemptFacts facts;
    Done done;
    bool is_second = false;  // The session was renewed for it once already.
  };
  /// A session, or why there is none.
  struct SessionOutcome {
    net::Headers headers;
    std::uint64_t generation = 0;
    bool is_needed = true;  // False: the configuration asks for none, renewing it is no cure.
    std::optional<ExitAnswer> failure;
  };
  using SessionDone = std::function<void(const SessionOutcome&)>;

  bool closed() {
    const std::lock_guard lock(mutex_);
    return is_closed_;
  }

  void send_in_session(const std::shared_ptr<Job>& job, const SessionOutcome& session) {
    if (session.failure) return job->done(*session.failure);
    if (!session.is_needed) return transfer(job->request, job->facts, {}, job->done);
    transfer(job->request, job->facts, session.headers,
             [self = shared_from_this(), job, generation = session.generation](ExitAnswer answer) {
               const bool was_refused = answer.status == 401 || answer.status == 403;
               if (!was_refused || job->is_second || self->closed())
                 return job->done(std::move(answer));
               job->is_second = true;
               self->forget(generation);
               self->with_session([self, job](const SessionOutcome& renewed) {
                 self->send_in_session(job, renewed);
               });
             });
  }

  // Single flight: whoever comes while one request for a session is out waits for its answer.
  void with_session(SessionDone ready) {
    std::unique_lock lock(mutex_);
    if (!is_closed_ && session_ && clock_.steady_ns() < session_until_ns_) {
      const SessionOutcome have = *session_;
      lock.unlock();
      return ready(have);
    }
    waiting_.push_back(std::move(ready));
    if (is_fetching_) return;
    is_fetching_ = true;
    session_.reset();
    lock.unlock();
    fetch();
  }

  void forget(std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    if (session_ && session_->generation == generation) session_.reset();
  }

  void fetch() {
    if (closed()) return settle({.failure = failed("cancelled", false)}, 0);
    const std::optional<ExitRequest> request = hooks_.session_request();
    if (!request) return settle({.is_needed = false}, INT64_MAX);
    transfer(
        *request, {.now_ns = clock_.wall_ns()}, {},
        [self = shared_from_this()](ExitAnswer answer) { self->fetched(std::move(answer)); },
        /*is_signed=*/false);
  }

  void fetched(ExitAnswer answer) {
    if (answer.status == 0) {
      answer.error.insert(0, "session: ");
      return settle({.failure = std::move(answer)}, 0);
    }
    Result<Session> session = hooks_.session_parse(answer);
    if (!session) {
      ExitAnswer failure =
          failed("session: " + session.error().text, session.error().code != Code::kRetry);
      return settle({.failure = std::move(failure)}, 0);
    }
    const std::int64_t lifetime_ns = session->lifetime_ns;
    settle({.headers = std::move(session->headers)}, lifetime_ns);
  }

  void settle(SessionOutcome outcome, std::int64_t lifetime_ns) {
    std::vector<SessionDone> waiting;
    {
      const std::lock_guard lock(mutex_);
      is_fetching_ = false;
      waiting.swap(waiting_);
      outcome.generation = ++generation_;
      if (!outcome.failure) {
        session_ = outcome;
        const SteadyNs now = clock_.steady_ns();
        session_until_ns_ = lifetime_ns > INT64_MAX - now ? INT64_MAX : now + lifetime_ns;
      }
    }
    for (const SessionDone& ready : waiting) ready(outcome);
  }

  /// The `auth` option as the text of a header; empty when there is none.
  SensitiveText authorization() const {
    SensitiveText text;
    if (auth_ && auth_->bearer) text.append("Bearer ").append(*auth_->bearer);
    if (auth_ && auth_->basic)
      text.append("Basic ").append_basic(auth_->basic->user, auth_->basic->password);
    return text;
  }

  void transfer(const ExitRequest& request, const AttemptFacts& facts, const net::Headers& session,
                Done done, bool is_signed = true) {
    std::vector<std::string> secrets;
    std::string problem;
    const auto reveal = [&](const SensitiveText& text, std::string_view where) {
      if (text.is_plain()) return text.masked();
      if (const auto missing = text.missing(); !missing.empty() && problem.empty())
        problem = std::string(where) + ": " + missing.front() + " has no text";
      for (std::string& secret : text.secrets()) secrets.push_back(std::move(secret));
      return text.reveal();
    };
    net::ClientRequest out{.method = request.method};
    out.url = reveal(request.url, "url");
    for (std::size_t i = 0, whole = secrets.size(); i < whole; ++i)
      add_parts(secrets, std::string(secrets[i]), request.url.masked());
    out.body = request.secret_body.empty() ? request.body : reveal(request.secret_body, "body");
    out.headers.reserve(request.headers.size() + session.size() + kHeadersAddedMax);
    const auto add = [&](const std::string& name, const SensitiveText& value) {
      out.headers.emplace_back(name, reveal(value, name));
    };
    for (const auto& [name, value] : request.headers) add(name, value);
    // Unless the portal brought its own.
    if (const SensitiveText text = authorization();
        !text.empty() && !has_field(request.headers, "authorization"))
      add("Authorization", text);
    if (!has_field(request.headers, "user-agent")) add("User-Agent", kUserAgent);
    if (is_signed && hooks_.sign)
      for (const auto& [name, value] : hooks_.sign(request, facts)) add(name, value);
    for (const auto& [name, value] : session) {
      out.headers.emplace_back(name, value);
      secrets.push_back(value);
    }
    if (facts.replay) out.headers.emplace_back("TT-Replay", std::to_string(*facts.replay));
    if (!proxy_.empty()) {
      out.proxy = reveal(proxy_.is_secret() ? SensitiveText(proxy_.secret())
                                            : SensitiveText().append_as(proxy_.reveal(), "***"),
                         "proxy");
    }
    if (request.mail) {
      auto mail = std::make_shared<net::ClientMail>(*request.mail);
      if (auth_ && auth_->basic) {
        mail->user = auth_->basic->user;
        mail->password = reveal(SensitiveText(auth_->basic->password), "auth.basic.password");
      }
      out.mail = std::move(mail);
    }
    if (!problem.empty()) return done(failed(std::move(problem), true));

    dialling_.apply_to(out);
    if (closed()) return done(failed("cancelled", false));
    http_.send(std::move(out),
               [secrets = std::move(secrets), done = std::move(done)](net::ClientAnswer got) {
                 ExitAnswer answer{.status = got.status,
                                   .headers = std::move(got.headers),
                                   .body = std::move(got.body),
                                   .error = redact_urls(got.error),
                                   .was_sent = got.was_sent,
                                   .is_misconfigured = got.is_misconfigured,
                                   .duration_ns = got.duration_ns};
                 redact(answer.body, secrets);
                 redact(answer.error, secrets);
                 done(std::move(answer));
               });
  }

  const SenderHooks hooks_;
  Clock& clock_;
  net::HttpClient& http_;
  const std::optional<Auth> auth_;
  const config::Url proxy_;
  const Dialling dialling_;

  std::mutex mutex_;  // Guards everything below; never held during a callback.
  bool is_closed_ = false;
  bool is_fetching_ = false;
  std::optional<SessionOutcome> session_;
  SteadyNs session_until_ns_ = 0;
  std::uint64_t generation_ = 0;
  std::vector<SessionDone> waiting_;
};

class HttpSender final : public ExitSender {
 public:
  explicit HttpSender(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~HttpSender() override { state_->close(); }
  void send(const ExitRequest& request, const AttemptFacts& facts, Done done) override {
    state_->send(request, facts, std::move(done));
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<ExitSender> make_http_sender(const ExitCommon& common, SenderHooks hooks,
                                             const ExitSeams& seams) {
  return std::make_unique<HttpSender>(std::make_shared<State>(common, std::move(hooks), seams));
}

}  // namespace tt::portals
