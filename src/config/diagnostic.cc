// Collects diagnostics and prints them with the line they mean.
// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/colour.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tt::config {
namespace {

constexpr std::size_t kSnippetBytesMax = 160;

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "";
}

std::string_view colour_of(Severity severity) {
  return severity == Severity::kError ? colour::kBoldRed : colour::kBoldYellow;
}

// Control characters would play with the terminal; tabs would move the caret.
std::string printable_line(std::string_view line) {
  std::string out = to_utf8(line);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  return out;
}

void print_snippet(std::string& out, const Mark& mark, const Files& files) {
  const std::string whole = files.masked(files.line(mark.file, mark.line));
  std::string_view line = whole;
  if (line.empty()) return;
  std::size_t column = std::min<std::size_t>(mark.column ? mark.column - 1 : 0, line.size());
  std::size_t cut = 0;
  if (column > kSnippetBytesMax / 2 && line.size() > kSnippetBytesMax)
    cut = clip_bytes(line, column - kSnippetBytesMax / 2).size();
  line = clip_bytes(line.substr(cut), kSnippetBytesMax);
  column -= cut;
  const std::string number = std::to_string(mark.line);
  const std::string margin(number.size() + 4, ' ');
  out += "    " + number + " | " + printable_line(line) + "\n" + margin + " | ";
  out.append(count_runes(line.substr(0, column)), ' ');
  out += '^';
  const std::string_view marked = line.substr(std::min(column, line.size()), mark.length);
  const std::size_t runes = count_runes(marked);
  if (runes > 1) out.append(runes - 1, '~');
  out += '\n';
}

std::string place(const Mark& mark, const Files& files) {
  if (!mark.known()) return mark.file >= 0 ? files.path(mark.file) : std::string();
  return files.path(mark.file) + ":" + std::to_string(mark.line) + ":" +
         std::to_string(mark.column);
}

void print_help(std::string& out, std::string_view hint) {
  if (hint.empty()) return;
  std::string_view prefix = "    help: ";
  for (std::string_view line : split(hint, '\n')) {
    out += prefix;
    out += line;
    out += '\n';
    prefix = "          ";
  }
}

void append_place(std::string& out, const Mark& mark, const Files& files) {
  out += ",\"file\":" + json_string(files.path(mark.file));
  out += ",\"line\":" + std::to_string(mark.line) + ",\"column\":" + std::to_string(mark.column);
}

}  // namespace

Diagnostic& Diagnostics::error(CodeName code, const Mark& mark, std::string text,
                               std::string hint) {
  return list_.emplace_back(
      Diagnostic{Severity::kError, code.view(), std::move(text), std::move(hint), mark, {}, {}});
}

Diagnostic& Diagnostics::warning(CodeName code, const Mark& mark, std::string text,
                                 std::string hint) {
  return list_.emplace_back(
      Diagnostic{Severity::kWarning, code.view(), std::move(text), std::move(hint), mark, {}, {}});
}

std::size_t Diagnostics::count(Severity severity) const {
  return static_cast<std::size_t>(std::count_if(
      list_.begin(), list_.end(), [&](const Diagnostic& d) { return d.severity == severity; }));
}

void Diagnostics::sort() {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.mark.file, d.mark.line, d.mark.column, d.severity, d.code, d.text);
  };
  std::stable_sort(list_.begin(), list_.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  list_.erase(
      std::unique(list_.begin(), list_.end(),
                  [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
      list_.end());
}

void Diagnostics::make_strict() {
  for (Diagnostic& d : list_)
    if (d.severity == Severity::kWarning) d.severity = Severity::kError;
}

std::string print_text(const Diagnostics& diagnostics, const Files& files, bool is_coloured) {
  std::string out;
  for (const Diagnostic& d : diagnostics.list()) {
    const std::string where = place(d.mark, files);
    if (!where.empty()) out += where + ": ";
    if (is_coloured) out += colour_of(d.severity);
    out += word(d.severity);
    if (is_coloured) out += colour::kEnd;
    out += ": " + printable_line(files.masked(d.text)) + " [" + std::string(d.code) + "]\n";
    if (d.mark.known()) print_snippet(out, d.mark, files);
    print_help(out, files.masked(d.hint));
    if (!d.related_text.empty()) {
      out += "    note: " + d.related_text;
      if (d.related.known()) out += " at " + place(d.related, files);
      out += '\n';
    }
  }
  return out;
}

std::string print_json(const Diagnostics& diagnostics, const Files& files) {
  std::string out = "[";
  for (const Diagnostic& d : diagnostics.list()) {
    if (out.size() > 1) out += ',';
    out += "{\"severity\":" + json_string(word(d.severity)) + ",\"code\":" + json_string(d.code) +
           ",\"text\":" + json_string(files.masked(d.text)) +
           ",\"hint\":" + json_string(files.masked(d.hint));
    append_place(out, d.mark, files);
    out += ",\"length\":" + std::to_string(d.mark.length);
    if (!d.related_text.empty()) {
      out += ",\"related\":{\"text\":" + json_string(d.related_text);
      append_place(out, d.related, files);
      out += '}';
    }
    out += '}';
  }
  return out + "]";
}

}  // namespace tt::config
