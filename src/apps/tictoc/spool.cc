// The way of an event with --spool: what waits goes first; who cannot send keeps.
// SPDX-License-Identifier: Apache-2.0
#include "apps/tictoc/spool.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include "apps/cli/progress.h"
#include "apps/tictoc/open_spool.h"
#include "apps/tictoc/upload.h"
#include "base/clock.h"
#include "base/text.h"
#include "event/decode.h"

namespace tt::tictoc {
namespace {

using tunnel::Spool;
using tunnel::Upload;
using tunnel::UploadAnswer;

/// One request of this run: checked here as the server would, since a spool must not fill with
/// what nobody will ever take.
struct Piece {
  std::string key = random_key();
  event::SharedBatch events;
};

/// False after a message: a syntax error refuses all, as on the server.
bool read_pieces(std::string_view body, std::string_view file, std::vector<Piece>& pieces,
                 bool& any_rejected) {
  const bool is_ndjson = !file.empty();
  const std::vector<Part> parts = is_ndjson ? cut(body, file) : std::vector<Part>{{.text = body}};
  for (const Part& part : parts) {
    event::Decoded decoded = event::decode_events(
        part.text, is_ndjson ? event::BodyFormat::kNdjson : event::BodyFormat::kJson, {},
        system_clock().wall_ns());
    if (decoded.syntax) {
      const std::string place = place_of(part, decoded.syntax->line, decoded.syntax->byte);
      std::fprintf(stderr, "tictoc: %s: %s\n", place.c_str(), decoded.syntax->text.c_str());
      return false;
    }
    for (const event::Rejected& one : decoded.rejected) {
      std::fprintf(stderr, "tictoc: %s: rejected: %s\n", place_of(part, one.index).c_str(),
                   one.error.c_str());
      any_rejected = true;
    }
    if (!decoded.events.empty())
      pieces.push_back(
          {.events = std::make_shared<const event::EventBatch>(std::move(decoded.events))});
  }
  return true;
}

class SpoolingSend {
 public:
  SpoolingSend(const tunnel::SpoolOptions& options, const Common& common)
      : options_(options), client_(common), is_json_(common.json) {}

  int run(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) events_ += piece.events->size();
    if (Spool::has_waiting(system_disk(), options_.folder)) {
      if (Status opened = spool_.open(options_); !opened.ok()) return failed_spool(opened.error());
      events_ += spool_->waiting();
      if (spool_->waiting() == 0) spool_.close();
    }
    std::size_t next = 0;
    if (!spool_.is_open()) {
      for (; next < pieces.size(); ++next) {
        const Answer answer = post(pieces[next].key, texts_of(*pieces[next].events));
        const UploadAnswer judged = judge(answer, client_);
        if (judged.verdict == UploadAnswer::Verdict::kAway) {
          why_ = judged.text;
          break;
        }
        if (!print_accepted(answer, is_json_)) any_refused_ = true;
        if (!answer.ok()) return report(answer, client_);
      }
    }
    if (next < pieces.size()) {
      if (const int code = keep({pieces.begin() + static_cast<std::ptrdiff_t>(next), pieces.end()}))
        return code;
    }
    return any_refused_ ? kRefused : kOk;
  }

 private:
  static std::vector<std::string> texts_of(const event::EventBatch& batch) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < batch.size(); ++i) texts.emplace_back(batch[i].json);
    return texts;
  }
  Answer post(const std::string& key, const std::vector<std::string>& events) {
    line_.show(static_cast<double>(sent_) / static_cast<double>(events_),
               std::to_string(sent_) + " sent");
    sent_ += events.size();
    Answer answer = post_events(client_, ndjson_of(events), kNdjson, key);
    line_.end();
    return answer;
  }

  /// Behind what waits already, and then all of it to the server unless it was away just now.
  int keep(const std::vector<Piece>& pieces) {
    if (!spool_.is_open())
      if (Status opened = spool_.open(options_); !opened.ok()) return failed_spool(opened.error());
    std::uint64_t bytes = 0;
    for (const Piece& piece : pieces) bytes += piece.events->text_bytes();
    if (!spool_->has_room(bytes))  // All of it or nothing: who tries again repeats nothing.
      return refuse(retry("the spool " + options_.folder + " is full"), 0);
    std::set<std::string> own;
    std::uint64_t own_events = 0;
    for (const Piece& piece : pieces) {
      if (Status kept = spool_->append(piece.events, piece.key); !kept.ok())
        return refuse(kept.error(), own_events);
      own.insert(piece.key);
      own_events += piece.events->size();
    }
    std::uint64_t others = 0;
    if (why_.empty()) {
      const auto drained = spool_->drain([&](const Upload& upload) {
        const Answer answer = post(upload.key, upload.events);
        const UploadAnswer judged = judge(answer, client_);
        const bool is_own = own.contains(upload.key);
        if (is_own && judged.verdict != UploadAnswer::Verdict::kAway) {
          if (!print_accepted(answer, is_json_)) any_refused_ = true;
          own_events -= std::min<std::uint64_t>(own_events, upload.events.size());
        } else if (judged.verdict == UploadAnswer::Verdict::kTaken) {
          others += upload.events.size();
        }
        return judged;
      });
      if (!drained.ok()) return failed_spool(drained.error());
      why_ = drained->problem;
      any_refused_ |= drained->refused > 0;
      tell_refused(drained->refused);
    }
    if (others > 0)
      std::fprintf(stderr, "tictoc: %llu spooled %s sent first\n",
                   static_cast<unsigned long long>(others),
                   others == 1 ? "event was" : "events were");
    if (own_events > 0) tell_kept(own_events);
    return kOk;
  }

  int refuse(const Error& error, std::uint64_t kept) const {
    std::fprintf(stderr, "tictoc: not accepted: %s\n", error.text.c_str());
    if (!why_.empty()) std::fprintf(stderr, "  and %s\n", why_.c_str());
    if (kept > 0)
      std::fprintf(stderr, "  the first %llu %s on disk\n", static_cast<unsigned long long>(kept),
                   kept == 1 ? "event is" : "events are");
    return kUnavailable;
  }

  void tell_refused(std::uint64_t count) const {
    if (count > 0)
      std::fprintf(stderr,
                   "tictoc: the server refused %llu spooled event%s for good; `tictoc spool ls "
                   "--refused` shows %s\n",
                   static_cast<unsigned long long>(count), count == 1 ? "" : "s",
                   count == 1 ? "it" : "them");
  }

  void tell_kept(std::uint64_t count) {
    const auto waiting = static_cast<unsigned long long>(spool_->waiting());
    const auto kept = static_cast<unsigned long long>(count);
    if (is_json_)
      std::printf("{\"spooled\":%llu,\"waiting\":%llu,\"folder\":%s,\"reason\":%s}\n", kept,
                  waiting, json_string(options_.folder).c_str(), json_string(why_).c_str());
    else
      std::printf("spooled: %llu event%s, on disk in %s (%llu waiting); %s\n", kept,
                  kept == 1 ? "" : "s", options_.folder.c_str(), waiting, why_.c_str());
  }

  const tunnel::SpoolOptions& options_;
  Client client_;
  OpenSpool spool_;
  const bool is_json_;
  cli::Progress line_{system_clock()};
  std::uint64_t sent_ = 0, events_ = 0;  ///< For the progress: so far, and in all.
  std::string why_;                      ///< The server is away: what was seen.
  bool any_refused_ = false;
};

}  // namespace

void add_spool_options(CLI::App& command, SpoolArguments& arguments) {
  command
      .add_flag("--spool", arguments.folder,
                "while the server is away keep events here, and send them first next time; "
                "--spool=DIR names the folder, else $XDG_STATE_HOME/tictoc/spool or "
                "~/.local/state/tictoc/spool")
      ->type_name("[=DIR]");
  command.add_option("--spool-max", arguments.size, "refuse what makes it larger on disk")
      ->capture_default_str();
}

int send_or_spool(const SpoolArguments& arguments, const Common& common, std::string_view body,
                  std::string_view file) {
  const auto options = spool_options(arguments);
  if (!options.ok()) return failed_spool(options.error()), kUsage;
  std::vector<Piece> pieces;
  bool any_rejected = false;
  if (!read_pieces(body, file, pieces, any_rejected)) return kRefused;
  const int code = SpoolingSend(*options, common).run(pieces);
  return code == kOk && any_rejected ? kRefused : code;
}

}  // namespace tt::tictoc
