// Exit portal: writes events as lines to the standard output.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "portals/kit/exit.h"
#include "portals/kit/lines.h"

namespace tt::portals::exit::stdout {
namespace {

struct Config {
  tmpl::Template line;

  static constexpr auto fields() {
    return std::tuple{
        config::field("line", &Config::line, "One line of text instead of the event's JSON.")
            .default_text("the event as JSON")
            .example("'{{ event.timestamp }} {{ event.message }}'"),
    };
  }
};

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  return encode_lines(c.line, events);
}

class Sender final : public ExitSender {
 public:
  explicit Sender(const ExitSeams& seams) : seams_(seams) {}

  void send(const ExitRequest& request, const AttemptFacts&,
            std::function<void(ExitAnswer)> done) override {
    // On the pool: whoever reads us may be slow.
    seams_.run_blocking([&body = request.body, done = std::move(done)] {
      const bool is_written = std::fwrite(body.data(), 1, body.size(), ::stdout) == body.size() &&
                              std::fflush(::stdout) == 0;
      if (!is_written) std::clearerr(::stdout);
      done(local_answer(is_written ? Status() : retry("the standard output took no more")));
    });
  }

 private:
  const ExitSeams seams_;
};

std::unique_ptr<ExitSender> connect(const Config&, const ExitCommon&, const ExitSeams& seams) {
  return std::make_unique<Sender>(seams);
}

std::string target(const Config&) { return "stdout"; }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = local_exit(LocalExit<Config>{
      .name = "stdout",
      .summary = "Writes events as lines to the standard output.",
      .security = "Control characters of event data become escapes (JSON) or spaces (lines).",
      .example = "type: stdout\n",
      .renders = [](const Config& c) { return !c.line.empty(); },
      .encode = encode,
      .connect = connect,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::stdout
