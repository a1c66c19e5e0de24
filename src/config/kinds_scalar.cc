// Kinds of plain options: booleans, numbers, texts, durations, sizes, rates, paths, networks.
// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "config/parse.h"
#include "config/traps.h"

namespace tt::config {
namespace {

bool bad_value(const Node& node, std::string text, ParseContext& context, std::string hint = "") {
  context.diagnostics.error("bad-value", node.place(), std::move(text), std::move(hint));
  return false;
}

std::string shown(const Node& node) { return "`" + node.text + "`"; }

bool read_bool(const Node& node, void* value, ParseContext& context) {
  auto& out = *static_cast<bool*>(value);
  if (is_plain_bool(node, out)) return true;
  const std::string word = to_lower(node.text);
  const bool is_yes = word == "yes" || word == "on" || word == "true" || word == "y";
  const bool is_no = word == "no" || word == "off" || word == "false" || word == "n";
  if (!is_yes && !is_no)
    return bad_value(node, "expected `true` or `false`, found " + shown(node), context);
  context.diagnostics.error("yaml-bool-word", node.place(),
                            "expected `true` or `false`, found the text " + shown(node),
                            std::string("write `") + (is_yes ? "true" : "false") + "`");
  return false;
}

template <class T>
bool read_integer(const Node& node, void* value, ParseContext& context) {
  std::string_view text = node.text;
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.size() > 1 && digits[0] == '0') {
    const std::string_view bare =
        digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
    context.diagnostics.error(
        "yaml-octal", node.place(),
        shown(node) + " is octal for some YAML readers and decimal for others",
        "write `" + std::string(bare) + "` if it is decimal");
    return false;
  }
  T parsed{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error == std::errc::result_out_of_range)
    return bad_value(node, shown(node) + " is too large", context);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    return bad_value(node, "expected a whole number, found " + shown(node), context);
  *static_cast<T*>(value) = parsed;
  return true;
}

bool read_double(const Node& node, void* value, ParseContext& context) {
  const auto number = parse_double(node.text);
  if (!number || !std::isfinite(*number))
    return bad_value(node, "expected a number, found " + shown(node), context);
  *static_cast<double*>(value) = *number;
  return true;
}

bool read_text(const Node& node, void* value, ParseContext&) {
  *static_cast<std::string*>(value) = node.text;
  return true;
}

bool read_duration(const Node& node, void* value, ParseContext& context) {
  if (const auto ns = parse_duration_ns(node.text)) {
    *static_cast<Duration*>(value) = *ns;
    return true;
  }
  const bool is_bare =
      !node.text.empty() && node.text.find_first_not_of("0123456789.") == node.text.npos;
  return bad_value(node, "expected a duration, found " + shown(node), context,
                   is_bare
                       ? "say the unit: `" + node.text + "s`, `" + node.text + "m` (ms s m h d w)"
                       : "write a number and a unit: `90s`, `1h30m` (ms s m h d w)");
}

bool read_size(const Node& node, void* value, ParseContext& context) {
  if (const auto bytes = parse_size_bytes(node.text)) {
    *static_cast<ByteSize*>(value) = *bytes;
    return true;
  }
  return bad_value(node, "expected a size, found " + shown(node), context,
                   "write bytes, or a number with KiB, MiB or GiB: `64KiB`, `10GiB`");
}

bool read_rate(const Node& node, void* value, ParseContext& context) {
  if (const auto rate = parse_rate(node.text)) {
    *static_cast<Rate*>(value) = *rate;
    if (rate->per_sec > 0) return true;
    return bad_value(
        node, shown(node) + " would let nothing through, for ever", context,
        "leave `" + node.key +
            "` out for no limit; `tictoc exit pause NAME` holds the events of an exit");
  }
  return bad_value(node, "expected a rate, found " + shown(node), context,
                   "write a count and s, m, h or d: `30/m`");
}

bool read_path(const Node& node, void* value, ParseContext& context) {
  auto& path = *static_cast<Path*>(value);
  if (node.text.empty()) return bad_value(node, "a path must not be empty", context);
  if (node.text.find("{{") != node.text.npos) {
    context.diagnostics.error("template-not-allowed", node.place(),
                              "a path takes no holes: an event must not choose a file",
                              "use several exits with a path each, and rules that choose one");
    return false;
  }
  if (node.text == "~" || node.text.starts_with("~/"))
    return bad_value(node, "`~` stands for no folder here: only shells replace it", context,
                     "write the whole path, `/home/NAME" + node.text.substr(1) + "` for instance");
  path.as_given = node.text;
  path.text = node.text;
  if (node.text[0] == '/') return true;
  const Mark place = node.place();
  const bool is_in_file = place.known() && context.files.path(place.file) != "-o";
  std::string_view rest = node.text;
  while (rest.starts_with("./")) rest.remove_prefix(2);
  path.text = (is_in_file ? context.files.folder(place.file) : context.base_folder) + "/";
  path.text += rest;
  return true;
}

bool read_cidr(const Node& node, void* value, ParseContext& context) {
  if (const auto cidr = parse_cidr(node.text)) {
    *static_cast<Cidr*>(value) = *cidr;
    return true;
  }
  return bad_value(node, "expected a network, found " + shown(node), context,
                   "write an address or a prefix: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`");
}

bool read_node(const Node& node, void* value, ParseContext&) {
  *static_cast<Node*>(value) = node;
  return true;
}

template <class T>
double as_number(const void* value) {
  return static_cast<double>(*static_cast<const T*>(value));
}
double as_duration(const void* value) {
  return static_cast<double>(static_cast<const Duration*>(value)->ns);
}
double as_size(const void* value) {
  return static_cast<double>(static_cast<const ByteSize*>(value)->bytes);
}
double as_rate(const void* value) { return static_cast<const Rate*>(value)->per_sec; }

std::string show_double(double number) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  return error == std::errc() ? std::string(text, end) : "0";
}
std::string show_ns(double ns) { return format_duration(static_cast<std::int64_t>(ns)); }
std::string show_bytes(double bytes) { return format_size(static_cast<std::uint64_t>(bytes)); }
std::string show_rate(double rate) { return format_rate(Rate(rate)); }

template <class T>
void show_number_json(const void* value, std::string& out) {
  if constexpr (std::is_floating_point_v<T>)
    out += show_double(*static_cast<const T*>(value));
  else
    out += std::to_string(*static_cast<const T*>(value));
}

template <class T>
TypeInfo integer_info() {
  TypeInfo i;
  i.name = "number";
  i.schema = std::is_unsigned_v<T> ? R"({"type":"integer","minimum":0})" : R"({"type":"integer"})";
  i.read = &read_integer<T>;
  i.show = &show_number_json<T>;
  i.number = &as_number<T>;
  i.show_number = &show_double;
  return i;
}

}  // namespace

const TypeInfo& Kind<bool>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "true or false";
    i.schema = R"({"type":"boolean"})";
    i.read = &read_bool;
    i.show = [](const void* v, std::string& out) {
      out += *static_cast<const bool*>(v) ? "true" : "false";
    };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<int>::info() {
  static const TypeInfo made = integer_info<int>();
  return made;
}
const TypeInfo& Kind<unsigned>::info() {
  static const TypeInfo made = integer_info<unsigned>();
  return made;
}
const TypeInfo& Kind<std::uint16_t>::info() {
  static const TypeInfo made = integer_info<std::uint16_t>();
  return made;
}
const TypeInfo& Kind<std::int64_t>::info() {
  static const TypeInfo made = integer_info<std::int64_t>();
  return made;
}
const TypeInfo& Kind<std::uint64_t>::info() {
  static const TypeInfo made = integer_info<std::uint64_t>();
  return made;
}

const TypeInfo& Kind<double>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "number";
    i.schema = R"({"type":"number"})";
    i.read = &read_double;
    i.show = &show_number_json<double>;
    i.number = &as_number<double>;
    i.show_number = &show_double;
    return i;
  }();
  return made;
}

const TypeInfo& Kind<std::string>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "text";
    i.schema = R"({"type":["string","number","boolean"]})";
    i.is_text = true;
    i.read = &read_text;
    i.show = [](const void* v, std::string& out) {
      out += json_string(*static_cast<const std::string*>(v));
    };
    i.is_empty = [](const void* v) { return static_cast<const std::string*>(v)->empty(); };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<Duration>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "duration";
    i.schema = R"({"type":"string","pattern":"^([0-9]+(ms|s|m|h|d|w))+$"})";
    i.read = &read_duration;
    i.show = [](const void* v, std::string& out) { out += json_string(show_ns(as_duration(v))); };
    i.number = &as_duration;
    i.show_number = &show_ns;
    return i;
  }();
  return made;
}

const TypeInfo& Kind<ByteSize>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "size";
    i.schema =
        R"({"type":["string","integer"],"pattern":"^[0-9]+(B|KiB|MiB|GiB|TiB)?$","minimum":0})";
    i.read = &read_size;
    i.show = [](const void* v, std::string& out) { out += json_string(show_bytes(as_size(v))); };
    i.number = &as_size;
    i.show_number = &show_bytes;
    return i;
  }();
  return made;
}

const TypeInfo& Kind<Rate>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "rate";
    i.schema = R"({"type":"string","pattern":"^[0-9]+/[smhd]$"})";
    i.read = &read_rate;
    i.show = [](const void* v, std::string& out) { out += json_string(show_rate(as_rate(v))); };
    i.number = &as_rate;
    i.show_number = &show_rate;
    return i;
  }();
  return made;
}

const TypeInfo& Kind<Path>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "path";
    i.schema = R"({"type":"string"})";
    i.is_text = true;
    i.read = &read_path;
    i.show = [](const void* v, std::string& out) {
      out += json_string(static_cast<const Path*>(v)->text);
    };
    i.is_empty = [](const void* v) { return static_cast<const Path*>(v)->empty(); };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<Cidr>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "network";
    i.schema = R"({"type":"string"})";
    i.read = &read_cidr;
    i.show = [](const void* v, std::string& out) {
      out += json_string(static_cast<const Cidr*>(v)->to_string());
    };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<Node>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "value";
    i.schema = "true";
    i.takes_maps = true;
    i.is_raw = true;
    i.read = &read_node;
    i.show = [](const void*, std::string& out) { out += "null"; };
    return i;
  }();
  return made;
}

}  // namespace tt::config
