// Entry portal: lines of JSON, logfmt, any pattern or plain text, from sockets, standard input and
// files.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "portals/entry/lines/line_fields.h"
#include "portals/entry/lines/pattern.h"
#include "portals/entry/lines/text_event.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::lines {

enum class Format : std::uint8_t { kJson, kLogfmt, kRegex, kRaw };
enum class From : std::uint8_t { kEnd, kBeginning };

}  // namespace tt::portals::entry::lines

namespace tt::config {

template <>
struct EnumWords<portals::entry::lines::Format> {
  static constexpr EnumWord words[] = {{"json", 0}, {"logfmt", 1}, {"regex", 2}, {"raw", 3}};
};
template <>
struct EnumWords<portals::entry::lines::From> {
  static constexpr EnumWord words[] = {{"end", 0}, {"beginning", 1}};
};

}  // namespace tt::config

namespace tt::portals::entry::lines {
namespace {

struct Config {
  std::vector<std::string> listen;
  std::vector<config::Path> files;
  std::vector<config::Path> exclude;
  From from = From::kEnd;
  Format format = Format::kJson;
  Pattern regex;

  static constexpr auto fields() {
    return std::tuple{
        config::field(
            "listen", &Config::listen,
            "Where lines come from: `tcp://`, `tls://`, `udp://`, `unix:`, or `stdin`; one or "
            "a list.")
            .default_text("nowhere")
            .example("tcp://127.0.0.1:5170"),
        config::field("files", &Config::files,
                      "Files to read as they grow, across rotation; one or a list, with `*`, `?` "
                      "and `[...]`. Compressed ones are left alone.")
            .default_text("none")
            .example("/var/log/app/*.log"),
        config::field("exclude", &Config::exclude,
                      "Files that `files` finds and that are not read.")
            .default_text("none")
            .example("/var/log/app/debug*.log"),
        config::field("from", &Config::from,
                      "Where to begin in files that are there when the entry first hears of them; "
                      "those that come later are read from their beginning."),
        config::field("format", &Config::format,
                      "What a line is: an event in JSON, pairs (`level=info msg=\"all is well\"`), "
                      "what `regex` finds in it, or the message."),
        config::field("regex", &Config::regex,
                      "With `format: regex`: its named groups, `(?P<name>...)`, become fields.")
            .default_text("none")
            .example("'^(?P<time>\\S+) (?P<level>\\w+) (?P<message>.*)$'"),
    };
  }
  static Status check(const Config& config) {
    if (config.listen.empty() && config.files.empty())
      return misconfigured("nothing to take lines from: say `listen` or `files`");
    if (config.files.empty() && !config.exclude.empty())
      return misconfigured("`exclude` is said of `files`, and there are none");
    if (config.format == Format::kRegex && config.regex.empty())
      return misconfigured("`format: regex` needs a `regex` with named groups");
    if (config.format != Format::kRegex && !config.regex.empty())
      return misconfigured("`regex` is looked at with `format: regex` only");
    return {};
  }
};

/// Calls `take` with each line that holds anything, without its end, which the last one may lack.
template <class Take>
void for_each_line(std::string_view rest, Take take) {
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!trim(line).empty()) take(line);
  }
}

/// The lines one by one, so that only the bad ones are refused.
void decode_each(const EntryRequest& request, const DecodeContext& context, EntryEvents& out) {
  std::size_t index = 0;
  for_each_line(request.body, [&](std::string_view line) {
    event::Decoded one =
        event::decode_events(trim(line), event::BodyFormat::kNdjson, context.limits, request.now_ns,
                             std::move(out.events));
    out.events = std::move(one.events);
    if (one.syntax) out.rejected.push_back({index, one.syntax->text});
    for (const event::Rejected& rejected : one.rejected)
      out.rejected.push_back({index, rejected.error});
    ++index;
  });
}

void decode_json(const EntryRequest& request, const DecodeContext& context, EntryEvents& out) {
  event::Limits unbounded = context.limits;
  unbounded.batch_events_max = request.body.size() + 1;  // A run of lines is no batch.
  event::Decoded all = event::decode_events(request.body, event::BodyFormat::kNdjson, unbounded,
                                            request.now_ns, std::move(out.events));
  out.events = std::move(all.events);
  out.rejected = std::move(all.rejected);
  if (all.syntax) decode_each(request, context, out);
}

std::optional<EntryRefusal> decode(const Config& config, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  if (config.format == Format::kJson) {
    decode_json(request, context, out);
    return std::nullopt;
  }
  for_each_line(request.body, [&](std::string_view line) {
    if (config.format == Format::kRaw) return add_text_event(line, nullptr, request, context, out);
    const auto fields =
        config.format == Format::kLogfmt ? read_logfmt(line) : read_groups(line, config.regex);
    if (fields)
      add_text_event(line, &*fields, request, context, out);
    else
      add_unmatched(line, request, context, out);
  });
  return std::nullopt;
}

net::TailFiles files(const Config& config) {
  net::TailFiles files{.from_beginning = config.from == From::kBeginning};
  for (const config::Path& path : config.files) files.patterns.push_back(path.text);
  for (const config::Path& path : config.exclude) files.excluded.push_back(path.text);
  return files;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "lines",
      .summary = "Takes lines of JSON, logfmt or text from streams, standard input and files.",
      .security =
          "Hardened against untrusted senders, but lines carry no credential: guard it with "
          "`allow`, or a client certificate. Files are read with the rights of the daemon.",
      .example = "type: lines\nlisten: tcp://127.0.0.1:5170\n",
      .is_stream = true,
      .is_strict = true,
      .kinds = {{.kind = "*",
                 .when = "as sent; of JSON, `unknown` when missing",
                 .severity = "*",
                 .fields = "*"},
                {.kind = "urn:lines:line",
                 .when = "a line of another format that names no kind; `unmatched` is true when it "
                         "does not have that format",
                 .severity = "*",
                 .fields = "*"}},
      .decode = decode,
      .files = files,
  });
  return made;
}

}  // namespace tt::portals::entry::lines
