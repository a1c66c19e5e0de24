// A running daemon as the source of a plan: its events page by page, and its rules, over the API.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <utility>

#include "apps/vortex/plan_source.h"
#include "base/json_split.h"
#include "base/metrics.h"
#include "base/spawner.h"
#include "base/text.h"
#include "base/units.h"
#include "event/writer.h"
#include "net/http_client.h"
#include "portals/kit/json.h"
#include "tunnel/group_batch.h"

namespace tt::vortex {
namespace {

constexpr std::string_view kPageEvents = "5000";
constexpr std::size_t kPageBytesMax = 128u << 20;
constexpr int kPageMs = 60'000;

/// The API of one daemon; every error names it.
class Api {
 public:
  Api(std::string url, std::string token) : url_(std::move(url)), token_(std::move(token)) {
    while (url_.ends_with('/')) url_.pop_back();
  }

  struct Body {
    std::shared_ptr<const boost::json::value> json;
    std::string text;  ///< As it came: numbers of events keep their digits only here.
  };
  Result<Body> get(const std::string& path) {
    net::ClientRequest request{.method = "GET",
                               .url = url_ + path,
                               .timeout_ms = kPageMs,
                               .answer_bytes_max = kPageBytesMax};
    if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
    net::ClientAnswer answer = http_->call(std::move(request));
    if (answer.status == 0) return retry("no answer from " + url_ + ": " + answer.error);
    auto body = portals::parse_json(answer.body);
    if (answer.status == 200 && body) return Body{std::move(body), std::move(answer.body)};
    std::string text = body ? std::string(portals::text_at(*body, "error")) : std::string();
    if (answer.status == 401) text += "; give the token with --token or TICTOC_TOKEN";
    return reject(url_ + path + ": " + std::to_string(answer.status) + " " + text);
  }
  const std::string& url() const { return url_; }

 private:
  std::string url_, token_;
  Metrics metrics_;
  std::unique_ptr<net::HttpClient> http_ = net::HttpClient::start(system_spawner(), metrics_, 1);
};

class PlanRemote final : public PlanSource {
 public:
  PlanRemote(std::string url, std::string token, const PlanRange& range)
      : api_(std::move(url), std::move(token)), query_(query_of(range)) {}

  /// Where the log ends now: what comes later is not asked for.
  Status open() {
    TT_TRY(const auto status, api_.get("/api/v1/status"));
    log_id_ = portals::text_at(*status.json, "log");
    if (log_id_.empty()) return reject(api_.url() + " does not answer as a time-tunnel daemon");
    first_ = static_cast<tunnel::Seq>(portals::int_at(*status.json, "tunnel.oldest"));
    end_ = static_cast<tunnel::Seq>(portals::int_at(*status.json, "tunnel.visible"));
    at_ = first_;
    return {};
  }

  std::string log_id() const override { return log_id_; }
  Result<InForce> in_force() override {
    TT_TRY(const auto config, api_.get("/api/v1/config/text"));
    if (!portals::find_at(*config.json, "text"))
      return reject(api_.url() + " does not tell its configuration; is it an older release?");
    return InForce{std::string(portals::text_at(*config.json, "text")),
                   "generation " + std::to_string(portals::int_at(*config.json, "generation"))};
  }

  Result<tunnel::SharedStored> next() override {
    while (!is_done_) {
      const std::string asked_for = next_;
      const tunnel::Seq was_at = at_;
      TT_TRY(
          const auto page,
          api_.get("/api/v1/events?order=asc&limit=" + std::string(kPageEvents) + query_ + next_));
      const std::string_view more = portals::text_at(*page.json, "next");
      next_ = more.empty() ? "" : "&next=" + percent_encode(more);
      is_done_ = more.empty();
      auto batch = take(page);
      if (!batch->events().empty()) return tunnel::SharedStored(std::move(batch));
      if (!is_done_ && next_ == asked_for && at_ == was_at)
        return reject(api_.url() + " answers the same page again; is it a time-tunnel daemon?");
    }
    return tunnel::SharedStored();
  }

  double progress() const override {
    return end_ > first_ ? static_cast<double>(at_ - first_) / static_cast<double>(end_ - first_)
                         : 1.0;
  }
  tunnel::SnapshotLosses losses() const override { return losses_; }

 private:
  static std::string query_of(const PlanRange& range) {
    std::string query;
    if (!range.since.empty()) query += "&since=" + percent_encode(range.since);
    if (!range.until.empty()) query += "&until=" + percent_encode(range.until);
    return query;
  }

  std::shared_ptr<tunnel::ReadBatch> take(const Api::Body& page) {
    auto batch = std::make_shared<tunnel::ReadBatch>();
    batch->first = at_;
    const boost::json::array* events = portals::list_at(*page.json, "events");
    const auto texts = split_list(raw_member(page.text, "events"));
    for (std::size_t i = 0;
         events && texts && i < std::min(events->size(), texts->size()) && at_ < end_; ++i)
      add((*events)[i], raw_member((*texts)[i], "event"), *batch);
    is_done_ = is_done_ || at_ >= end_;
    batch->next = at_;
    batch->finish();
    return batch;
  }

  /// `event`: of `one`, as it came.
  void add(const boost::json::value& one, std::string_view event, tunnel::ReadBatch& batch) {
    const auto seq = tunnel::parse_id(log_id_, portals::text_at(one, "id"));
    const auto received = parse_time(portals::text_at(one, "received"));
    if (seq && received && *seq >= at_ && *seq < end_ &&
        event::index_canonical(event, batch.texts()).ok()) {
      batch.add(*seq, *received, portals::text_at(one, "entry"), "");
      at_ = *seq + 1;
    } else if (!seq || *seq < end_) {
      ++losses_.damaged_events;
      if (losses_.damages++ == 0) losses_.first_damage = "in an answer that is no event";
    } else {
      at_ = end_;
    }
  }

  Api api_;
  const std::string query_;
  std::string log_id_, next_;
  tunnel::Seq first_ = 0, at_ = 0, end_ = 0;
  bool is_done_ = false;
  tunnel::SnapshotLosses losses_;
};

}  // namespace

Result<std::unique_ptr<PlanSource>> open_plan_remote(const std::string& url,
                                                     const std::string& token,
                                                     const PlanRange& range) {
  const char* variable = std::getenv("TICTOC_TOKEN");
  auto source = std::make_unique<PlanRemote>(
      url, token.empty() && variable ? std::string(variable) : token, range);
  TT_CHECK(source->open());
  return std::unique_ptr<PlanSource>(std::move(source));
}

}  // namespace tt::vortex
