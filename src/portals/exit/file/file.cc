// Exit portal: appends events as lines to a file, durably, with rotation.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/file/line_file.h"
#include "portals/kit/exit.h"
#include "portals/kit/lines.h"

namespace tt::config {

template <>
struct EnumWords<portals::Compression> {
  static constexpr EnumWord words[] = {{"none", 0}, {"gzip", 1}, {"zstd", 2}};
};

}  // namespace tt::config

namespace tt::portals::exit::file {
namespace {

struct Config {
  config::Path path;
  tmpl::Template line;
  std::optional<config::ByteSize> rotate_bytes;
  std::optional<config::Duration> rotate_every;
  int keep = 7;
  Compression compress = Compression::kNone;

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "The file; it and its folders are made when missing.")
            .required()
            .not_empty()
            .example("./archive.ndjson"),
        config::field("line", &Config::line, "One line of text instead of the event's JSON.")
            .default_text("the event as JSON")
            .example("'{{ event.timestamp }} {{ event.message }}'"),
        config::field("rotate_bytes", &Config::rotate_bytes,
                      "Size before which the file is moved to `path.1`.")
            .default_text("never")
            .example("100MiB")
            .minimum(1024),
        config::field("rotate_every", &Config::rotate_every,
                      "The file is moved when the clock (UTC) passes a multiple of this.")
            .default_text("never")
            .example("24h")
            .minimum(60e9),
        config::field("keep", &Config::keep, "Moved files that are kept; the oldest goes.")
            .minimum(0)
            .maximum(1000),
        config::field("compress", &Config::compress, "How moved files are compressed."),
    };
  }
};

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  return encode_lines(c.line, events);
}

class Sender final : public ExitSender {
 public:
  Sender(const Config& c, const ExitSeams& seams)
      : file_(std::make_shared<LineFile>(
            seams.disk, seams.clock, c.path.text,
            Rotation{.bytes = c.rotate_bytes ? std::optional(c.rotate_bytes->bytes) : std::nullopt,
                     .every_ns = c.rotate_every ? std::optional(c.rotate_every->ns) : std::nullopt,
                     .keep = c.keep,
                     .compress = c.compress})),
        run_blocking_(seams.run_blocking) {}

  // The pool runs this exit's work in order, so the file needs no lock; work that outlives the
  // sender keeps the file.
  void send(const ExitRequest& request, const AttemptFacts&,
            std::function<void(ExitAnswer)> done) override {
    run_blocking_([file = file_, &body = request.body, done = std::move(done)] {
      done(local_answer(file->append(body)));
    });
  }
  void sync(std::function<void(Status)> done) override {
    run_blocking_([file = file_, done = std::move(done)] { done(file->sync()); });
  }
  bool needs_sync() const override { return true; }

 private:
  std::shared_ptr<LineFile> file_;
  std::function<void(std::function<void()>)> run_blocking_;
};

std::unique_ptr<ExitSender> connect(const Config& c, const ExitCommon&, const ExitSeams& seams) {
  return std::make_unique<Sender>(c, seams);
}

std::string target(const Config& c) { return c.path.as_given; }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = local_exit(LocalExit<Config>{
      .name = "file",
      .summary = "Appends events as lines to a file.",
      .security = "Event data chooses no path; control characters become escapes (JSON) or spaces "
                  "(lines); the file is readable for its owner only.",
      .example = "type: file\npath: ./archive.ndjson\nrotate_bytes: 100MiB\ncompress: zstd\n",
      .renders = [](const Config& c) { return !c.line.empty(); },
      .encode = encode,
      .connect = connect,
      .target = target,
      .files = [](const Config& c) { return std::vector<std::string>{c.path.text}; }});
  return made;
}

}  // namespace tt::portals::exit::file
